"""What a column of a table may hold: how a cell is read, and which words mean that there is no value.

Nothing here repeats a cell: what was found is told by its kind ("text (5 characters)").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from cimara.terms.errors import CimaraError
from cimara.terms.partial_dates import PartialDate

MAX_CELL = 10_000
"""Characters of the longest cell that is read; longer ones are refused."""
_WHOLE = re.compile(r"[+-]?\d{1,18}(?:\.0*)?\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,18}(?:\.\d{0,30})?|\.\d{1,30})\Z", re.ASCII)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\Z", re.ASCII)

Word = TypeVar("Word", bound=StrEnum)


class Blank(StrEnum):
    """Why a cell has no value. The four are not the same, and none of them is zero."""

    EMPTY = ""
    UNKNOWN = "unknown"
    NOT_DONE = "not done"
    NOT_APPLICABLE = "not applicable"


class CellError(CimaraError, ValueError):
    """A cell that does not hold what its column asks for; `found` is the kind of what it holds."""

    def __init__(self, found: str, hint: str = "") -> None:
        self.found = found
        super().__init__(f"found {found}", hint=hint or None)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, how to read a cell, and what is right in it, for the person who must mend it.

    `read` raises CellError (or another CimaraError). `unit` gives the unit that a cell names, where it may
    name one: two units in one column are an error. A required column stands in every header, and is filled
    in every row unless `filled` is False. `blanks` are the words that mean no value in it.
    """

    name: str
    read: Callable[[str], object]
    expected: str
    required: bool = False
    unit: Callable[[str], str] | None = None
    filled: bool = True
    blanks: frozenset[Blank] = frozenset(Blank)


ONLY_EMPTY = frozenset({Blank.EMPTY})


def kind_of(cell: str) -> str:
    """What a cell holds, told without its value."""
    if not cell:
        return "nothing"
    if _NUMBER.match(cell):
        sign = "a negative" if cell.startswith("-") else "a"
        return f"{sign} number"
    if blank_of(cell) is not None:
        return f'"{cell.lower()}"'
    return f"text ({len(cell)} characters)"


_BLANKS = {blank.value: blank for blank in Blank}
_LONGEST_BLANK = max(map(len, _BLANKS))


def blank_of(cell: str) -> Blank | None:
    """The word for no value that a cell holds, in any case; None when it holds a value."""
    return _BLANKS.get(cell.lower()) if len(cell) <= _LONGEST_BLANK else None


def text(name: str, *, required: bool = False) -> Column:
    """Any text, kept as it stands; only an empty cell is no value."""
    return Column(name, str, "text", required, blanks=ONLY_EMPTY)


def identifier(name: str, *, required: bool = True) -> Column:
    """The id of a patient, visit, lesion or evaluator: text without `;`, which parts ids in one cell."""

    def read(cell: str) -> str:
        if ";" in cell:
            raise CellError("text with a semicolon")
        return cell

    return Column(name, read, "an id without semicolons", required, blanks=ONLY_EMPTY)


def whole_number(name: str, lowest: int, highest: int) -> Column:
    """A whole number within limits; `3.0` is one."""

    def read(cell: str) -> int:
        if not _WHOLE.match(cell):
            raise CellError(kind_of(cell))
        number = int(cell.partition(".")[0])
        if not lowest <= number <= highest:
            raise CellError("a number outside the limits")
        return number

    return Column(name, read, f"a whole number from {lowest} to {highest}")


def decimal_number(name: str, *, lowest: int | None = None) -> Column:
    """A decimal number with a point, read exactly."""

    def read(cell: str) -> Decimal:
        if not _DECIMAL.match(cell):
            raise CellError(kind_of(cell), "Write decimals after a point." if "," in cell else "")
        number = Decimal(cell)
        if lowest is not None and number < lowest:
            raise CellError("a number below the limit")
        return number

    return Column(name, read, "a number" if lowest is None else f"a number, {lowest} or more")


def word(
    name: str,
    words: type[Word],
    *,
    required: bool = False,
    filled: bool = True,
    also: Mapping[str, Word] | None = None,
) -> Column:
    """One of the words of an enumeration, in any case, `-` and `_` alike; `also` maps other spellings."""
    known = {_folded(item.value): item for item in words if item.value}
    known |= {_folded(spelling): item for spelling, item in (also or {}).items()}

    def read(cell: str) -> Word:
        found = known.get(_folded(cell))
        if found is None:
            raise CellError(kind_of(cell))
        return found

    listed = " | ".join(item.value for item in words if item.value)
    blanks = frozenset(blank for blank in Blank if _folded(blank.value) not in known)
    return Column(name, read, listed, required, filled=filled, blanks=blanks)


def _folded(spelling: str) -> str:
    return spelling.strip().lower().replace("-", "_").replace(" ", "_")


def date(name: str, *, required: bool = False) -> Column:
    """An ISO 8601 date, whole or partial, as a PartialDate."""
    return Column(name, PartialDate.parse, "a date like 2024-03-17, 2024-03 or 2024", required)
