"""The glossary is complete in both languages, short, easy, sourced and honest about its review."""

from __future__ import annotations

import re
from datetime import date

import pytest

from cimara.trials.plain import Language, glossary, is_easy, reading_grade
from cimara.trials.plain.glossary import terms
from cimara.trials.plain.reading_level import grade, words

LANGUAGES = tuple(Language)
ENTRIES = [(lang, entry) for lang in LANGUAGES for entry in glossary(lang)]
ABBREVIATIONS = {"BrM", "LMD", "SRS", "WBRT", "CNS", "CSF", "MRI", "CT", "ECOG", "KPS", "NCT", "mg", "mm"}


def test_both_languages_explain_the_same_60_terms_or_more() -> None:
    english, spanish = ({entry.id for entry in glossary(lang)} for lang in LANGUAGES)
    assert english == spanish
    assert len(english) >= 60


def test_a_meaning_has_at_most_40_words() -> None:
    assert [entry.id for _, entry in ENTRIES if not 3 <= len(words(entry.meaning)) <= 40] == []


def test_a_meaning_reads_easily() -> None:
    levels = [(lang, entry.id, reading_grade(entry.meaning, lang)) for lang, entry in ENTRIES]
    assert [one for one in levels if not is_easy(one[2], one[0])] == []


def test_an_entry_names_where_the_fact_can_be_checked() -> None:
    assert [entry.id for _, entry in ENTRIES if len(entry.source) <= 10] == []


def test_no_entry_claims_a_clinical_review() -> None:
    reviews = {(entry.reviewed_by, entry.reviewed_on, entry.clinical_review) for _, entry in ENTRIES}
    assert reviews == {("CIMARa engineering (not yet clinically reviewed)", date(2026, 11, 20), False)}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_whole_glossary_reads_easily_even_with_its_own_terms_counted(lang: Language) -> None:
    assert is_easy(grade("\n".join(entry.meaning for entry in glossary(lang)), lang), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_explained_twice(lang: Language) -> None:
    said = [word.lower() for entry in glossary(lang) for word in (entry.term, *entry.forms)]
    assert len(said) == len(set(said))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_entries_are_in_alphabetical_order(lang: Language) -> None:
    shown = [entry.term.casefold() for entry in glossary(lang)]
    assert shown == sorted(shown)


def test_abbreviations_of_the_field_are_explained() -> None:
    assert ABBREVIATIONS - terms("en") == set()


def test_the_steroid_entry_warns_not_to_stop_at_once() -> None:
    english, spanish = (
        next(entry.meaning for entry in glossary(lang) if entry.id == "steroid") for lang in LANGUAGES
    )
    assert re.search(r"never stop it all at once", english, re.IGNORECASE)
    assert re.search(r"nunca la deje de golpe", spanish, re.IGNORECASE)
