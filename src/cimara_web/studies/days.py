"""Days in words, the same on every page of a study."""

from __future__ import annotations

from datetime import date


def words_of(day: date) -> str:
    """A day such as `30 June 2025`."""
    return f"{day.day} {day:%B %Y}"
