"""How hard a text is to read, by counts that anyone can redo by hand."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from cimara.trials.plain.language import Language, LanguageError
from cimara.trials.plain.reading_level import EASIEST, grade, is_easy, sentences, syllables

HERE = Path(__file__).parent
LANGUAGES = tuple(Language)


def hand_parted(lang: Language) -> list[str]:
    """Words parted into syllables by hand, a hyphen between two syllables."""
    return (HERE / f"syllables_{lang}.txt").read_text("utf-8").split()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_counter_agrees_with_words_parted_by_hand(lang: Language) -> None:
    words = hand_parted(lang)
    wrong = [word for word in words if syllables(word.replace("-", ""), lang) != word.count("-") + 1]
    assert len(words) >= 300
    assert len(wrong) <= len(words) // 100, wrong


def test_at_least_200_medical_words_have_their_syllables_by_hand() -> None:
    table = files("cimara.trials.plain").joinpath("syllable_exceptions.toml").read_text("utf-8")
    assert len(set(tomllib.loads(table)["en"]["medical"])) >= 200


@pytest.mark.parametrize(
    ("word", "count"),
    [("leptomeningeal", 6), ("radiotherapy", 6), ("dexamethasone", 5), ("seizures", 2), ("patient’s", 2)],
)
def test_medical_words_in_plurals_and_possessives_count_right(word: str, count: int) -> None:
    assert syllables(word, Language.EN) == count


def test_a_figure_counts_as_one_syllable() -> None:
    assert syllables("1,536", Language.EN) == 1


def test_english_grade_is_flesch_kincaid() -> None:
    # 12 words in 2 sentences, 13 syllables.
    text = "The cat sat on the green mat. It did not want water."
    assert grade(text, "en") == pytest.approx(0.39 * 6 + 11.8 * 13 / 12 - 15.59)


def test_spanish_perspicuity_is_szigriszt_pazos() -> None:
    # 7 words in 1 sentence, 11 syllables.
    assert grade("El gato come pan en la cocina.", "es") == pytest.approx(206.835 - 62.3 * 11 / 7 - 7)


def test_terms_left_out_count_neither_as_words_nor_as_syllables() -> None:
    without = grade("You may need radiotherapy soon.", "en", ["radiotherapy"])
    assert without == grade("You may need soon.", "en")


def test_the_longest_term_is_left_out_first() -> None:
    text = "Whole-brain radiotherapy helps."
    assert grade(text, "en", ["brain", "whole-brain radiotherapy"]) == grade("Helps.", "en")


def test_a_term_inside_a_longer_word_stays() -> None:
    assert grade("The scanner broke.", "en", ["scan"]) == grade("The scanner broke.", "en")


def test_a_line_break_ends_a_sentence_and_a_decimal_point_does_not() -> None:
    assert sentences("Stable for 2.5 weeks\nNo steroids") == ("Stable for 2.5 weeks", "No steroids")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_text_without_words_is_as_easy_as_can_be(lang: Language) -> None:
    assert grade("... !", lang) == EASIEST[lang]
    assert is_easy(grade("", lang), lang)


def test_the_gate_is_grade_8_in_english_and_55_in_spanish() -> None:
    assert (is_easy(8.0, "en"), is_easy(8.1, "en")) == (True, False)
    assert (is_easy(55.0, "es"), is_easy(54.9, "es")) == (True, False)


def test_registry_prose_does_not_pass_the_gate() -> None:
    prose = (
        "Participants with previously irradiated, clinically asymptomatic leptomeningeal metastases "
        "demonstrating radiographic stability are permitted following investigator determination."
    )
    assert not is_easy(grade(prose, "en"), "en")


def test_a_language_without_words_is_named_with_those_that_have() -> None:
    with pytest.raises(LanguageError, match="expected en or es"):
        grade("Guten Tag.", "de")
