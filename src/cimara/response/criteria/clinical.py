"""Clinical state and steroids at a visit, as RANO-BM asks for them (RBM-O1, C1, S1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cimara.response.adjudicate import Decisions
from cimara.response.criteria.call import UNVERIFIED
from cimara.response.followup import Followup
from cimara.response.model import Clinical, Finding
from cimara.response.policy import Policy
from cimara.response.records import Records, note
from cimara.response.tables import load_table
from cimara.terms.response import AdjudicationKind, Answer, Attribution, ClinicalStatus, SteroidTrend

OTHER_CAUSES = frozenset({Attribution.COMORBIDITY, Attribution.STEROID_CHANGE})
MICROGRAMS = 1000
BY_SCALES_OR_DAYS = f"{UNVERIFIED}RBM-C1"
"""How far a scale must fall, and for how long a decline must last, are not checked against print."""
BY_DOSE = f"{UNVERIFIED}RBM-S1"


@dataclass(frozen=True, slots=True)
class ClinicalSeen:
    """State and steroids of one visit: the table's words, the words for reading, and what was remarkable."""

    word: str
    status: str
    steroid_word: str
    steroid: str
    antiangiogenic: bool
    date: dt.date | None
    flags: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


AS_MET = ClinicalSeen("OK", "", "NONE", "", False, None)
"""Cohorts without clinical data: the conditions count as met (`imaging_only`)."""


def clinical_seen(followup: Followup, position: int, decisions: Decisions) -> ClinicalSeen:
    """Clinical state and steroids at one visit, by the policy's sources and for its holes."""
    policy, records = followup.policy, followup.records
    if policy.imaging_only:
        return AS_MET
    item = _reattributed(records, position, decisions)
    reference = reference_clinical(followup)
    status, flags, findings = clinical_status(item, reference, records, policy)
    trend, more, conflicts = steroid_trend(
        item, _dose_reference(followup, position, reference), records, policy
    )
    word = "WORSE" if status is ClinicalStatus.WORSE else "UNKNOWN"
    if status in (ClinicalStatus.STABLE, ClinicalStatus.IMPROVED):
        word = "OK"
    elif status is ClinicalStatus.UNKNOWN and policy.clinical_missing == "assume_ok":
        word, flags = "OK", [*flags, "CLINICAL_ASSUMED"]
    on_bevacizumab = item is not None and item.antiangiogenic is Answer.YES
    if on_bevacizumab:
        more = [*more, "ANTIANGIOGENIC"]
    return ClinicalSeen(
        word,
        status,
        _steroid_word(trend),
        trend,
        on_bevacizumab,
        None if item is None else item.date,
        (*flags, *more),
        (*findings, *conflicts),
    )


def _reattributed(records: Records, position: int, decisions: Decisions) -> Clinical | None:
    """The clinical record, its cause replaced where that was decided (ADJ-7)."""
    item = records.clinical.get(position)
    visit = records.visits[position].visit_id
    for event in decisions.about(AdjudicationKind.CLINICAL_REATTRIBUTED, evaluator=records.evaluator):
        if item is not None and event.visit_id == visit:
            item = replace(item, attributable=Attribution(event.value))
    return item


def reference_clinical(followup: Followup) -> Clinical | None:
    """The clinical record at baseline: of the baseline visit, else the last one up to the start."""
    records = followup.records
    if followup.baseline is not None and records.clinical.get(followup.baseline) is not None:
        return records.clinical[followup.baseline]
    start = records.patient.start_date
    earlier = [item for item in records.clinical.values() if item is not None and item.date <= start]
    return max(earlier, key=lambda item: item.date, default=None)


def clinical_status(
    item: Clinical | None, reference: Clinical | None, records: Records, policy: Policy
) -> tuple[ClinicalStatus, list[str], list[Finding]]:
    """Reported state, state by the scales, or the worse of both (`clinical_source`); its cause is weighed."""
    if item is None:
        return ClinicalStatus.UNKNOWN, [], []
    reported, flags = _reported(item, policy)
    status, findings = reported, []
    if policy.clinical_source != "reported":
        derived, more = _derived(item, reference, policy)
        if policy.clinical_source == "derived":
            status, flags = derived, more
        else:
            status, flags = _worse_of(reported, derived), [*flags, *more]
            if _disagree(reported, derived):
                text = "the reported clinical state and the one by the scales disagree"
                findings.append(note("CLINICAL_SOURCES_DISAGREE", text, records.patient, item.visit_id))
    if status is ClinicalStatus.WORSE and item.attributable in OTHER_CAUSES:
        return ClinicalStatus.STABLE, [*flags, "WORSE_OTHER_CAUSE"], findings
    return status, flags, findings


def _reported(item: Clinical, policy: Policy) -> tuple[ClinicalStatus, list[str]]:
    """The reported state; worse for too few days is not worse, for unknown days it is, with a flag."""
    if item.status is not ClinicalStatus.WORSE:
        return item.status, []
    if item.persisted_days is None:
        return ClinicalStatus.WORSE, ["CLINICAL_DURATION_UNKNOWN"]
    if item.persisted_days < policy.clinical_persistence_days:
        return ClinicalStatus.STABLE, ["CLINICAL_TOO_BRIEF", BY_SCALES_OR_DAYS]
    return ClinicalStatus.WORSE, []


