"""Concordance: how often the one with the higher risk has the event first, with a jackknife error.

A row with an event makes a pair with each row of its stratum that is at risk at the time of that event and
leaves later, or is censored at that time. A tie in the predictor counts one half; two events at one time are
not a pair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.special import ndtri  # type: ignore[import-untyped]

from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.dominance import dominance
from cimara.outcomes.models.site_strata import sites_as_strata
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival
from cimara.terms.errors import CimaraError


class ConcordanceError(CimaraError):
    """Coefficients that do not fit the covariates."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Concordance:
    """Harrell's C; the counts of pairs are weighted. `clusters` is the number of independent units."""

    concordance: float
    se: float
    lower: float
    upper: float
    concordant: float
    discordant: float
    tied_predictor: float
    n: int
    events: int
    clusters: int
    clustered: bool
    inside_sites: bool
    conf_level: float
    warnings: tuple[ModelWarning, ...] = ()
    r_call: str = "survival::concordance(fit)"

    def table(self) -> pl.DataFrame:
        """One row: the estimate, its error and the pairs that it counts."""
        columns = ("concordance", "se", "lower", "upper", "concordant", "discordant", "tied_predictor")
        return pl.DataFrame({name: [getattr(self, name)] for name in (*columns, "n", "events", "clusters")})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcordanceState(State):
    """Sums over all parts, 0 before the one round: `pairs` by kind, `spread` of derivatives, `counts`."""

    pairs: FloatArray
    spread: FloatArray
    counts: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class ConcordanceEstimator:
    """Pairs are made inside strata, and so inside parts; one round.

    `coefficients` weigh the covariates of the rows; the greater the sum, the earlier the event is expected.
    """

    coefficients: tuple[float, ...]
    inside_sites: bool = False
    conf_level: float = 0.95
    scope: Scope = Scope.WITHIN_PART

    def start(self) -> ConcordanceState:
        """Nothing is known before the round."""
        return ConcordanceState(pairs=np.zeros(3), spread=np.zeros((2, 2)), counts=np.zeros(4))

    def summarise(self, rows: Survival, state: ConcordanceState) -> Summary:
        """Pairs by kind, and the cross-products of their derivatives summed in clusters."""
        weights = rows.weight()
        agreement, usable, kinds = _derivatives(rows, _predictor(rows, self.coefficients), weights)
        influence = np.column_stack((agreement, usable))
        grouped = rows.cluster is not None or rows.id is not None
        if grouped:
            sums = _cluster_sums(rows.cluster_codes(), influence * weights[:, None])
            spread, clusters = sums.T @ sums, len(sums)
        else:
            frequency = rows.weight_kind is WeightKind.FREQUENCY
            factor = weights if frequency else weights**2
            spread = influence.T @ (influence * factor[:, None])
            clusters = int(weights.sum()) if frequency else rows.n
        often = weights if rows.weight_kind is WeightKind.FREQUENCY else np.ones(rows.n)
        counts = np.array([often.sum(), often[rows.event].sum(), clusters, grouped], dtype=np.float64)
        return Summary("concordance", {"pairs": kinds, "spread": spread, "counts": counts})

    def update(self, total: Summary, state: ConcordanceState) -> ConcordanceState:
        """The sums are all that is needed."""
        sums = total.sums
        return replace(
            state,
            round=state.round + 1,
            finished=True,
            pairs=sums["pairs"],
            spread=sums["spread"],
            counts=sums["counts"],
        )

    def result(self, state: ConcordanceState) -> Concordance:
        """C = 1/2 + (concordant - discordant)/(2 pairs), and the delta method for its variance."""
        concordant, discordant, tied = (float(one) for one in state.pairs)
        n, events, clusters, grouped = (int(one) for one in state.counts)
        usable = concordant + discordant + tied
        if usable <= 0:
            why = Concern.NO_EVENTS if events == 0 else Concern.NOT_SUPPORTED
            raise NotEstimable(why, "no two rows can be compared: no event with another row still at risk")
        excess = (concordant - discordant) / (2 * usable)
        direction = np.array([1.0, -excess]) / usable
        se = float(np.sqrt(np.maximum(direction @ state.spread @ direction, 0.0)))
        half = _normal_quantile(self.conf_level) * se
        value = 0.5 + excess
        return Concordance(
            concordance=value,
            se=se,
            lower=max(value - half, 0.0),
            upper=min(value + half, 1.0),
            concordant=concordant,
            discordant=discordant,
            tied_predictor=tied,
            n=n,
            events=events,
            clusters=clusters,
            clustered=grouped > 0,
            inside_sites=self.inside_sites,
            conf_level=self.conf_level,
        )


def concordance(
    rows: Survival | Iterable[Survival],
    coefficients: ArrayLike = (1.0,),
    *,
    inside_sites: bool = False,
    conf_level: float = 0.95,
) -> Concordance:
    """Concordance of the linear predictor with the times of the events.

    Parameters
    ----------
    rows
        Rows, or parts of them whose strata differ.
    coefficients
        One a covariate; null (not a number) for an aliased one, which then says nothing. The default ranks
        by the one covariate that the rows have.
    inside_sites
        Compare only rows of one site, as a federation does: sites then count as strata.

    Raises
    ------
    NotEstimable
        No pair can be made.
    ConcordanceError
        Another number of coefficients than covariates.

    Source: Harrell 1982; the infinitesimal jackknife of Therneau & Atkinson (vignette "Concordance" of R's
    survival): derivatives of C with respect to the weight of each row, summed in clusters and squared.
    """
    beta = tuple(float(one) for one in np.atleast_1d(np.asarray(coefficients, dtype=np.float64)))
    estimator = ConcordanceEstimator(coefficients=beta, inside_sites=inside_sites, conf_level=conf_level)
    parts = [rows] if isinstance(rows, Survival) else list(rows)
    return run(estimator, [sites_as_strata(part) for part in parts] if inside_sites else parts)


