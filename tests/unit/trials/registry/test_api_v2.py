"""API v2 records: every field that is read, and every fault that real exports show."""

from __future__ import annotations

from typing import Any

import pytest

from cimara.terms.registry import OutcomeRole, OverallStatus, Phase, Sex, StudyType
from cimara.trials.importers.api_v2 import descriptions_of_record, study_from_record
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.issue import IssueCode
from cimara.trials.study import GeoBasis, SourceForm, Study
from tests.unit.trials.registry.records import CRITERIA, MISSING, raw, record


def read(**changes: Any) -> tuple[Study, list[IssueCode]]:
    study, issues = study_from_record(raw(record(**changes)))
    return study, [issue.code for issue in issues]


def test_a_whole_record_is_read_without_issue() -> None:
    study, issues = read()
    assert issues == []
    assert (study.nct_id, study.acronym, study.criteria) == ("NCT00000001", "BRAINA", CRITERIA)
    assert study.overall_status is OverallStatus.RECRUITING
    assert study.study_type is StudyType.INTERVENTIONAL
    assert study.phases == (Phase.PHASE2,)
    assert (study.conditions, study.keywords, study.mesh_terms) == (
        ("Breast Cancer",),
        ("SRS",),
        ("Breast Neoplasms",),
    )
    assert study.interventions[0].other_names == ("A-1",)
    assert (study.sponsor, study.sponsor_class, study.collaborators) == (
        "Example Hospital",
        "OTHER",
        ("Example Company",),
    )
    assert (study.enrolment, study.sex, study.healthy_volunteers) == (40, Sex.FEMALE, False)
    assert (study.min_age_days, study.max_age_days) == (6574, None)
    assert (study.start, study.completion, study.first_posted, study.last_updated) == (
        "2024-05-01",
        "2028-05-01",
        "2024-04-02",
        "2026-02-01",
    )
    assert study.version_holder == "2026-02-10"
    assert study.source_form is SourceForm.API_V2


def test_outcomes_keep_their_role_and_place() -> None:
    study, _ = read(
        outcomes__primaryOutcomes=[{"measure": "A"}, {"measure": "B", "timeFrame": "1 year"}],
        outcomes__secondaryOutcomes=[{"measure": "C", "description": "How long"}],
        outcomes__otherOutcomes=[{"description": "no measure"}, {"measure": "D"}],
    )
    assert [(item.role, item.ordinal, item.measure) for item in study.outcomes] == [
        (OutcomeRole.PRIMARY, 0, "A"),
        (OutcomeRole.PRIMARY, 1, "B"),
        (OutcomeRole.SECONDARY, 0, "C"),
        (OutcomeRole.OTHER, 1, "D"),
    ]


def test_a_site_keeps_the_registry_point() -> None:
    study, _ = read()
    (site,) = study.sites
    assert (site.iso2, site.lat, site.lon, site.geo_basis) == ("GR", 37.98, 23.73, GeoBasis.REGISTRY)


def test_a_site_without_point_stands_at_its_city() -> None:
    study, _ = read(contactsLocations__locations=[{"city": "Athens", "country": "Greece"}])
    (site,) = study.sites
    assert site.geo_basis is GeoBasis.CITY
    assert site.lat == pytest.approx(37.98, abs=0.1)


def test_a_point_in_a_far_namesake_gives_way_to_the_city() -> None:
    milan = {"city": "Milan", "country": "Italy", "geoPoint": {"lat": 42.78, "lon": 12.59}}
    (site,) = read(contactsLocations__locations=[milan])[0].sites
    assert site.geo_basis is GeoBasis.CITY
    assert (site.lat, site.lon) == (pytest.approx(45.46, abs=0.1), pytest.approx(9.19, abs=0.1))


def test_a_site_known_by_country_only_has_no_place() -> None:
    study, _ = read(contactsLocations__locations=[{"country": "Greece"}])
    (site,) = study.sites
    assert (site.iso2, site.lat, site.geo_basis) == ("GR", None, GeoBasis.NONE)


@pytest.mark.parametrize("point", [{"lat": 95.0, "lon": 0.0}, {"lat": 0.0, "lon": 181.0}, {"lat": 37.9}])
def test_a_point_off_the_earth_or_by_half_is_no_point(point: dict[str, float]) -> None:
    study, _ = read(contactsLocations__locations=[{"country": "Greece", "geoPoint": point}])
    assert study.sites[0].geo_basis is GeoBasis.NONE


def test_a_recruiting_study_with_a_withdrawn_site_is_noted() -> None:
    sites = [{"country": "Greece", "status": "RECRUITING"}, {"country": "Greece", "status": "WITHDRAWN"}]
    _, issues = study_from_record(raw(record(contactsLocations__locations=sites)))
    assert [(issue.code, issue.message) for issue in issues] == [
        (IssueCode.SITE_STATUS_DIFFERS, "1 of 2 sites of a recruiting study aren't recruiting (WITHDRAWN)")
    ]


