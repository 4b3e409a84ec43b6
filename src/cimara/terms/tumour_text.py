"""How words for tumours are folded: one form for the spellings, plurals and signs of one word."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from importlib.resources import files

_WORD = re.compile(r"[a-z0-9]+")
_HER2 = re.compile(r"\b(?:her[\s-]?2(?:[\s/-]?neu)?|erbb2)\b")
_PLUS = re.compile(r"(?<=[a-z0-9])\+")
_MINUS = re.compile(r"(?<=[a-z0-9])-(?=\s|/|,|$)")
_TABLE = tomllib.loads(files("cimara.terms").joinpath("tumour_words.toml").read_text("utf-8"))
_DROPPED = frozenset(_TABLE["dropped"])
_SAME: dict[str, str] = dict.fromkeys(_TABLE["cancer"], "cancer") | _TABLE["same"]
BETWEEN = frozenset(_TABLE["between"])
"""Words that may stand inside a tumour's name without changing it: breast *ductal* cancer."""
ALSO_CANCER = frozenset({"carcinoma", "adenocarcinoma"})
"""Words that may stand for cancer in a synonym, besides meaning something of their own."""


def words_of(text: str) -> list[str]:
    """Folded words of a text: no case, no diacritics, `+` and a final `-` as words, articles dropped."""
    plain = text.lower() if text.isascii() else _without_marks(text)
    plain = _HER2.sub("her2", plain)
    plain = _MINUS.sub(" negative", _PLUS.sub(" positive", plain))
    return [_same(word) for word in _WORD.findall(plain) if word not in _DROPPED]


def _without_marks(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def _same(word: str) -> str:
    known = _SAME.get(word)
    if known is not None:
        return known
    return word[:-1] if word.endswith("omas") else word
