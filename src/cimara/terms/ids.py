"""Identifiers as types: each is checked when it is made."""

from __future__ import annotations

import re

_NCT = re.compile(r"\s*NCT\s*(\d{8})\s*", re.IGNORECASE)


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
