"""Every sentence of ours is short, plain, complete in both languages and free of blame and odds."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from cimara.trials.plain import Language, glossary, is_easy, reading_grade
from cimara.trials.plain.glossary import terms
from cimara.trials.plain.phrasebook import phrases, placeholders
from cimara.trials.plain.reading_level import sentences, without_terms, words

HERE = Path(__file__).parent
LANGUAGES = tuple(Language)
LONGEST_SENTENCE = 25
FILLED = {
    Language.EN: {
        "days": "28 days",
        "count": "3",
        "at_most": "20 mm",
        "at_least": "10 mm",
        "mg": "4 mg",
        "drug": "dexamethasone",
        "date": "8 March 2026",
        "treatment": "whole-brain radiotherapy",
        "distance": "35 km",
        "n": "3",
    },
    Language.ES: {
        "days": "28 días",
        "count": "3",
        "at_most": "20 mm",
        "at_least": "10 mm",
        "mg": "4 mg",
        "drug": "dexametasona",
        "date": "8 de marzo de 2026",
        "treatment": "la radioterapia de todo el cerebro",
        "distance": "35 km",
        "n": "3",
    },
}
DATE_WORDS = {"march", "marzo", "km"}
ODDS = {
    Language.EN: r"likely|probabl|chance|perhaps|maybe|might|odds|risk|per ?cent|%",
    Language.ES: r"probabl|quizá|tal vez|acaso|riesgo|por ciento|%",
}
BLAME = {
    Language.EN: r"you (?:failed|forgot|did not|didn't|should have)|your fault|unfortunately|sorry",
    Language.ES: r"usted (?:no dijo|olvidó)|su culpa|por desgracia|lamentablemente|lo sentimos",
}
UNIT_LABELS = {"mg", "mm", "km"}


@cache
def said(lang: Language) -> dict[str, str]:
    """Every phrase with its placeholders filled."""
    return {name: phrase[lang].format_map(FILLED[lang]) for name, phrase in phrases().items()}


def is_sentence(text: str) -> bool:
    return text[-1] in ".?"


def test_every_phrase_is_in_both_languages_with_the_same_placeholders() -> None:
    for name, phrase in phrases().items():
        assert set(phrase) == set(LANGUAGES), name
        assert all(text.strip() == text and text for text in phrase.values()), name
        found = {lang: set(re.findall(r"{(\w*)}", text)) for lang, text in phrase.items()}
        assert found["en"] == found["es"] == placeholders(name), name


def test_placeholders_are_named_and_known() -> None:
    for name, phrase in phrases().items():
        assert placeholders(name) <= FILLED[Language.EN].keys(), name
        assert all(text.count("{") == len(re.findall(r"{\w+}", text)) for text in phrase.values()), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_sentence_reads_easily(lang: Language) -> None:
    levels = {text: reading_grade(text, lang) for text in said(lang).values() if is_sentence(text)}
    assert {text: level for text, level in levels.items() if not is_easy(level, lang)} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("table", ["verdict", "status", "treatment", "unit", "sheet"])
def test_labels_read_easily_taken_together(table: str, lang: Language) -> None:
    labels = [text for name, text in said(lang).items() if name.startswith(f"{table}.")]
    text = "\n".join(label for label in labels if not is_sentence(label))
    assert is_easy(reading_grade(text, lang), lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_sentence_is_longer_than_25_words(lang: Language) -> None:
    parts = [part for text in said(lang).values() for part in sentences(text)]
    assert [part for part in parts if len(words(part)) > LONGEST_SENTENCE] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_phrase_speaks_of_odds(lang: Language) -> None:
    assert [text for text in said(lang).values() if re.search(ODDS[lang], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_phrase_blames_or_pities(lang: Language) -> None:
    assert [text for text in said(lang).values() if re.search(BLAME[lang], text, re.IGNORECASE)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nobody_is_ever_called_eligible(lang: Language) -> None:
    assert [text for text in said(lang).values() if re.search(r"eligib|elegib", text, re.IGNORECASE)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_is_an_everyday_word_or_stands_in_the_glossary(lang: Language) -> None:
    everyday = set((HERE / f"everyday_{lang}.txt").read_text("utf-8").split()) | DATE_WORDS
    left = [word for text in said(lang).values() for word in words(without_terms(text, terms(lang)))]
    assert {word.lower() for word in left if not word.isdigit()} - everyday == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_everyday_word_is_medical(lang: Language) -> None:
    everyday = set((HERE / f"everyday_{lang}.txt").read_text("utf-8").split())
    assert everyday & {term.lower() for term in terms(lang)} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_abbreviation_stands_in_the_glossary(lang: Language) -> None:
    texts = [*said(lang).values(), *(entry.meaning for entry in glossary(lang))]
    found = {short for text in texts for short in re.findall(r"\b[A-Z][A-Z0-9]+\b", text)}
    assert found - terms(lang) <= UNIT_LABELS


def test_the_person_is_you_or_the_person_you_care_for() -> None:
    assert "you or the person you care for" in said(Language.EN)["sheet.lead"]
    assert "usted o la persona a quien cuida" in said(Language.ES)["sheet.lead"]
