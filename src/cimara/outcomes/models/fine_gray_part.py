"""One part of a Fine-Gray fit: its rows against the event times, and every sum that leaves it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.fine_gray_nuisance import NuisanceTimes, censoring_times, entry_times
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.models.fine_gray_places import PlaceCounts, Places
from cimara.outcomes.models.fine_gray_risk import CHUNK, EventTimes, RiskMatrix, event_times, risk_matrix
from cimara.outcomes.models.fine_gray_weights import CarriedWeights, carried_weights
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks

CONSTANT = 1e-12
"""A covariate that differs from the mean of its stratum by less than this part of it does not differ."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FineGrayPart:
    """Rows (n) with p covariates, placed against m event times.

    `design` (n x (p + 1)) holds 1 and the covariates less the `centre` of their stratum (S x p).
    """

    places: Places
    carried: CarriedWeights
    counts: PlaceCounts
    matrix: RiskMatrix
    weights: FloatArray
    design: FloatArray
    centre: FloatArray

    @property
    def at(self) -> EventTimes:
        """The event times."""
        return self.matrix.at

    def relative(self, coefficients: FloatArray) -> FloatArray:
        """Weight times subdistribution hazard ratio of each row (n)."""
        return np.asarray(self.weights * np.exp(self.design[:, 1:] @ coefficients))

    def risk_sums(self, relative: FloatArray) -> FloatArray:
        """S0 and S1 of each event time (m x (p + 1))."""
        return self.matrix.sums(self.design, relative)

    def event_sums(self) -> FloatArray:
        """Weighted number and covariates of the events of interest (p + 1)."""
        chosen = self.places.event
        return np.asarray(self.weights[chosen] @ self.design[chosen])

    def squares(self, relative: FloatArray, increments: FloatArray) -> FloatArray:
        """X'diag(r Yb)X (p x p): the first term of the information."""
        spread = self.matrix.spread(increments[:, :1])
        q = self.design.shape[1]
        found = np.zeros((q, q))
        for rows, chunk in self.matrix.slices():
            design = self.design[rows]
            found += (design * (relative[rows, None] * (chunk @ spread))).T @ design
        return found[1:, 1:]

    def influence(
        self, relative: FloatArray, sums: FloatArray, spread: FloatArray
    ) -> Iterator[tuple[slice, FloatArray]]:
        """Each row's share in the score, the censoring weights taken as known: eta times its weight.

        eta = 1{event}(x - mean x) - r (x Yb - Y(mean x b)), Fine & Gray 1999, eq. 7 and after. Chunks of rows
        (which, and rows x p). `spread` is that of the increments.
        """
        for rows, chunk in self.matrix.slices():
            exposed = chunk @ spread
            exposed *= relative[rows, None]
            found = exposed[:, 1:]
            own = np.where(self.places.event[rows], self.weights[rows], 0.0) - exposed[:, 0]
            found += self.design[rows, 1:] * own[:, None]
            events = np.flatnonzero(self.places.event[rows])
            when = self.at.before[self.places.exit[rows][events]]
            found[events] -= (self.weights[rows][events] / sums[when, 0])[:, None] * sums[when, 1:]
            yield rows, found

    def nuisances(self, options: FineGrayOptions) -> tuple[NuisanceTimes, ...]:
        """The hazards that the carried weights were estimated from; none where they are taken as known."""
        if not options.weight_variance:
            return ()
        of = (self.places, self.at, self.counts, self.carried)
        return (censoring_times(*of), entry_times(*of)) if self.places.delayed else (censoring_times(*of),)

    def carried_sums(self, nuisance: NuisanceTimes, relative: FloatArray) -> FloatArray:
        """Sums (c x (p + 1)) of carried rows by the first place of a nuisance that they count at."""
        scatter = nuisance.carried_sums(self.places, self.matrix, self.carried)
        found = np.zeros((nuisance.size, self.design.shape[1]))
        for first in range(0, len(self.matrix.carried), CHUNK):
            rows = self.matrix.carried[first : first + CHUNK]
            found += scatter[first : first + CHUNK].T @ (self.design[rows] * relative[rows, None])
        return found


def part_of(
    rows: CompetingRisks,
    places: Places,
    counts: PlaceCounts,
    options: FineGrayOptions,
    centre: FloatArray | None = None,
) -> FineGrayPart:
    """The rows with what was counted of all parts that share their risk sets.

    `centre` (S x p) holds the mean covariates of each stratum; None for those of these rows.
    """
    weights = rows.weight()
    carried = carried_weights(places, counts, options.censor_ties)
    at = event_times(places, counts, carried)
    if centre is None:
        moments = stratum_moments(rows, places, weights)
        centre = moments[:, 1:] / moments[:, :1]
    return FineGrayPart(
        places=places,
        carried=carried,
        counts=counts,
        matrix=risk_matrix(places, at, carried),
        weights=weights,
        design=_design(rows.covariates, centre, places.stratum),
        centre=centre,
    )


def stratum_moments(rows: CompetingRisks, places: Places, weights: FloatArray) -> FloatArray:
    """Sum of weights and of weighted covariates in each stratum (S x (p + 1))."""
    strata = len(places.first) - 1
    columns = [weights, *(weights * values for values in rows.covariates.T)]
    if strata == 1:
        return np.array([[values.sum() for values in columns]])
    sums = [np.bincount(places.stratum, values, minlength=strata) for values in columns]
    return np.stack(sums, axis=1).astype(np.float64)


def _design(covariates: FloatArray, centre: FloatArray, stratum: IntArray) -> FloatArray:
    made = np.empty((len(stratum), centre.shape[1] + 1))
    made[:, 0] = 1.0
    for column, values in enumerate(covariates.T):
        mean = centre[0, column] if len(centre) == 1 else centre[stratum, column]
        apart = values - mean
        apart[np.abs(apart) <= CONSTANT * np.abs(mean)] = 0.0
        made[:, column + 1] = apart
    return made


def cross_product(rows: CompetingRisks, influence: Iterable[tuple[slice, FloatArray]], p: int) -> FloatArray:
    """Sum over clusters of the squared sums of influence (p x p); a row of frequency f alone is f rows.

    `influence` comes in chunks of rows.
    """
    if rows.cluster is None:
        frequent = rows.weights is not None and rows.weight_kind is WeightKind.FREQUENCY
        found = np.zeros((p, p))
        for which, values in influence:
            often = values / rows.weight()[which, None] if frequent else values
            found += often.T @ values
        return found
    _, cluster = np.unique(rows.cluster, return_inverse=True)
    summed = np.zeros((int(cluster.max(initial=-1)) + 1, p))
    for which, values in influence:
        if not len(values):
            continue
        first, last = int(cluster[which].min()), int(cluster[which].max()) + 1
        member = csr_array(
            (np.ones(len(values)), cluster[which] - first, np.arange(len(values) + 1)),
            shape=(len(values), last - first),
        )
        summed[first:last] += member.T @ values
    return np.asarray(summed.T @ summed)
