"""One patient, or one course of therapy to one lesion, and the facts that a rule picks for it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cimara.outcomes.endpoints.facts import Fact
from cimara.outcomes.endpoints.matching import matching
from cimara.outcomes.endpoints.plan import Plan, PlanRule
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.words import Reason, Take

Rows = list[tuple[int, Fact]]
DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Setting:
    """What derivation needs beside the facts: the data cut, and the planned assessments."""

    cut_date: dt.date | None = None
    schedule: Schedule | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One patient, or one course of therapy to one lesion, with the facts that count for it."""

    plan: Plan
    setting: Setting
    patient_id: str
    lesion_id: str
    start: dt.date | None
    start_row: int | None
    facts: Rows
    first_course: bool = True

    def matching(self, planned: PlanRule) -> Rows:
        """Facts that a rule means, in order."""
        return matching(planned, self.facts, self.lesion_id)


@dataclass(frozen=True, slots=True)
class Found:
    """A fact that a rule picked: the day that counts, the rule, the fact's row."""

    date: dt.date
    rule: PlanRule
    row: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """The last day of observation, and why it ends there (None: data cut, or no end)."""

    until: dt.date
    reason: Reason | None = None


def pick(case: Case, planned: PlanRule, until: dt.date) -> Found | None:
    """The fact that a rule takes between the start and `until`, both days included."""
    low, high = _window(case, planned, until)
    rows = [
        (row, fact.date)
        for row, fact in case.matching(planned)
        if fact.date is not None and low <= fact.date and (planned.clip or fact.date <= high)
    ]
    if not rows or low > high:
        return None
    row, date = rows[0] if planned.rule.take is Take.FIRST else rows[-1]
    return Found(min(date, high), planned, row)


def _window(case: Case, planned: PlanRule, until: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day on which a rule's facts count."""
    if case.start is None:
        return dt.date.min, until
    low = case.start + dt.timedelta(days=planned.rule.not_before or 0)
    if planned.after_start:
        low = max(low, case.start + DAY)
    if planned.rule.within_days is not None:
        until = min(until, case.start + dt.timedelta(days=planned.rule.within_days))
    return low, until
