"""Everything that the portal keeps of one person: what they take with them, what goes when they leave.

Each app adds its own functions to the three tables in the `ready` of its configuration, by its name.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose data it is: their account, and the e-mail addresses that they proved to be theirs."""

    account: UUID
    addresses: tuple[str, ...] = ()


EXPORTERS: dict[str, Callable[[Owner], Any]] = {}
"""What an app keeps of somebody, in a form that JSON knows; every field that its register calls personal."""
ERASERS: dict[str, Callable[[Owner, datetime], None]] = {}
"""Takes the person out of an app's rows, inside the action that deletes the account."""
STAYING: dict[str, Callable[[Owner], list[str]]] = {}
"""Sentences on what of somebody stays in an app, and for how long; none when nothing does."""

READ_ME = """Your data, as the portal keeps it on the day you asked.

Each file is JSON and is named after the part of the portal that keeps it. Passwords, secrets of second
factors and links are not in it: the portal itself keeps them in a form that nobody can read.
"""


def exported(owner: Owner) -> bytes:
    """A zip with one JSON file for each app that keeps something."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", READ_ME)
        for name, exporter in sorted(EXPORTERS.items()):
            text = json.dumps(exporter(owner), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2)
            archive.writestr(f"{name}.json", text)
    return file.getvalue()


def staying(owner: Owner) -> list[str]:
    """What stays, of all apps."""
    return [words for sentences in STAYING.values() for words in sentences(owner)]
