"""The record's words stay as they are; what is left out is seen to be left out."""

from __future__ import annotations

import pytest

from cimara.trials.plain.passage import CUT, Passage, item_span, passage
from cimara.trials.verdict import Quote
from tests.unit.trials.plain.made_sheets import ACTIVE, CRITERIA, TREATED, quote


def shown(found: Passage) -> str:
    """The passage as it reads, the deciding words in brackets."""
    return "".join(f"[{piece.text}]" if piece.deciding else piece.text for piece in found.pieces)


def test_the_whole_item_stands_around_the_deciding_words() -> None:
    assert shown(passage(CRITERIA, [quote(ACTIVE)])) == f"Patients with [{ACTIVE}]."


def test_the_bullet_is_left_out() -> None:
    assert shown(passage(CRITERIA, [quote(TREATED)])) == f"[{TREATED}]."


def test_all_deciding_words_of_one_item_are_marked() -> None:
    text = "* Treated lesions may enter; untreated lesions may not."
    found = passage(text, [quote("Treated lesions", text), quote("untreated lesions", text)])
    assert shown(found) == "[Treated lesions] may enter; [untreated lesions] may not."


def test_overlapping_quotes_are_marked_as_one() -> None:
    text = "Known brain metastases are excluded."
    found = passage(text, [quote("Known brain", text), quote("brain metastases", text)])
    assert shown(found) == "[Known brain metastases] are excluded."


def test_words_of_another_item_are_not_drawn_in() -> None:
    found = passage(CRITERIA, [quote(TREATED), quote(ACTIVE)])
    assert ACTIVE not in shown(found)


def test_markdown_escapes_are_undone_and_nothing_else() -> None:
    text = "* Lesions \\>= 2 cm \\[untreated\\] are **not** eligible"
    found = passage(text, [quote("Lesions \\>= 2 cm", text)])
    assert shown(found) == "[Lesions >= 2 cm] [untreated] are **not** eligible"


def test_a_wrapped_line_reads_as_one() -> None:
    text = "Stable brain\n metastases are eligible"
    found = passage(text, [quote("Stable brain\n metastases", text)])
    assert shown(found) == "[Stable brain metastases] are eligible"


def test_a_long_item_is_cut_in_plain_sight_at_whole_words() -> None:
    text = f"{'before ' * 80}active metastases{' after' * 80}"
    found = passage(text, [quote("active metastases", text)], longest=120)
    words = shown(found)
    assert found.goes_on
    assert "[active metastases]" in words
    assert words.startswith(f"{CUT} before")
    assert words.endswith(f"after {CUT}")
    assert len(words) <= 120 + len("[]")


def test_what_follows_is_kept_before_what_precedes() -> None:
    text = f"{'before ' * 80}active metastases unless treated and stable"
    found = passage(text, [quote("active metastases", text)], longest=120)
    assert shown(found).endswith("[active metastases] unless treated and stable")
    assert not found.goes_on


def test_deciding_words_longer_than_the_room_are_cut_too() -> None:
    text = "word " * 200
    found = passage(text, [Quote(start=0, end=len(text), text=text)], longest=50)
    assert found.goes_on
    assert len(found.pieces[0].text) <= 50


def test_a_quote_that_is_not_where_it_says_stands_alone() -> None:
    stray = Quote(start=3, end=9, text="brain metastases are excluded")
    assert shown(passage(CRITERIA, [stray])) == "[brain metastases are excluded]"


@pytest.mark.parametrize("head", ["* ", "1. ", "12) ", "(3) ", "• ", "a. ", "    * "])
def test_every_kind_of_item_head_is_known(head: str) -> None:
    text = f"Inclusion Criteria:\n{head}Stable brain metastases"
    begin, end = item_span(text, quote("brain metastases", text))
    assert text[begin:end] == "Stable brain metastases"
