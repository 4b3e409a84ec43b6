"""The fast Cox sums against the textbook's, and parts against the pool, on generated rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.models.cox_stratified import cluster_products
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.proportionality import proportionality
from cimara.outcomes.models.residuals import score_residuals
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival
from tests.generative.outcomes.plain_cox import plain_cox

rows_of_every_kind = st.builds(
    made_survival,
    st.integers(0, 10_000),
    st.integers(30, 160),
    p=st.integers(1, 4),
    sites=st.sampled_from([1, 4, 30]),
    days=st.sampled_from([3, 15, 300]),
    delayed=st.booleans(),
    weights=st.sampled_from([None, *WeightKind]),
    strata=st.booleans(),
    whole_days=st.booleans(),
)
ROUNDING = 1e-12


def near(ours: np.ndarray | float, theirs: np.ndarray | float, scale: float = 0.0) -> None:
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    size = max(float(np.abs(theirs).max(initial=0.0)), scale)
    assert np.abs(ours - theirs).max(initial=0.0) <= ROUNDING * size


@settings(max_examples=150, deadline=None)
@given(rows_of_every_kind, st.sampled_from(["efron", "breslow"]), st.floats(-1, 1))
def test_the_sums_are_those_of_the_textbook(rows: Survival, ties: str, slope: float) -> None:
    beta = np.linspace(slope, -slope / 2, len(rows.names))
    loglik, score, information, residuals = plain_cox(rows, beta, ties)
    found = evaluate(risk_sets(rows), beta, Ties(ties))
    size = np.abs(residuals).sum() + 1
    near(found.loglik(), loglik, 1.0)
    near(found.score(), score, size)
    near(found.information(), information, size)
    own = np.stack(list(found.score_residuals()), axis=1)
    near(found.sets.to_rows(own, rows.n), residuals, np.abs(residuals).max() + 1)
    sums = np.zeros((rows.cluster.max() + 1, len(beta)))
    np.add.at(sums, rows.cluster, residuals)
    near(cluster_products(rows, found), sums.T @ sums, size)


def same_fit(one: CoxFit, other: CoxFit, tolerance: float = ROUNDING) -> None:
    assert (one.n, one.events, one.clusters, one.iterations) == (
        other.n,
        other.events,
        other.clusters,
        other.iterations,
    )
    assert one.aliased.tolist() == other.aliased.tolist()
    assert one.direction.tolist() == other.direction.tolist()
    for name in ("covariance", "model_covariance", "coef", "se"):
        ours, theirs = getattr(one, name), getattr(other, name)
        size = np.nanmax(np.abs(theirs), initial=1e-300) + np.nanmax(one.se, initial=0.0) * (name == "coef")
        assert np.nanmax(np.abs(ours - theirs), initial=0.0) <= 20 * tolerance * size, name
    assert one.loglik == pytest.approx(other.loglik, rel=tolerance)
    assert one.score.statistic == pytest.approx(other.score.statistic, rel=50 * tolerance, abs=tolerance)


def enough_events(rows: Survival) -> bool:
    return int(rows.event.sum()) >= 12 * len(rows.names)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.booleans(),
    st.sampled_from([None, *WeightKind]),
    st.sampled_from(["efron", "breslow"]),
    st.sampled_from([2, 4, 12]),
)
def test_stratified_parts_are_the_pool(
    seed: int, delayed: bool, weights: WeightKind | None, ties: str, sites: int
) -> None:
    rows = made_survival(seed, 300, sites=sites, delayed=delayed, weights=weights)
    same_fit(cox(rows.by_site(), ties=ties, robust=True), cox(rows, ties=ties, robust=True))


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10_000),
    st.booleans(),
    st.sampled_from([None, *WeightKind]),
    st.sampled_from(["efron", "breslow"]),
    st.booleans(),
)
def test_a_common_baseline_of_random_parts_is_the_pool(
    seed: int, delayed: bool, weights: WeightKind | None, ties: str, strata: bool
) -> None:
    rows = made_survival(seed, 240, delayed=delayed, weights=weights, strata=strata)
    parts = list(rows.split(np.random.default_rng(seed).integers(0, 3, rows.n // 2 + 2)[rows.cluster]))
    across = cox(parts, ties=ties, baseline="common", robust=True)
    same_fit(across, cox(rows, ties=ties, robust=True))
    for scale in ("km", "rank", "identity", "log"):
        ours, theirs = (
            proportionality(of, fit, time_scale=scale)
            for of, fit in ((parts, across), (rows, cox(rows, ties=ties)))
        )
        assert ours.overall.statistic == pytest.approx(theirs.overall.statistic, rel=1e-10, abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(rows_of_every_kind, st.integers(0, 1_000))
def test_the_order_of_rows_changes_nothing(rows: Survival, seed: int) -> None:
    if not enough_events(rows):
        return
    shuffled = rows.take(np.random.default_rng(seed).permutation(rows.n))
    one, other = cox(rows, robust=False) if rows.weights is None else cox(rows), cox(shuffled)
    assert one.coef.tolist() == other.coef.tolist()
    assert one.model_covariance.tolist() == other.model_covariance.tolist()


@pytest.mark.parametrize(
    "shift", [lambda x: x + 1e6, lambda x: x * 1e-2, lambda x: x * 1e5], ids=["origin", "larger", "smaller"]
)
def test_origin_and_unit_of_a_covariate_do_not_matter(shift: Callable[[np.ndarray], np.ndarray]) -> None:
    rows = made_survival(5, 400)
    moved = replace(rows, covariates=np.asfortranarray(shift(rows.covariates)))
    assert cox(moved).z == pytest.approx(cox(rows).z, rel=1e-7)


def test_score_residuals_of_a_fit_sum_to_nothing() -> None:
    rows = made_survival(7, 400, delayed=True, weights=WeightKind.PROBABILITY)
    residuals = score_residuals(rows, cox(rows))
    assert np.abs(rows.weight() @ residuals).max() < 1e-8
