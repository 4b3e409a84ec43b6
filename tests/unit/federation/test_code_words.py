"""Every code of a federated job has its cause and its advice, and nobody is left without a next step."""

from __future__ import annotations

import pytest

from cimara.federation.code_words import GROUPS, WORDS
from cimara.federation.errors import Code


def test_every_code_has_its_words_and_no_other_has() -> None:
    assert set(WORDS) == set(Code)


def test_every_code_stands_in_one_group() -> None:
    assert [sum(code.startswith(start) for start, _ in GROUPS) for code in Code] == [1] * len(Code)


@pytest.mark.parametrize("code", Code)
def test_words_are_sentences_of_one_line(code: Code) -> None:
    for text in (WORDS[code].cause, WORDS[code].advice):
        assert text.endswith(".")
        assert text[0].isupper()
        assert len(text) <= 120
        assert not set("\n|") & set(text)


def test_no_two_codes_are_said_alike() -> None:
    assert len({words.cause for words in WORDS.values()}) == len(Code)
