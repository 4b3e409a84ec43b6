"""All that the demonstration wrote, with its ids by their first place in the audit trail."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator

from django.apps import apps
from django.core import serializers

from cimara_web.audit.models import AuditEvent

APPS = ("accounts", "members", "studies")
SECRETS = frozenset({"token_hash", "password", "report", "last_login"})
"""Fields that hold a random token, or the hash of something with an id in it."""
CHAIN = frozenset({"prev_hash", "hash", "request_id"})
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def normalised_hash() -> str:
    """A hash of the audit trail and of every row of the apps."""
    numbers: dict[str, str] = {}
    trail = [_numbered(text, numbers) for text in _trail()]
    rows = sorted(_numbered(text, numbers) for text in _rows())
    return hashlib.sha256("\n".join(trail + rows).encode()).hexdigest()


def _trail() -> Iterator[str]:
    for one in AuditEvent.objects.order_by("seq").values():
        yield json.dumps({key: one[key] for key in one.keys() - CHAIN}, sort_keys=True, default=str)


def _rows() -> Iterator[str]:
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            for one in serializers.serialize("python", model.objects.all()):
                kept = {key: value for key, value in one["fields"].items() if key not in SECRETS}
                yield json.dumps([one["model"], kept], sort_keys=True, default=str)


def _numbered(text: str, numbers: dict[str, str]) -> str:
    """Ids that the trail names get numbers; any other is left out."""
    return ID.sub(lambda found: numbers.setdefault(found[0], f"#{len(numbers)}"), text)
