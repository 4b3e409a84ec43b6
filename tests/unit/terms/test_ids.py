"""Identifiers are checked when they are made, and a wrong one is told which part of it is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.terms.ids import NctId, Orcid, RorId, orcid_check, ror_check

RORS = [
    "00py81415",
    "019whta54",
    "03taz7m60",
    "03wmf1y16",
    "009avj582",
    "022kthw22",
    "02r109517",
    "02yrq0923",
    "0190ak572",
    "02jzgtq86",
    "04twxam07",
    "00bvhmc43",
    "0130frc33",
    "00f54p054",
    "000e0be47",
    "00cvxb145",
    "00za53h95",
]
"""The ids of portal.md section 12.1."""


@pytest.mark.parametrize(
    "written",
    [
        "0000-0002-1825-0097",
        "0000000218250097",
        "https://orcid.org/0000-0002-1825-0097",
        "http://www.orcid.org/0000-0002-1825-0097/",
        " orcid.org/0000-0002-1825-0097\n",
        "0000 0002 1825 0097",
        "0000‐0002‐1825‐0097",
    ],
)
def test_an_orcid_id_is_normalised(written: str) -> None:
    assert Orcid(written) == "0000-0002-1825-0097"


def test_an_orcid_id_may_end_in_x() -> None:
    assert Orcid("000000021694233x") == "0000-0002-1694-233X"


def test_a_wrong_check_digit_of_an_orcid_id_is_named() -> None:
    with pytest.raises(ValueError, match="the last character, 8, does not fit the 15 before it"):
        Orcid("0000-0002-1825-0098")


@pytest.mark.parametrize("written", ["", "0000-0002-1825-009", "0000-0002-1825-00971", "x" * 16, "٠" * 16])
def test_what_has_another_form_is_no_orcid_id(written: str) -> None:
    with pytest.raises(ValueError, match="expected 16 characters"):
        Orcid(written)


@given(st.text("0123456789", min_size=15, max_size=15), st.integers(0, 14), st.integers(1, 9))
def test_any_one_mistyped_digit_of_an_orcid_id_is_found(digits: str, place: int, by: int) -> None:
    wrong = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    assert Orcid(digits + orcid_check(digits)).replace("-", "")[:15] == digits
    with pytest.raises(ValueError, match="last character"):
        Orcid(wrong + orcid_check(digits))


@pytest.mark.parametrize("ror", RORS)
def test_the_ror_ids_of_the_consortium_are_valid(ror: str) -> None:
    assert RorId(ror) == ror


@pytest.mark.parametrize(
    "written", ["00py81415", "https://ror.org/00py81415", "ROR.org/00PY81415/", " 00py81415 "]
)
def test_a_ror_id_is_normalised(written: str) -> None:
    assert RorId(written) == "00py81415"


def test_wrong_check_digits_of_a_ror_id_are_named() -> None:
    with pytest.raises(ValueError, match="the last two digits, 16, do not fit the 7 characters"):
        RorId("00py81416")


@pytest.mark.parametrize("written", ["", "10py81415", "00pi81415", "00py8141", "00py814155", "00py814١5"])
def test_what_has_another_form_is_no_ror_id(written: str) -> None:
    with pytest.raises(ValueError, match="like 00py81415"):
        RorId(written)


@given(st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=6, max_size=6), st.integers(0, 5), st.data())
def test_any_one_mistyped_character_of_a_ror_id_is_found(body: str, place: int, data: st.DataObject) -> None:
    other = data.draw(
        st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz").filter(lambda one: one != body[place])
    )
    wrong = body[:place] + other + body[place + 1 :]
    with pytest.raises(ValueError, match="last two digits"):
        RorId("0" + wrong + ror_check("0" + body))


def test_an_id_of_its_own_type_is_taken_as_it_is() -> None:
    for one in (NctId("NCT01234567"), Orcid("0000-0002-1825-0097"), RorId("00py81415")):
        assert type(one)(one) is one
