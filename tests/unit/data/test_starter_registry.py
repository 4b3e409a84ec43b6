"""The starter registry: real trials, restated in our own words, true to the registry's facts."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.terms.tumour import classify, kinds_of, tumours
from cimara.trials.eligibility import CnsEligibility, read_eligibility
from cimara.trials.importers import read_study
from cimara.trials.issue import IssueCode
from cimara.trials.study import SourceForm, Study
from tests.shared_data import shared_data

LABELS = Path(__file__).resolve().parents[2] / "labels" / "starter_labels.csv"
NOTE = "starter record, restated; run sync for the registry's own text"
NAMED_IN_THE_PAPER = {
    "NCT03995706",
    "NCT04457596",
    "NCT05323955",
    "NCT05438212",
    "NCT05620914",
    "NCT05689619",
    "NCT06058988",
}
NAMES = {
    "sponsorCollaboratorsModule",
    "conditionsModule",
    "armsInterventionsModule",
    "contactsLocationsModule",
}
"""Modules of proper names (sponsors, conditions, drugs, places), which are facts and not prose."""
FORM = SourceForm.API_V2
RUN = 8
"""Words in a row that would be copying."""


@cache
def text() -> str:
    return files("cimara.data").joinpath("starter_registry.jsonl").read_text("utf-8")


@cache
def records() -> dict[str, dict[str, Any]]:
    every = [json.loads(line) for line in text().splitlines()]
    return {record["protocolSection"]["identificationModule"]["nctId"]: record for record in every}


@cache
def studies() -> tuple[Study, ...]:
    return tuple(read_study(FORM, line.encode())[0] for line in text().splitlines())


@cache
def intended() -> dict[str, tuple[BrmPolicy, LmdPolicy]]:
    with LABELS.open(newline="", encoding="utf-8") as stream:
        return {
            row["nct_id"]: (BrmPolicy(row["brm_policy"]), LmdPolicy(row["lmd_policy"]))
            for row in csv.DictReader(stream)
        }


@cache
def readings() -> dict[str, CnsEligibility]:
    return {
        study.nct_id: read_eligibility(study.criteria, title=study.brief_title, conditions=study.conditions)
        for study in studies()
    }


@cache
def source() -> dict[str, dict[str, Any]]:
    """The registry's own records of our trials, from the shared data."""
    with gzip.open(shared_data("trials/studies_v2.jsonl.gz"), "rt", encoding="utf-8") as lines:
        every = (json.loads(line) for line in lines)
        found = {record["protocolSection"]["identificationModule"]["nctId"]: record for record in every}
    return {nct_id: found[nct_id] for nct_id in records() if nct_id in found}


