"""The sums on an agreed grid at the final coefficients, which a fit with a common baseline keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import TimeSums
from cimara.outcomes.models.cox_terms import TieTerms, tie_terms, tied_times


@dataclass(frozen=True, eq=False, slots=True)
class GridSums:
    """Sums over all parts a grid time of each stratum (K, the latest first), covariates less `centre` (p)."""

    grid: FloatArray
    strata: tuple[str, ...]
    planned: bool
    centre: FloatArray
    deaths: IntArray
    sums: TimeSums
    terms: TieTerms

    @property
    def times(self) -> FloatArray:
        """The time of each of the K."""
        return np.tile(self.grid[::-1], len(self.strata))

    def with_events(self, stratum: int) -> IntArray:
        """Places among the K of the event times of a stratum."""
        size = len(self.grid)
        return stratum * size + np.flatnonzero(self.deaths[stratum * size : (stratum + 1) * size] > 0)


def grid_totals(
    deaths: FloatArray, death_weight: FloatArray, found: TimeSums, ties: Ties
) -> tuple[TimeSums, TieTerms]:
    """Sums with D0, D1 of tied times alone, and what ties make of them, from sums of all grid times."""
    counts = deaths.astype(np.int64)
    tied = tied_times(counts, ties)
    sums = TimeSums(found.at_risk, found.at_risk_covariates, found.dying[tied], found.dying_covariates[tied])
    return sums, tie_terms(counts, death_weight, sums.at_risk, sums.dying, ties)
