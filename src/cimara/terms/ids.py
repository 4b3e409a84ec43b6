"""Identifiers as types: each is checked when it is made."""

from __future__ import annotations

import re

_NCT = re.compile(r"\s*NCT\s*(\d{8})\s*", re.IGNORECASE)
_ORCID = re.compile(
    r"(?:(?:https?://)?(?:www\.)?orcid\.org/)?([0-9]{4})-?([0-9]{4})-?([0-9]{4})-?([0-9]{3})([0-9X])/?",
    re.IGNORECASE,
)
_ROR = re.compile(
    r"(?:(?:https?://)?(?:www\.)?ror\.org/)?(0[a-hjkmnp-tv-z0-9]{6})([0-9]{2})/?", re.IGNORECASE
)
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-") | {" ": None})
"""Other hyphens of typeset pages, and the spaces between groups."""
_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


class NctId(str):
    """A ClinicalTrials.gov registry number: `NCT` and eight digits.

    Any case and surrounding spaces are accepted and normalised.

    Raises
    ------
    ValueError
        When the text isn't a registry number.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> NctId:
        if type(text) is cls:
            return text
        found = _NCT.fullmatch(text)
        if found is None:
            raise ValueError("not a registry number; expected NCT and eight digits, like NCT01234567")
        return super().__new__(cls, f"NCT{found.group(1)}")

    @classmethod
    def parse(cls, text: str) -> NctId | None:
        """The number that `text` is, or None when it isn't one."""
        found = _NCT.fullmatch(text)
        return cls(text) if found else None


class Orcid(str):
    """A researcher's ORCID iD as `0000-0002-1825-0097`: 15 digits and a check digit (ISO 7064 mod 11-2).

    An address, the bare 16 characters and other hyphens are accepted and normalised.

    Raises
    ------
    ValueError
        When the text has another form, or its check digit is wrong; the message says which.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Orcid:
        if type(text) is cls:
            return text
        found = _ORCID.fullmatch(text.strip().translate(_HYPHENS))
        if found is None:
            raise ValueError("not an ORCID iD; expected 16 characters, like 0000-0002-1825-0097")
        *groups, last = found.groups()
        digits, check = "".join(groups), last.upper()
        if check != orcid_check(digits):
            raise ValueError(
                f"the last character, {check}, does not fit the 15 before it: one of the 16 is mistyped"
            )
        return super().__new__(cls, "-".join((*groups[:3], groups[3] + check)))


def orcid_check(digits: str) -> str:
    """The check digit of the first 15 digits, `0` to `9` or `X` (ISO 7064 mod 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


class RorId(str):
    """An organisation's ROR id as `00py81415`: 0, six characters of Crockford's base 32, two check digits.

    An address, capitals and surrounding spaces are accepted and normalised.

    Raises
    ------
    ValueError
        When the text has another form, or its check digits are wrong; the message says which.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> RorId:
        if type(text) is cls:
            return text
        found = _ROR.fullmatch(text.strip())
        if found is None:
            raise ValueError("not a ROR id; expected 0, six letters or digits, two digits, like 00py81415")
        body, check = found[1].lower(), found[2]
        if check != ror_check(body):
            raise ValueError(
                f"the last two digits, {check}, do not fit the 7 characters before them: one is mistyped"
            )
        return super().__new__(cls, body + check)


def ror_check(body: str) -> str:
    """The two check digits of the first 7 characters: 98 - (n x 100 mod 97)."""
    number = 0
    for sign in body:
        number = number * 32 + _CROCKFORD.index(sign)
    return f"{98 - number * 100 % 97:02}"
