"""One set of rows or many parts of it: what every entry function accepts, read as often as a round asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from cimara.outcomes.rows import Rows

A = TypeVar("A", bound=Rows)
B = TypeVar("B", bound=Rows)


@dataclass(frozen=True, slots=True)
class Changed(Generic[A, B]):
    """Parts with a change made to each as it is read, so that no two parts need be in memory at once."""

    source: Iterable[A]
    change: Callable[[A], B]

    def __iter__(self) -> Iterator[B]:
        return map(self.change, self.source)


def as_parts(rows: A | Iterable[A]) -> Iterable[A]:
    """One part for one set of rows; an iterator that can be read once is read into memory."""
    if isinstance(rows, Rows):
        return [rows]
    return list(rows) if isinstance(rows, Iterator) else rows
