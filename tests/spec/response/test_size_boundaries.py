"""Sizes at their boundaries: text to integers, and the two comparisons that every criterion rests on."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cimara.response.sizes import (
    SizeError,
    as_cubic_millimetres,
    as_millimetres,
    has_grown,
    has_shrunk,
    millimetres,
    number_text,
    parse_diameter,
    parse_volume,
    percent_change,
    tenths,
)


@pytest.mark.parametrize(
    ("text", "unit", "value", "findings"),
    [
        ("9.8", "mm", 98, ()),
        (" 9.8 ", " MM ", 98, ()),
        ("+9.8", "mm", 98, ()),
        ("9", "mm", 90, ()),
        ("9.", "mm", 90, ()),
        (".5", "mm", 5, ()),
        ("0", "mm", 0, ()),
        ("9.80", "mm", 98, ()),
        ("9.84", "mm", 98, ("SIZE_ROUNDED",)),
        ("9.85", "mm", 99, ("SIZE_ROUNDED",)),
        ("9.849", "mm", 98, ("SIZE_ROUNDED",)),
        ("9.805", "mm", 98, ("SIZE_ROUNDED",)),
        ("1.2", "cm", 120, ()),
        ("1.25", "cm", 125, ()),
        ("1.255", "cm", 126, ("SIZE_ROUNDED",)),
        ("300", "mm", 3000, ()),
        ("300.1", "mm", 3001, ("SIZE_IMPLAUSIBLE",)),
        ("300.06", "mm", 3001, ("SIZE_ROUNDED", "SIZE_IMPLAUSIBLE")),
    ],
)
def test_a_diameter_is_whole_tenths_of_a_millimetre(text, unit, value, findings):
    """R11-T1. One decimal is kept, half a tenth rounds up with a finding; above 300 mm is named."""
    read = parse_diameter(text, unit)
    assert (read.value, read.text, read.findings) == (value, text, findings)
    assert tenths(text, unit) == value


def test_a_diameter_without_unit_is_millimetres():
    """R11-T1. A volume without unit is cubic millimetres."""
    assert (parse_diameter("9.8").value, tenths("9.8"), parse_volume("98").value) == (98, 98, 98)


@pytest.mark.parametrize(
    ("text", "unit", "value", "findings"),
    [
        ("98", "mm3", 98, ()),
        ("1.25", "cm3", 1250, ()),
        ("1.25", "mL", 1250, ()),
        ("0.0005", "ml", 1, ("SIZE_ROUNDED",)),
        ("98.4", "mm3", 98, ("SIZE_ROUNDED",)),
        ("98.5", "mm3", 99, ("SIZE_ROUNDED",)),
    ],
)
def test_a_volume_is_whole_cubic_millimetres(text, unit, value, findings):
    """VOL-1. Half a cubic millimetre rounds up with a finding."""
    read = parse_volume(text, unit)
    assert (read.value, read.text, read.findings) == (value, text, findings)


@pytest.mark.parametrize(
    ("text", "unit"), [("", "mm"), (".", "mm"), ("-3", "mm"), ("nan", "mm"), ("3,5", "mm"), ("3", "inch")]
)
def test_what_is_no_size(text, unit):
    """R11-T1. Nothing, negative, not finite, a decimal comma, an unknown unit."""
    with pytest.raises(SizeError):
        parse_diameter(text, unit)
    with pytest.raises(SizeError):
        parse_volume(text, unit)


@pytest.mark.parametrize(
    ("now", "baseline", "percent", "shrunk"),
    [
        (161, 230, 30, True),
        (162, 230, 30, False),
        (70, 100, 30, True),
        (71, 100, 30, False),
        (0, 0, 30, True),
    ],
)
def test_shrinkage_is_exact(now, baseline, percent, shrunk):
    """R11-T4, RBM-T4. 23.0 to 16.1 mm is exactly 30 %: enough."""
    assert has_shrunk(now, baseline, percent) is shrunk


@pytest.mark.parametrize(
    ("now", "nadir", "percent", "grown"),
    [
        (348, 290, 20, True),
        (347, 290, 20, False),
        (120, 100, 20, True),
        (119, 100, 20, False),
        (1, 0, 20, True),
        (0, 0, 20, False),
        (100, 100, 0, False),
        (101, 100, 0, True),
    ],
)
def test_growth_is_exact(now, nadir, percent, grown):
    """R11-T1, RBM-T1. 29.0 to 34.8 mm is exactly 20 %: enough; nothing at all has not grown."""
    assert has_grown(now, nadir, percent) is grown


def test_sizes_for_reading():
    """R11-T1. Millimetres and percent as a report shows them; no percentage of nothing."""
    assert (millimetres(98), millimetres(100), millimetres(7)) == ("9.8", "10.0", "0.7")
    assert (as_millimetres(98), as_millimetres(None)) == (9.8, None)
    assert (as_cubic_millimetres(98), as_cubic_millimetres(None)) == (98.0, None)
    assert percent_change(150, 200) == -25.0
    assert (percent_change(150, 0), percent_change(150, None), percent_change(0, 50)) == (None, None, -100.0)


@pytest.mark.parametrize(
    ("number", "text"),
    [(9.8, "9.8"), (10, "10"), (1e-7, "0.0000001"), (Decimal("9.80"), "9.80"), (1e3, "1000.0")],
)
def test_a_number_of_a_typed_column_keeps_its_decimals(number, text):
    """R11-T1. 9.8 in a column of numbers is the text 9.8, not what binary makes of it."""
    assert number_text(number) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_not_finite_is_no_size(number):
    """R11-T1. Not a number and infinity are refused."""
    with pytest.raises(SizeError):
        number_text(number)
