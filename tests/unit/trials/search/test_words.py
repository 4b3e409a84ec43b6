"""Searching by words: what is found, and that nothing typed can fail."""

from __future__ import annotations

import pytest

from cimara.trials.search import FoundIn, NoticeCode, Query
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.search.trials import found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("T-DM1", 2),
        ("t-dm1", 2),
        ("HER2-positive", 1),
        ("don't", 3),
        ("PD-L1+", 4),
        ("tucatinib breast", 1),
        ("TUCATINIB", 1),
        ("  osimertinib  ", 3),
        ("“radiosurgery”", 5),
    ],
)
def test_names_with_signs_are_found(trials: Snapshot, text: str, number: int) -> None:
    assert number in found(trials, text=text)


def test_all_words_must_be_there(trials: Snapshot) -> None:
    assert found(trials, text="tucatinib lung") == []


def test_the_last_word_is_a_beginning_until_a_space_ends_it(trials: Snapshot) -> None:
    assert found(trials, text="tuca") == [1]
    assert found(trials, text="osimert") == [3]
    assert found(trials, text="tuca ") == []
    assert found(trials, text="osimert\n") == []


def test_one_letter_is_a_word_and_no_beginning(trials: Snapshot) -> None:
    assert 3 in found(trials, text="a")
    assert 9 not in found(trials, text="a")


def test_an_earlier_word_is_no_beginning(trials: Snapshot) -> None:
    assert found(trials, text="tuca breast") == []


def test_british_and_american_spelling_are_one(trials: Snapshot) -> None:
    assert found(trials, text="tumour") == found(trials, text="tumor ") or set(
        found(trials, text="tumor ")
    ) <= set(found(trials, text="tumour"))
    assert 15 in found(trials, text="leukaemia")


def test_a_title_word_ranks_by_bm25_within_the_first_matches(trials: Snapshot) -> None:
    page = trials.search(Query(text="breast"))
    scores = [hit.score for hit in page.hits]
    assert None not in scores
    assert scores == sorted(scores)  # type: ignore[type-var]


def test_a_registry_number_leads_straight_to_its_study(trials: Snapshot) -> None:
    for text in ("NCT00000012", " nct00000012 ", "NCT 00000012"):
        page = trials.search(Query(text=text))
        assert [hit.nct_id for hit in page.hits] == ["NCT00000012"]
        assert page.hits[0].found_in is FoundIn.NUMBER


def test_a_number_past_the_filters_is_shown_and_said(trials: Snapshot) -> None:
    page = trials.search(Query(text="NCT00000012"))
    assert page.notice(NoticeCode.NUMBER_PAST_FILTERS) is not None
    assert trials.search(Query(text="NCT00000001")).notices == ()


def test_an_alias_leads_to_the_current_number(trials: Snapshot) -> None:
    assert found(trials, text="NCT90000015") == [15]


def test_several_numbers_are_all_shown(trials: Snapshot) -> None:
    assert found(trials, text="NCT00000002, NCT00000001") == [2, 1]


def test_a_number_that_is_not_here_is_said(trials: Snapshot) -> None:
    page = trials.search(Query(text="NCT77777777"))
    assert page.hits == ()
    assert page.notice(NoticeCode.NUMBER_NOT_HERE) is not None


def test_few_hits_are_followed_by_those_in_the_long_texts(trials: Snapshot) -> None:
    page = trials.search(Query(text="dexamethasone"))
    assert page.hits == ()
    assert [hit.nct_id for hit in page.also_in_text] == ["NCT00000016"]
    assert page.also_in_text[0].found_in is FoundIn.TEXT
    assert page.also_in_text_total.value == 1


def test_the_filters_hold_in_the_long_texts_as_well(trials: Snapshot) -> None:
    for filters in (
        {"phase": "PHASE3"},
        {"tumour": "nsclc"},
        {"intervention": "olaparib"},
        {"country": "GR"},
    ):
        assert trials.search(Query(text="dexamethasone", **filters)).also_in_text == ()


def test_a_study_is_not_listed_twice(trials: Snapshot) -> None:
    page = trials.search(Query(text="advice"))
    assert [hit.nct_id for hit in page.hits] == ["NCT00000016"]
    assert page.also_in_text == ()


def test_words_of_everyday_ask_for_trials_that_take_such_people(trials: Snapshot) -> None:
    page = trials.search(Query(text="breast cancer spread to my brain"))
    assert {hit.nct_id for hit in page.hits} == {"NCT00000001", "NCT00000002", "NCT00000017"}
    assert page.notice(NoticeCode.READ_AS_POLICY) is not None
    assert {item.field for item in page.undecided} == {"brm"}


def test_a_policy_that_was_chosen_is_not_overruled_by_words(trials: Snapshot) -> None:
    assert found(trials, text="breast cancer spread to my brain", brm="required") == [1]


def test_a_lay_name_finds_the_tumour(trials: Snapshot) -> None:
    assert found(trials, text="blood cancer") == [15]


def test_brain_mets_find_the_condition(trials: Snapshot) -> None:
    assert found(trials, text="brain mets") == [5]


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "*",
        "(",
        ")",
        "NEAR(a",
        "AND",
        "OR",
        "NOT",
        "^",
        "title:",
        "-",
        "%",
        "\0",
        "\ud800",
        "a\ud800b",
        "a" * 100_000,
        "שלום",
        "😀",
        "x" + "\u0301" * 50,
        "zqb0",
        "zq",
        "{title} : x",
        "a AND",
        'tucatinib" OR "x',
        "'; DROP TABLE study; --",
    ],
)
def test_odd_input_never_fails(trials: Snapshot, text: str) -> None:
    for field in ("text", "condition", "intervention"):
        assert trials.search(Query(**{field: text})).total.is_exact


def test_signs_alone_are_said_to_be_no_word_and_the_filters_apply(trials: Snapshot) -> None:
    page = trials.search(Query(text="?!*", tumour="nsclc"))
    assert page.notice(NoticeCode.NO_WORD) is not None
    assert [hit.nct_id for hit in page.hits] == ["NCT00000003"]


def test_an_empty_text_is_no_complaint(trials: Snapshot) -> None:
    assert trials.search(Query()).notices == ()
    assert trials.search(Query(text="  ")).notices == ()


def test_a_hundred_kilobytes_are_cut_at_64_words_and_that_is_said(trials: Snapshot) -> None:
    page = trials.search(Query(text="tucatinib " * 10_000))
    assert [hit.nct_id for hit in page.hits] == ["NCT00000001"]
    assert page.notice(NoticeCode.TEXT_CUT) is not None


def test_a_facet_word_that_someone_types_is_a_mere_word(trials: Snapshot) -> None:
    assert found(trials, text="zqb0") == []


def test_the_words_of_an_intervention_are_found_among_interventions_only(trials: Snapshot) -> None:
    assert found(trials, intervention="olaparib") == [9]
    assert found(trials, intervention="ovarian") == []
