"""NCI clinical trials search API: hand-made trials with the API's field names."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.trials.eligibility.model import Section
from cimara.trials.importers.cts import (
    bullets_of_trial,
    descriptions_of_trial,
    ncit_terms_of_trial,
    study_from_trial,
)
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.issue import IssueCode
from cimara.trials.study import GeoBasis, SourceForm, Study

TRIAL: dict[str, Any] = {
    "nct_id": "NCT00000011",
    "nci_id": "NCI-2020-00001",
    "brief_title": "Drug C in melanoma with brain disease",
    "official_title": "A phase 1/2 study of drug C",
    "brief_summary": "Drug C.",
    "detail_description": "More on drug C.",
    "lead_org": "Example Center",
    "current_trial_status": "Active",
    "current_trial_status_date": "2024-02-01",
    "record_verification_date": "2024-03-01",
    "phase": {"phase": "I_II"},
    "study_protocol_type": "Interventional",
    "primary_purpose": {"primary_purpose_code": "TREATMENT"},
    "arms": [
        {
            "interventions": [
                {"intervention_name": "Drug C", "intervention_type": "Drug", "intervention_code": "C111"}
            ]
        },
        {
            "interventions": [
                {"intervention_name": "Drug C", "intervention_type": "Drug", "intervention_code": "C111"}
            ]
        },
    ],
    "diseases": [
        {"nci_thesaurus_concept_id": "C3224", "preferred_name": "Melanoma", "lead_disease_indicator": True},
        {"nci_thesaurus_concept_id": "C9305", "preferred_name": "Malignant Neoplasm"},
    ],
    "outcome_measures": [
        {"name": "Dose", "description": "Highest safe", "timeframe": "28 days", "type_code": "PRIMARY"},
        {"name": "Response", "type_code": "SECONDARY"},
        {"name": "Biomarkers", "type_code": "OTHER_PRE_SPECIFIED"},
    ],
    "eligibility": {
        "structured": {"sex": "BOTH", "min_age_in_years": 18, "max_age_in_years": 999},
        "unstructured": [
            {"display_order": 3, "inclusion_indicator": False, "description": "Leptomeningeal disease"},
            {"display_order": 2, "inclusion_indicator": True, "description": "Stable brain metastases "},
            {"display_order": 1, "inclusion_indicator": True, "description": "Melanoma"},
        ],
    },
    "sites": [
        {
            "org_name": "Example Center",
            "org_city": "Houston",
            "org_state_or_province": "TX",
            "org_country": "United States",
            "org_coordinates": {"lat": 29.7, "lon": -95.4},
            "recruitment_status": "ACTIVE",
        },
        {"org_name": "Other Center", "org_country": "Canada", "recruitment_status": "CLOSED_TO_ACCRUAL"},
    ],
}


def raw(**changes: Any) -> bytes:
    return json.dumps(copy.deepcopy(TRIAL) | changes).encode()


def read(**changes: Any) -> tuple[Study, list[IssueCode]]:
    study, issues = study_from_trial(raw(**changes))
    return study, [issue.code for issue in issues]


def test_every_field_is_read() -> None:
    study, _ = read()
    assert study.nct_id == "NCT00000011"
    assert study.overall_status is OverallStatus.RECRUITING
    assert study.study_type is StudyType.INTERVENTIONAL
    assert study.phases == (Phase.PHASE1, Phase.PHASE2)
    assert study.conditions == ("Melanoma",)
    assert [(item.name, item.type) for item in study.interventions] == [("Drug C", "DRUG")]
    assert (study.sex, study.min_age_days, study.max_age_days) == (Sex.ALL, 6574, None)
    assert [item.role for item in study.outcomes] == list(OutcomeRole)
    assert (study.sponsor, study.verified, study.last_updated) == ("Example Center", "2024-03-01", None)
    assert study.source_form is SourceForm.CTS


def test_descriptions_are_read_from_the_record() -> None:
    assert descriptions_of_trial(raw()) == ("Drug C.", "More on drug C.")


def test_criteria_are_written_as_bullets_in_display_order() -> None:
    study, _ = read()
    assert study.criteria == (
        "Inclusion Criteria:\n\n* Melanoma\n* Stable brain metastases\n\n"
        "Exclusion Criteria:\n\n* Leptomeningeal disease"
    )


def test_the_section_of_each_bullet_is_the_one_that_the_registry_states() -> None:
    study, _ = read()
    assert [
        (study.criteria[item.start : item.end], item.section) for item in bullets_of_trial(study.raw)
    ] == [
        ("Melanoma", Section.INCLUSION),
        ("Stable brain metastases", Section.INCLUSION),
        ("Leptomeningeal disease", Section.EXCLUSION),
    ]


def test_a_bullet_without_section_is_kept() -> None:
    listed = [
        {"display_order": 2, "inclusion_indicator": True, "description": "Adults"},
        {"display_order": 1, "description": "Stated nowhere"},
    ]
    study, _ = read(eligibility={"unstructured": listed})
    assert study.criteria == "* Stated nowhere\n\nInclusion Criteria:\n\n* Adults"
    assert [item.section for item in bullets_of_trial(study.raw)] == [Section.NONE, Section.INCLUSION]


def test_concepts_of_the_thesaurus_are_kept_once() -> None:
    assert [(term.code, term.term) for term in ncit_terms_of_trial(raw())] == [
        ("C3224", "Melanoma"),
        ("C9305", "Malignant Neoplasm"),
        ("C111", "Drug C"),
    ]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Active", OverallStatus.RECRUITING),
        ("Approved", OverallStatus.NOT_YET_RECRUITING),
        ("In Review", OverallStatus.NOT_YET_RECRUITING),
        ("ENROLLING_BY_INVITATION", OverallStatus.ENROLLING_BY_INVITATION),
        ("TEMPORARILY_CLOSED_TO_ACCRUAL", OverallStatus.SUSPENDED),
        ("Temporarily Closed to Accrual and Intervention", OverallStatus.ACTIVE_NOT_RECRUITING),
        ("Closed to Accrual", OverallStatus.ACTIVE_NOT_RECRUITING),
        ("Administratively Complete", OverallStatus.COMPLETED),
        ("Withdrawn", OverallStatus.WITHDRAWN),
    ],
)
def test_status_words(word: str, status: OverallStatus) -> None:
    study, _ = read(current_trial_status=word)
    assert study.overall_status is status


def test_an_unknown_site_status_counts_as_closed() -> None:
    study, issues = read(sites=[{"org_name": "A", "recruitment_status": "PAUSED"}])
    assert study.sites[0].status is OverallStatus.ACTIVE_NOT_RECRUITING
    assert IssueCode.UNKNOWN_WORD in issues


@pytest.mark.parametrize(
    ("phase", "phases"),
    [
        ("II", (Phase.PHASE2,)),
        ({"phase": "II_III"}, (Phase.PHASE2, Phase.PHASE3)),
        ({"phase": "O"}, (Phase.EARLY_PHASE1,)),
        ("NA", (Phase.NA,)),
        (None, ()),
    ],
)
def test_a_phase_may_be_an_object_or_a_string(phase: Any, phases: tuple[Phase, ...]) -> None:
    study, _ = read(phase=phase)
    assert study.phases == phases


def test_version_1_says_gender() -> None:
    study, _ = read(
        eligibility={
            "structured": {"gender": "female", "min_age_in_years": 0, "max_age_in_years": 70},
            "unstructured": TRIAL["eligibility"]["unstructured"],
        }
    )
    assert (study.sex, study.min_age_days, study.max_age_days) == (Sex.FEMALE, 0, 25567)


def test_coordinates_are_the_registrys() -> None:
    study, _ = read()
    assert (study.sites[0].lat, study.sites[0].geo_basis) == (29.7, GeoBasis.REGISTRY)


def test_without_a_lead_disease_all_are_conditions() -> None:
    study, _ = read(diseases=[{"preferred_name": "Melanoma"}, {"preferred_name": "Sarcoma"}])
    assert study.conditions == ("Melanoma", "Sarcoma")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"nct_id": None}, IssueCode.NO_NCT_ID),
        ({"eligibility": {"unstructured": []}}, IssueCode.NO_CRITERIA),
        ({"eligibility": None}, IssueCode.NO_CRITERIA),
    ],
)
def test_a_trial_without_number_or_criteria_is_rejected(changes: dict[str, Any], code: IssueCode) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        read(**changes)
    assert caught.value.code is code
