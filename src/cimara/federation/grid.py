"""The grid of times of a study: sums by time leave a site at these times only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cimara.federation.errors import Code, FederationError
from cimara.outcomes.frame_columns import FloatArray

MONTH = 30.4375
"""Days of a month."""
YEARS = 40
"""The longest regular grid; cells after the last row cost bytes and nothing else."""


class GridKind(StrEnum):
    """How times are cut before sums over them leave a site."""

    EXACT = "exact"
    """The days that occur: every site must allow it, since the grid itself lists days of events."""
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    """For curves only: a regression on it is biased (federation.md, table 4.1)."""
    MIXED = "mixed"
    """Monthly to 24 months, quarterly to 60, then one cell."""
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Times in days, in increasing order, to which exits are moved up; empty for the exact grid."""

    kind: GridKind
    days: tuple[float, ...] = ()

    @classmethod
    def of(cls, kind: GridKind | str, *, until: float, days: tuple[float, ...] = ()) -> Grid:
        """The grid of a kind up to a day that the study file names; `days` are the times of a custom one.

        Raises FederationError (OTHER_GRID) for days that are not positive and increasing.
        """
        kind = GridKind(kind)
        if kind is GridKind.EXACT:
            return cls(kind=kind)
        if kind is GridKind.CUSTOM:
            steps = np.asarray(days, dtype=np.float64)
            if not (steps.size and np.isfinite(steps).all() and steps[0] > 0 and (np.diff(steps) > 0).all()):
                raise FederationError(
                    Code.OTHER_GRID,
                    "a custom grid that is not of positive days in increasing order",
                    where="grid",
                )
            return cls(kind=kind, days=tuple(steps.tolist()))
        if not 0 < until <= YEARS * 12 * MONTH:
            raise FederationError(
                Code.OTHER_GRID, "a grid needs the day that it ends on", where="grid.until",
                expected=f"days above 0, at most {YEARS} years",
            )  # fmt: skip
        return cls(kind=kind, days=tuple(_regular(kind, until).tolist()))

    @property
    def coarse(self) -> bool:
        """Whether a step is longer than a week."""
        steps = np.diff((0.0, *self.days))
        return bool(steps.size and steps.max() > 7 + 1e-9)

    @property
    def too_coarse_for_regression(self) -> bool:
        """Whether a step in the first two years is a quarter of a year or longer."""
        cuts = np.array((0.0, *self.days))
        early = np.diff(cuts)[cuts[:-1] < 24 * MONTH]
        return bool(early.size and early.max() >= 3 * MONTH - 1e-9)


def _regular(kind: GridKind, until: float) -> FloatArray:
    if kind is GridKind.MIXED:
        cuts = MONTH * np.concatenate((np.arange(1, 25), np.arange(27, 61, 3)))
        return np.append(cuts[cuts < until], until)
    step = {GridKind.WEEKLY: 7.0, GridKind.MONTHLY: MONTH, GridKind.QUARTERLY: 3 * MONTH}[kind]
    return np.asarray(step * np.arange(1, int(np.ceil(until / step - 1e-9)) + 1))
