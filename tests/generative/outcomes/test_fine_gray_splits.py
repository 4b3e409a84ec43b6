"""Fine-Gray on generated rows: parts equal the pooled fit, and influence is what a weight does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.rows import CompetingRisks
from tests.unit.outcomes.models.fine_gray_reference import generated

CLOSE = {"rtol": 1e-11, "atol": 1e-12}
made = st.fixed_dictionaries(
    {
        "strata": st.sampled_from([2, 3, 5]),
        "groups": st.sampled_from([1, 3]),
        "weights": st.booleans(),
        "entry": st.booleans(),
        "clusters": st.sampled_from([0, 60]),
    }
)


def same(one, other) -> None:
    finite = one.estimable
    np.testing.assert_array_equal(other.estimable, finite)
    np.testing.assert_allclose(other.coef[finite], one.coef[finite], **CLOSE)
    within = np.ix_(finite, finite)
    np.testing.assert_allclose(other.covariance[within], one.covariance[within], **CLOSE)
    np.testing.assert_allclose(other.loglik, one.loglik, **CLOSE)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), made=made)
def test_strata_in_parts_equal_the_pooled_fit(seed, made):
    rows = generated(seed, 240, **made)
    rows = replace(rows, cluster=None if rows.cluster is None else rows.cluster * 5 + rows.strata.codes)
    options = {"cause": "necrosis", "censoring_groups": made["groups"] > 1}
    same(fine_gray(rows, **options), fine_gray(list(rows.split(rows.strata.codes)), **options))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), made=made, parts=st.integers(1, 6))
def test_a_common_baseline_equals_the_pooled_fit_however_it_is_split(seed, made, parts):
    rows = generated(seed, 240, **made)
    options = {"cause": "necrosis", "censoring_groups": made["groups"] > 1}
    pooled = fine_gray(rows, **options)
    by = (np.arange(240) if rows.cluster is None else rows.cluster) % parts
    same(pooled, fine_gray(list(rows.split(by)), baseline="common", **options))


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), made=made)
def test_the_order_of_rows_changes_nothing(seed, made):
    rows = generated(seed, 240, **made)
    order = np.random.default_rng(seed).permutation(240)
    options = {"cause": "necrosis", "censoring_groups": made["groups"] > 1}
    same(fine_gray(rows, **options), fine_gray(rows.take(order), **options))


@pytest.mark.parametrize("entry", [False, True], ids=["right-censored", "delayed entry"])
def test_the_variance_is_near_that_of_the_infinitesimal_jackknife(entry):
    """psi, of the entry distribution too: each row's weight is moved a little and the model refitted."""
    rows = generated(2, 250, days=60, entry=entry, weights=True)
    fit = fine_gray(rows, cause="necrosis", censor_ties="after_events")
    without = fine_gray(rows, cause="necrosis", censor_ties="after_events", weight_variance=False)
    numerical = _jackknife(rows)
    np.testing.assert_allclose(fit.se, numerical, rtol=0.02)
    assert np.abs(fit.se / numerical - 1).max() < np.abs(without.se / numerical - 1).max()


def _jackknife(rows: CompetingRisks, step: float = 1e-4) -> np.ndarray:
    moves = []
    for row in range(rows.n):
        fits = []
        for sign in (1, -1):
            weights = rows.weights.copy()
            weights[row] *= 1 + sign * step
            fits.append(
                fine_gray(replace(rows, weights=weights), cause="necrosis", censor_ties="after_events").coef
            )
        moves.append((fits[0] - fits[1]) / (2 * step))
    return np.sqrt((np.array(moves) ** 2).sum(axis=0))
