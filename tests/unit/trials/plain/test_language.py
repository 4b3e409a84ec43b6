"""Dates and distances as people say them."""

from __future__ import annotations

from datetime import date

import pytest

from cimara.trials.plain import Language, LanguageError, date_words, distance_words
from cimara.trials.plain.language import first_day


@pytest.mark.parametrize(
    ("day", "english", "spanish"),
    [
        (date(2026, 3, 8), "8 March 2026", "8 de marzo de 2026"),
        ("2026-11-20", "20 November 2026", "20 de noviembre de 2026"),
        ("2026-03", "March 2026", "marzo de 2026"),
        ("2026", "2026", "2026"),
        ("2026-07-01T00:00:00", "1 July 2026", "1 de julio de 2026"),
    ],
)
def test_a_date_is_in_words_and_a_partial_one_stays_partial(
    day: date | str, english: str, spanish: str
) -> None:
    assert (date_words(day, "en"), date_words(day, "es")) == (english, spanish)


def test_what_is_no_date_is_refused() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        date_words("8/3/2026", "en")


def test_a_partial_date_begins_on_its_first_day() -> None:
    assert (first_day("2026-03"), first_day("2026")) == (date(2026, 3, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("km", "words"),
    [(0.2, "1 km"), (7.4, "7 km"), (17.0, "15 km"), (98.0, "100 km"), (984.0, "980 km"), (1683.0, "1680 km")],
)
def test_a_distance_is_rounded_as_it_grows(km: float, words: str) -> None:
    assert distance_words(km) == words


def test_a_distance_may_be_in_miles() -> None:
    assert distance_words(16.09344, miles=True) == "10 mi"


def test_a_regional_code_finds_its_language() -> None:
    assert (Language.of("es-MX"), Language.of("EN")) == (Language.ES, Language.EN)


def test_a_language_that_we_do_not_have_is_an_error() -> None:
    with pytest.raises(LanguageError):
        date_words("2026", "fr")
