"""Size, number and place of lesions, treatment, drugs, scans: rules against facts (trials.md §7.2)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cimara.trials.eligibility.model import Allowance, Antiseizure, BrainImaging, LocalTherapy
from cimara.trials.matching import CnsFacts, Profile, match
from cimara.trials.verdict import ChangeKind, Criterion, CriterionId, CriterionValue
from tests.unit.trials.matching.made_trials import AS_OF, eligibility, trial

MEETS, FAILS = CriterionValue.MEETS, CriterionValue.FAILS
UNKNOWN, CHECK = CriterionValue.UNKNOWN, CriterionValue.NEEDS_CHECK
UNTREATED = {"state": "untreated_asymptomatic"}
TREATED = {"state": "treated_stable"}
NEVER_TREATED = UNTREATED | {"last_srs": "none", "had_wbrt": False, "last_surgery": "none"}


def compared(
    criterion: CriterionId, facts: dict[str, Any], policy: str = "active_allowed", **rules: Any
) -> Criterion | None:
    own = {key: facts[key] for key in facts if key in ("antiseizure_drugs", "extracranial_measurable")}
    cns = CnsFacts(**{key: value for key, value in facts.items() if key not in own})
    profile = replace(Profile(as_of=AS_OF, cns=cns), **own)
    return match(profile, trial(eligibility(policy, **rules))).criterion(criterion)


def value(*args: Any, **rules: Any) -> CriterionValue | None:
    found = compared(*args, **rules)
    return None if found is None else found.value


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (UNTREATED | {"largest_mm": 12}, MEETS),
        (UNTREATED | {"largest_mm": 19}, CHECK),
        (UNTREATED | {"largest_mm": 21.5}, CHECK),
        (UNTREATED | {"largest_untreated_mm": 30}, FAILS),
        (NEVER_TREATED | {"largest_mm": 30}, FAILS),
        (UNTREATED | {"largest_mm": 30}, UNKNOWN),
        (UNTREATED | {"largest_mm": 30, "largest_untreated_mm": 10}, CHECK),
        (TREATED | {"largest_mm": 30}, CHECK),
        (UNTREATED, UNKNOWN),
        ({"state": "none_known"}, None),
    ],
)
def test_a_largest_diameter_of_20_mm(facts: dict[str, Any], expected: CriterionValue | None) -> None:
    assert value(CriterionId.LESION_SIZE, facts, max_lesion_mm=20.0) == expected


@pytest.mark.parametrize(("mm", "expected"), [(4, FAILS), (4.6, CHECK), (5.4, CHECK), (6, MEETS)])
def test_a_least_diameter_of_5_mm(mm: float, expected: CriterionValue) -> None:
    facts = UNTREATED | {"largest_mm": mm}
    assert (
        value(CriterionId.LESION_SIZE, facts, "required", min_lesion_mm=5.0, max_lesion_mm=40.0) == expected
    )


def test_too_small_a_lesion_is_for_a_later_scan() -> None:
    found = compared(CriterionId.LESION_SIZE, UNTREATED | {"largest_mm": 3}, "required", min_lesion_mm=5.0)
    assert found is not None
    assert found.change is not None
    assert found.change.kind is ChangeKind.NEW_SCAN


def test_too_large_a_lesion_may_be_treated_first_where_treated_ones_may_enter() -> None:
    facts = UNTREATED | {"largest_untreated_mm": 35}
    found = compared(CriterionId.LESION_SIZE, facts, max_lesion_mm=20.0)
    assert found is not None
    assert found.change is not None
    assert found.change.kind is ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS


def test_a_limit_on_the_total_volume_is_a_question_since_no_profile_has_it() -> None:
    assert value(CriterionId.LESION_SIZE, UNTREATED, max_total_volume_ml=15.0) is UNKNOWN


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (UNTREATED | {"lesion_count": 3}, MEETS),
        (UNTREATED | {"lesion_count": 4}, FAILS),
        (TREATED | {"lesion_count": 4}, CHECK),
        (UNTREATED, UNKNOWN),
    ],
)
def test_at_most_three_lesions(facts: dict[str, Any], expected: CriterionValue) -> None:
    assert value(CriterionId.LESION_COUNT, facts, max_lesion_count=3) is expected


def test_the_readers_names_of_places_are_understood() -> None:
    facts = UNTREATED | {"places": ("optic_pathway",)}
    assert value(CriterionId.LESION_PLACE, facts, excluded_places=("optic pathway",)) is FAILS
    assert value(CriterionId.LESION_PLACE, facts, excluded_places=("somewhere",)) is UNKNOWN


def test_an_mri_serves_where_a_ct_is_asked_for() -> None:
    facts = TREATED | {"last_brain_scan": "2026-02-20", "scan_modality": "mri"}
    asked = {"brain_imaging": BrainImaging.REQUIRED_ALL, "imaging_modality": "CT"}
    assert value(CriterionId.IMAGING, facts, **asked) is MEETS


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (UNTREATED | {"places": ()}, MEETS),
        (UNTREATED | {"places": ("dural",)}, MEETS),
        (UNTREATED | {"places": ("brainstem",)}, FAILS),
        (TREATED | {"places": ("brainstem",)}, CHECK),
        (UNTREATED, UNKNOWN),
    ],
)
def test_the_brainstem_is_excluded(facts: dict[str, Any], expected: CriterionValue) -> None:
    assert value(CriterionId.LESION_PLACE, facts, excluded_places=("brainstem",)) is expected


@pytest.mark.parametrize(
    ("rule", "facts", "expected"),
    [
        (LocalTherapy.REQUIRED, TREATED, MEETS),
        (LocalTherapy.REQUIRED, NEVER_TREATED, FAILS),
        (LocalTherapy.REQUIRED, UNTREATED, UNKNOWN),
        (LocalTherapy.REQUIRED, UNTREATED | {"last_srs": "2025-05-01"}, MEETS),
        (LocalTherapy.FORBIDDEN, NEVER_TREATED, MEETS),
        (LocalTherapy.FORBIDDEN, TREATED, CHECK),
        (LocalTherapy.OPTIONAL, UNTREATED, None),
    ],
)
def test_local_therapy(rule: LocalTherapy, facts: dict[str, Any], expected: CriterionValue | None) -> None:
    assert value(CriterionId.PRIOR_LOCAL_THERAPY, facts, "stable_only", prior_local_therapy=rule) == expected


@pytest.mark.parametrize("policy", ["active_allowed", "required"])
def test_a_trial_that_lets_untreated_lesions_in_asks_for_therapy_of_some_people_only(policy: str) -> None:
    rule = LocalTherapy.REQUIRED
    found = value(CriterionId.PRIOR_LOCAL_THERAPY, NEVER_TREATED, policy, prior_local_therapy=rule)
    assert found is None


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TREATED | {"had_wbrt": True}, FAILS),
        (TREATED | {"last_wbrt": "2025-05-01"}, FAILS),
        (TREATED | {"had_wbrt": False}, MEETS),
        (TREATED | {"last_wbrt": "none"}, MEETS),
        (TREATED | {"last_brain_rt": "2025-05-01"}, CHECK),
        (TREATED, UNKNOWN),
    ],
)
def test_earlier_wbrt_is_excluded(facts: dict[str, Any], expected: CriterionValue) -> None:
    assert value(CriterionId.PRIOR_WBRT, facts, prior_wbrt=Allowance.EXCLUDED) is expected


@pytest.mark.parametrize(
    ("rule", "drugs", "expected"),
    [
        (Antiseizure.NONE, (), MEETS),
        (Antiseizure.NONE, ("levetiracetam",), FAILS),
        (Antiseizure.STABLE, ("levetiracetam",), CHECK),
        (Antiseizure.STABLE, (), MEETS),
        (Antiseizure.ENZYME_INDUCERS_EXCLUDED, ("Levetiracetam",), MEETS),
        (Antiseizure.ENZYME_INDUCERS_EXCLUDED, ("levetiracetam", "Phenytoin"), FAILS),
        (Antiseizure.ENZYME_INDUCERS_EXCLUDED, ("oxcarbazepine",), CHECK),
        (Antiseizure.ENZYME_INDUCERS_EXCLUDED, None, UNKNOWN),
    ],
)
def test_antiseizure_drugs(
    rule: Antiseizure, drugs: tuple[str, ...] | None, expected: CriterionValue
) -> None:
    facts = TREATED if drugs is None else TREATED | {"antiseizure_drugs": drugs}
    assert value(CriterionId.ANTISEIZURE, facts, antiseizure=rule) is expected


@pytest.mark.parametrize(
    ("known", "expected"), [("none", MEETS), ("controlled", MEETS), ("uncontrolled", FAILS), (None, UNKNOWN)]
)
def test_controlled_seizures(known: str | None, expected: CriterionValue) -> None:
    facts = TREATED if known is None else TREATED | {"seizures": known}
    assert value(CriterionId.SEIZURES, facts, seizures_controlled=True) is expected


@pytest.mark.parametrize(("known", "expected"), [(False, MEETS), (True, FAILS), (None, UNKNOWN)])
def test_bleeding(known: bool | None, expected: CriterionValue) -> None:
    facts = TREATED if known is None else TREATED | {"haemorrhage": known}
    assert value(CriterionId.HAEMORRHAGE, facts, haemorrhage_excluded=True) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"last_brain_scan": "2026-02-20", "scan_modality": "mri"}, MEETS),
        ({"last_brain_scan": "2026-02-20", "scan_modality": "ct"}, CHECK),
        ({"last_brain_scan": "2026-02-20", "scan_modality": "pet"}, CHECK),
        ({"last_brain_scan": "2025-10-01"}, CHECK),
        ({"last_brain_scan": "none"}, CHECK),
        ({}, UNKNOWN),
    ],
)
def test_a_scan_is_never_a_reason_to_fail(facts: dict[str, Any], expected: CriterionValue) -> None:
    rules = {"brain_imaging": BrainImaging.REQUIRED_ALL, "imaging_window_days": 28, "imaging_modality": "MRI"}
    found = compared(CriterionId.IMAGING, TREATED | facts, **rules)
    assert found is not None
    assert found.value is expected
    assert (found.change is None) == (expected is MEETS)
    assert found.change is None or found.change.kind is ChangeKind.NEW_SCAN


def test_a_scan_for_people_with_brm_is_not_asked_of_others() -> None:
    rule = BrainImaging.REQUIRED_IF_HISTORY
    assert value(CriterionId.IMAGING, {"state": "none_known"}, brain_imaging=rule) is None
    assert value(CriterionId.IMAGING, TREATED, brain_imaging=rule) is UNKNOWN


def test_a_scan_for_people_with_symptoms_is_not_asked_of_others() -> None:
    rule = BrainImaging.REQUIRED_IF_SYMPTOMS
    assert value(CriterionId.IMAGING, TREATED | {"symptoms": "none"}, brain_imaging=rule) is None
    assert value(CriterionId.IMAGING, TREATED | {"symptoms": "stable"}, brain_imaging=rule) is UNKNOWN


@pytest.mark.parametrize(("known", "expected"), [(True, MEETS), (False, FAILS), (None, UNKNOWN)])
def test_measurable_disease_outside_the_brain(known: bool | None, expected: CriterionValue) -> None:
    facts = TREATED if known is None else TREATED | {"extracranial_measurable": known}
    assert value(CriterionId.CNS_ONLY, facts, cns_only_disease=Allowance.EXCLUDED) is expected
