"""The working text is plain, and every span of it leads back to the text as stored."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.trials.eligibility.lexicon import lexicon
from cimara.trials.eligibility.text import normalise

WRITTEN = [
    "brain", "metastases", "\\", "\\>", "\\>=", ">=", "=<", "\\<", "≤", "&gt;", "&lt;", "&amp;", "&#8805;",
    "&nbsp;", "\u00a0", "\u00ad", "\u200b", "\r\n", "\r", "\n", " ", "（", "）", "，", "２", "cm", "“", "’",
    "–", "İ", "ß", "é", ".", "*",
]  # fmt: skip


@pytest.mark.parametrize(
    ("stored", "plain"),
    [
        ("a \\> b", "a > b"),
        ("\\[PCI\\]", "[PCI]"),
        ("size \\>= 2 cm", "size ≥ 2 cm"),
        ("size =< 2 cm", "size ≤ 2 cm"),
        ("size <= 2 cm", "size ≤ 2 cm"),
        ("size ≧ 2 cm", "size ≥ 2 cm"),
    ],
)
def test_escapes_and_comparisons_become_one_sign(stored: str, plain: str) -> None:
    assert normalise(stored).text == plain


@pytest.mark.parametrize(
    ("stored", "plain"),
    [
        ("a &lt; b", "a < b"),
        ("R&amp;D", "R&D"),
        ("a&nbsp;b", "a b"),
        ("&#8805; 4", "≥ 4"),
        ("&unknown; x", "&unknown; x"),
    ],
)
def test_html_entities_become_their_sign(stored: str, plain: str) -> None:
    assert normalise(stored).text == plain


def test_windows_and_old_mac_line_ends_become_line_feeds() -> None:
    assert normalise("one\r\ntwo\rthree").text == "one\ntwo\nthree"


def test_full_width_signs_and_figures_become_plain() -> None:
    assert normalise("（ＣＮＳ）２ ｃｍ、").text == "(CNS)2 cm,"


def test_curly_quotes_and_dashes_become_plain() -> None:
    assert normalise("“no” patient’s 4–6").text == '"no" patient\'s 4-6'


def test_soft_hyphens_and_zero_width_spaces_vanish() -> None:
    assert normalise("meta\u00adsta\u200bses").text == "metastases"


def test_non_breaking_spaces_become_spaces() -> None:
    assert normalise("brain\u00a0mets\u3000now").text == "brain mets now"


def test_lower_case_keeps_the_length_of_letters_that_grow() -> None:
    text = normalise("İ BRAIN")
    assert len(text.lower) == len(text.text)
    assert text.lower.endswith("brain")


def test_a_span_behind_an_escape_leads_back_to_the_stored_words() -> None:
    stored = "lesions \\>= 2 cm; Brain meta\u00adstases"
    text = normalise(stored)
    start = text.lower.index("brain")
    assert stored[text.stored_start(start) : text.stored_end(len(text.lower))] == "Brain meta\u00adstases"


def test_a_span_that_ends_with_an_entity_takes_all_of_it() -> None:
    stored = "size &gt; two"
    text = normalise(stored)
    at = text.text.index(">")
    assert stored[text.stored_start(at) : text.stored_end(at + 1)] == "&gt;"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WRITTEN), max_size=30).map("".join))
def test_every_token_span_of_the_stored_text_says_the_same_words(stored: str) -> None:
    text = normalise(stored)
    for token in lexicon().tokens(text.lower, 0, len(text.lower)):
        given_words = stored[text.stored_start(token.start) : text.stored_end(token.end)]
        assert normalise(given_words).lower.strip() == text.lower[token.start : token.end]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WRITTEN), max_size=30).map("".join))
def test_offsets_of_the_stored_text_never_go_back(stored: str) -> None:
    text = normalise(stored)
    starts = [text.stored_start(at) for at in range(len(text.text))]
    assert starts == sorted(starts)
    assert all(0 <= at <= len(stored) for at in starts)
