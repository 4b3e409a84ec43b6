"""Knows from a column's name, in eleven languages, if it holds an identifier, a date, a year or an age."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from cimara.cohort.deid.hits import HitKind, Rule
from cimara.cohort.model import data_model

INSIDE = 7
"""A phrase of so many letters is looked for inside longer words too."""
LANGUAGES = ("en", "de", "nl", "fr", "es", "it", "pt", "da", "sv", "no", "pl")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "ł": "l", "ı": "i", "œ": "oe", "đ": "d"})
_HUMP = re.compile(r"(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z])")
_SIGNS = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True)
class Category:
    """What columns of some names hold; a letter of 45 CFR 164.514(b)(2)(i) beside it."""

    name: str
    kind: HitKind
    hipaa: str
    phrases: frozenset[tuple[str, ...]]
    joined: frozenset[str]


@dataclass(frozen=True)
class NameWords:
    """The words of column_names.toml, folded."""

    categories: tuple[Category, ...]
    prefixes: tuple[str, ...]
    harmless: tuple[tuple[str, ...], ...]
    meanings: dict[str, frozenset[tuple[str, ...]]]
    own: frozenset[str]


RULE = Rule(
    "column_name",
    HitKind.HARD,
    "A-R",
    "columns named after an identifier (names, birth, record and national numbers, address, phone, e-mail, "
    f"insurance, licence, device, photo) in {len(LANGUAGES)} languages",
    "Leave the column out of the export.",
)


@lru_cache(maxsize=4096)
def category_of(column: str) -> Category | None:
    """The identifier that a column's name speaks of; None for names of the data model and harmless ones."""
    known = _known()
    if column.lower() in known.own:
        return None
    words = _without(folded(column), known.harmless)
    bare = tuple(_bare(word, known.prefixes) for word in words)
    whole = "".join(words)
    for one in known.categories:
        if _spoken(words, one.phrases) or _spoken(bare, one.phrases) or one.joined & {*words, *bare, whole}:
            return one
    for one in known.categories:
        if any(len(phrase) >= INSIDE and any(phrase in word for word in words) for phrase in one.joined):
            return one
    return None


@lru_cache(maxsize=16384)
def speaks_of(column: str, meaning: str) -> bool:
    """Whether a column's name says `id`, `date`, `year`, `age` or another meaning of column_names.toml."""
    return _spoken(folded(column), _known().meanings[meaning])


def folded(text: str) -> tuple[str, ...]:
    """The words of a name: lower case, accents and closing digits gone, parted at signs and humps."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub(" ", text).lower().translate(_LETTERS))
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    words = (word.rstrip("0123456789") for word in _SIGNS.split(plain))
    return tuple(word for word in words if word)


def _spoken(words: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> bool:
    longest = min(len(words), 5)
    return any(
        words[start : start + length] in phrases
        for length in range(1, longest + 1)
        for start in range(len(words) - length + 1)
    )


def _without(words: tuple[str, ...], harmless: tuple[tuple[str, ...], ...]) -> tuple[str, ...]:
    for phrase in harmless:
        for start in range(len(words) - len(phrase) + 1):
            if words[start : start + len(phrase)] == phrase:
                return words[:start] + words[start + len(phrase) :]
    return words


def _bare(word: str, prefixes: tuple[str, ...]) -> str:
    for prefix in prefixes:
        if word.startswith(prefix) and len(word) > len(prefix) + 1:
            return word.removeprefix(prefix)
    return word


@lru_cache(maxsize=1)
def _known() -> NameWords:
    raw = tomllib.loads(table_text("column_names.toml"))
    fields = [field for entity in data_model().entities for field in entity.fields]
    own = {entity.table for entity in data_model().entities}
    own |= {name.lower() for field in fields for name in (field.name, field.redcap_name, field.why)}
    return NameWords(
        categories=tuple(_category(one) for one in raw["category"]),
        prefixes=tuple(sorted(raw["prefixes"], key=len, reverse=True)),
        harmless=tuple(folded(one) for one in raw["harmless"]["phrases"]),
        meanings={name: frozenset(map(folded, words)) for name, words in raw["meaning"].items()},
        own=frozenset(own),
    )


def _category(raw: dict[str, object]) -> Category:
    spoken = {language: raw[language] for language in LANGUAGES if language in raw}
    phrases = frozenset(folded(str(one)) for words in spoken.values() for one in _listed(words))
    return Category(
        name=str(raw["name"]),
        kind=HitKind(str(raw["kind"])),
        hipaa=str(raw["hipaa"]),
        phrases=phrases,
        joined=frozenset("".join(phrase) for phrase in phrases),
    )


def _listed(words: object) -> list[object]:
    return list(words) if isinstance(words, list) else [words]


def table_text(name: str) -> str:
    """The text of a data file of this package."""
    return resources.files("cimara.cohort.deid").joinpath("tables", name).read_text(encoding="utf-8")
