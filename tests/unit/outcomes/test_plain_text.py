"""What patients are told of an endpoint is easy to read, and is there for each."""

from __future__ import annotations

import pytest

from cimara.outcomes import catalogue
from cimara.trials.plain import is_easy, reading_grade
from cimara.trials.plain.reading_level import grade

GRADE = 8


@pytest.mark.parametrize("name", list(catalogue))
def test_the_plain_text_of_each_entry_is_at_grade_eight_or_below(name: str) -> None:
    text = catalogue[name].plain
    assert is_easy(reading_grade(text, "en"), "en")
    assert grade(text, "en", ()) <= GRADE, "hard words of the glossary counted, too"


@pytest.mark.parametrize("name", list(catalogue))
def test_the_plain_text_of_each_entry_is_whole_sentences_without_codes(name: str) -> None:
    text = catalogue[name].plain
    assert text.endswith(".")
    assert not {"CNS", "LMD", "PFS", "OS", "CR", "PR", "PD", "RANO"} & set(text.replace(".", " ").split())


def test_texts_differ_where_endpoints_do() -> None:
    assert len({entry.plain for entry in catalogue.values()}) == len(catalogue)
