"""Log-likelihood, score, information and score residuals of a Cox model over the risk sets of one part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_terms import TieTerms, tie_terms, tied_times
from cimara.outcomes.riskset import RiskSets, weighted_cross_product

MATRIX_SIZE = 200_000
"""Numbers of a matrix of event times x covariates that is made at once; larger ones a column at a time."""


@dataclass(frozen=True, slots=True)
class TimeSums:
    """Sums of each event time (K): S0 and S1 over the risk set, D0 and D1 over the events of tied times."""

    at_risk: FloatArray
    at_risk_covariates: FloatArray
    dying: FloatArray
    dying_covariates: FloatArray


@dataclass(frozen=True, eq=False, slots=True)
class Evaluation:
    """A Cox model at given coefficients: `linear` predictor and `relative` hazard (weighted) of each row."""

    sets: RiskSets
    linear: FloatArray
    relative: FloatArray
    sums: TimeSums
    terms: TieTerms

    def loglik(self) -> float:
        """Logarithm of the partial likelihood."""
        own = self.sets.weighted(self.linear)[self.sets.event_rows]
        return float(own.sum() - self.terms.log_denominator.sum())

    def score(self) -> FloatArray:
        """Derivative of the log-likelihood (p)."""
        return event_covariates(self.sets) - expected_total(self.sums, self.terms)

    def hazard_exposure(self, by_time: FloatArray | None = None) -> FloatArray:
        """What each row is exposed to (m): the sum of A over its times at risk, less B at its event.

        With `by_time` (K) each time counts that much.
        """
        terms = self.terms
        hazard = terms.hazard if by_time is None else terms.hazard * by_time
        shared = terms.hazard_shared if by_time is None else terms.hazard_shared * by_time[terms.tied]
        exposure = self.sets.exposed(hazard)
        self._at_events(exposure, shared)
        return exposure

    def information(self, by_time: FloatArray | None = None) -> FloatArray:
        """Minus the second derivative (p x p); with `by_time` each event time counts that much."""
        outer = self.sets.cross_product(self.relative * self.hazard_exposure(by_time))
        return outer - squared_sums(self.sums, self.terms, by_time)

    def score_residuals(self) -> Iterator[FloatArray]:
        """For each covariate the weighted score residuals of the rows (m): w_i L_i."""
        sets, terms, p = self.sets, self.terms, self.sets.covariates.shape[1]
        exposure = self.hazard_exposure()
        weight = None if sets.weights is None else sets.weights[sets.event_rows]
        together = max(1, MATRIX_SIZE // max(1, len(sets.times)))
        for first in range(0, p, together):
            columns = slice(first, first + together)
            passed = self._mean_passed(columns)
            means = expected_covariates(self.sums, terms, columns) / _positive(terms.death_weight)[:, None]
            for place, values in enumerate(sets.covariates.T[columns]):
                residual = sets.gone_through(passed[:, place])
                self._at_events(residual, self._mean_at_tied(first + place))
                residual -= values * exposure
                residual *= self.relative
                apart = values[sets.event_rows] - sets.to_events(means[:, place])
                residual[sets.event_rows] += apart if weight is None else apart * weight
                yield residual

    def _mean_passed(self, columns: slice) -> FloatArray:
        """Running sums over event times (K) of Q0 S1 - Q1 D1, from the earliest."""
        terms = self.terms
        step = self.sums.at_risk_covariates[:, columns] * terms.square[:, None]
        step[terms.tied] -= self.sums.dying_covariates[:, columns] * terms.square_shared[:, None]
        return self.sets.running(step, backwards=True)

    def _mean_at_tied(self, column: int) -> FloatArray:
        """Q1 S1 - Q2 D1 at tied times: what rows with an event there do not go through."""
        terms, sums = self.terms, self.sums
        at_risk = sums.at_risk_covariates[terms.tied, column]
        return np.asarray(
            terms.square_shared * at_risk - terms.square_twice * sums.dying_covariates[:, column]
        )

    def _at_events(self, values: FloatArray, of_tied: FloatArray) -> None:
        """Take what tied times share off the rows with an event at them."""
        if len(of_tied):
            full = np.zeros(len(self.sets.times))
            full[self.terms.tied] = of_tied
            values[self.sets.event_rows] -= self.sets.to_events(full)


def evaluate(sets: RiskSets, coefficients: FloatArray, ties: Ties) -> Evaluation:
    """The model at the coefficients (p)."""
    linear = sets.covariates @ coefficients
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        relative = sets.weighted(np.exp(linear))
        sums = time_sums(sets, relative, tied_times(sets.deaths, ties))
        terms = tie_terms(sets.deaths, sets.death_weight, sums.at_risk, sums.dying, ties)
    return Evaluation(sets, linear, relative, sums, terms)


def time_sums(sets: RiskSets, relative: FloatArray, tied: IntArray) -> TimeSums:
    """Sums of the relative hazards, alone and times covariates."""
    own = relative[sets.event_rows] if len(tied) else np.zeros(0)
    dying = np.empty((len(tied), sets.covariates.shape[1]), order="F")
    for column, values in enumerate(sets.covariates.T if len(tied) else ()):
        dying[:, column] = sets.of_events(own * values[sets.event_rows])[tied]
    return TimeSums(
        sets.at_risk(relative),
        sets.at_risk_columns(relative),
        sets.of_events(own)[tied] if len(tied) else own,
        dying,
    )


def event_covariates(sets: RiskSets) -> FloatArray:
    """Weighted sum of the covariates (p) over all events."""
    weight = None if sets.weights is None else sets.weights[sets.event_rows]
    columns = [values[sets.event_rows] for values in sets.covariates.T]
    return np.array([column.sum() if weight is None else column @ weight for column in columns])


def expected_covariates(sums: TimeSums, terms: TieTerms, columns: slice = slice(None)) -> FloatArray:
    """Covariates expected of the events of each time, times their weight: A S1 - B D1 (K x columns)."""
    expected = sums.at_risk_covariates[:, columns] * terms.hazard[:, None]
    expected[terms.tied] -= sums.dying_covariates[:, columns] * terms.hazard_shared[:, None]
    return expected


def expected_total(sums: TimeSums, terms: TieTerms) -> FloatArray:
    """Sum of A S1 - B D1 over all event times (p)."""
    return terms.hazard @ sums.at_risk_covariates - terms.hazard_shared @ sums.dying_covariates


def squared_sums(sums: TimeSums, terms: TieTerms, by_time: FloatArray | None = None) -> FloatArray:
    """Sum over event times of Q0 S1S1' - Q1 (S1D1' + D1S1') + Q2 D1D1' (p x p)."""
    square = terms.square if by_time is None else terms.square * by_time
    total = weighted_cross_product(sums.at_risk_covariates, square)
    if not len(terms.tied):
        return total
    times = 1.0 if by_time is None else by_time[terms.tied]
    shared = sums.at_risk_covariates[terms.tied].T @ (
        sums.dying_covariates * (terms.square_shared * times)[:, None]
    )
    return (
        total - shared - shared.T + weighted_cross_product(sums.dying_covariates, terms.square_twice * times)
    )


def _positive(values: FloatArray) -> FloatArray:
    return np.where(values > 0, values, 1.0)
