"""Dates of which a part is missing, and what may be put in its place, by what the date is of.

Forms are those of ISO 8601 as SDTM uses it: `2024-03-17`, `2024-03`, `2024`, `2024---17`. A time of day after
`T` is dropped. Imputation is data (`IMPUTATION`), one row for each kind of fact, so that a protocol text can
print it; it never puts a date outside the limits that other facts of the patient set.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from cimara.terms.errors import CimaraError

_FORM = re.compile(r"(\d{4})(?:-(?:(\d{2})(?:-(\d{2}))?|-(?:-(\d{2}))?))?(?:T[\d:.,+\-Z]*)?\Z", re.ASCII)


class DateFormError(CimaraError, ValueError):
    """A text that is no date, or a date that no calendar has."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"found {kind}", expected="a date like 2024-03-17, 2024-03, 2024 or 2024---17")


class DateFlag(StrEnum):
    """The highest part that was imputed, as --DTF of ADaM writes it."""

    DAY = "D"
    MONTH = "M"
    YEAR = "Y"


class DateKind(StrEnum):
    """What a date is of; each kind has its own rule of imputation. `SCAN` holds for PD and response, too."""

    SCAN = "scan"
    DEATH = "death"
    THERAPY_START = "therapy_start"
    LAST_ALIVE = "last_alive"
    CLOCK_START = "clock_start"


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, and a month and a day where they are known."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        """Refuse what no calendar has; an unknown month is taken for one of 31 days."""
        try:
            dt.date(self.year, _one(self.month), _one(self.day))
        except ValueError as error:
            raise DateFormError("a date that is not in the calendar") from error

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read one of the four forms; a time of day is dropped. Raises DateFormError."""
        found = _FORM.match(text.strip())
        if found is None:
            raise DateFormError(f"text ({len(text.strip())} characters)" if text.strip() else "nothing")
        year, month, day, lone_day = found.groups()
        return cls(int(year), _number(month), _number(day or lone_day))

    @classmethod
    def of(cls, date: dt.date) -> PartialDate:
        """The complete date."""
        return cls(date.year, date.month, date.day)

    @property
    def full(self) -> dt.date | None:
        """The date, when no part is missing."""
        return dt.date(self.year, self.month, self.day) if self.month and self.day else None

    @property
    def missing(self) -> DateFlag | None:
        """The highest part that is missing."""
        if self.month is None:
            return DateFlag.MONTH
        return DateFlag.DAY if self.day is None else None

    def agrees(self, date: dt.date) -> bool:
        """True when `date` has every part that is known here."""
        return self.year == date.year and self.month in (None, date.month) and self.day in (None, date.day)

    def __str__(self) -> str:
        if self.month is None:
            return f"{self.year:04d}" if self.day is None else f"{self.year:04d}---{self.day:02d}"
        month = f"{self.year:04d}-{self.month:02d}"
        return month if self.day is None else f"{month}-{self.day:02d}"


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)


def _one(part: int | None) -> int:
    return 1 if part is None else part


