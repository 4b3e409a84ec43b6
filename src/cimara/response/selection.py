"""Choosing targets for one patient, as the reader would at baseline."""

from __future__ import annotations

from cimara.response.criteria.measurability import TargetSelection, select
from cimara.response.followup import follow
from cimara.response.model import INVESTIGATOR, Patient
from cimara.response.policy import Policy
from cimara.response.records import COMPARTMENTS, collect
from cimara.terms.response import LesionRole


def select_targets(patient: Patient, policy: Policy, evaluator: str = INVESTIGATOR) -> TargetSelection:
    """Target lesions by the measurability rules, in order of choice; `left_out` says why each other is none.

    Without a baseline scan nothing is measurable, and every lesion is left out.
    """
    records = collect(patient, evaluator)
    lenient = policy.replace(target_source="given", measurability="report")
    baseline = follow(records, lenient).baseline
    inside = COMPARTMENTS[policy.compartment]
    lesions = {
        key: item
        for key, item in records.lesions.items()
        if item.compartment in inside and item.role is not LesionRole.NEW and not item.parent_ids
    }
    at_baseline = {key: None if baseline is None else records.seen(baseline, key) for key in lesions}
    return select(lesions, at_baseline, policy)