def test_a_site_status_that_is_no_word_never_inherits_recruiting() -> None:
    study, issues = read(contactsLocations__locations=[{"country": "Greece", "status": "MAYBE"}])
    assert study.sites[0].status is OverallStatus.UNKNOWN
    assert IssueCode.UNKNOWN_WORD in issues


def test_a_site_of_a_study_with_unknown_status_is_never_open() -> None:
    study, _ = read(status__overallStatus="UNKNOWN")
    assert study.sites[0].status is OverallStatus.RECRUITING
    assert study.sites[0].effective_status(study.overall_status) == (OverallStatus.UNKNOWN, True)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"design__phases": ["Not Applicable"]}, IssueCode.UNKNOWN_WORD),
        ({"design__phases": []}, IssueCode.EMPTY_PHASES),
        ({"design__phases": ["PHASE1", "PHASE2"]}, IssueCode.TWO_PHASES),
        ({"armsInterventions__interventions": [{"name": "A", "type": None}]}, IssueCode.NULL_VALUE),
        ({"eligibility__maximumAge": None}, IssueCode.NULL_VALUE),
        ({"eligibility__minimumAge": None}, IssueCode.NULL_VALUE),
        ({"eligibility__healthyVolunteers": None}, IssueCode.NULL_VALUE),
        ({"status__completionDateStruct": {"date": None}}, IssueCode.NULL_VALUE),
        ({"status__startDateStruct": {"date": "2024-05"}}, IssueCode.PARTIAL_DATE),
        ({"status__statusVerifiedDate": "2024-05"}, IssueCode.PARTIAL_DATE),
        ({"eligibility__minimumAge": "6 Months"}, IssueCode.AGE_UNIT),
        ({"eligibility__maximumAge": "old"}, IssueCode.BAD_AGE),
        ({"status__startDateStruct": {"date": "soon"}}, IssueCode.BAD_DATE),
        ({"status__overallStatus": "OPENED"}, IssueCode.UNKNOWN_WORD),
        ({"eligibility__sex": "female"}, IssueCode.UNKNOWN_WORD),
        ({"design__enrollmentInfo": {"count": "40"}}, IssueCode.WRONG_TYPE),
        ({"identification__briefTitle": MISSING}, IssueCode.NULL_VALUE),
    ],
)
def test_each_fault_loads_with_one_issue(changes: dict[str, Any], code: IssueCode) -> None:
    _, issues = read(**changes)
    assert issues == [code]


def test_an_intervention_with_a_null_type_keeps_its_name() -> None:
    study, _ = read(armsInterventions__interventions=[{"name": "A", "type": None}])
    assert [(item.name, item.type) for item in study.interventions] == [("A", None)]


def test_without_a_brief_title_the_official_one_is_shown() -> None:
    study, _ = read(identification__briefTitle=MISSING)
    assert study.brief_title == "A phase 2 study of brain radiotherapy with drug A"


def test_an_issue_names_the_study_and_the_path() -> None:
    _, issues = study_from_record(raw(record("NCT00000007", eligibility__maximumAge=None)))
    assert (issues[0].nct_id, issues[0].path) == (
        "NCT00000007",
        "protocolSection.eligibilityModule.maximumAge",
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identification__nctId": "EUCT-1"}, IssueCode.NO_NCT_ID),
        ({"identification__nctId": 7}, IssueCode.NO_NCT_ID),
        ({"identification__nctId": MISSING}, IssueCode.NO_NCT_ID),
        ({"eligibility__eligibilityCriteria": MISSING}, IssueCode.NO_CRITERIA),
        ({"eligibility__eligibilityCriteria": " \n"}, IssueCode.NO_CRITERIA),
        ({"protocolSection": "text"}, IssueCode.NO_NCT_ID),
    ],
)
def test_a_record_without_number_or_criteria_is_rejected_with_the_reason(
    changes: dict[str, Any], code: IssueCode
) -> None:
    with pytest.raises(RejectedRecordError) as caught:
        study_from_record(raw(record(**changes)))
    assert caught.value.code is code


def test_a_starter_record_says_so() -> None:
    note = {
        "starter": True,
        "restated": True,
        "source": "NCT1",
        "data_date": "2026-01-02",
        "note": "restated",
    }
    study, _ = read(cimara=note, derivedSection=MISSING)
    assert study.starter is not None
    assert study.starter.note == "restated"
    assert study.version_holder == "2026-01-02"


def test_descriptions_come_from_the_record() -> None:
    assert descriptions_of_record(raw(record())) == ("Drug A beside radiotherapy.", "In two arms.")
