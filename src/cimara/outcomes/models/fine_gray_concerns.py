"""What a reader of a Fine-Gray model must be told about its data (statistics.md, section 2.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, rows_dropped
from cimara.outcomes.models.choices import few_clusters
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.models.fine_gray_state import FineGrayState
from cimara.outcomes.models.newton import ILL_CONDITIONED, condition_number
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks, dropped_of

EVENTS_A_PARAMETER = 10
ENOUGH_CLUSTERS = 30
EFFECTIVE_SHARE = 0.5


def concerns_of(
    state: FineGrayState, parts: Iterable[CompetingRisks], bound: FloatArray, options: FineGrayOptions
) -> tuple[ModelWarning, ...]:
    """All warnings of one fit, in a fixed order."""
    first = next(iter(parts))
    return (
        *_about_covariates(state, first.names, bound, options),
        *_about_counts(state, first, options),
        *_about_strata(state, parts, options),
        *_about_rows(parts),
    )


def _about_covariates(
    state: FineGrayState, names: tuple[str, ...], bound: FloatArray, options: FineGrayOptions
) -> Iterator[ModelWarning]:
    aliased = tuple(name for name, gone in zip(names, state.aliased, strict=True) if gone)
    if aliased:
        said = f"{', '.join(aliased)}: constant in every risk set, or given by the covariates before"
        yield ModelWarning(Concern.ALIASED, f"{said}; no coefficient, the others are fitted", aliased)
    for column in np.flatnonzero(state.direction):
        sign, side = ("plus", "above") if state.direction[column] > 0 else ("minus", "below")
        message = f"{names[column]}: the likelihood rises for ever, the estimate is {sign} infinity"
        if np.isfinite(bound[column]):
            message += f"; one-sided {options.confidence:.0%} profile-likelihood interval: "
            message += f"coefficient {side} {bound[column]:.4g}"
        yield ModelWarning(
            Concern.MONOTONE_LIKELIHOOD,
            f"{message}. Firth's penalised cause-specific Cox model gives a finite one",
            (names[column],),
        )
    finite = ~state.aliased & (state.direction == 0)
    condition = condition_number(state.information, finite)
    if condition > ILL_CONDITIONED:
        columns = tuple(name for name, kept in zip(names, finite, strict=True) if kept)
        message = f"covariates nearly depend on each other (condition number {condition:.1e})"
        yield ModelWarning(Concern.ILL_CONDITIONED, message, columns)


def _about_counts(
    state: FineGrayState, rows: CompetingRisks, options: FineGrayOptions
) -> Iterator[ModelWarning]:
    parameters, events = int((~state.aliased).sum()), state.count("events")
    if events < EVENTS_A_PARAMETER * parameters:
        message = f"{events:.0f} events of {options.cause} for {parameters} parameters, fewer than 10 each"
        yield ModelWarning(Concern.FEW_EVENTS, message)
    if rows.cluster is not None and state.count("clusters") < ENOUGH_CLUSTERS:
        message = few_clusters(state.count("clusters"), options.small_sample)
        yield ModelWarning(Concern.FEW_CLUSTERS, message)
    if state.count("gaps"):
        message = "nobody is at risk for a while: rows with a competing event before are not carried over it"
        yield ModelWarning(Concern.RISK_SET_GAP, message)
    if rows.weights is None or rows.weight_kind is not WeightKind.PROBABILITY:
        return
    effective = state.count("weight") ** 2 / state.count("weight_squared") / state.count("n")
    if effective < EFFECTIVE_SHARE or state.count("heavy"):
        message = f"the weights leave {effective:.0%} of the rows' information"
        message += f"; {state.count('heavy'):.0f} rows weigh more than ten times the mean"
        yield ModelWarning(Concern.WEIGHTS_EXTREME, message)


def _about_strata(
    state: FineGrayState, parts: Iterable[CompetingRisks], options: FineGrayOptions
) -> Iterator[ModelWarning]:
    if not state.count("empty_strata"):
        return
    columns: tuple[str, ...] = ()
    present: set[str] = set()
    with_events: set[str] = set()
    for part in parts:
        columns = part.strata_columns
        present |= set(part.strata_present())
        happened = part.status == part.cause(options.cause)
        with_events |= set(part.take(happened).strata_present()) if happened.any() else set()
    if len(present) < state.count("strata"):
        told = f"{state.count('empty_strata'):.0f} of {state.count('strata'):.0f} strata have no event of "
        yield ModelWarning(Concern.EMPTY_STRATUM, f"{told}{options.cause} and add nothing", columns)
        return
    empty = sorted(present - with_events)
    message = f"{len(empty)} of {len(present)} strata have no event of {options.cause} and add nothing: "
    yield ModelWarning(Concern.EMPTY_STRATUM, message + ", ".join(empty), columns)


def _about_rows(parts: Iterable[CompetingRisks]) -> Iterator[ModelWarning]:
    dropped = dropped_of(parts)
    if dropped:
        yield rows_dropped(dropped)
    levels = tuple(dict.fromkeys(level for part in parts for level in part.empty_levels))
    if levels:
        yield ModelWarning(Concern.EMPTY_LEVEL, f"levels without rows: {', '.join(levels)}", levels)
