"""Check digits of national person numbers: one number that passes, and the same with a digit changed."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.deid.cells import cells_of
from cimara.cohort.deid.national_ids import national_hits, schemes

PUBLISHED = [
    ("943 476 5919", "NHS number", "943 476 5918"),
    ("111222333", "burgerservicenummer", "111222334"),
    ("86095742719", "Steuer-Identifikationsnummer", "86095742718"),
    ("12345678Z", "DNI or NIE", "12345678A"),
    ("X1234567L", "DNI or NIE", "X1234567M"),
    ("255081416802538", "numéro de sécurité sociale (NIR)", "255081416802539"),
    ("RSSMRA85T10A562S", "codice fiscale", "RSSMRA85T10A562T"),
    ("811218-9876", "personnummer", "811218-9875"),
    ("44051401359", "PESEL", "44051401358"),
    ("GB82 WEST 1234 5698 7654 32", "bank account (IBAN)", "GB82 WEST 1234 5698 7654 33"),
]
"""Examples that the issuing offices or textbooks publish; none is of a person."""


def names(text: str) -> set[str]:
    return {name for *_, name in national_hits(cells_of({"x": pl.Series([text])}))}


@pytest.mark.parametrize(("number", "name", "wrong"), PUBLISHED)
def test_the_check_digit_decides(number: str, name: str, wrong: str) -> None:
    assert name in names(number)
    assert name not in names(wrong)


def test_numbers_with_shape_alone_need_their_separators() -> None:
    assert names("078-05-1120") == {"social security or taxpayer number"}
    assert "CPR-nummer" in names("070761-4285")
    assert "CPR-nummer" not in names("320761-4285")


def test_digits_after_a_decimal_point_are_no_number() -> None:
    assert names("0.9434765919") == set()


def test_every_scheme_names_its_source() -> None:
    assert [one.id for one in schemes() if not one.source] == []
