"""Our committed sentences: each phrase in every language, with named placeholders only."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

from cimara.trials.plain.language import Language

FILES = ("templates.toml", "words.toml", "sheet.toml")
Phrase = Mapping[str, str]
"""One phrase: language -> text."""


@cache
def phrases() -> Mapping[str, Phrase]:
    """Every phrase by its dotted name, such as `verdict.likely` or `criterion.brm.fails.excluded`."""
    book: dict[str, Phrase] = {}
    for name in FILES:
        table = tomllib.loads(files(__package__).joinpath(name).read_text("utf-8"))
        book.update(_named(table, ""))
    return book


def say(name: str, lang: str, **values: str) -> str:
    """The phrase of that name with its placeholders filled.

    Raises
    ------
    KeyError
        When there is no such phrase, or a placeholder has no value.
    """
    return phrases()[name][Language.of(lang)].format_map(values)


def has_phrase(name: str) -> bool:
    """Whether a phrase of that name exists."""
    return name in phrases()


@cache
def placeholders(name: str) -> frozenset[str]:
    """The placeholders of a phrase, over all its languages."""
    texts = phrases()[name].values()
    return frozenset(field for text in texts for _, field, _, _ in Formatter().parse(text) if field)


def _named(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Phrase]]:
    for key, value in table.items():
        if all(isinstance(text, str) for text in value.values()):
            yield f"{prefix}{key}", value
        else:
            yield from _named(value, f"{prefix}{key}.")
