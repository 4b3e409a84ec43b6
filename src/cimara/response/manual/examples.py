"""Worked examples of the manual: what each spec test showed, kept as data beside the rules.

`examples.json` is written by `tools/make_manual.py`, which runs the spec tests;
`make docs` refuses a stale one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import msgspec


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of texts."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """What was seen, under which policy or definition, and what came of it.

    `given` holds what was known beside the table, `note` what was found beside the rows.
    """

    policy: str
    seen: Grid
    found: Grid
    given: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One spec test: the rules that it shows, its statement, its examples."""

    title: str
    rules: tuple[str, ...]
    sentence: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One file of spec tests. `path` is where its page lies, without ending."""

    path: str
    title: str
    paragraphs: tuple[Paragraph, ...]


@cache
def load_examples() -> tuple[Section, ...]:
    """The examples of this version, a section a page."""
    return read_examples((files("cimara.response.manual") / "examples.json").read_bytes())


def read_examples(content: bytes) -> tuple[Section, ...]:
    """Sections from JSON; raises msgspec.ValidationError where it is something else."""
    return msgspec.json.decode(content, type=tuple[Section, ...])


def write_examples(sections: tuple[Section, ...]) -> bytes:
    """Sections as JSON, one value a line."""
    return msgspec.json.format(msgspec.json.encode(sections), indent=1) + b"\n"
