"""Wordings of real trials that mislead: each quotes a few words of the measure, and the reading they need."""

from __future__ import annotations

import pytest

from cimara.terms.endpoint import Assessor, Compartment, CriteriaId, EndpointId
from cimara.trials.atlas import Flag, Stated, endpoint_uses
from tests.unit.trials.atlas.made_studies import (
    BRAIN_METASTASES,
    GLIOBLASTOMA,
    LEPTOMENINGEAL,
    LIVER,
    LUNG,
    canonical,
    outcome,
    study,
    use,
    uses,
)


def test_ipfs_is_immune_where_the_description_says_so() -> None:
    """NCT06873854."""
    found = use("iPFS", "Immune Progression-free survival assessed by investigator")
    assert found.canonical is EndpointId.PFS
    assert found.compartment is Compartment.UNSTATED


def test_ipfs_is_intracranial_where_the_description_says_so() -> None:
    """NCT06332300."""
    found = use("iPFS", "Intracranial progression-free survival", conditions=LEPTOMENINGEAL)
    assert found.canonical is EndpointId.CNSPFS
    assert not found.ambiguous


def test_ipfs_without_expansion_is_ambiguous() -> None:
    found = use("iPFS")
    assert found.canonical is EndpointId.PFS
    assert found.ambiguous
    assert Flag.AMBIGUOUS_ABBREVIATION in found.flags


def test_an_abbreviation_is_expanded_by_another_measure_of_the_trial() -> None:
    trial = study(outcome("Intracranial ORR (iORR)"), outcome("iPFS", ordinal=1))
    assert [one.canonical for one in endpoint_uses(trial)] == [EndpointId.ICORR, EndpointId.CNSPFS]


def test_immunotherapy_is_no_expansion_of_i() -> None:
    found = use("iPFS", "Intracranial PFS under immune checkpoint therapy")
    assert found.canonical is EndpointId.CNSPFS


def test_one_measure_can_be_three_endpoints() -> None:
    """NCT05466149."""
    found = uses("CNS ORR, CNS DOR, CNS PFS", "Evaluated by BICR per modified RECIST ... CNS lesion(s)")
    assert [one.canonical for one in found] == [EndpointId.ICORR, EndpointId.CNSDOR, EndpointId.CNSPFS]
    assert {one.assessor for one in found} == {Assessor.BICR}


def test_modified_recist_of_cns_lesions_is_a_candidate_for_5_mm() -> None:
    """NCT05466149: the size isn't stated, so it is flagged."""
    found = uses("CNS ORR, CNS DOR, CNS PFS", "per modified RECIST ... CNS lesion(s)")
    assert {one.criteria for one in found} == {(CriteriaId.MRECIST_CNS5,)}
    assert all(Flag.MRECIST_CNS5_SIZE_NOT_STATED in one.flags for one in found)


def test_mrecist_in_a_liver_trial_is_that_for_liver_cancer() -> None:
    """NCT05904886."""
    assert use("PFS According to HCC mRECIST").criteria == (CriteriaId.MRECIST_HCC,)
    assert use("ORR per mRECIST", conditions=LIVER).criteria == (CriteriaId.MRECIST_HCC,)


def test_a_garbled_spelling_out_of_rano_is_not_recist() -> None:
    """NCT07099898."""
    found = use(
        "Brain PFS",
        "first documented PD per ... (RANO-BM) by Response Evaluation Criteria in Solid Tumors by blinded "
        "independent central review (RANO-BICR) assessment or death from any cause",
    )
    assert found.canonical is EndpointId.CNSPFS
    assert found.criteria == (CriteriaId.RANO_BM,)
    assert found.assessor is Assessor.BICR
    assert found.death_counts is Stated.YES


def test_two_criteria_of_one_response_rate_are_two_endpoints() -> None:
    """NCT06917079: the body by RECIST 1.1, the brain by CNS RECIST."""
    found = uses("Objective response rate (ORR) per RECIST v1.1 and CNS RECIST")
    assert [(one.canonical, one.criteria) for one in found] == [
        (EndpointId.ORR, (CriteriaId.RECIST11,)),
        (EndpointId.ICORR, (CriteriaId.CNS_RECIST,)),
    ]


def test_death_tells_progression_free_survival_from_time_to_progression() -> None:
    """NCT03801200 has both."""
    survival = use(
        "Intracranial progression-free survival (iPFS)", "progression of intracranial disease or death"
    )
    progression = use(
        "intracranial time to progress (ITTP)",
        "Defined as the time from randomisation to progression of intracranial disease",
    )
    assert (survival.canonical, survival.death_counts) == (EndpointId.CNSPFS, Stated.YES)
    assert (progression.canonical, progression.death_counts) == (EndpointId.CNSTTP, Stated.NO)


