"""Folds registry text for reading: lower case and ASCII punctuation, every code point in its place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

_SIGNS = {
    "\\": " ",
    "\n": " ",
    "\r": " ",
    "\t": " ",
    "\u00a0": " ",
    "\u3000": " ",
    "\u200b": " ",
    "\u00ad": "-",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2014": "-",
    "\u2212": "-",
    "\u2018": "'",
    "\u2019": "'",
    "\u201c": '"',
    "\u201d": '"',
    "\u3001": ",",
    "\u3002": ".",
    "\u2022": ";",
    "*": ";",
    "\u3010": "[",
    "\u3011": "]",
}
_FULL_WIDTH = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_ASCII_SIGNS = tuple((sign, folded) for sign, folded in _SIGNS.items() if sign.isascii())
_TABLE = str.maketrans(_SIGNS | _FULL_WIDTH)


@dataclass(frozen=True, slots=True)
class Folded:
    """One text, twice: `plain` keeps case, `low` is lower case; both as long as the text stored."""

    plain: str
    low: str

    def head(self, length: int) -> Folded:
        """The first code points of both."""
        return self if len(self.low) <= length else Folded(self.plain[:length], self.low[:length])


def fold(text: str) -> Folded:
    """Fold a text so that a span in `plain` or `low` is the same span in the text as stored."""
    if text.isascii():
        plain = text
        for sign, folded in _ASCII_SIGNS:
            plain = plain.replace(sign, folded)
        return Folded(plain, plain.lower())
    plain = text.translate(_TABLE)
    low = plain.lower()
    if len(low) != len(plain):
        low = "".join(sign.lower() if len(sign.lower()) == 1 else sign for sign in plain)
    return Folded(plain, low)


fold_often = lru_cache(maxsize=1024)(fold)
"""`fold` for texts that many measures share, such as time frames."""


def has_any(cues: tuple[str, ...], text: str) -> bool:
    """Whether any of the cues stands in the text: the cheap question before a pattern is run."""
    for cue in cues:  # noqa: SIM110 - a generator would cost more than the search
        if cue in text:
            return True
    return False


EMPTY = Folded("", "")
