"""From the final sums of a Cox model to its estimates, intervals and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit  # type: ignore[import-untyped]

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.models.choices import Baseline, SmallSample
from cimara.outcomes.models.cox_common import CommonState, grid_sums
from cimara.outcomes.models.cox_concerns import concerns_of
from cimara.outcomes.models.cox_evidence import COUNTS, CoxState
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit, Ties, interval_limits
from cimara.outcomes.models.grid_sums import GridSums
from cimara.outcomes.models.newton import inverse
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxOptions:
    """What was chosen for a Cox model, resolved."""

    ties: Ties
    robust: bool
    small_sample: SmallSample
    confidence: float
    baseline: Baseline
    grid_given: bool = False


def cox_result(state: CoxState, rows: Rows, options: CoxOptions) -> CoxFit:
    """The fit; `rows` (any part) names columns and units."""
    counts = dict(zip(COUNTS, state.counts.tolist(), strict=True))
    estimable = ~state.aliased & (state.direction == 0)
    model = inverse(state.information, estimable)
    correction, df = _small_sample(options, counts["clusters"])
    covariance = correction * _sandwich(model, state.cross, estimable) if options.robust else model
    coef = np.where(estimable, state.coefficients, np.nan)
    se = np.sqrt(np.diag(covariance))
    z = coef / se
    quantile = 0.5 + options.confidence / 2
    reach = ndtri(quantile) if df is None else stdtrit(df, quantile)
    tail = ndtr(-np.abs(z)) if df is None else stdtr(df, -np.abs(z))
    hr, lower, upper = interval_limits(coef, se * reach)
    return CoxFit(
        names=rows.names,
        terms=rows.terms,
        coef=coef,
        se=se,
        model_se=np.sqrt(np.diag(model)),
        z=z,
        p=2 * tail,
        covariance=covariance,
        model_covariance=model,
        hr=hr,
        hr_lower=lower,
        hr_upper=upper,
        evaluated_at=np.where(state.aliased, 0.0, state.coefficients),
        aliased=state.aliased,
        direction=state.direction.astype(np.int64),
        one_sided_bound=state.bound,
        loglik_null=state.null_loglik,
        loglik=state.loglik,
        **_tests(state, covariance, coef, options.robust),
        n=int(counts["n"]),
        events=int(counts["events"]),
        clusters=int(counts["clusters"]) if options.robust else None,
        n_strata=int(counts["strata"]),
        **vars_of(options),
        df=df,
        iterations=len(state.trace) - 1,
        strata_columns=rows.strata_columns,
        unit=rows.unit,
        dropped=dict(rows.dropped),
        grid_sums=_grid_sums(state, rows, options),
        warnings=concerns_of(state, rows, options.robust, options.small_sample, options.confidence),
        r_call=r_call(rows, options),
    )


def _grid_sums(state: CoxState, rows: Rows, options: CoxOptions) -> GridSums | None:
    if not isinstance(state, CommonState) or (state.direction != 0).any():
        return None
    strata = rows.strata.levels if rows.strata else ("",)
    return grid_sums(state, options.ties, strata, planned=options.grid_given)


def vars_of(options: CoxOptions) -> dict[str, Any]:
    """The options as fields of the fit."""
    return {name: getattr(options, name) for name in CoxOptions.__slots__}


def r_call(rows: Rows, options: CoxOptions) -> str:
    """The call of R's survival package that gives the same numbers."""
    response = "Surv(start, time, event)" if getattr(rows, "start", None) is not None else "Surv(time, event)"
    right = [*dict.fromkeys(rows.terms)]
    right += [f"strata({', '.join(rows.strata_columns)})"] if rows.strata_columns else []
    extra = [f'ties = "{options.ties}"']
    extra += ["weights = weights"] if rows.weights is not None else []
    grouped = rows.cluster is not None or rows.id is not None
    if options.robust:
        extra += ["cluster = cluster"] if grouped else ["robust = TRUE"]
    return f"coxph({response} ~ {' + '.join(right) or '1'}, data = rows, {', '.join(extra)})"


def check_robust(rows: Rows, robust: bool | None) -> bool:
    """Whether the variance is robust; probability weights without it are refused."""
    if robust is False and rows.weights is not None and rows.weight_kind is WeightKind.PROBABILITY:
        raise ContractError(
            "the model's variance is wrong for probability weights",
            where="robust",
            expected="robust=True, or weight_kind='frequency' for weights that count equal rows",
            hint="The model's own standard errors are in the fit as model_se.",
        )
    return rows.robust_by_default if robust is None else robust


def _small_sample(options: CoxOptions, clusters: float) -> tuple[float, float | None]:
    if options.robust and clusters < 2:
        return np.nan, None
    if not options.robust or options.small_sample is SmallSample.NONE:
        return 1.0, None
    return clusters / (clusters - 1), clusters - 1


def _sandwich(model: FloatArray, cross: FloatArray, estimable: BoolArray) -> FloatArray:
    where = np.ix_(estimable, estimable)
    made = np.full(model.shape, np.nan)
    made[where] = model[where] @ cross[where] @ model[where]
    return np.asarray((made + made.T) / 2)


def _tests(state: CoxState, covariance: FloatArray, coef: FloatArray, robust: bool) -> dict[str, Any]:
    some, estimable = ~state.aliased, np.isfinite(coef)
    df = int(some.sum())
    ratio = chi_square(2 * (state.loglik - state.null_loglik), df)
    return {
        "likelihood_ratio": ratio,
        "wald": quadratic(coef, covariance, estimable & np.isfinite(np.diag(covariance))),
        "score": quadratic(state.null_score, state.null_information, some),
        "robust_score": quadratic(state.null_score, state.null_cross, some) if robust else None,
    }


def quadratic(vector: FloatArray, matrix: FloatArray, where: BoolArray) -> ChiSquare:
    """v' M^-1 v over the columns in `where`, with the rank of M as degrees of freedom."""
    own = inverse_of_semidefinite(matrix[np.ix_(where, where)])
    return chi_square(float(vector[where] @ own[0] @ vector[where]), own[1])


def inverse_of_semidefinite(matrix: FloatArray) -> tuple[FloatArray, int]:
    """The inverse and the rank; of fewer clusters than covariates, the inverse where there is information."""
    if not len(matrix):
        return matrix, 0
    scale = np.sqrt(np.maximum(np.diag(matrix), np.finfo(np.float64).tiny))
    values, vectors = np.linalg.eigh(matrix / np.outer(scale, scale))
    kept = values > 1e-11 * values[-1]
    made = (vectors[:, kept] / values[kept]) @ vectors[:, kept].T
    return made / np.outer(scale, scale), int(kept.sum())


def chi_square(statistic: float, df: int) -> ChiSquare:
    """The test with its p; without a degree of freedom it is 0 with p 1."""
    kept = max(float(statistic), 0.0) if df else 0.0
    return ChiSquare(kept, df, float(chdtrc(df, kept)) if df else 1.0)
