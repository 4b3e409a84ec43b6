"""A ranked list leaves as a valid FHIR R4 searchset that never says `certain`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.fhir import read_bundle, to_bundle
from cimara.trials.matching import Profile, rank
from cimara.trials.study import StarterNote, Study
from cimara.trials.verdict import Verdict
from tests.unit.trials.fhir.demo_bundle import demo
from tests.unit.trials.matching.made_trials import AS_OF, CRITERIA, eligibility, person, site, trial

LIKELY = eligibility("stable_only")
POSSIBLE = eligibility("unclear")
SILENT = eligibility("not_mentioned")
EXCLUDED = eligibility("excluded")


def written(*studies: Study, profile: Profile | None = None, **options: Any) -> dict[str, Any]:
    here = profile or replace(person("treated_stable", lmd="no"), lat=35.99, lon=-78.9)
    by_number = {study.nct_id: study for study in studies}
    made = to_bundle(rank(here, studies), here, by_number.__getitem__, **options)
    Bundle.model_validate(json.loads(json.dumps(made)))
    return made


def resource(study: Study, **options: Any) -> dict[str, Any]:
    found = written(study, with_failed=True, **options)["entry"][0]["resource"]
    assert isinstance(found, dict)
    return found


def grade(entry: dict[str, Any]) -> str:
    (extension,) = entry["search"]["extension"]
    assert extension["url"] == "http://hl7.org/fhir/StructureDefinition/match-grade"
    return str(extension["valueCode"])


def test_grades_and_scores_follow_verdict_and_rank() -> None:
    studies = [trial(LIKELY, 1), trial(LIKELY, 2), trial(POSSIBLE, 3), trial(SILENT, 4), trial(EXCLUDED, 5)]
    made = written(*studies)
    assert (made["type"], made["total"]) == ("searchset", 4)
    found = [(one["resource"]["id"], grade(one), one["search"]["score"]) for one in made["entry"]]
    assert found == [
        ("NCT00000001", "probable", 0.9),
        ("NCT00000002", "probable", 0.75),
        ("NCT00000003", "possible", 0.6),
        ("NCT00000004", "possible", 0.3),
    ]


def test_trials_that_fail_are_listed_on_request_only_with_score_0() -> None:
    entries = written(trial(EXCLUDED, 5), with_failed=True)["entry"]
    assert [(grade(one), one["search"]["score"]) for one in entries] == [("certainly-not", 0.0)]
    assert written(trial(EXCLUDED, 5)) == {"resourceType": "Bundle", "type": "searchset", "total": 0}


def test_certain_is_never_given() -> None:
    studies = [trial(one, place + 1) for place, one in enumerate((LIKELY, POSSIBLE, SILENT, EXCLUDED))]
    assert "certain" not in {grade(one) for one in written(*studies, with_failed=True)["entry"]}


def test_total_counts_all_and_the_limit_cuts_the_entries() -> None:
    made = written(trial(LIKELY, 1), trial(LIKELY, 2), limit=1)
    assert (made["total"], len(made["entry"])) == (2, 1)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (OverallStatus.RECRUITING, "active"),
        (OverallStatus.ENROLLING_BY_INVITATION, "active"),
        (OverallStatus.NOT_YET_RECRUITING, "approved"),
        (OverallStatus.ACTIVE_NOT_RECRUITING, "closed-to-accrual"),
        (OverallStatus.SUSPENDED, "temporarily-closed-to-accrual"),
        (OverallStatus.COMPLETED, "completed"),
        (OverallStatus.TERMINATED, "administratively-completed"),
        (OverallStatus.WITHDRAWN, "withdrawn"),
        (OverallStatus.UNKNOWN, "in-review"),
        (OverallStatus.WITHHELD, "in-review"),
    ],
)
def test_status_comes_from_the_overall_status(status: OverallStatus, code: str) -> None:
    study = trial(overall_status=status, last_known_status=OverallStatus.RECRUITING)
    assert resource(study)["status"] == code


@pytest.mark.parametrize("status", list(OverallStatus))
def test_every_status_of_the_registry_has_one_in_fhir(status: OverallStatus) -> None:
    assert resource(trial(overall_status=status))["status"]


@pytest.mark.parametrize(
    ("phases", "code"),
    [
        ((Phase.PHASE1, Phase.PHASE2), "phase-1-phase-2"),
        ((Phase.PHASE2, Phase.PHASE3), "phase-2-phase-3"),
        ((Phase.PHASE3,), "phase-3"),
        ((Phase.EARLY_PHASE1,), "early-phase-1"),
        ((Phase.NA,), "n-a"),
    ],
)
def test_both_phases_leave(phases: tuple[Phase, ...], code: str) -> None:
    assert resource(trial(phases=phases))["phase"]["coding"][0]["code"] == code


def test_a_study_without_a_phase_has_none() -> None:
    assert "phase" not in resource(trial(phases=()))


@pytest.mark.parametrize(
    ("start", "end", "period"),
    [
        ("2024-01-05", "2027-02-01", {"start": "2024-01-05", "end": "2027-02-01"}),
        ("2024-01", "2027-02-01", {"end": "2027-02-01"}),
        ("2024-01", None, None),
        ("2027-02-01", "2024-01-05", {"start": "2027-02-01"}),
    ],
)
def test_the_period_has_whole_dates_only(start: str, end: str | None, period: dict[str, str] | None) -> None:
    assert resource(trial(start=start, completion=end)).get("period") == period


def test_open_sites_are_contained_with_position_and_distance() -> None:
    sites = (site(0), site(1, city="Boston", lat=42.36, lon=-71.06), site(2, status=OverallStatus.WITHDRAWN))
    found = resource(trial(sites=sites))
    locations = [one for one in found["contained"] if one["resourceType"] == "Location"]
    assert [one["address"]["city"] for one in locations] == ["Durham", "Boston"]
    assert locations[0]["position"] == {"longitude": -78.9, "latitude": 35.99}
    assert locations[1]["extension"][0]["valueDistance"]["value"] == pytest.approx(976, abs=15)
    assert found["site"] == [{"reference": "#site-0"}, {"reference": "#site-1"}]


def test_the_enrolment_group_has_the_criteria_text_as_it_stands() -> None:
    found = resource(trial())
    group = next(one for one in found["contained"] if one["resourceType"] == "Group")
    assert group["extension"][0]["valueMarkdown"] == CRITERIA
    assert found["enrollment"] == [{"reference": "#criteria"}]


def test_each_criterion_leaves_with_its_quote_and_without_the_persons_fact() -> None:
    found = resource(trial(eligibility("stable_only", stable_days=28)))
    parts = [one["extension"] for one in found["extension"] if one["url"] == "urn:cimara:fhir:criterion"]
    brm = next(one for one in parts if {"url": "id", "valueCode": "brm"} in one)
    assert {"url": "value", "valueCode": "meets"} in brm
    assert {"url": "quote", "valueString": "The trial's sentence on brain metastases."} in brm
    assert "treated_stable" not in json.dumps([part for part in brm if part["url"] != "reason"])


def test_the_number_is_identified_by_its_registry() -> None:
    assert resource(trial())["identifier"] == [
        {"use": "official", "system": "http://clinicaltrials.gov", "value": "NCT00000001"}
    ]


def test_a_restated_record_says_so() -> None:
    note = StarterNote(source="NCT00000001", data_date="2026-01-01", note="starter record, restated")
    urls = [one["url"] for one in resource(trial(starter=note))["extension"]]
    assert "urn:cimara:fhir:starter-note" in urls


def test_a_bundle_in_a_list_out_round_trip_validates() -> None:
    profile = read_bundle(demo(), AS_OF).profile
    studies = [
        trial(eligibility("stable_only", stable_days=28), 1, phases=(Phase.PHASE1, Phase.PHASE2)),
        trial(
            POSSIBLE, 2, overall_status=OverallStatus.COMPLETED, last_known_status=OverallStatus.RECRUITING
        ),
    ]
    made = written(*studies, profile=profile, with_failed=True)
    by_number = {one["resource"]["id"]: one["resource"] for one in made["entry"]}
    assert by_number["NCT00000001"]["phase"]["coding"][0]["code"] == "phase-1-phase-2"
    assert by_number["NCT00000002"]["status"] == "completed"
    assert rank(profile, studies).counts[Verdict.NO] == 1