class DayOfMonth(StrEnum):
    """Which day stands for a missing one."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Imputation:
    """How a missing day is filled in for one kind of date, and the limits that it keeps.

    `after_last_alive` and `or_treatment_start` replace the day by last alive + 1 day, or by the start of
    treatment, where that lies in the same month. `month` says whether a missing month may be filled in.
    """

    kind: DateKind
    day: DayOfMonth
    sentence: str
    status: str
    asked_for: bool = False
    month: bool = False
    not_after_death: bool = False
    not_after_cut: bool = False
    after_last_alive: bool = False
    or_treatment_start: bool = False


IMPUTATION: dict[DateKind, Imputation] = {
    rule.kind: rule
    for rule in (
        Imputation(
            DateKind.SCAN,
            DayOfMonth.LAST,
            "A scan without a day is dated on the last day of its month, not after death or data cut.",
            status="V",  # admiralonco 1.4; the limits are endpoints.md §8
            not_after_death=True,
            not_after_cut=True,
        ),
        Imputation(
            DateKind.DEATH,
            DayOfMonth.FIRST,
            "A death without a day is dated on the first of its month, or on the day after the patient was "
            "last known to be alive where that lies in the same month.",
            status="P",
            month=True,
            not_after_cut=True,
            after_last_alive=True,
        ),
        Imputation(
            DateKind.THERAPY_START,
            DayOfMonth.FIRST,
            "The start of a therapy without a day is dated on the first of its month, or at the start of "
            "treatment where that lies in the same month.",
            status="P",
            or_treatment_start=True,
        ),
        Imputation(
            DateKind.LAST_ALIVE,
            DayOfMonth.FIRST,
            "A last contact without a day is dated on the first of its month, which adds no time unobserved.",
            status="P",
        ),
        Imputation(
            DateKind.CLOCK_START,
            DayOfMonth.FIRST,
            "A start date without a day is not filled in, unless asked for.",
            status="P",
            asked_for=True,
        ),
    )
}
"""The rule for each kind of date (endpoints.md §8)."""


@dataclass(frozen=True, slots=True)
class KnownDates:
    """What else is known of the patient, as far as it limits an imputed date."""

    last_alive: dt.date | None = None
    death: dt.date | None = None
    cut: dt.date | None = None
    treatment_start: dt.date | None = None


NOTHING_KNOWN = KnownDates()


@dataclass(frozen=True, slots=True)
class Imputed:
    """A date, the flag of the highest part that was filled in, and whether the limits crossed.

    `date` is None where the kind may not be imputed, and where limits crossed (`conflict`, DATE_CONFLICT).
    """

    date: dt.date | None
    flag: DateFlag | None = None
    conflict: bool = False


def impute(
    partial: PartialDate,
    kind: DateKind,
    known: KnownDates = NOTHING_KNOWN,
    *,
    highest: DateFlag = DateFlag.DAY,
    impute_start: bool = False,
) -> Imputed:
    """The date that stands for `partial`; a complete date is given back as it is.

    `highest` is the highest part that may be filled in: a month only for a death and only with
    `DateFlag.MONTH`. `impute_start` allows the start of the clock to be filled in.
    """
    if partial.full is not None:
        return Imputed(partial.full)
    rule, flag = IMPUTATION[kind], partial.missing
    month_refused = flag is DateFlag.MONTH and not (rule.month and highest is not DateFlag.DAY)
    if month_refused or (rule.asked_for and not impute_start):
        return Imputed(None)
    first, last = _span(partial)
    day = _within_limits(rule, first, last, known)
    return Imputed(None, conflict=True) if day is None else Imputed(day, flag)


def _span(partial: PartialDate) -> tuple[dt.date, dt.date]:
    """The first and the last day that the month, or else the year, has."""
    if partial.month is None:
        return dt.date(partial.year, 1, 1), dt.date(partial.year, 12, 31)
    days = calendar.monthrange(partial.year, partial.month)[1]
    return dt.date(partial.year, partial.month, 1), dt.date(partial.year, partial.month, days)


def _within_limits(rule: Imputation, first: dt.date, last: dt.date, known: KnownDates) -> dt.date | None:
    """The rule's day within `first` to `last` and the limits; None where they leave no day."""
    lower, upper = first, last
    if rule.after_last_alive and known.last_alive is not None:
        lower = max(lower, known.last_alive + dt.timedelta(days=1))
    if rule.or_treatment_start and known.treatment_start is not None:
        lower = known.treatment_start if first <= known.treatment_start <= last else lower
    if rule.not_after_death and known.death is not None:
        upper = min(upper, known.death)
    if rule.not_after_cut and known.cut is not None:
        upper = min(upper, known.cut)
    if lower > upper:
        return None
    return lower if rule.day is DayOfMonth.FIRST else upper
