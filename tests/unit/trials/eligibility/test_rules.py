"""Every rule that the reader gives for a statement has a sentence of its own in the table of rules."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cimara.trials.eligibility import CnsEligibility, read_eligibility
from cimara.trials.eligibility.lexicon import rule_table
from cimara.trials.eligibility.model import Statement

PHRASES = Path(__file__).resolve().parents[3] / "labels" / "cns_phrases.csv"


def read(criteria: str, title: str = "", conditions: tuple[str, ...] = ()) -> CnsEligibility:
    return read_eligibility(criteria, title=title, conditions=conditions)


def only(criteria: str, title: str = "") -> Statement:
    (statement,) = read(criteria, title).statements
    return statement


def test_every_rule_of_the_label_phrases_is_in_the_table() -> None:
    with PHRASES.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    emitted = {
        said.rule_id
        for row in rows
        for said in read(
            row["criteria"].replace("\\n", "\n"), row["title"], tuple(row["conditions"].split("|"))
        ).statements
    }
    assert len(emitted) > 5
    assert emitted <= set(rule_table("rules"))


@pytest.mark.parametrize("rule", sorted(rule_table("rules")))
def test_a_rule_has_one_sentence_a_source_and_a_status(rule: str) -> None:
    row = rule_table("rules")[rule]
    assert row["says"].endswith(".")
    assert "section 6" in row["source"]
    assert row["status"] == "P"


@pytest.mark.parametrize(
    ("criteria", "rule"),
    [
        ("Exclusion Criteria:\n* Patients with treated brain metastases are eligible", "R1"),
        ("Exclusion Criteria:\n* Symptomatic brain metastases", "R2"),
        ("Exclusion Criteria:\n* Brain metastases larger than 3 cm", "R2"),
        ("Exclusion Criteria:\n* Untreated brain metastases", "R3"),
        ("Exclusion Criteria:\n* Known brain metastases", "R5"),
        ("Inclusion Criteria:\n* No brain metastases", "R5-no"),
        ("Exclusion Criteria:\n* Leptomeningeal disease without brain metastases", "R6"),
        ("Inclusion Criteria:\n* Patients with brain metastases are not eligible", "R11"),
        ("Inclusion Criteria:\n* Brain metastases are not required", "not-required"),
        ("Inclusion Criteria:\n* Presence of brain metastases", "bare-inclusion"),
        ("Inclusion Criteria:\n* Asymptomatic brain metastases", "bare-qualified"),
        ("Inclusion Criteria:\n* Solid tumours including brain metastases", "bare-including"),
        ("Inclusion Criteria:\nCohort A:\n* Brain metastases", "bare-cohort"),
        ("Inclusion Criteria:\n* One of the following:\n  * Brain metastases\n  * Bone pain", "choice"),
        (
            "Inclusion Criteria:\n* One of the following:\n  * No brain metastases\n  * Bone pain",
            "choice-none",
        ),
        ("* Brain metastases", "sectionless"),
        ("Exclusion Criteria:\n* Known central nervous system (CNS)", "broken"),
    ],
)
def test_the_rule_that_reads_a_statement(criteria: str, rule: str) -> None:
    assert only(criteria).rule_id == rule


def test_a_bare_phrase_in_a_trial_for_it_is_read_by_the_title() -> None:
    said = only("Inclusion Criteria:\n* Brain metastases", "Radiosurgery for brain metastases")
    assert said.rule_id == "bare-inclusion-title"


def test_a_trial_for_brain_metastases_that_never_names_the_brain_requires_them() -> None:
    said = only("Inclusion Criteria:\n* Up to three metastases", "Radiosurgery for brain metastases")
    assert said.rule_id == "title"


def test_an_exception_is_read_by_rule_4() -> None:
    found = read("Exclusion Criteria:\n* Brain metastases unless treated and stable").statements
    assert [said.rule_id for said in found] == ["R5", "R4"]


def test_these_patients_are_those_named_before() -> None:
    found = read("Exclusion Criteria:\n* Brain metastases. These patients may enrol once treated").statements
    assert [said.rule_id for said in found] == ["R5", "R4-anaphor"]


@pytest.mark.parametrize(
    "criterion",
    [
        "Prior radiotherapy for brain metastases within 14 days",
        "Steroids for brain metastases within 14 days",
        "MRI to rule out brain metastases",
        "No target lesion among brain metastases",
    ],
)
def test_talk_of_other_things_makes_no_statement_and_stays_listed(criterion: str) -> None:
    found = read(f"Exclusion Criteria:\n* {criterion}")
    assert found.statements == ()
    assert [item.quote for item in found.unread] == [criterion]


def test_the_reason_behind_as_makes_no_statement() -> None:
    said = only(
        "Exclusion Criteria:\n* Brain metastases are excluded, as progressive brain metastases confound"
    )
    assert said.rule_id == "R11"
