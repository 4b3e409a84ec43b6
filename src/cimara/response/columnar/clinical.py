"""Clinical state and steroids on arrays (`criteria/clinical.py`): RBM-O1, C1, S1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.records import NOTHING, Array, Records, code, is_word, take
from cimara.response.columnar.words import BY_SCALES, flag, number, where
from cimara.response.criteria.clinical import OTHER_CAUSES
from cimara.response.policy import Policy
from cimara.response.tables import load_table
from cimara.terms.response import Answer, ClinicalStatus, SteroidTrend

STATUS = {word: code(word) for word in ClinicalStatus}
TREND = {word: code(word) for word in SteroidTrend}
DISAGREE, CONFLICT = 1, 2
"""Bits of what is remarkable: reported state against scales, reported trend against dose."""


@dataclass(slots=True)
class ClinicalSeen:
    """State and steroids: words of the table, words for reading, flags, and bits of what was remarkable."""

    word: Array
    status: Array
    steroid_word: Array
    steroid: Array
    antiangiogenic: Array
    date: Array
    flags: Array
    noted: Array


def as_met(shape: tuple[int, ...]) -> ClinicalSeen:
    """Cohorts without clinical data: the conditions count as met (`imaging_only`), nothing is shown."""
    zero = np.zeros(shape, np.int8)
    nothing, bits = np.full(shape, -1, np.int8), np.zeros(shape, np.int64)
    return ClinicalSeen(zero, nothing, zero, nothing, zero, np.full(shape, NOTHING), bits, bits)


def see_clinical(
    records: Records, policy: Policy, item: Array, reference: Array, dose_reference: Array
) -> ClinicalSeen:
    """State and steroids of records (rows, -1 for none) against reference records."""
    status, flags, noted = _status(records, policy, item, reference)
    trend, more, conflict = _trend(records, policy, item, dose_reference)
    word = np.full(item.shape, number("clinical", "UNKNOWN"), np.int8)
    word[status == STATUS[ClinicalStatus.WORSE]] = number("clinical", "WORSE")
    word[is_word(status, ClinicalStatus.STABLE, ClinicalStatus.IMPROVED)] = number("clinical", "OK")
    if policy.clinical_missing == "assume_ok":
        unknown = status == STATUS[ClinicalStatus.UNKNOWN]
        word[unknown] = number("clinical", "OK")
        flags |= where(unknown, flag("CLINICAL_ASSUMED"))
    bevacizumab = take(records.clinical["antiangiogenic"], item, -1) == code(Answer.YES)
    flags |= more | where(bevacizumab, flag("ANTIANGIOGENIC"))
    words = np.array([number("steroid", _table_word(each)) for each in SteroidTrend], np.int8)
    return ClinicalSeen(
        word,
        status,
        words[trend],
        trend,
        bevacizumab.astype(np.int8),
        take(records.clinical["date"], item, NOTHING),
        flags,
        noted | where(conflict, CONFLICT),
    )


def _table_word(trend: SteroidTrend) -> str:
    return "KEPT" if trend in (SteroidTrend.STABLE, SteroidTrend.DECREASED) else trend.value


def _status(records: Records, policy: Policy, item: Array, reference: Array) -> tuple[Array, Array, Array]:
    """Reported state, state by the scales, or the worse of both, with its cause weighed."""
    rows = records.clinical
    status, flags = _reported(records, policy, item)
    noted = np.zeros(item.shape, np.int64)
    if policy.clinical_source != "reported":
        derived, more = _derived(records, policy, item, reference)
        if policy.clinical_source == "derived":
            status, flags = derived, more
        else:
            worse, unknown = STATUS[ClinicalStatus.WORSE], STATUS[ClinicalStatus.UNKNOWN]
            known = (status != unknown) & (derived != unknown)
            noted = where(known & ((status == worse) != (derived == worse)), DISAGREE)
            status = np.where(
                (status == worse) | (derived == worse), worse, np.where(status == unknown, derived, status)
            )
            flags = flags | more
    causes = is_word(take(rows["attributable"], item, -1), *OTHER_CAUSES)
    excused = (status == STATUS[ClinicalStatus.WORSE]) & causes
    status = np.where(excused, STATUS[ClinicalStatus.STABLE], status)
    return status, flags | where(excused, flag("WORSE_OTHER_CAUSE")), noted


def _reported(records: Records, policy: Policy, item: Array) -> tuple[Array, Array]:
    rows = records.clinical
    status = take(rows["status"], item, STATUS[ClinicalStatus.UNKNOWN])
    status, flags = _weighed(
        status, take(rows["persisted_days"], item, NOTHING), policy, unknown_is_worse=True
    )
    is_brief = (flags & flag("CLINICAL_TOO_BRIEF")) != 0
    return status, flags | where(is_brief, flag("UNVERIFIED_RULE:RBM-C1"))


def _weighed(status: Array, days: Array, policy: Policy, *, unknown_is_worse: bool) -> tuple[Array, Array]:
    """Worse for too few days is not worse; for unknown days it is as reported, and is not by the scales."""
    worse = status == STATUS[ClinicalStatus.WORSE]
    undated = worse & (days == NOTHING)
    brief = worse & ~undated & (days < policy.clinical_persistence_days)
    excused = brief if unknown_is_worse else brief | undated
    flags = where(undated, flag("CLINICAL_DURATION_UNKNOWN")) | where(brief, flag("CLINICAL_TOO_BRIEF"))
    return np.where(excused, STATUS[ClinicalStatus.STABLE], status), flags


def _derived(records: Records, policy: Policy, item: Array, reference: Array) -> tuple[Array, Array]:
    """RBM-C1. State by KPS or ECOG against baseline."""
    rows = records.clinical
    is_known, has_fallen = np.zeros(item.shape, bool), np.zeros(item.shape, bool)
    for scale, name in (("KPS", "kps"), ("ECOG", "ecog")):
        before, now = take(rows[name], reference, NOTHING), take(rows[name], item, NOTHING)
        both = (before != NOTHING) & (now != NOTHING)
        is_known |= both
        has_fallen |= both & has_deteriorated(scale, before, now)
    status = np.where(has_fallen, STATUS[ClinicalStatus.WORSE], STATUS[ClinicalStatus.STABLE])
    status = np.where(is_known, status, STATUS[ClinicalStatus.UNKNOWN])
    days = take(rows["persisted_days"], item, NOTHING)
    status, flags = _weighed(status, days, policy, unknown_is_worse=False)
    return status, (flags << BY_SCALES) | where(is_known, flag("UNVERIFIED_RULE:RBM-C1"))


def has_deteriorated(scale: str, before: Array, now: Array) -> Array:
    """RBM-C1, by the rows of `clinical_deterioration.csv`."""
    fall = before - now if scale == "KPS" else now - before
    found = np.zeros(before.shape, bool)
    for row in load_table("clinical_deterioration").rows:
        limit = {name: int(value) for name, value in row.extra.items()}
        if row.conditions == ((scale,),):
            in_before = (limit["baseline_from"] <= before) & (before <= limit["baseline_to"])
            in_now = (limit["now_from"] <= now) & (now <= limit["now_to"])
            found |= in_before & in_now & (fall >= limit["fall_from"])
    return found


def _trend(records: Records, policy: Policy, item: Array, reference: Array) -> tuple[Array, Array, Array]:
    """RBM-S1. Trend, flags, and where a reported trend contradicts the dose."""
    rows = records.clinical
    none, unknown = TREND[SteroidTrend.NONE], TREND[SteroidTrend.UNKNOWN]
    dose = take(rows["micrograms"], item, NOTHING)
    has_dose = dose != NOTHING
    is_free = take(rows["dex_mg_per_day"], item, 1) == 0
    if policy.physiological_steroid_is_none:
        is_free |= take(rows["physiological"], item, -1) == code(Answer.YES)
    said = take(rows["steroid_trend"], item, unknown)
    conflict = (item >= 0) & ~is_free & (said == none) & has_dose
    trend = np.where(is_free, none, said)
    by_dose = (item >= 0) & ~is_free & (conflict | (said == unknown))
    trend = np.where(by_dose, _from_dose(dose, take(rows["micrograms"], reference, NOTHING)), trend)
    trend = np.where(item < 0, unknown, trend)
    flags = np.zeros(item.shape, np.int64)
    if policy.steroid_missing == "assume_ok":
        assumed = (by_dose | (item < 0)) & (trend == unknown)
        trend = np.where(assumed, none, trend)
        flags |= where(assumed, flag("STEROID_ASSUMED"))
    flags |= where(by_dose & (trend != unknown) & has_dose, flag("UNVERIFIED_RULE:RBM-S1"))
    return trend, flags, conflict


def _from_dose(now: Array, before: Array) -> Array:
    found = np.where(now > before, TREND[SteroidTrend.INCREASED], TREND[SteroidTrend.DECREASED])
    found = np.where(now == before, TREND[SteroidTrend.STABLE], found)
    return np.where((now == NOTHING) | (before == NOTHING), TREND[SteroidTrend.UNKNOWN], found)