def test_a_time_to_cns_progression_that_counts_death_is_a_survival() -> None:
    found = use("Time to CNS progression", "time from randomisation to CNS progression or death")
    assert found.canonical is EndpointId.CNSPFS
    assert Flag.NAME_AND_DEFINITION_DIFFER in found.flags


@pytest.mark.parametrize("measure", ["PFS by RANO", "Intracranial PFS by RANO", "Brain tumor PFS (RANO)"])
def test_rano_in_a_glioma_trial_is_no_endpoint_of_cns_metastases(measure: str) -> None:
    found = use(measure, conditions=GLIOBLASTOMA)
    assert found.canonical is EndpointId.PFS
    assert found.criteria == (CriteriaId.RANO,)


def test_a_drug_measured_in_csf_is_its_own_endpoint() -> None:
    assert canonical("Elimination Half Life in CSF") == ["PKCSF"]
    assert canonical("Elimination Half Life in serum") == ["OTHER"]


def test_the_bodys_own_substances_in_csf_are_no_drug_level() -> None:
    assert canonical("Cytokine levels in PB and CSF") == ["OTHER"]


def test_escaped_brackets_and_full_width_signs_are_read() -> None:
    assert canonical(r"Maximum Plasma Concentration \[Cmax\] in CSF") == ["PKCSF"]
    assert canonical("CNS objective response rate（CNS ORR）") == ["ICORR"]


def test_cns_toxicity_is_safety() -> None:
    graded = "graded according to the Central Nervous System (CNS) Toxicity criteria"
    assert canonical("Neurotoxicity", graded) == ["SAFETY"]


def test_psychoneurological_symptoms_are_no_cns_endpoint() -> None:
    assert canonical("Response rate of psychoneurological symptom cluster") == ["OTHER"]


def test_response_of_the_flaccid_meninges_is_a_leptomeningeal_response() -> None:
    """NCT06332300: the soft membranes of the brain, in translation."""
    found = use("ORR", "Objective remission rates for flaccid meninges", conditions=LEPTOMENINGEAL)
    assert (found.canonical, found.compartment) == (EndpointId.LMRESP, Compartment.LM)


def test_a_population_with_brain_metastases_is_no_compartment() -> None:
    assert canonical("Objective response rate (ORR) in patients with brain metastases") == ["ORR"]


def test_local_control_of_a_body_site_is_not_cns() -> None:
    assert canonical("Local control rate") == ["OTHER"]


def test_local_control_in_a_trial_of_brain_metastases_is_taken_from_the_trial_and_flagged() -> None:
    found = use("Local control", conditions=BRAIN_METASTASES)
    assert found.canonical is EndpointId.LOCFAIL
    assert found.local_only
    assert Flag.PLACE_FROM_TRIAL in found.flags


@pytest.mark.parametrize(
    ("measure", "days"), [("Brain DCR12", 84), ("PFS6", 182.625), ("Intracranial PFS rate at 1 year", 365.25)]
)
def test_the_number_of_an_abbreviation_is_a_landmark(measure: str, days: float) -> None:
    """NCT07099898: DCR12 is at 12 weeks; a survival is counted in months."""
    assert use(measure).landmark_days == pytest.approx(days)


def test_pfs2_is_the_second_progression_unless_the_2_counts_years() -> None:
    assert canonical("Progression-Free Survival 2 (PFS2)") == ["OTHER"]
    found = use("2 Year Progression-Free Survival (PFS2)")
    assert (found.canonical, found.landmark_days) == (EndpointId.PFS, 730.5)


def test_osteoradionecrosis_is_not_in_the_brain() -> None:
    assert canonical("Osteoradionecrosis rate") == ["OTHER"]


def test_total_muscle_thickness_is_no_trail_making_test() -> None:
    assert canonical("Change in Total Muscle Thickness (TMT)") == ["OTHER"]


def test_icos_is_no_overall_survival() -> None:
    assert canonical("ICOS Cell Count") == ["OTHER"]


def test_a_correlation_with_survival_is_no_survival_endpoint() -> None:
    assert canonical("Correlation between gene mutations and ORR and PFS") == ["OTHER"]


def test_a_response_rate_that_counts_stable_disease_is_disease_control() -> None:
    found = use(
        "Best Overall Response Rate (BORR)",
        "proportion of participants with complete response, partial response, or stable disease",
    )
    assert found.canonical is EndpointId.DCR
    assert Flag.NAME_AND_DEFINITION_DIFFER in found.flags


def test_clinical_benefit_outside_the_cns_has_no_id() -> None:
    assert canonical("Clinical benefit rate (CBR) per RECIST v1.1", conditions=LUNG) == ["OTHER"]
