"""No text, however odd, makes the reader raise or lose its place."""

from __future__ import annotations

import random
from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.trials.eligibility import CnsEligibility, read_eligibility

STRINGS = 10_000
WORDS = (
    "brain metastases|CNS|central nervous system (CNS)|leptomeningeal disease|LMD|unless|if|(|)|treated"
    "|untreated|and|or|,|;|:|.|\n|\r\n|* |1. |   - |Exclusion Criteria:|Inclusion Criteria:|\\>|&lt;|≥|4|¹"
    "|weeks|10 mg|prednisone|no|not|eligible|excluded|Cohort A|Note:|MRI|of the brain|stable|symptomatic"
    "|requiring|radiotherapy|\u00ad|\x00|\ud800|İ|：|（|metastases|must|be|e.g.|as|because|defined as"
    "|the following:"
)
FRAGMENTS = WORDS.split("|")


def _random_texts(count: int) -> Iterator[str]:
    chance = random.Random(20261120)
    for _ in range(count):
        yield chance.choice(("", " ", "\n")).join(chance.choices(FRAGMENTS, k=chance.randrange(1, 40)))


def _check(text: str, read: CnsEligibility) -> None:
    for item in (*read.evidence, *read.statements, *read.unread):
        assert text[item.start : item.end] == item.quote


def test_ten_thousand_texts_of_shuffled_criteria_words_are_read() -> None:
    for text in _random_texts(STRINGS):
        _check(text, read_eligibility(text, title="brain metastases", conditions=("Solid Tumor",)))


@settings(max_examples=2_000, deadline=None)
@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_is_read(criteria: str, title: str, conditions: list[str]) -> None:
    text = f"{criteria} brain metastases {criteria}"
    _check(text, read_eligibility(text, title=title, conditions=conditions))
