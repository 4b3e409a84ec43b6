"""Loads the wordings of outcome measures and the rows that decide which endpoint each is."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from cimara.terms.endpoint import EndpointId

WORDING_FILES = ("wordings_cns.toml", "wordings_other.toml", "wordings_efficacy.toml")
"""Read in this order, which is that of precedence."""

ENDPOINT_FILE = "endpoints.toml"

_MACRO = re.compile(r"<(\w+)>")
_ADJACENT = r"[\s/-]+"


@dataclass(frozen=True, slots=True)
class Kind:
    """What is measured, whatever the compartment, and how registries word it.

    `cues` are substrings of folded text without one of which no pattern can match. `described` says when
    the kind may be read from a description: `always`, `vague` or `never`. `alone` drops every other kind in
    the measure, `weak` gives way to any other judged kind; `silent` claims words that
    say nothing of what is measured. `cns` opens the
    kind only beside a word of the CNS; `judged` says that a response criterion applies.
    """

    id: str
    cues: tuple[str, ...]
    words: re.Pattern[str]
    abbreviations: tuple[str, ...]
    described: str
    alone: bool
    weak: bool
    silent: bool
    cns: bool
    judged: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table of endpoints; an empty `compartments` or None fits anything."""

    rule: str
    kind: str
    canonical: EndpointId
    compartments: frozenset[str]
    population: str | None
    death: str | None


@cache
def kinds() -> tuple[Kind, ...]:
    """Every kind, in order of precedence."""
    tables = [tomllib.loads(_source(name)) for name in WORDING_FILES]
    macros = {name: text for table in tables for name, text in table.get("macro", {}).items()}
    return tuple(_kind(entry, macros) for table in tables for entry in table["kind"])


@cache
def cue_places(*, cns: bool) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Each cue with the places in `kinds()` of the kinds that it opens; with or without those of the CNS."""
    found: dict[str, tuple[int, ...]] = {}
    for place, entry in enumerate(kinds()):
        for cue in entry.cues if cns or not entry.cns else ():
            found[cue] = (*found.get(cue, ()), place)
    return tuple(found.items())


def kind(kind_id: str) -> Kind:
    """The kind of that id."""
    return next(one for one in kinds() if one.id == kind_id)


@cache
def rows() -> dict[str, tuple[Row, ...]]:
    """The rows of each kind, in the order in which they are tried."""
    table = tomllib.loads(_source(ENDPOINT_FILE))["endpoint"]
    grouped: dict[str, tuple[Row, ...]] = {}
    for entry in table:
        grouped[entry["kind"]] = (*grouped.get(entry["kind"], ()), _row(entry))
    return grouped


@cache
def rules_hash() -> str:
    """SHA-256 of all rule files, so that a stored reading names the rules that made it."""
    texts = (_source(name) for name in (*WORDING_FILES, ENDPOINT_FILE))
    return sha256("\n".join(texts).encode()).hexdigest()


def expand(pattern: str, macros: dict[str, str]) -> str:
    """A pattern with its macros put in, and each space made to stand for spaces, hyphens or slashes."""
    while _MACRO.search(pattern):
        pattern = _MACRO.sub(lambda found: macros[found.group(1)], pattern)
    return pattern.replace(" ?", f"(?:{_ADJACENT})?").replace(" ", _ADJACENT)


def _kind(entry: dict[str, Any], macros: dict[str, str]) -> Kind:
    alternatives = "|".join(expand(pattern, macros) for pattern in entry["words"])
    return Kind(
        id=entry["id"],
        cues=tuple(entry["cues"]),
        words=re.compile(rf"(?<!\w)(?:{alternatives})"),
        abbreviations=tuple(entry.get("abbreviations", ())),
        described=entry.get("described", "never"),
        alone=entry.get("alone", False),
        weak=entry.get("weak", False),
        silent=entry.get("silent", False),
        cns=entry.get("cns", False),
        judged=entry.get("judged", False),
    )


def _row(entry: dict[str, Any]) -> Row:
    return Row(
        rule=entry["rule"],
        kind=entry["kind"],
        canonical=EndpointId(entry["canonical"]),
        compartments=frozenset(entry.get("compartments", ())),
        population=entry.get("population"),
        death=entry.get("death"),
    )


def _source(name: str) -> str:
    return files("cimara.trials.atlas").joinpath(name).read_text("utf-8")