def strings(part: Any, *, leaving_out: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every text below `part`, except under the keys left out."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key not in leaving_out:
                yield from strings(value, leaving_out=leaving_out)
    elif isinstance(part, list):
        for value in part:
            yield from strings(value, leaving_out=leaving_out)
    elif isinstance(part, str):
        yield part


def keys(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from part
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from keys(value)


def runs(prose: str) -> set[str]:
    """Every run of eight words, without case, punctuation and the registry's escapes."""
    words = re.findall(r"\w+", prose.replace("\\", "").casefold())
    return {" ".join(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def copied(ours: dict[str, Any], theirs: dict[str, Any]) -> set[str]:
    """Runs of eight words that our prose shares with any text of the registry's record."""
    of_theirs = set().union(*(runs(prose) for prose in strings(theirs)))
    of_ours = set().union(*(runs(prose) for prose in strings(ours, leaving_out=frozenset(NAMES))))
    return of_ours & of_theirs


# The file


def test_about_sixty_trials_one_a_line_in_order_of_their_number() -> None:
    assert 55 <= len(text().splitlines()) <= 70
    assert list(records()) == sorted(records())
    assert len(records()) == len(text().splitlines())


def test_the_file_stays_small_and_readable() -> None:
    assert len(text().encode()) <= 400_000
    assert "\\u" not in text()


def test_the_importer_finds_nothing_but_what_the_registry_itself_has() -> None:
    of_the_registry = {IssueCode.PARTIAL_DATE, IssueCode.TWO_PHASES, IssueCode.SITE_STATUS_DIFFERS}
    faults = [issue for line in text().splitlines() for issue in read_study(FORM, line.encode())[1]]
    assert {issue.code for issue in faults} <= of_the_registry


# The marks


@pytest.mark.parametrize("nct_id", sorted(records()))
def test_a_record_says_that_it_is_restated(nct_id: str) -> None:
    mark = records()[nct_id]["cimara"]
    assert mark["starter"] is True
    assert mark["restated"] is True
    assert mark["source"] == nct_id
    assert mark["note"].startswith(NOTE)
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", mark["data_date"])


def test_the_reader_of_records_keeps_the_mark() -> None:
    assert all(study.starter and study.starter.note.startswith(NOTE) for study in studies())


def test_a_shortened_list_of_sites_says_so() -> None:
    for record in records().values():
        if "sites_in_source" in record["cimara"]:
            listed = record["protocolSection"]["contactsLocationsModule"]["locations"]
            assert len(listed) == record["cimara"]["sites_listed"] < record["cimara"]["sites_in_source"]


@pytest.mark.parametrize("nct_id", sorted(NAMED_IN_THE_PAPER))
def test_a_trial_of_the_paper_says_what_is_missing_and_where_its_facts_are_from(nct_id: str) -> None:
    mark = records()[nct_id]["cimara"]
    assert mark["note"].startswith(f"{NOTE}. Missing: ")
    assert mark["facts_from"]


def test_nobody_can_be_contacted_through_it() -> None:
    found = {key for record in records().values() for key in keys(record)}
    assert not {
        key for key in found if re.search("contact(?!sLocationsModule)|official|phone|mail", key, re.I)
    }
    assert "@" not in text()


# What it shows


def test_every_phase_appears() -> None:
    assert {phase for study in studies() for phase in study.phases} == set(Phase)
    together = {study.phases for study in studies()}
    assert {(Phase.PHASE1, Phase.PHASE2), (Phase.PHASE2, Phase.PHASE3)} <= together


def test_sites_lie_in_many_countries() -> None:
    assert len({site.country for study in studies() for site in study.sites}) >= 8


def test_many_tumours_appear() -> None:
    named = {
        kind
        for study in studies()
        for found in classify(study.conditions, study.mesh_terms, study.brief_title)
        for kind in kinds_of(found)
    }
    assert len(named & set(tumours())) >= 10


def test_most_trials_have_outcomes_and_some_of_these_are_of_the_brain() -> None:
    assert sum(bool(study.outcomes) for study in studies()) >= 35
    brain = re.compile(r"intracranial|brain|CNS|central nervous", re.I)
    assert sum(any(brain.search(item.measure) for item in study.outcomes) for study in studies()) >= 8


def test_statuses_from_recruiting_to_withdrawn_appear() -> None:
    shown = {study.overall_status for study in studies()}
    assert {
        OverallStatus.RECRUITING,
        OverallStatus.NOT_YET_RECRUITING,
        OverallStatus.ACTIVE_NOT_RECRUITING,
        OverallStatus.COMPLETED,
        OverallStatus.WITHDRAWN,
    } <= shown
    assert StudyType.OBSERVATIONAL in {study.study_type for study in studies()}


# The labels


def test_every_trial_has_an_intended_label() -> None:
    assert list(intended()) == list(records())


def test_the_labels_show_every_brm_policy_and_every_lmd_policy_but_unclear() -> None:
    assert {brm for brm, _ in intended().values()} == set(BrmPolicy)
    assert {lmd for _, lmd in intended().values()} == set(LmdPolicy) - {LmdPolicy.UNCLEAR}


@pytest.mark.parametrize("policy", list(BrmPolicy))
def test_the_reader_finds_every_brm_policy_where_it_is_meant(policy: BrmPolicy) -> None:
    meant = {nct_id for nct_id, (brm, _) in intended().items() if brm is policy}
    assert any(readings()[nct_id].brm_policy is policy for nct_id in meant)


@pytest.mark.parametrize("policy", [policy for policy in LmdPolicy if policy is not LmdPolicy.UNCLEAR])
def test_the_reader_finds_every_lmd_policy_where_it_is_meant(policy: LmdPolicy) -> None:
    meant = {nct_id for nct_id, (_, lmd) in intended().items() if lmd is policy}
    assert any(readings()[nct_id].lmd_policy is policy for nct_id in meant)


def test_no_trial_that_excludes_brain_metastases_is_shown_as_open_to_them() -> None:
    open_to_them = {BrmPolicy.REQUIRED, BrmPolicy.ACTIVE_ALLOWED, BrmPolicy.STABLE_ONLY}
    excluding = {nct_id for nct_id, (brm, _) in intended().items() if brm is BrmPolicy.EXCLUDED}
    assert {nct_id for nct_id in excluding if readings()[nct_id].brm_policy in open_to_them} == set()


# Against the registry's own text


def test_a_copied_sentence_would_be_caught() -> None:
    ours = {"summary": "Patients must have at least one measurable brain metastasis, 10 mm or more."}
    theirs = {"criteria": ["* patients MUST have at least one measurable brain \\> metastasis"]}
    assert copied(ours, theirs) == {
        "patients must have at least one measurable brain",
        "must have at least one measurable brain metastasis",
    }


@pytest.mark.shared_data
def test_no_run_of_eight_words_is_shared_with_the_registry() -> None:
    shared = {
        nct_id: copied(records()[nct_id]["protocolSection"], theirs) for nct_id, theirs in source().items()
    }
    assert {nct_id: found for nct_id, found in shared.items() if found} == {}
    assert len(shared) == len(records()) - len(NAMED_IN_THE_PAPER)


@pytest.mark.shared_data
def test_status_dates_conditions_and_drugs_are_the_registrys() -> None:
    for nct_id, theirs in source().items():
        ours, registry = records()[nct_id]["protocolSection"], theirs["protocolSection"]
        assert ours["statusModule"]["overallStatus"] == registry["statusModule"]["overallStatus"]
        for name in ("startDateStruct", "completionDateStruct", "lastUpdatePostDateStruct"):
            date = (registry["statusModule"].get(name) or {}).get("date")
            assert ours["statusModule"].get(name, {}).get("date") == date
        assert ours["conditionsModule"]["conditions"] == registry["conditionsModule"]["conditions"]
        drugs, given = (
            [item["name"] for item in side.get("armsInterventionsModule", {}).get("interventions", [])]
            for side in (ours, registry)
        )
        assert drugs == given


@pytest.mark.shared_data
def test_every_site_is_one_of_the_registrys() -> None:
    for nct_id, theirs in source().items():
        places = theirs["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
        known = {(place.get("facility"), place.get("city"), place.get("country")) for place in places}
        listed = records()[nct_id]["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
        assert {(site.get("facility"), site.get("city"), site.get("country")) for site in listed} <= known
