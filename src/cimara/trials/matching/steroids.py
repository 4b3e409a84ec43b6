"""A trial's rule on steroids against what a person takes: the same drug only, doses never converted."""

from __future__ import annotations

from datetime import date

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.model import CnsFields, SteroidPolicy
from cimara.trials.matching.brm import BOUNDARY_DAYS
from cimara.trials.matching.case import Case, decide, from_day, over_states
from cimara.trials.matching.facts import SteroidDrug, Steroids, Trend
from cimara.trials.matching.reading import Never
from cimara.trials.verdict import Criterion

FIELDS = ("steroid_policy", "max_pred_mg", "max_dex_mg", "steroid_free_days", "steroids_physiologic")
BOUNDARY_SHARE = 0.10
_UNKNOWN = Steroids()


def steroids(case: Case) -> Criterion | None:
    """Steroids at entry; the rule is asked of people with brain metastases, since it is read there."""
    if not _has_rule(case.fields):
        return None
    return over_states(case, _cell, "MATCH/steroids/unknown")


def _has_rule(fields: CnsFields) -> bool:
    numbers = (fields.max_pred_mg, fields.max_dex_mg, fields.steroid_free_days)
    return fields.steroid_policy is not None or any(one is not None for one in numbers)


def _cell(case: Case, state: CnsState) -> Criterion | None:
    if state is CnsState.NONE_KNOWN:
        return None
    taken = case.profile.steroids or _UNKNOWN
    if case.fields.steroid_policy is SteroidPolicy.ANY:
        return _answer(case, "any", taken)
    if taken.drug is None:
        return _answer(case, "unknown", taken)
    return _off(case, taken) if taken.drug is SteroidDrug.NONE else _on(case, taken, taken.drug)


def _off(case: Case, taken: Steroids) -> Criterion:
    asked, last = case.fields.steroid_free_days, taken.last_dose
    if asked is None:
        return _answer(case, "off", taken)
    if last is None:
        return _answer(case, "off/unknown", taken)
    if last is Never.NEVER:
        return _answer(case, "off/long_enough", taken)
    assert isinstance(last, date)
    days = case.days_since(last)
    row = "off/long_enough" if days > asked else "off/too_short"
    if abs(days - asked) <= BOUNDARY_DAYS:
        row = "off/boundary"
    return decide(
        f"MATCH/steroids/{row}",
        requirement=f"off {asked} d",
        fact=f"off {days} d",
        evidence=case.evidence(FIELDS),
        days=asked,
        day=from_day(last, asked) if days < asked else None,
    )


def _on(case: Case, taken: Steroids, drug: SteroidDrug) -> Criterion:
    fields = case.fields
    none_taken_in = (
        fields.steroid_policy is SteroidPolicy.NONE or fields.max_pred_mg == 0 == fields.max_dex_mg
    )
    if none_taken_in or fields.steroid_free_days is not None:
        return _answer(
            case, "physiologic" if fields.steroids_physiologic else "not_allowed", taken, limit=0.0
        )
    limit = _limit(fields, drug)
    if limit is not None:
        return _against_limit(case, taken, limit)
    if fields.max_pred_mg is not None or fields.max_dex_mg is not None:
        return _answer(case, "other_drug", taken)
    if fields.steroid_policy is SteroidPolicy.STABLE_OR_TAPERING:
        return _answer(case, _course(taken.trend), taken)
    return _answer(case, "physiologic" if fields.steroids_physiologic else "not_said", taken)


def _limit(fields: CnsFields, drug: SteroidDrug) -> float | None:
    """The trial's own maximum for that drug, in milligrams a day."""
    if drug is SteroidDrug.PREDNISONE:
        return fields.max_pred_mg
    return fields.max_dex_mg if drug is SteroidDrug.DEXAMETHASONE else None


def _against_limit(case: Case, taken: Steroids, limit: float) -> Criterion:
    dose = taken.mg_per_day
    if dose is None:
        # Any dose at all is above a limit of 0, so the number isn't needed.
        return _answer(case, "dose_unknown" if limit else "not_allowed", taken, limit=limit)
    if dose > limit * (1 + BOUNDARY_SHARE):
        return _answer(case, "above_dose", taken, limit=limit)
    if dose > limit:
        return _answer(case, "boundary", taken, limit=limit)
    if case.fields.steroid_policy is SteroidPolicy.STABLE_OR_TAPERING:
        return _answer(case, _course(taken.trend), taken)
    return _answer(case, "within_dose", taken, limit=limit)


def _course(trend: Trend | None) -> str:
    if trend is None:
        return "trend_unknown"
    return "increasing" if trend is Trend.INCREASING else "stable_or_tapering"


def _answer(case: Case, row: str, taken: Steroids, limit: float | None = None) -> Criterion:
    return decide(
        f"MATCH/steroids/{row}",
        requirement=_requirement(case.fields),
        fact=_fact(taken),
        evidence=case.evidence(FIELDS),
        days=case.fields.steroid_free_days,
        drug=None if taken.drug is None else taken.drug.value,
        mg=limit,
    )


def _requirement(fields: CnsFields) -> str:
    parts = [f"prednisone {fields.max_pred_mg:g} mg"] if fields.max_pred_mg is not None else []
    parts += [f"dexamethasone {fields.max_dex_mg:g} mg"] if fields.max_dex_mg is not None else []
    parts += [f"off {fields.steroid_free_days} d"] if fields.steroid_free_days is not None else []
    return ", ".join(parts) or (fields.steroid_policy or SteroidPolicy.MAX_DOSE).value


def _fact(taken: Steroids) -> str | None:
    if taken.drug is None:
        return None
    dose = "" if taken.mg_per_day is None else f" {taken.mg_per_day:g} mg"
    return f"{taken.drug.value}{dose}"
