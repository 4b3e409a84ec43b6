"""Nominal days of the planned assessments, and when one of them was missed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cimara.terms.errors import CimaraError

_FAR = 100 * 366


@dataclass(frozen=True, slots=True)
class Schedule:
    """Planned assessments, in days from the start (the start is day 0).

    Either `every` (until day `until`, or without end), or `days`, a table of nominal days. `window` is the
    tolerance on both sides.

    Raises
    ------
    CimaraError
        Neither or both of `every` and `days`, or a number that cannot be.
    """

    every: int | None = None
    until: int | None = None
    window: int = 7
    days: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what is no schedule."""
        numbers_fit = self.window >= 0 and (self.every is None or self.every > 0)
        ordered = list(self.days) == sorted({day for day in self.days if day > 0})
        if (self.every is None) == (not self.days) or not numbers_fit or not ordered:
            raise CimaraError(
                "no schedule of assessments",
                expected="every = days > 0, or days = rising days > 0, and window >= 0",
            )

    @property
    def step(self) -> int:
        """Days between planned assessments; for a table, the longest step in it."""
        if self.every is not None:
            return self.every
        return max(late - early for early, late in zip((0, *self.days), self.days, strict=False))

    def nominal(self, up_to: int) -> list[int]:
        """Planned days from 1 to `up_to`."""
        if self.every is None:
            return [day for day in self.days if day <= up_to]
        last = up_to if self.until is None else min(up_to, self.until)
        return list(range(self.every, last + 1, self.every))

    def missed_between(self, last_seen: int, event: int) -> int:
        """Planned assessments missed after day `last_seen` whose window closed before day `event`."""
        planned = self.nominal(event)
        return sum(1 for day in planned if day - last_seen > self.window and day + self.window < event)

    def gap_limit(self, count: int) -> int:
        """Days without assessment beyond which `count` assessments were missed, by the gap rule."""
        return count * self.step + 2 * self.window

    def last_day_of_visit(self, number: int) -> int:
        """The day on which the window of the planned assessment `number` (from 1) closes."""
        planned = list(self.days) or self.nominal(self.until or number * self.step)
        return planned[min(number, len(planned)) - 1] + self.window

    def missed_between_many(
        self, last_seen: NDArray[np.int64], event: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """`missed_between` for many patients at once."""
        closed_before = event - self.window - 1
        seen_until = last_seen + self.window
        missed: NDArray[np.int64] = self._planned_until(closed_before) - self._planned_until(seen_until)
        return np.maximum(missed, 0)

    def _planned_until(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many planned days are at or before `day`."""
        if self.every is None:
            return np.searchsorted(np.asarray(self.days, dtype=np.int64), day, side="right").astype(np.int64)
        end = _FAR if self.until is None else self.until
        counted: NDArray[np.int64] = np.maximum(np.minimum(day, end), 0) // self.every
        return counted
