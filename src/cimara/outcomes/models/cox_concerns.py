"""What a reader of a Cox model must be told about its data (statistics.md, section 2.6)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cimara.outcomes.model_warnings import Concern, ModelWarning, rows_dropped
from cimara.outcomes.models.choices import SmallSample, few_clusters
from cimara.outcomes.models.cox_evidence import COUNTS, CoxState
from cimara.outcomes.models.newton import ILL_CONDITIONED, condition_number
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Rows

EVENTS_A_PARAMETER = 10
ENOUGH_CLUSTERS = 30
EFFECTIVE_SHARE = 0.5
LARGEST_LOGARITHM = 300.0


def concerns_of(
    state: CoxState, rows: Rows, robust: bool, small_sample: SmallSample, confidence: float
) -> tuple[ModelWarning, ...]:
    """All warnings of one fit, in a fixed order."""
    return (
        *_about_covariates(state, rows, confidence),
        *_about_counts(state, rows, robust, small_sample),
        *_about_rows(rows),
    )


def _about_covariates(state: CoxState, rows: Rows, confidence: float) -> Iterator[ModelWarning]:
    names = np.array(rows.names, dtype=np.str_)
    aliased = tuple(str(name) for name in names[state.aliased])
    if aliased:
        said = f"{', '.join(aliased)}: constant in every risk set, or given by the covariates before"
        yield ModelWarning(Concern.ALIASED, f"{said}; no coefficient, the others are fitted", aliased)
    for column in np.flatnonzero(state.direction):
        yield _monotone(str(names[column]), state.direction[column], state.bound[column], confidence)
    finite = ~state.aliased & (state.direction == 0)
    condition = condition_number(state.information, finite)
    if condition > ILL_CONDITIONED:
        columns = tuple(str(name) for name in names[finite])
        message = f"covariates nearly depend on each other (condition number {condition:.1e})"
        yield ModelWarning(Concern.ILL_CONDITIONED, message, columns)
    large = np.abs(np.where(finite, state.coefficients, 0.0)) > LARGEST_LOGARITHM
    if large.any():
        columns = tuple(str(name) for name in names[large])
        message = f"{', '.join(columns)}: the hazard ratio of one unit is beyond numbers; use larger units"
        yield ModelWarning(Concern.ILL_CONDITIONED, message, columns)


def _monotone(name: str, direction: float, bound: float, confidence: float) -> ModelWarning:
    sign, side = ("plus", "above") if direction > 0 else ("minus", "below")
    message = f"{name}: the likelihood rises for ever, the estimate is {sign} infinity"
    if np.isfinite(bound):
        message += f"; one-sided {confidence:.0%} profile-likelihood interval: coefficient {side} {bound:.4g}"
    return ModelWarning(
        Concern.MONOTONE_LIKELIHOOD, f"{message}. Firth's penalised likelihood gives a finite one", (name,)
    )


def _about_counts(
    state: CoxState, rows: Rows, robust: bool, small_sample: SmallSample
) -> Iterator[ModelWarning]:
    counts = dict(zip(COUNTS, state.counts.tolist(), strict=True))
    parameters = int((~state.aliased).sum())
    if counts["events"] < EVENTS_A_PARAMETER * parameters:
        message = f"{counts['events']:.0f} events for {parameters} parameters, fewer than 10 each"
        yield ModelWarning(Concern.FEW_EVENTS, message)
    if robust and counts["clusters"] < ENOUGH_CLUSTERS:
        yield ModelWarning(Concern.FEW_CLUSTERS, few_clusters(counts["clusters"], small_sample))
    if counts["empty_strata"]:
        message = (
            f"{counts['empty_strata']:.0f} of {counts['strata']:.0f} strata have no event and add nothing"
        )
        yield ModelWarning(Concern.EMPTY_STRATUM, message, rows.strata_columns)
    if rows.weights is None:
        return
    effective = counts["weight"] ** 2 / counts["weight_squared"] / counts["n"]
    if rows.weight_kind is WeightKind.PROBABILITY and (effective < EFFECTIVE_SHARE or counts["heavy"]):
        message = f"the weights leave {effective:.0%} of the rows' information"
        message += f"; {counts['heavy']:.0f} rows weigh more than ten times the mean"
        yield ModelWarning(Concern.WEIGHTS_EXTREME, message)


def _about_rows(rows: Rows) -> Iterator[ModelWarning]:
    if rows.dropped:
        yield rows_dropped(rows.dropped)
    if rows.empty_levels:
        message = f"levels without rows: {', '.join(rows.empty_levels)}"
        yield ModelWarning(Concern.EMPTY_LEVEL, message, rows.empty_levels)
