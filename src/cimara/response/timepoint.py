"""How the call of one visit becomes a result row: date, flags, numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from cimara.response.criteria.call import UNVERIFIED, Call, unverified
from cimara.response.criteria.clinical import ClinicalSeen
from cimara.response.criteria.irano import Step
from cimara.response.followup import Followup, Seen
from cimara.response.policy import Policy
from cimara.response.rows import TimepointRow
from cimara.response.tables import component_rules

RECOMMENDED_LIMIT = 100
"""The smallest longest diameter, in tenths of mm, that RANO-BM recommends for a target."""


def timepoint_row(followup: Followup, step: Step, call: Call, base: int | None, digest: str) -> TimepointRow:
    """One result row: the call, its parts, and everything that explains it; the engine adds `original`."""
    policy, parts, seen = followup.policy, step.parts, step.seen
    if is_gated(policy):
        call = Call("UNDETERMINED", "VOL-1", "LIN15", reasons=("UNVERIFIED_TABLE",))
    return TimepointRow(
        patient_id=followup.records.patient.patient_id,
        visit_id=seen.visit.visit_id,
        date=_date(seen, call, step.clinical, policy),
        evaluator=followup.records.evaluator,
        criterion=policy.criterion,
        compartment=policy.compartment,
        response=call.response,
        rule_id=call.rule_id,
        sum=parts.sum,
        base_sum=base,
        nadir_sum=None if parts.nadir is None else parts.nadir.sum,
        nadir_visit="" if parts.nadir is None else parts.nadir.visit_id,
        n_targets=len(followup.targets),
        n_assessed=parts.n_assessed,
        target=parts.target.word,
        nontarget=parts.nontarget.word,
        new_lesion=_new_word(seen),
        clinical=step.clinical.status,
        steroid=step.clinical.steroid,
        reasons=tuple(dict.fromkeys(call.reasons)),
        flags=tuple(dict.fromkeys(_flags(step, call, policy))),
        citation=call.citation,
        policy_hash=policy.hash,
        input_hash=digest,
        adjudications=tuple(seen.events),
        pd_kind=call.kind,
        measure=policy.measure,
    )


def is_gated(policy: Policy) -> bool:
    """Whether the policy asks for unverified thresholds without allowing them (VOL-1)."""
    return policy.measure == "volume" and not policy.allow_unverified_tables


def _new_word(seen: Seen) -> str:
    if any(new.is_certain for new in seen.new.values()):
        return "UNEQUIVOCAL"
    return "EQUIVOCAL" if seen.new else "NO"


def _date(seen: Seen, call: Call, clinical: ClinicalSeen, policy: Policy) -> dt.date:
    """The date of a response in a visit of several scans (`pd_date_in_visit`, `response_date_in_visit`)."""
    choice = policy.pd_date_in_visit if call.kinds else policy.response_date_in_visit
    if choice == "by_kind":
        return min(_dates_of(kind, seen, clinical) for kind in call.kinds)
    return min(seen.scan_dates) if choice == "first_scan" else max(seen.scan_dates)


def is_dated_by_choice(seen: Seen, call: Call, policy: Policy) -> bool:
    """DAT-1. Whether the visit has scans of several days, and no guideline says which of them counts."""
    if len(set(seen.scan_dates)) < 2:
        return False
    by_guideline = policy.pd_date_in_visit == "by_kind" and bool(call.kinds)
    return not by_guideline or not set(call.kinds).isdisjoint(("target", "non-target"))


def _dates_of(kind: str, seen: Seen, clinical: ClinicalSeen) -> dt.date:
    """When one part progressed: a new lesion when it was seen, targets and the rest at their last scan."""
    if kind == "clinical":
        return clinical.date or seen.visit.date
    if kind == "new":
        return min(seen.new_dates, default=max(seen.scan_dates))
    dates = seen.target_dates if kind == "target" else seen.nontarget_dates
    return max(dates, default=max(seen.scan_dates))


def _flags(step: Step, call: Call, policy: Policy) -> Iterable[str]:
    parts, seen = step.parts, step.seen
    yield from seen.flags
    for part in (parts.target, parts.nontarget, parts.new):
        yield from part.flags
    yield from step.clinical.flags
    if is_dated_by_choice(seen, call, policy):
        yield from unverified(component_rules()["DAT-1"])
    yield from call.flags
    if policy.imaging_only:
        yield "IMAGING_ONLY"
    if policy.is_rano and policy.min_ld < RECOMMENDED_LIMIT:
        yield "LOWER_SIZE_LIMIT"
    if policy.measure == "volume":
        yield f"{UNVERIFIED}VOL-1"
        if policy.volumetric_abs_increase_mm3 is None:
            yield "NO_ABSOLUTE_RULE"
