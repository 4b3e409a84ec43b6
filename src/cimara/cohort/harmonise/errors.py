"""All that is wrong with a mapping, each fault with its row, told at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cimara.cohort.errors import CohortError


@dataclass(frozen=True, slots=True)
class MappingFault:
    """One fault. `row` counts from 1 below the header of the mapping; 0 is the file as a whole."""

    row: int
    column: str
    problem: str
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = f"row {self.row}, {self.column}" if self.row else self.column
        told = f"{place}: {self.problem}" if place else self.problem
        told += f"; expected {self.expected}" if self.expected else ""
        return told + (f". {self.hint}" if self.hint else "")


class MappingError(CohortError):
    """A mapping that cannot be used, with all its faults."""

    def __init__(self, file: str, faults: Sequence[MappingFault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda one: one.row))
        self.file = file
        count = f"{len(self.faults)} faults" if len(self.faults) > 1 else "one fault"
        listed = "\n".join(f"  {one}" for one in self.faults)
        super().__init__(f"{count} in the mapping\n{listed}", where=file)


class RowError(Exception):
    """A fault of the row being read; becomes a MappingFault."""

    def __init__(self, column: str, problem: str, *, expected: str = "", hint: str = "") -> None:
        super().__init__(problem)
        self.column = column
        self.problem = problem
        self.expected = expected
        self.hint = hint

    def of_row(self, row: int) -> MappingFault:
        """The fault with the row that it is in."""
        return MappingFault(row, self.column, self.problem, self.expected, self.hint)
