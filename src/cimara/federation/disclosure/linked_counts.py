"""Counts of linked tables as people may see them: no hidden one follows from sums that tables share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]

from cimara.federation.disclosure.counts import CountRule
from cimara.federation.disclosure.interval_audit import AuditError, Exposed, is_hidden_enough
from cimara.outcomes.frame_columns import FloatArray

UNBOUNDED = 3
"""What `linprog` says of a number without a limit."""


class Part(StrEnum):
    """What a count is among linked ones."""

    COUNT = "count"
    """Stands in a table; hidden where it is small, and then audited."""
    COVER = "cover"
    """Stands in a table, and tells nothing of what people have (cells left empty); hidden, not audited."""
    KNOWN = "known"
    """Is shown elsewhere as well (how many a group has), so that hiding it here would help nobody."""
    UNKNOWN = "unknown"
    """Stands nowhere."""


@dataclass(frozen=True, slots=True)
class Link:
    """A count that is the sum of others, by places."""

    total: int
    parts: tuple[int, ...]


@dataclass(slots=True)
class LinkedCounts:
    """Counts that are added one by one, and the sums that they take part in.

    `shown` hides what is small, then what is needed to cover it: until the interval audit (linear
    programming over all sums at once; Fischetti & Salazar 2001) finds no hidden count that is known to
    within 10 unless it may be any of 0 to 7.
    """

    rule: CountRule
    counts: list[float] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def add(self, count: float, part: Part = Part.COUNT) -> int:
        """Its place."""
        self.counts.append(count)
        self.parts.append(part)
        return len(self.counts) - 1

    def link(self, total: int, parts: Iterable[int]) -> None:
        """One count is the sum of others."""
        self.links.append(Link(total, tuple(parts)))

    def shown(self) -> tuple[int | None, ...]:
        """Each count as it may be shown, None where it may not; in the order in which they were added.

        Raises AuditError where a total is not the sum that a link says.
        """
        seen = [
            None if part is Part.UNKNOWN else self.rule.shown(count)
            for count, part in zip(self.counts, self.parts, strict=True)
        ]
        while covers := {one for exposed in self.exposed(seen) for one in self._cover(exposed.cell, seen)}:
            for place in covers:
                seen[place] = None
        return tuple(seen)

    def exposed(self, seen: Sequence[int | None]) -> Iterator[Exposed]:
        """Hidden counts that follow too closely from what is shown."""
        hidden = [place for place, one in enumerate(seen) if one is None and self.parts[place] is Part.COUNT]
        if not hidden or not self.links:
            return
        matrix = self._matrix()
        box = [(0.0, None) if one is None else self.rule.behind(one) for one in seen]
        for place in hidden:
            least, most = _extreme(place, 1, matrix, box), _extreme(place, -1, matrix, box)
            if not is_hidden_enough(least, most):
                yield Exposed(place, least, most)

    def _cover(self, exposed: int, seen: Sequence[int | None]) -> list[int]:
        """The smallest count that can be hidden of those sums about an exposed one that hide the fewest."""
        near = []
        for one in self.links:
            cells = (one.total, *one.parts)
            if exposed in cells:
                free = [
                    cell for cell in cells if seen[cell] is not None and self.parts[cell] is not Part.KNOWN
                ]
                hidden = sum(seen[cell] is None for cell in cells)
                near += [(hidden, self.counts[cell], cell) for cell in free]
        return [min(near)[-1]] if near else []

    def _matrix(self) -> FloatArray:
        matrix = np.zeros((len(self.links), len(self.counts)))
        for row, one in enumerate(self.links):
            matrix[row, one.total] = -1.0
            matrix[row, list(one.parts)] += 1.0
        return matrix


def _extreme(place: int, sign: int, matrix: FloatArray, box: Sequence[tuple[float, float | None]]) -> float:
    """The least (1) or largest (-1) number that a count can be."""
    wanted = np.zeros(len(box))
    wanted[place] = sign
    found = linprog(wanted, A_eq=matrix, b_eq=np.zeros(len(matrix)), bounds=box, method="highs")
    if found.status == UNBOUNDED:
        return -sign * float("inf")
    if found.status != 0:
        raise AuditError("no counts fit all that is shown; a total is not of these counts")
    return float(sign * found.fun)
