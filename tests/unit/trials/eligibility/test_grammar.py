"""One sentence into statements: verbs, negations, brackets, exceptions, conditions and parts."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility.clauses import segments
from cimara.trials.eligibility.grammar import read_sentence
from cimara.trials.eligibility.model import Force, Section, Target
from cimara.trials.eligibility.reading import Context, Reading
from cimara.trials.eligibility.sentences import sentences
from cimara.trials.eligibility.verbs import verbs
from tests.unit.trials.eligibility.made_statements import ALL, PR, SY, TS, UA, tokens

EXCLUDE, PERMIT, REQUIRE = Force.EXCLUDE, Force.PERMIT, Force.REQUIRE


def read(sentence: str, section: Section = Section.EXCLUSION, **about: bool) -> list[Reading]:
    return read_sentence(tokens(sentence), Context(section, **about))[0]


def said(sentence: str, section: Section = Section.EXCLUSION) -> list[tuple[Target, Force, set[object]]]:
    return [(item.target, item.force, set(item.states)) for item in read(sentence, section)]


def openers(sentence: str) -> list[str]:
    return [segment.opener for segment in segments(tokens(sentence))]


def meanings(sentence: str) -> list[str]:
    spoken = tokens(sentence)
    return [does for _, does in verbs(spoken, 0, len(spoken))]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("brain metastases unless treated", ["", "UNLESS"]),
        ("eligible if stable", ["", "IF"]),
        ("brain metastases are excluded, as growth may follow", ["", "BECAUSE"]),
        ("brain metastases, as defined by the investigator", [""]),
        ("treated but symptomatic brain metastases", [""]),
        ("untreated brain metastases: patients with treated metastases are eligible", ["", "SEMI"]),
        ("brain metastases (patients with treated ones may be enrolled)", ["", "BUT"]),
        ("tumours (excluding melanoma) with brain metastases", [""]),
    ],
)
def test_a_sentence_is_cut_at_its_connectors(sentence: str, found: list[str]) -> None:
    assert openers(sentence) == found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("are eligible", ["permit"]),
        ("eligible patients", []),
        ("are not excluded", ["permit"]),
        ("will be excluded", ["exclude"]),
        ("exclusion criteria", []),
        ("must be stable", ["require"]),
        ("must have at least one week", ["require"]),
        ("must not require therapy", ["require-not"]),
        ("must not", ["exclude"]),
        ("are not required", ["not-required"]),
        ("therapy is not required", []),
    ],
)
def test_what_a_verb_does(sentence: str, found: list[str]) -> None:
    assert meanings(sentence) == found


def test_the_verb_outranks_the_section() -> None:
    assert said("patients with treated brain metastases are eligible") == [(Target.BRM, PERMIT, {TS})]


def test_the_section_decides_without_a_verb() -> None:
    assert said("brain metastases") == [(Target.BRM, EXCLUDE, set(ALL))]
    assert said("brain metastases", Section.INCLUSION) == [(Target.BRM, REQUIRE, set(ALL))]


def test_without_a_section_a_noun_phrase_is_unclear() -> None:
    assert [item.unclear for item in read("brain metastases", Section.NONE)] == [True]


def test_a_demand_upon_the_disease_lets_it_in() -> None:
    found = said("brain metastases must be stable", Section.INCLUSION)
    assert found == [(Target.BRM, PERMIT, {TS})]


def test_a_demand_for_the_disease_requires_it() -> None:
    assert said("patients must have brain metastases", Section.INCLUSION)[0][1] is REQUIRE


def test_a_qualifier_covers_both_diseases_of_a_phrase() -> None:
    found = said("symptomatic brain metastases or leptomeningeal disease")
    assert found == [(Target.BRM, EXCLUDE, {SY}), (Target.LMD, EXCLUDE, {SY})]


def test_each_disease_keeps_a_qualifier_of_its_own() -> None:
    found = said("untreated brain metastases or symptomatic leptomeningeal disease")
    assert found == [(Target.BRM, EXCLUDE, {UA, PR, SY}), (Target.LMD, EXCLUDE, {SY})]


def test_an_exception_restores_its_states() -> None:
    found = said("brain metastases unless treated and stable")
    assert found == [(Target.BRM, EXCLUDE, set(ALL)), (Target.BRM, PERMIT, {TS})]


def test_a_condition_narrows_its_permission() -> None:
    found = said("patients with brain metastases are eligible if asymptomatic", Section.INCLUSION)
    assert found == [(Target.BRM, PERMIT, {TS, UA})]


def test_a_double_negation_in_the_exclusions_says_nothing() -> None:
    assert said("patients who have no brain metastases") == []


def test_a_negation_that_opens_an_exclusion_still_excludes() -> None:
    assert said("no brain metastases") == [(Target.BRM, EXCLUDE, set(ALL))]


@pytest.mark.parametrize(
    "sentence",
    [
        "brain metastases larger than 3 cm",
        "more than 10 brain metastases",
        "brainstem metastases",
        "brain metastases not amenable to radiosurgery",
        "brain metastases only",
    ],
)
def test_an_exclusion_of_a_part_removes_no_state(sentence: str) -> None:
    assert [(item.partial, item.states, item.rule) for item in read(sentence)] == [(True, frozenset(), "R2")]


def test_a_disease_named_as_a_cause_is_symptomatic() -> None:
    assert said("confusion caused by brain metastases") == [(Target.BRM, EXCLUDE, {SY})]


def test_significant_disease_is_unclear() -> None:
    assert [item.unclear for item in read("significant brain metastases")] == [True]


def test_regardless_permits_what_it_names() -> None:
    assert said("all patients regardless of brain metastases", Section.INCLUSION)[0][1] is PERMIT


def test_a_sentence_without_disease_needs_one_before_it() -> None:
    assert read("these patients may enrol once treated") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Brain metastases. Treated ones may enter.", 2),
        ("Brain metastases (e.g. Treated ones)", 1),
        ("Size of 2.5 cm", 1),
        ("Brain metastases. (Treated ones may enter)", 2),
    ],
)
def test_a_full_stop_ends_a_sentence_unless_in_an_abbreviation(text: str, found: int) -> None:
    assert len(list(sentences(text, tokens(text)))) == found
