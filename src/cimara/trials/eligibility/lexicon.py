"""The words of CNS criteria by grammatical class, and the tokens that a sentence is made of."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from cimara.trials.eligibility.spelling import SHORTEST_TYPO, Spelling

_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?|[^\sa-z0-9'\"\-*]")
_PUNCTUATION = {
    ",": "COMMA", "/": "SLASH", ";": "SEMI", ":": "COLON", "(": "LP", ")": "RP", "[": "LP", "]": "RP",
    ".": "STOP", "≥": "CMP", "≤": "CMP", ">": "CMP", "<": "CMP", "=": "CMP", "%": "PERCENT", "&": "AND",
}  # fmt: skip
_WORDS_MEMO = 200_000


class Token(msgspec.Struct, gc=False):
    """One word, phrase or sign: class, value, the words, and `[start, end)` in the working text."""

    kind: str
    value: str
    word: str
    start: int
    end: int


@dataclass(slots=True)
class _Entry:
    """A word: its class when it stands alone, and the phrases that it opens by their second word."""

    kind: str
    value: str
    phrases: dict[str, list[tuple[list[str], str, str]]]
    """Rows (the words behind the first, class, value), the longest first."""


class Lexicon:
    """Longest-phrase look-up over a table of classes."""

    def __init__(self, table: dict[str, dict[str, list[str]]]) -> None:
        self._phrases: dict[str, list[tuple[list[str], str, str]]] = {}
        self._stems: list[tuple[str, str, str]] = []
        for kind, values in table.items():
            for value, phrases in _expanded(values).items():
                for phrase in phrases:
                    self._add(phrase, kind, value)
        for rows in self._phrases.values():
            rows.sort(key=lambda row: -len(row[0]))
        self._entries = {word: self._entry(word) for word in self._phrases}
        self._spelling = Spelling(self._vocabulary())

    def tokens(self, lower: str, start: int, end: int) -> list[Token]:
        """The tokens of `lower[start:end]`."""
        found = list(_WORD.finditer(lower, start, end))
        corrected = self._spelling.corrected
        given = [word.group() for word in found]
        spelt = [word if len(word) < SHORTEST_TYPO else corrected(word) for word in given]
        spelt.append("")
        tokens: list[Token] = []
        entries = self._entries
        at, total = 0, len(found)
        while at < total:
            word = spelt[at]
            entry = entries.get(word) or self._loose(word)
            first, last = found[at].span()
            kind, value, length = entry.kind, entry.value, 1
            if spelt[at + 1] in entry.phrases:
                kind, value, length = _longest(entry, spelt, at)
            if length > 1:
                word, last = " ".join(spelt[at : at + length]), found[at + length - 1].end()
            tokens.append(Token(kind, value, word, first, last))
            at += length
        return tokens

    def _add(self, phrase: str, kind: str, value: str) -> None:
        if phrase.endswith("*"):
            self._stems.append((phrase[:-1], kind, value))
            return
        first, *rest = phrase.split()
        rows = self._phrases.setdefault(first, [])
        if not any(row[0] == rest for row in rows):
            rows.append((rest, kind, value))

    def _entry(self, word: str) -> _Entry:
        kind, value = self._class(word)
        phrases: dict[str, list[tuple[list[str], str, str]]] = {}
        for row in self._phrases.get(word, ()):
            if row[0]:
                phrases.setdefault(row[0][0], []).append(row)
            else:
                _, kind, value = row
        return _Entry(kind, value, phrases)

    def _class(self, word: str) -> tuple[str, str]:
        """The class of a word that stands in no phrase: a sign, a number, an open stem or just a word."""
        if word in _PUNCTUATION:
            return _PUNCTUATION[word], word
        if "0" <= word[0] <= "9":
            return "NUMBER", word
        open_stem = ((kind, value) for stem, kind, value in self._stems if word.startswith(stem))
        return next(open_stem, ("WORD", ""))

    def _loose(self, word: str) -> _Entry:
        """The entry of a word outside the vocabulary, kept for the next time."""
        entry = self._entry(word)
        if len(self._entries) < _WORDS_MEMO:
            self._entries[word] = entry
        return entry

    def _vocabulary(self) -> set[str]:
        return set(self._phrases) | {
            word for rows in self._phrases.values() for row in rows for word in row[0]
        }


@cache
def lexicon() -> Lexicon:
    """The shipped lexicon."""
    return Lexicon(rule_table("lexicon"))


def words(name: str) -> frozenset[str]:
    """The list `name` of `rules/words.toml`. Raises KeyError when there is no such list."""
    return frozenset(rule_table("words")[name])


@cache
def rule_table(name: str) -> dict[str, Any]:
    """The table `rules/NAME.toml`."""
    return tomllib.loads(files(__package__).joinpath(f"rules/{name}.toml").read_text("utf-8"))


def _longest(entry: _Entry, spelt: list[str], at: int) -> tuple[str, str, int]:
    """Class, value and length of the longest phrase at `at`, else of the word alone."""
    for rest, kind, value in entry.phrases[spelt[at + 1]]:
        length = 1 + len(rest)
        if len(rest) == 1 or spelt[at + 1 : at + length] == rest:
            return kind, value, length
    return entry.kind, entry.value, 1


def _expanded(values: dict[str, list[str]]) -> dict[str, list[str]]:
    """A class with its templates written out: "MODAL be ENTERED" for each modal and each verb."""
    if "templates" not in values:
        return values
    phrases = [
        template.replace("MODAL", modal).replace("ENTERED", verb).replace("ENTER", verb)
        for template in values["templates"]
        for modal in values["modal"]
        for verb in values["entered" if "ENTERED" in template else "enter"]
    ]
    return {"verb": [*phrases, *values["verb"]]}
