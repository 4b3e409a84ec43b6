"""Words are classed by the longest phrase, through small typing errors, and by the templates of verbs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cimara.trials.eligibility as package
from cimara.trials.eligibility.lexicon import Lexicon, lexicon, rule_table, words
from cimara.trials.eligibility.spelling import within_one_edit
from tests.unit.trials.eligibility.made_statements import tokens

SOURCES = "".join(path.read_text("utf-8") for path in Path(package.__file__).parent.glob("*.py"))


def kinds(sentence: str) -> list[str]:
    return [token.kind for token in tokens(sentence)]


def test_the_longest_phrase_wins() -> None:
    table = {"SHORT": {"a": ["brain"]}, "LONG": {"b": ["brain stem"]}, "LONGER": {"c": ["brain stem lesion"]}}
    found = Lexicon(table).tokens("brain stem lesion brain stem brain", 0, 34)
    assert [token.kind for token in found] == ["LONGER", "LONG", "SHORT"]


def test_a_phrase_that_breaks_off_falls_back_to_its_first_word() -> None:
    found = Lexicon({"A": {"a": ["brain"]}, "B": {"b": ["brain stem lesion"]}}).tokens("brain stem", 0, 10)
    assert [(token.kind, token.word) for token in found] == [("A", "brain"), ("WORD", "stem")]


def test_the_first_class_of_a_phrase_stands() -> None:
    found = Lexicon({"A": {"a": ["brain"]}, "B": {"b": ["brain"]}}).tokens("brain", 0, 5)
    assert found[0].kind == "A"


def test_an_open_stem_takes_every_ending() -> None:
    assert kinds("prednisolonum") == ["STEROID"]


def test_a_hyphen_is_a_space() -> None:
    assert kinds("leptomeningeal") == kinds("lepto-meningeal") == ["LMD"]


def test_a_token_spans_its_whole_phrase() -> None:
    found = tokens("known central nervous  system disease")
    place = next(token for token in found if token.kind == "SITE")
    assert (place.start, place.end, place.word) == (6, 29, "central nervous system")


@pytest.mark.parametrize("modal", ["may", "can", "could", "might", "will"])
@pytest.mark.parametrize("verb", ["enrolled", "included", "considered", "eligible"])
def test_each_modal_with_each_participle_permits(modal: str, verb: str) -> None:
    assert kinds(f"{modal} be {verb}") == ["PERMIT"]


@pytest.mark.parametrize(
    "sentence", ["may participate", "may also be enrolled", "can still enter", "will qualify"]
)
def test_modals_permit_with_plain_verbs_and_with_also_and_still(sentence: str) -> None:
    assert kinds(sentence) == ["PERMIT"]


@pytest.mark.parametrize("sentence", ["are not eligible", "must not", "will be excluded"])
def test_verbs_that_shut_out_are_of_their_own_class(sentence: str) -> None:
    assert "EXCLUDE" in kinds(sentence)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("metsatases", "metastases"),
        ("leptomenigeal", "leptomeningeal"),
        ("asymptomatik", "asymptomatic"),
    ],
)
def test_a_long_word_one_edit_away_is_put_right(typed: str, meant: str) -> None:
    assert [token.word for token in tokens(typed)] == [meant]


@pytest.mark.parametrize("typed", ["metastses", "metastassis", "metastasess", "matastases"])
def test_metastases_are_known_however_they_are_typed(typed: str) -> None:
    assert kinds(typed) == ["MET"]


def test_a_short_word_is_taken_as_typed() -> None:
    assert kinds("brainn") == ["WORD"]


def test_a_long_word_two_edits_away_is_another_word() -> None:
    assert kinds("metaphyses") == ["WORD"]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_one_edit_of_a_long_word_is_within_one_edit(data: st.DataObject) -> None:
    word = data.draw(st.sampled_from(["metastases", "leptomeningeal", "asymptomatic", "dexamethasone"]))
    at = data.draw(st.integers(0, len(word) - 2))
    letter = data.draw(st.sampled_from("aeiouxz"))
    edits = [
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + letter + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    assert all(within_one_edit(edit, word) and within_one_edit(word, edit) for edit in edits)


def test_two_edits_are_not_one() -> None:
    assert not within_one_edit("metastases", "metestasis")
    assert not within_one_edit("metastases", "metastas")


def test_an_unknown_word_list_is_an_error() -> None:
    with pytest.raises(KeyError):
        words("no_such_list")


def test_every_word_list_is_asked_for_by_a_module() -> None:
    asked = set(re.findall(r'words\("(\w+)"\)', SOURCES))
    assert asked == set(rule_table("words"))


@pytest.mark.parametrize("name", sorted(rule_table("words")))
def test_a_word_list_is_lower_case_without_repeats(name: str) -> None:
    listed = rule_table("words")[name]
    assert listed == [word.lower() for word in listed]
    assert len(listed) == len(set(listed)) > 0


def test_signs_and_numbers_have_classes_of_their_own() -> None:
    assert kinds("( ≥ 2.5 % ) ; , / :") == [
        "LP",
        "CMP",
        "NUMBER",
        "PERCENT",
        "RP",
        "SEMI",
        "COMMA",
        "SLASH",
        "COLON",
    ]


def test_the_shipped_lexicon_is_read_once() -> None:
    assert lexicon() is lexicon()