def _derived(item: Clinical, reference: Clinical | None, policy: Policy) -> tuple[ClinicalStatus, list[str]]:
    """RBM-C1. State by KPS or ECOG against baseline; without a duration it is not worse, with a flag."""
    pairs = [
        (scale, before, now)
        for scale, before, now in (
            ("KPS", None if reference is None else reference.kps, item.kps),
            ("ECOG", None if reference is None else reference.ecog, item.ecog),
        )
        if before is not None and now is not None
    ]
    if not pairs:
        return ClinicalStatus.UNKNOWN, []
    if not any(has_deteriorated(scale, before, now) for scale, before, now in pairs):
        return ClinicalStatus.STABLE, [BY_SCALES_OR_DAYS]
    if item.persisted_days is None:
        return ClinicalStatus.STABLE, [BY_SCALES_OR_DAYS, "CLINICAL_DURATION_UNKNOWN"]
    if item.persisted_days < policy.clinical_persistence_days:
        return ClinicalStatus.STABLE, [BY_SCALES_OR_DAYS, "CLINICAL_TOO_BRIEF"]
    return ClinicalStatus.WORSE, [BY_SCALES_OR_DAYS]


def has_deteriorated(scale: str, before: int, now: int) -> bool:
    """RBM-C1. Whether KPS or ECOG has fallen far enough, by the rows of `clinical_deterioration.csv`."""
    fall = before - now if scale == "KPS" else now - before
    for row in load_table("clinical_deterioration").rows:
        limits: Mapping[str, int] = {name: int(value) for name, value in row.extra.items()}
        in_before = limits["baseline_from"] <= before <= limits["baseline_to"]
        in_now = limits["now_from"] <= now <= limits["now_to"]
        if row.conditions == ((scale,),) and in_before and in_now and fall >= limits["fall_from"]:
            return True
    return False


def _worse_of(reported: ClinicalStatus, derived: ClinicalStatus) -> ClinicalStatus:
    if ClinicalStatus.WORSE in (reported, derived):
        return ClinicalStatus.WORSE
    return derived if reported is ClinicalStatus.UNKNOWN else reported


def _disagree(reported: ClinicalStatus, derived: ClinicalStatus) -> bool:
    known = ClinicalStatus.UNKNOWN not in (reported, derived)
    return known and (reported is ClinicalStatus.WORSE) != (derived is ClinicalStatus.WORSE)


def _dose_reference(followup: Followup, position: int, reference: Clinical | None) -> Clinical | None:
    """The record whose dose the trend is taken against (`steroid_reference`)."""
    if followup.policy.steroid_reference == "baseline":
        return reference
    earlier: Iterable[int] = (place for place in followup.records.clinical if place < position)
    return followup.records.clinical.get(max(earlier, default=-1))


def steroid_trend(
    item: Clinical | None, reference: Clinical | None, records: Records, policy: Policy
) -> tuple[SteroidTrend, list[str], list[Finding]]:
    """RBM-S1. Trend of the dose against the reference; the reported one where the dose says nothing else."""
    if item is None:
        return _assumed(SteroidTrend.UNKNOWN, policy)
    replacement = policy.physiological_steroid_is_none and item.physiological is Answer.YES
    if item.dex_mg_per_day == 0 or replacement:
        return SteroidTrend.NONE, [], []
    if item.steroid_trend is SteroidTrend.NONE and item.dex_mg_per_day is not None:
        text = "steroids reported as none, but a dose is recorded: the dose is used"
        finding = note("STEROID_CONFLICT", text, records.patient, item.visit_id)
        trend, flags = _by_dose(item, reference, policy)
        return trend, flags, [finding]
    if item.steroid_trend is not SteroidTrend.UNKNOWN:
        return item.steroid_trend, [], []
    return *_by_dose(item, reference, policy), []


def _by_dose(item: Clinical, reference: Clinical | None, policy: Policy) -> tuple[SteroidTrend, list[str]]:
    """Trend by the dose, flagged as unverified wherever a dose decided."""
    trend, flags, _ = _assumed(_from_dose(item, reference), policy)
    is_decided = trend is not SteroidTrend.UNKNOWN and item.dex_mg_per_day is not None
    return trend, [*flags, BY_DOSE] if is_decided else flags


def _from_dose(item: Clinical, reference: Clinical | None) -> SteroidTrend:
    before, now = _micrograms(reference), _micrograms(item)
    if before is None or now is None:
        return SteroidTrend.UNKNOWN
    if now == before:
        return SteroidTrend.STABLE
    return SteroidTrend.INCREASED if now > before else SteroidTrend.DECREASED


def _micrograms(item: Clinical | None) -> int | None:
    """A daily dose as whole micrograms, so that doses compare exactly."""
    if item is None or item.dex_mg_per_day is None:
        return None
    return round(item.dex_mg_per_day * MICROGRAMS)


def _assumed(trend: SteroidTrend, policy: Policy) -> tuple[SteroidTrend, list[str], list[Finding]]:
    if trend is SteroidTrend.UNKNOWN and policy.steroid_missing == "assume_ok":
        return SteroidTrend.NONE, ["STEROID_ASSUMED"], []
    return trend, [], []


def _steroid_word(trend: SteroidTrend) -> str:
    kept = trend in (SteroidTrend.STABLE, SteroidTrend.DECREASED)
    return "KEPT" if kept else trend.value
