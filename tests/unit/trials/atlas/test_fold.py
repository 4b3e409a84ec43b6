"""Folding keeps every code point in its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.trials.atlas.fold import fold


@given(st.text())
@settings(max_examples=200)
def test_folded_texts_are_as_long_as_the_text_stored(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.low) == len(text)


@pytest.mark.parametrize(
    ("stored", "low"),
    [
        ("CNS ORR（iORR）", "cns orr(iorr)"),
        (r"per \[investigator/BICR\]", "per  [investigator/bicr ]"),
        ("Progression–Free", "progression-free"),
        ("İntracranial", "İntracranial"),
    ],
)
def test_full_width_signs_escapes_and_dashes_are_folded(stored: str, low: str) -> None:
    assert fold(stored).low == low
