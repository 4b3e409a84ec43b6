"""Dates for forms that want them: what they stand for, and how one is written."""

from __future__ import annotations

import datetime as dt

from cimara.cohort.facts.calendar import DAY_ZERO

LABEL = "Dates are relative: 2000-01-01 is the day of each patient's anchor, not a day in the calendar."


def written_date(day: int) -> str:
    """The date that stands for a day from the anchor, as ISO 8601."""
    return (DAY_ZERO + dt.timedelta(days=day)).isoformat()
