"""How old registry data are, and when that must be said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from cimara.terms.registry import OverallStatus
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.study import Study


class Freshness(StrEnum):
    """Age of a snapshot's data: shown plainly, shown with its date, or with a warning."""

    FRESH = "fresh"
    DATED = "dated"
    OLD = "old"


@dataclass(frozen=True, slots=True, kw_only=True)
class StalenessPolicy:
    """Bounds of age, a project decision: data in days, the last update of a recruiting record in years."""

    fresh_days: int = 14
    dated_days: int = 60
    recruiting_years: int = 2


DEFAULT_POLICY = StalenessPolicy()


def freshness(data_date: str | None, today: date, policy: StalenessPolicy = DEFAULT_POLICY) -> Freshness:
    """How fresh data of a date are; an unknown date counts as old."""
    found = earliest_day(data_date)
    if found is None:
        return Freshness.OLD
    age = (today - found).days
    if age <= policy.fresh_days:
        return Freshness.FRESH
    return Freshness.DATED if age <= policy.dated_days else Freshness.OLD


def may_be_outdated(study: Study, today: date, policy: StalenessPolicy = DEFAULT_POLICY) -> bool:
    """True for a recruiting record that no one updated, or verified, for two years, or that has no date."""
    if study.overall_status is not OverallStatus.RECRUITING:
        return False
    found = earliest_day(study.last_updated or study.verified)
    return found is None or found < today - timedelta(days=policy.recruiting_years * DAYS_PER_YEAR)


def earliest_day(iso: str | None) -> date | None:
    """The first day that an ISO date, whole or partial, can mean; None when there is none."""
    if not iso:
        return None
    parts = [*map(int, iso.split("-")), 1, 1]
    return date(parts[0], parts[1], parts[2])
