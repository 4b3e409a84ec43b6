"""Qualifiers name states of disease: the table of trials.md section 6.2 row by row, and negations."""

from __future__ import annotations

import pytest

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.lexicon import rule_table
from cimara.trials.eligibility.qualifiers import Mark, marks_of
from cimara.trials.eligibility.states import EXCLUDED_BY, PERMITTED_BY, excluded_states, permitted_states
from tests.unit.trials.eligibility.made_statements import ALL, PR, SY, TS, UA, tokens


def marks(phrase: str) -> list[Mark]:
    spoken = tokens(phrase)
    return marks_of(spoken, 0, len(spoken))


def classes(phrase: str) -> list[str]:
    return [mark.value for mark in marks(phrase) if mark.kind == "Q"]


def excluded(phrase: str) -> frozenset[CnsState] | None:
    return excluded_states([marks(phrase)])


def permitted(phrase: str) -> frozenset[CnsState] | None:
    return permitted_states([marks(phrase)])


@pytest.mark.parametrize("phrase", ["", "known", "any", "history of", "evidence of", "presence of"])
def test_an_exclusion_without_a_qualifier_names_no_state_of_its_own(phrase: str) -> None:
    assert excluded(phrase) is None


@pytest.mark.parametrize(
    "phrase",
    [
        "symptomatic",
        "requiring steroids",
        "requiring immediate local therapy",
        "with neurological symptoms",
        "with mass effect",
    ],
)
def test_an_exclusion_of_the_symptomatic_removes_them_alone(phrase: str) -> None:
    assert excluded(phrase) == {SY}


@pytest.mark.parametrize(
    "phrase",
    [
        "untreated",
        "active",
        "uncontrolled",
        "unstable",
        "progressing",
        "new metastases",
        "growing",
        "unresolved",
    ],
)
def test_an_exclusion_of_the_active_leaves_the_treated_and_stable(phrase: str) -> None:
    assert excluded(phrase) == {UA, PR, SY}


@pytest.mark.parametrize(
    "phrase", ["untreated or symptomatic", "untreated, symptomatic", "untreated/symptomatic"]
)
def test_alternatives_are_joined(phrase: str) -> None:
    assert excluded(phrase) == {UA, PR, SY}


@pytest.mark.parametrize("phrase", ["untreated and symptomatic", "symptomatic untreated"])
def test_two_qualifiers_of_one_lesion_narrow_each_other(phrase: str) -> None:
    assert excluded(phrase) == {SY}


@pytest.mark.parametrize(
    "phrase", ["treated", "asymptomatic or treated", "asymptomatic as well as symptomatic"]
)
def test_an_exclusion_of_the_mildest_removes_all(phrase: str) -> None:
    assert excluded(phrase) == set(ALL)


@pytest.mark.parametrize(
    ("phrase", "states"),
    [
        ("treated", {TS}),
        ("stable", {TS}),
        ("asymptomatic", {TS, UA}),
        ("untreated", {UA}),
        ("new", {UA, PR}),
        ("untreated or treated", {UA, TS}),
        ("asymptomatic and stable", {TS}),
        ("asymptomatic untreated", {UA}),
    ],
)
def test_a_permission_names_the_states_of_its_qualifier(phrase: str, states: set[CnsState]) -> None:
    assert permitted(phrase) == states


def test_a_condition_of_calm_disease_outranks_a_harsh_word_beside_it() -> None:
    assert permitted("stable and symptomatic") == {TS}


def test_clinically_stable_beside_asymptomatic_says_nothing_of_treatment() -> None:
    assert permitted_states([marks("clinically stable")], beside=("asymptomatic",)) == {TS, UA}


@pytest.mark.parametrize(
    ("phrase", "found"),
    [
        ("not treated", ["unstable"]),
        ("not symptomatic", ["asymptomatic"]),
        ("without symptoms", ["asymptomatic"]),
        ("no progression", ["stable"]),
        ("no new or enlarging metastases", ["stable", "stable"]),
        ("not requiring immediate local therapy", ["calm"]),
        ("no need of steroids", ["calm"]),
        ("without prior radiotherapy", ["untreated"]),
        ("immediate treatment is not required", ["calm"]),
        ("non symptomatic", ["asymptomatic"]),
    ],
)
def test_a_negation_turns_its_qualifier_round(phrase: str, found: list[str]) -> None:
    assert classes(phrase) == found


def test_a_negation_ends_where_a_new_condition_begins() -> None:
    assert classes("no symptoms and progressing") == ["asymptomatic", "unstable"]


def test_a_negation_of_the_verb_is_none_of_the_qualifier() -> None:
    assert classes("not eligible if symptomatic") == ["symptomatic"]


def test_a_negated_therapy_within_a_time_is_a_washout() -> None:
    assert classes("no radiotherapy within 2 weeks") == []


@pytest.mark.parametrize("phrase", ["stable dose of steroids", "controlled seizures", "new MRI"])
def test_a_qualifier_of_another_thing_says_nothing_of_disease(phrase: str) -> None:
    assert "unstable" not in classes(phrase)
    assert "stable" not in classes(phrase)


def test_disease_after_local_therapy_has_been_treated() -> None:
    assert classes("following radiosurgery") == ["stable"]


def test_the_list_ends_where_another_disease_begins() -> None:
    spoken = tokens("metastases, active infection")
    assert marks_of(spoken, 1, len(spoken), after_noun=True) == [Mark("COMMA", "", ",")]


def test_the_state_tables_name_only_rules_that_have_a_sentence() -> None:
    states, rules = rule_table("states"), rule_table("rules")
    assert {row["rule"] for part in ("excluded", "permitted") for row in states[part].values()} <= set(rules)


def test_every_class_of_qualifier_has_a_row() -> None:
    assert set(EXCLUDED_BY) == set(rule_table("states")["negated"])
    assert set(PERMITTED_BY) == set(EXCLUDED_BY) - {"steroid"}
    assert set(rule_table("lexicon")["QUAL"]) <= set(PERMITTED_BY)
