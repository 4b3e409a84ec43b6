"""Reads the registry's words: statuses, phases, dates, ages; a word that isn't known becomes an issue."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType
from cimara.terms.units import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.issue import IssueCode

Word = TypeVar("Word", bound=StrEnum)

_WORDS: dict[type[StrEnum], dict[str, StrEnum]] = {
    kind: {word.value: word for word in kind} for kind in (OverallStatus, Phase, Sex, StudyType)
}

STATUS_WORDS: Mapping[str, OverallStatus] = {
    "active, not recruiting": OverallStatus.ACTIVE_NOT_RECRUITING,
    "not yet recruiting": OverallStatus.NOT_YET_RECRUITING,
    "enrolling by invitation": OverallStatus.ENROLLING_BY_INVITATION,
    "unknown status": OverallStatus.UNKNOWN,
    "no longer available": OverallStatus.NO_LONGER_AVAILABLE,
    "temporarily not available": OverallStatus.TEMPORARILY_NOT_AVAILABLE,
    "approved for marketing": OverallStatus.APPROVED_FOR_MARKETING,
} | {status.value.lower(): status for status in OverallStatus if "_" not in status}
"""Statuses as people and the former XML download write them, in lower case."""

PHASE_WORDS: Mapping[str, Phase] = {
    "n/a": Phase.NA,
    "na": Phase.NA,
    "not applicable": Phase.NA,
    "early phase 1": Phase.EARLY_PHASE1,
    "phase 0": Phase.EARLY_PHASE1,
    **{f"phase {digit}": Phase(f"PHASE{digit}") for digit in "1234"},
}
"""Phases as people and the former XML download write them, in lower case."""

_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_AGE = re.compile(r"(\d{1,5}) (Year|Month|Week|Day|Hour|Minute)s?", re.IGNORECASE)
_DAYS_PER = {
    "year": DAYS_PER_YEAR,
    "month": DAYS_PER_MONTH,
    "week": float(DAYS_PER_WEEK),
    "day": 1.0,
    "hour": 1 / 24,
    "minute": 1 / 1440,
}


def read_word(kind: type[Word], text: str | None, path: str, log: IssueLog) -> Word | None:
    """The word of a closed list; None, with an issue, when the list doesn't have it."""
    if text is None:
        return None
    word = _WORDS[kind].get(text)
    if word is None:
        log.add(IssueCode.UNKNOWN_WORD, path, f"'{text[:40]}' isn't a word of {kind.__name__}; kept in raw")
        return None
    return word  # type: ignore[return-value]


def read_status(text: str | None, path: str, log: IssueLog) -> OverallStatus:
    """The recruitment status; UNKNOWN, with an issue, when missing or not a word of the registry."""
    if text is None:
        log.add(IssueCode.UNKNOWN_WORD, path, "no recruitment status; read as UNKNOWN")
        return OverallStatus.UNKNOWN
    return read_word(OverallStatus, text, path, log) or OverallStatus.UNKNOWN


def read_phases(words: Sequence[str | None] | None, path: str, log: IssueLog) -> tuple[Phase, ...]:
    """Phases in the registry's order; other spellings are accepted with an issue."""
    if words is None:
        return ()
    found = {phase for word in words if word is not None and (phase := _phase(word, path, log))}
    if not words:
        log.add(IssueCode.EMPTY_PHASES, path, "empty list; read as no phase")
    if len(found) > 1:
        log.add(IssueCode.TWO_PHASES, path, f"{len(found)} phases; each of them finds the study")
    return tuple(phase for phase in Phase if phase in found)


def _phase(word: str, path: str, log: IssueLog) -> Phase | None:
    if word in Phase.__members__:
        return Phase(word)
    phase = PHASE_WORDS.get(word.strip().lower())
    if phase is None:
        log.add(IssueCode.UNKNOWN_WORD, path, f"'{word[:40]}' isn't a phase; kept in raw")
    else:
        log.add(IssueCode.UNKNOWN_WORD, path, f"'{word[:40]}' read as {phase}")
    return phase


def read_date(text: str | None, path: str, log: IssueLog) -> str | None:
    """An ISO date, kept as it is when partial; None, with an issue, when it isn't a date."""
    if text is None:
        return None
    found = _DATE.fullmatch(text)
    if found is None or not _in_calendar(found):
        log.add(IssueCode.BAD_DATE, path, "not an ISO date; read as missing")
        return None
    if found[3] is None:
        log.add(IssueCode.PARTIAL_DATE, path, f"only the {'month' if found[2] else 'year'} is given")
    return text


def _in_calendar(found: re.Match[str]) -> bool:
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def read_age(text: str | None, path: str, log: IssueLog) -> int | None:
    """An age bound in whole days, rounded down: `18 Years` is 6,574. `N/A` is no bound.

    Years have 365.25 days and months 30.4375; a bound in another unit than years is noted.
    """
    if text is None or text == "N/A":
        return None
    found = _AGE.fullmatch(text)
    if found is None:
        log.add(IssueCode.BAD_AGE, path, "not a number with a unit of time; read as no bound")
        return None
    unit = found[2].lower()
    days = int(int(found[1]) * _DAYS_PER[unit])
    if unit != "year":
        log.add(IssueCode.AGE_UNIT, path, f"given in {unit}s; kept as {days} days")
    return days
