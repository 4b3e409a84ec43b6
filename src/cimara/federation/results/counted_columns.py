"""What a column of a result table counts, told by its head."""

from __future__ import annotations

import re
from enum import StrEnum

PEOPLE = frozenset(
    {
        "n", "patients", "people", "rows", "records", "lesions", "at risk", "left out", "empty", "missing",
        "of which or whom not known", "censored",
    }
)  # fmt: skip
EVENTS = frozenset({"events", "events so far", "events in all", "observed"})
"""Heads of columns of counts, in small letters and with blanks for `_`."""
_STEP = re.compile(r"step \d+")


class Counted(StrEnum):
    """What a column counts."""

    PEOPLE = "people"
    EVENTS = "events"


def counted_by(head: str) -> Counted | None:
    """What a column counts, by its head; None where it counts nothing."""
    plain = head.strip().lower().replace("_", " ")
    if plain in EVENTS:
        return Counted.EVENTS
    return Counted.PEOPLE if plain in PEOPLE or _STEP.fullmatch(plain) else None
