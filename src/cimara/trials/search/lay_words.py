"""Everyday words for what a record says in its own: phrases that stand for policies, tumours or phrases."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cimara.terms.cns import BrmPolicy, LmdPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class LayPhrase:
    """What a phrase stands for: policies to filter by, a tumour, or phrases to search together with it."""

    words: tuple[str, ...]
    brm: frozenset[BrmPolicy] = frozenset()
    lmd: frozenset[LmdPolicy] = frozenset()
    tumour: str | None = None
    head: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LayWords:
    """All phrases by their words; `longest` is the number of words of the longest."""

    phrases: Mapping[tuple[str, ...], LayPhrase]
    spellings: Mapping[str, str]
    longest: int

    def longest_at(self, folded: Sequence[str], start: int) -> LayPhrase | None:
        """The longest phrase that begins at that word."""
        for size in range(min(self.longest, len(folded) - start), 0, -1):
            found = self.phrases.get(tuple(folded[start : start + size]))
            if found:
                return found
        return None


@cache
def lay_words() -> LayWords:
    """The shipped phrases."""
    table = tomllib.loads(files("cimara.trials.search").joinpath("lay_words.toml").read_text("utf-8"))
    phrases = {
        words: LayPhrase(
            words=words,
            brm=frozenset(map(BrmPolicy, row.get("brm", ()))),
            lmd=frozenset(map(LmdPolicy, row.get("lmd", ()))),
            tumour=row.get("tumour"),
            head=tuple(row.get("head", ())),
            also=tuple(row.get("also", ())),
        )
        for row in table["phrase"]
        for words in (tuple(phrase.split()) for phrase in row["words"])
    }
    return LayWords(phrases, table["spellings"], max(map(len, phrases)))


def fold_word(word: str) -> str:
    """A word without case, diacritics and punctuation around it."""
    text = word.casefold()
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return text.strip("\"'.,;:!?()[]{}<>*^“”‘’«»")
