"""A row of a mapping, and what its cells hold: columns, a source, an expression, a template, groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import Call, Column, EntityField, Function, Node, Scoped, walk
from cimara.cohort.expressions.parse import parse
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.pieces import Piece, divided, halved, unquoted
from cimara.cohort.harmonise.plans import Slot, SourceName, Split, Template
from cimara.cohort.model import closest

SLOTS = ("@site", "@patient_id", "@n", "@nth", "@row")
"""What may stand in the braces of a template beside columns."""
PSEUDO = ("@n", "@nth", "@of", "@row", "@site", "@anchor_event", "@anchor_year")
"""Names that are columns of every source."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the mapping, by column, blanks as ""."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def expression(self) -> Piece:
        """The cell `expression`."""
        return Piece(self.cells["expression"], 0)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that `source_field` names."""
        return tuple(unquoted(one.text) for one in divided(Piece(self.cells["source_field"], 0), ","))

    @property
    def source(self) -> SourceName | None:
        """The source that the row names; None if it names none."""
        file, _, part = self.cells["source_file"].partition(":")
        event = self.cells["source_event"]
        return SourceName(file.strip(), part.strip(), event) if file or event else None


def node_of(piece: Piece) -> Node:
    """An expression over columns of the source. Raises RowError."""
    try:
        node = parse(piece.in_place)
    except ExpressionError as error:
        raise RowError("expression", str(error)) from error
    for one in walk(node):
        if isinstance(one, Scoped | EntityField):
            raise RowError(
                "expression",
                f"character {one.at}: rows of the model cannot be asked in a mapping",
                expected="columns of the source",
            )
        dated = isinstance(one, Call) and one.function in (Function.DAY, Function.YEARS)
        if isinstance(one, Call) and dated and not isinstance(one.arguments[0], Column):
            raise RowError(
                "expression", f"character {one.at}: {one.function}() of a value", expected="a date column"
            )
        if isinstance(one, Column) and one.name.startswith("@"):
            _known_special(one.name, PSEUDO, f"character {one.at}: ")
    return node


def _known_special(name: str, known: tuple[str, ...], place: str = "") -> None:
    if name not in known:
        near = closest(name, known)
        raise RowError(
            "expression",
            f"{place}there is no {name}",
            expected=f"one of {', '.join(known)}",
            hint=f"Did you mean {near}?" if near else "",
        )


def split_of(row: Row) -> Split:
    """The groups of a `split_rows` row. Raises RowError."""
    sides = halved(row.expression, "=")
    if sides is None or sides[0].text != "n":
        raise RowError("expression", "no groups are given", expected="n = 1..12, or n = a, b, c")
    span = re.fullmatch(r"(\d+)\s*\.\.\s*(\d+)", sides[1].text)
    if span is None:
        values = [unquoted(one.text) for one in divided(sides[1], ",")]
    else:
        width = len(span[1]) if span[1].startswith("0") else 0
        values = [str(one).zfill(width) for one in range(int(span[1]), min(int(span[2]), 10_000) + 1)]
    if not values or len(set(values)) < len(values) or len(values) > 999:
        raise RowError("expression", f"{len(values)} groups", expected="1 to 999, each once")
    return Split(tuple(values), row.columns, row.number)


def template_of(text: str) -> Template:
    """A template of text and braces. Raises RowError."""
    parts: list[str | Slot] = []
    place = 0
    for match in re.finditer(r"\{((?:[^{}:]|\{n\})+)(?::(#?)(\d+))?\}", text):
        parts += [text[place : match.start()]] if match.start() > place else []
        name = unquoted(match[1].strip())
        if name.startswith("@"):
            _known_special(name, SLOTS)
        parts.append(Slot(name, int(match[3] or 0), match[2] == "#"))
        place = match.end()
    parts += [text[place:]] if place < len(text) else []
    stray = any(isinstance(one, str) and ("{" in one or "}" in one) for one in parts)
    if stray or not any(isinstance(one, Slot) for one in parts):
        raise RowError(
            "expression",
            "the template has no braces, or some that do not fit",
            expected="text and {column}, {column:4}, {column:#4} or {@patient_id}",
        )
    return Template(tuple(parts))
