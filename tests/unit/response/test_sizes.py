"""Sizes: from text to integers, and exact tests on them."""

from __future__ import annotations

import pytest

from cimara.response.sizes import (
    SIZE_IMPLAUSIBLE,
    SIZE_ROUNDED,
    SizeError,
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
        (" 9.80 ", "mm", 98, ()),
        ("10", "mm", 100, ()),
        ("0", "mm", 0, ()),
        ("9.84", "mm", 98, (SIZE_ROUNDED,)),
        ("9.85", "mm", 99, (SIZE_ROUNDED,)),
        ("1.25", "cm", 125, ()),
        ("1.255", "cm", 126, (SIZE_ROUNDED,)),
        ("300.0", "mm", 3000, ()),
        ("300.1", "mm", 3001, (SIZE_IMPLAUSIBLE,)),
    ],
)
def test_a_diameter_is_tenths_of_a_millimetre(text, unit, value, findings):
    parsed = parse_diameter(text, unit)
    assert (parsed.value, parsed.findings, parsed.text) == (value, findings, text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "nothing"),
        ("-3", "a negative number"),
        ("nan", "a number that is not finite"),
        ("inf", "a number that is not finite"),
        ("9,8", "a number with a decimal comma"),
        ("about", "text (5 characters)"),
        (".", "text (1 characters)"),
        ("1e2", "text (3 characters)"),
    ],
)
def test_what_is_no_size_is_named_without_its_value(text, kind):
    with pytest.raises(SizeError) as caught:
        parse_diameter(text)
    assert caught.value.kind == kind
    assert not text.strip() or text in (".", "about") or text not in str(caught.value)


def test_an_unknown_unit_is_an_error():
    with pytest.raises(SizeError, match="unknown unit"):
        parse_diameter("1", "inch")


def test_volumes():
    assert parse_volume("1.2", "mL").value == 1200
    assert parse_volume("10.5").findings == (SIZE_ROUNDED,)


@pytest.mark.parametrize(
    ("number", "text"), [(9.8, "9.8"), (10, "10"), (1e-7, "0.0000001"), (2.3 * 3, "6.8999999999999995")]
)
def test_a_typed_number_becomes_its_shortest_text(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_typed_number_must_be_finite(number):
    with pytest.raises(SizeError):
        number_text(number)


def test_float_traps():
    assert has_shrunk(tenths("16.1"), tenths("23.0"), 30)
    assert not has_shrunk(tenths("16.2"), tenths("23.0"), 30)
    assert has_grown(tenths("34.8"), tenths("29.0"), 20)
    assert not has_grown(tenths("34.7"), tenths("29.0"), 20)
    assert 3 * tenths("2.3") == tenths("6.9")


def test_nothing_that_stayed_nothing_has_not_grown():
    assert not has_grown(0, 0, 20)


def test_sizes_for_reading():
    assert millimetres(98) == "9.8"
    assert percent_change(290, 240) == pytest.approx(20.8333, abs=1e-4)
    assert percent_change(10, 0) is None
    assert percent_change(10, None) is None


@pytest.mark.parametrize("read", [parse_diameter, parse_volume])
@pytest.mark.parametrize("text", ["9" * 401, "9" * 5000, "0." + "1" * 5000])
def test_a_text_too_long_to_be_a_size_is_refused(read, text):
    with pytest.raises(SizeError) as caught:
        read(text)
    assert caught.value.kind == f"text ({len(text)} characters)"


def test_the_longest_text_that_is_read():
    assert tenths("1." + "0" * 398) == 10
    assert tenths(number_text(5e-324)) == 0


@pytest.mark.parametrize(("read", "largest"), [(parse_diameter, "100000000"), (parse_volume, "1000000000")])
def test_a_number_too_large_for_the_results_is_refused(read, largest):
    assert read(largest).value == 10**9
    with pytest.raises(SizeError, match="too large"):
        read(largest + ".5")
