"""Residuals of a Cox model: what each row, and each event, adds to it.

They need whole risk sets: all rows of a stratum in one `Survival`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.cox_sums import Evaluation, evaluate, expected_covariates
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, kw_only=True, eq=False)
class SchoenfeldResiduals:
    """One row an event, by stratum and time: what its covariates differ from those expected at its time.

    `scaled` are coefficients plus events times model covariance times residual (Grambsch & Therneau
    1994): their course over time is that of the coefficient.
    """

    names: tuple[str, ...]
    times: FloatArray
    strata: IntArray
    rows: IntArray
    residuals: FloatArray
    scaled: FloatArray

    def table(self) -> pl.DataFrame:
        """One row an event and covariate."""
        events, p = self.residuals.shape
        return pl.DataFrame(
            {
                "time": np.repeat(self.times, p),
                "stratum": np.repeat(self.strata, p),
                "covariate": list(self.names) * events,
                "residual": self.residuals.ravel(),
                "scaled": pl.Series(self.scaled.ravel()).fill_nan(None),
            }
        )


def martingale(rows: Survival, fit: CoxFit) -> FloatArray:
    """Events less expected events of each row (n).

    Therneau & Grambsch 2000, chapter 4; of tied events, Efron's share.
    """
    evaluation = _evaluated(rows, fit)
    expected = np.exp(evaluation.linear) * evaluation.hazard_exposure()
    return rows.event - evaluation.sets.to_rows(expected, rows.n)


def deviance(rows: Survival, fit: CoxFit) -> FloatArray:
    """Martingale residuals made more symmetric about 0 (n); Therneau & Grambsch 2000, chapter 4."""
    residual = martingale(rows, fit)
    expected = np.where(rows.event, rows.event - residual, 1.0)
    logs = np.where(rows.event, np.log(expected), 0.0)
    return np.sign(residual) * np.sqrt(np.maximum(-2 * (residual + logs), 0.0))


def score_residuals(rows: Survival, fit: CoxFit) -> FloatArray:
    """What each row adds to the score (n x p), before its weight; Lin & Wei 1989."""
    evaluation = _evaluated(rows, fit)
    sets = evaluation.sets
    made = np.empty((sets.n, len(fit.names)), order="F")
    for column, values in enumerate(evaluation.score_residuals()):
        made[:, column] = values if sets.weights is None else values / sets.weights
    return sets.to_rows(made, rows.n)


def dfbeta(rows: Survival, fit: CoxFit) -> FloatArray:
    """About how much each coefficient would change without the row (n x p).

    Weighted score residuals times the model's covariance; NaN for coefficients that are not estimable.
    """
    made = np.full((rows.n, len(fit.names)), np.nan)
    own = fit.estimable
    weighted = score_residuals(rows, fit) * rows.weight()[:, None]
    made[:, own] = weighted[:, own] @ fit.model_covariance[np.ix_(own, own)]
    return made


def schoenfeld(rows: Survival, fit: CoxFit) -> SchoenfeldResiduals:
    """Covariates of each event less those expected at its time; Schoenfeld 1982."""
    evaluation = _evaluated(rows, fit)
    sets = evaluation.sets
    means = expected_covariates(evaluation.sums, evaluation.terms) / sets.death_weight[:, None]
    residuals = sets.covariates[sets.event_rows] - sets.to_events(means)
    times, strata = sets.to_events(sets.times), sets.to_events(sets.strata)
    order = np.lexsort((times, strata))
    scaled = fit.coef + fit.events * _times_covariance(residuals, fit)
    return SchoenfeldResiduals(
        names=fit.names,
        times=times[order],
        strata=strata[order],
        rows=rows.source_rows[sets.order[sets.event_rows]][order],
        residuals=residuals[order],
        scaled=scaled[order],
    )


def _times_covariance(residuals: FloatArray, fit: CoxFit) -> FloatArray:
    made = np.full(residuals.shape, np.nan)
    own = fit.estimable
    made[:, own] = residuals[:, own] @ fit.model_covariance[np.ix_(own, own)]
    return made


def _evaluated(rows: Survival, fit: CoxFit) -> Evaluation:
    return evaluate(risk_sets(rows), fit.evaluated_at, fit.ties)
