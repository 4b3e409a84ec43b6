"""What medical words mean, for people who have never needed them before."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from cimara.trials.plain.language import Language
from cimara.trials.plain.reading_level import grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One term. `clinical_review` is False until a clinician has signed the entry.

    `forms` are other words for the same thing; `source` names where the fact can be checked.
    """

    id: str
    term: str
    forms: tuple[str, ...]
    meaning: str
    source: str
    reviewed_by: str
    reviewed_on: date
    clinical_review: bool


def glossary(lang: str) -> tuple[Entry, ...]:
    """All entries in one language, in alphabetical order of the term.

    Raises
    ------
    LanguageError
        When we have no words in that language.
    """
    return _entries(Language.of(lang))


def terms(lang: str) -> frozenset[str]:
    """Every term and form that the glossary explains."""
    return frozenset(word for entry in glossary(lang) for word in (entry.term, *entry.forms))


def reading_grade(text: str, lang: str) -> float:
    """Reading level of a text with the terms of the glossary left out; `is_easy` tells whether it passes."""
    return grade(text, lang, terms(lang))


@cache
def _entries(lang: Language) -> tuple[Entry, ...]:
    table = tomllib.loads(files(__package__).joinpath("glossary.toml").read_text("utf-8"))
    entries = [_entry(row, table, lang) for row in table["entry"]]
    return tuple(sorted(entries, key=lambda entry: entry.term.casefold()))


def _entry(row: Mapping[str, Any], table: Mapping[str, Any], lang: Language) -> Entry:
    review = {name: row.get(name, table[name]) for name in ("reviewed_by", "reviewed_on", "clinical_review")}
    words = row[lang]
    return Entry(
        id=row["id"],
        term=words["term"],
        forms=tuple(words["forms"]),
        meaning=words["meaning"],
        source=row["source"],
        **review,
    )
