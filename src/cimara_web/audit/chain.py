"""The hash of an event, so that each one seals all before it (portal.md section 10.4)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

GENESIS = "0" * 64


def utc(at: datetime) -> str:
    """A moment in UTC with microseconds, such as `2025-01-01T00:00:00.000000Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sealed_text(
    *,
    seq: int,
    at: datetime,
    event: str,
    actor: UUID | None,
    about_type: str,
    about_id: UUID,
    context: Mapping[str, Any],
    acting_role: str = "",
    study: UUID | None = None,
    request_id: UUID | None = None,
) -> str:
    """Canonical JSON of an event: sorted keys, `,` and `:` alone between, what is empty left out."""
    told: dict[str, Any] = {
        "about": [about_type, str(about_id)],
        "actor": str(actor) if actor else None,
        "at": utc(at),
        "context": dict(context),
        "event": event,
        "seq": seq,
        "acting_role": acting_role,
        "study": str(study) if study else None,
        "request_id": str(request_id) if request_id else None,
    }
    optional = ("acting_role", "study", "request_id")
    kept = {key: value for key, value in told.items() if value or key not in optional}
    return json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def next_hash(prev_hash: str, text: str) -> str:
    """SHA-256 of the hash before, a line feed, and the canonical JSON in UTF-8, as 64 hex digits."""
    return hashlib.sha256(f"{prev_hash}\n{text}".encode()).hexdigest()
