"""The grid of times of a study: sums by time leave a site at these times only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.study.time_grid import MONTH, YEARS, GridKind, grid_days, increasing
from cimara.federation.errors import Code, FederationError

__all__ = ["MONTH", "YEARS", "Grid", "GridKind"]


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
            if not increasing(days):
                raise FederationError(
                    Code.OTHER_GRID,
                    "a custom grid that is not of positive days in increasing order",
                    where="grid",
                )
            return cls(kind=kind, days=grid_days(kind, until, days))
        if not 0 < until <= YEARS * 12 * MONTH:
            raise FederationError(
                Code.OTHER_GRID, "a grid needs the day that it ends on", where="grid.until",
                expected=f"days above 0, at most {YEARS} years",
            )  # fmt: skip
        return cls(kind=kind, days=grid_days(kind, until))

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
