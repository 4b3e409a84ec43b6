"""An event of the trail as its page and its table show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cimara.terms.spreadsheet import safe_cell
from cimara_web.audit.chain import utc
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.words import event_words

COLUMNS = (
    "seq",
    "at",
    "event",
    "actor",
    "acting_role",
    "about_type",
    "about_id",
    "study",
    "context",
    "request_id",
    "prev_hash",
    "hash",
)
FIRST = ("on", "from", "to")
"""Said before all else: what happened, from which state to which."""


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """What happened, in words; ids as they are, since the trail holds no names."""

    seq: int
    at: datetime
    event: str
    words: str
    actor: UUID | None
    role: str
    about_type: str
    about_id: UUID
    study: UUID | None
    told: str


def shown(row: AuditEvent) -> ShownEvent:
    """One event."""
    return ShownEvent(
        row.seq,
        row.at,
        row.event,
        event_words(row.event),
        row.actor,
        row.acting_role,
        row.about_type.replace("_", " "),
        row.about_id,
        row.study,
        told(row.context),
    )


def told(context: dict[str, object]) -> str:
    """What an event tells besides, such as `from: valid; to: accepted`."""
    keys = sorted(context, key=lambda key: (FIRST.index(key) if key in FIRST else len(FIRST), key))
    return "; ".join(f"{key.replace('_', ' ')}: {_value(context[key])}" for key in keys)


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(one)}" for key, one in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    return "none" if value is None else str(value)


def table(rows: Iterable[AuditEvent]) -> Iterator[tuple[str, ...]]:
    """The columns and then each event, as cells that no spreadsheet runs."""
    yield COLUMNS
    for row in rows:
        values = {name: getattr(row, name) for name in COLUMNS} | {
            "at": utc(row.at),
            "context": told(row.context),
        }
        yield tuple(safe_cell("" if value is None else str(value)) for value in values.values())
