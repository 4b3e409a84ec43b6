"""Status, age and sex: what the registry holds in fields of its own, against the person."""

from __future__ import annotations

import math

from cimara.terms.registry import OverallStatus, Sex
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.matching.case import Case, decide
from cimara.trials.matching.profile import PatientSex
from cimara.trials.matching.sites import OPEN_STATUSES, open_sites
from cimara.trials.verdict import Criterion

_STATUS_ROWS = {
    OverallStatus.RECRUITING: "open",
    OverallStatus.AVAILABLE: "open",
    OverallStatus.ENROLLING_BY_INVITATION: "by_invitation",
    OverallStatus.NOT_YET_RECRUITING: "not_yet",
    OverallStatus.SUSPENDED: "paused",
    OverallStatus.TEMPORARILY_NOT_AVAILABLE: "paused",
    OverallStatus.UNKNOWN: "unknown",
    OverallStatus.WITHHELD: "withheld",
}
_ROUNDING_DAYS = 1.0


def status(case: Case) -> Criterion:
    """The trial's overall status; a recruiting trial without any open site is left to a check."""
    overall = case.study.overall_status
    row = _STATUS_ROWS.get(overall) or f"closed/{overall.value.lower()}"
    if overall in OPEN_STATUSES and case.study.sites and not open_sites(case.study):
        row = "open/no_open_site"
    return decide(f"MATCH/status/{row}", fact=overall.value)


def age(case: Case) -> Criterion:
    """Age in whole years against the trial's limits; a limit of 75 years takes people until they are 76."""
    least, most, years = case.study.min_age_days, case.study.max_age_days, case.profile.age
    if least is None and most is None:
        return decide("MATCH/age/no_limit/silent", fact=years)
    asked = f"{_years(least, '0')}-{_years(most, '')}"
    if years is None:
        return decide("MATCH/age/unknown", requirement=asked)
    answers = {_at_least(years, least), _at_most(years, most)}
    row = next(one for one in ("outside", "boundary", "in_range") if one in answers)
    return decide(f"MATCH/age/{row}", requirement=asked, fact=years)


def _at_least(years: int, least: int | None) -> str:
    if least is None or years * DAYS_PER_YEAR >= least - _ROUNDING_DAYS:
        return "in_range"
    return "outside" if (years + 1) * DAYS_PER_YEAR <= least + _ROUNDING_DAYS else "boundary"


def _at_most(years: int, most: int | None) -> str:
    if most is None:
        return "in_range"
    limit = most / DAYS_PER_YEAR
    whole = round(limit)
    if abs(most - whole * DAYS_PER_YEAR) <= _ROUNDING_DAYS:
        return "in_range" if years <= whole else "outside"
    return "in_range" if years < math.floor(limit) else "outside" if years > limit else "boundary"


def _years(days: int | None, otherwise: str) -> str:
    return otherwise if days is None else f"{round(days / DAYS_PER_YEAR, 1):g}"


def sex(case: Case) -> Criterion:
    """Sex against the one that the trial takes."""
    asked, known = case.study.sex, case.profile.sex
    if asked is Sex.ALL:
        return decide("MATCH/sex/all", requirement="ALL", fact=known)
    if known is None:
        row = f"unknown/{asked.value.lower()}"
    elif known is PatientSex.OTHER:
        row = "other"
    else:
        row = "same" if known.value == asked.value.lower() else f"differs/{asked.value.lower()}"
    return decide(f"MATCH/sex/{row}", requirement=asked.value, fact=known)