def with_concordance(
    fit: CoxFit, rows: Survival | Iterable[Survival], *, inside_sites: bool = False
) -> CoxFit:
    """The fit with the concordance of its linear predictor in the rows it was made of."""
    found = concordance(rows, fit.evaluated_at, inside_sites=inside_sites)
    return replace(fit, concordance=found.concordance, concordance_se=found.se)


def _predictor(rows: Survival, coefficients: Sequence[float]) -> FloatArray:
    """X beta, a column at a time, so that equal rows have equal bits wherever they lie."""
    if len(coefficients) != rows.covariates.shape[1]:
        raise ConcordanceError(
            "another number of coefficients than covariates",
            where="coefficients",
            expected=f"{rows.covariates.shape[1]}, one a covariate",
        )
    risk = np.zeros(rows.n)
    for column, coefficient in zip(rows.covariates.T, coefficients, strict=True):
        if np.isfinite(coefficient):
            risk += column * coefficient
    return risk


def _derivatives(
    rows: Survival, risk: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """By the weight of each row: of (concordant - discordant)/2, of pairs; and the pairs by kind.

    Derivatives hold the pairs that a row makes as the one with the event and as the one still at risk.
    """
    value = np.unique(risk, return_inverse=True)[1].astype(np.int64)
    strata = rows.stratum_codes()
    value += strata * (int(value.max(initial=0)) + 1)
    event_weight = np.where(rows.event, weights, 0.0)
    concordant, tied, usable, agreement, pairs = _leaving(rows, strata, value, weights, event_weight)
    if rows.start is not None:
        entered = _not_yet_entered(rows, strata, value, weights, event_weight)
        concordant, tied, usable, agreement, pairs = (
            here - there
            for here, there in zip((concordant, tied, usable, agreement, pairs), entered, strict=True)
        )
    own = np.where(rows.event, concordant - (usable - tied) / 2, 0.0)
    sums = np.array([event_weight @ one for one in (concordant, usable - concordant - tied, tied)])
    return own + agreement, np.where(rows.event, usable, 0.0) + pairs, sums


Counted = tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]


def _leaving(
    rows: Survival, strata: IntArray, value: IntArray, weights: FloatArray, event_weight: FloatArray
) -> Counted:
    """Pairs of each row with the rows that leave after it, entries aside."""
    key = _ranks(strata, rows.time, ~rows.event)
    return _counted(key, strata, value, event_weight, weights)


def _not_yet_entered(
    rows: Survival, strata: IntArray, value: IntArray, weights: FloatArray, event_weight: FloatArray
) -> Counted:
    """What `_leaving` counts but has not entered before the event: rows of an entry at its time or after."""
    assert rows.start is not None
    n, nothing = rows.n, np.zeros(rows.n)
    key = _ranks(np.tile(strata, 2), np.concatenate((rows.time, rows.start)), np.repeat([False, True], n))
    early, late = np.concatenate((event_weight, nothing)), np.concatenate((nothing, weights))
    concordant, tied, usable, agreement, pairs = _counted(
        key, np.tile(strata, 2), np.tile(value, 2), early, late
    )
    return concordant[:n], tied[:n], usable[:n], agreement[n:], pairs[n:]


def _counted(
    key: IntArray, strata: IntArray, value: IntArray, early: FloatArray, late: FloatArray
) -> Counted:
    """For the early one of a pair: late weight below, level, in all; for the late one: agreement, all.

    The values of a later stratum are greater, so none of its elements lies below, or above what comes before.
    """
    found = dominance(key, value, early, late)
    usable = _in_stratum_after(key, strata, late)
    before = _in_stratum_after(-key, strata, early)
    above = found.earlier_above
    agreement = above - (before - found.earlier_level) / 2
    return found.later_below, found.later_level, usable, agreement, before


def _in_stratum_after(key: IntArray, strata: IntArray, weight: FloatArray) -> FloatArray:
    """The weight of the elements of the same stratum with a greater key."""
    order = np.lexsort((-key, strata))
    running = np.concatenate(([0.0], np.cumsum(weight[order])))
    own, keys = strata[order], key[order]
    new_stratum = np.concatenate(([True], own[1:] != own[:-1]))
    new_key = new_stratum | np.concatenate(([True], keys[1:] != keys[:-1]))
    places = np.arange(len(order))
    stratum_first = np.maximum.accumulate(np.where(new_stratum, places, 0))
    key_first = np.maximum.accumulate(np.where(new_key, places, 0))
    after = np.empty(len(order))
    after[order] = running[key_first] - running[stratum_first]
    return after


def _ranks(strata: IntArray, time: FloatArray, last: BoolArray) -> IntArray:
    """Dense ranks by stratum, then time, then False before True."""
    order = np.lexsort((last, time, strata))
    changes = np.zeros(len(order), dtype=bool)
    for column in (strata[order], time[order], last[order]):
        changes[1:] |= np.asarray(column[1:] != column[:-1])
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.cumsum(changes)
    return rank


def _cluster_sums(clusters: IntArray, values: FloatArray) -> FloatArray:
    codes = np.unique(clusters, return_inverse=True)[1]
    return np.column_stack([np.bincount(codes, column) for column in values.T]).astype(np.float64)


def _normal_quantile(conf_level: float) -> float:
    return float(ndtri((1 + conf_level) / 2))
