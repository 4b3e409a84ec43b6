"""Concordance on generated data: what must hold whatever the rows."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.model_warnings import NotEstimable
from cimara.outcomes.models.concordance import concordance
from cimara.outcomes.models.dominance import dominance
from cimara.outcomes.rows import Survival

ROW = st.tuples(
    st.integers(1, 6),
    st.integers(0, 5),
    st.booleans(),
    st.integers(-2, 2),
    st.integers(0, 1),
    st.integers(1, 3),
)


def _rows(drawn: list[tuple[int, int, bool, int, int, int]]) -> Survival:
    length, start, event, marker, stratum, weight = (np.array(one) for one in zip(*drawn, strict=True))
    return Survival(
        covariates=np.asfortranarray(marker[:, None].astype(float)),
        names=("marker",),
        terms=("marker",),
        time=(start + length).astype(float),
        start=start.astype(float),
        event=event,
        strata=Labels(stratum, ("a", "b")),
        strata_columns=("ward",),
        weights=weight.astype(float),
        source_rows=np.arange(1, len(drawn) + 1),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(ROW, min_size=2, max_size=14))
def test_pairs_are_those_of_a_walk_over_all_of_them(
    drawn: list[tuple[int, int, bool, int, int, int]],
) -> None:
    rows = _rows(drawn)
    counts = np.zeros(3)
    assert rows.start is not None
    for i, j in itertools.permutations(range(rows.n), 2):
        later = rows.time[j] > rows.time[i] or (rows.time[j] == rows.time[i] and not rows.event[j])
        inside = rows.stratum_codes()[i] == rows.stratum_codes()[j] and rows.start[j] < rows.time[i]
        if rows.event[i] and later and inside:
            sign = int(np.sign(rows.covariates[i, 0] - rows.covariates[j, 0]))
            counts[[2, 0, 1][sign]] += rows.weight()[i] * rows.weight()[j]
    if counts.sum() == 0:
        with pytest.raises(NotEstimable):
            concordance(rows)
        return
    found = concordance(rows)
    assert [found.concordant, found.discordant, found.tied_predictor] == pytest.approx(counts, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(st.lists(ROW, min_size=4, max_size=30), st.randoms(use_true_random=False))
def test_a_reversed_marker_has_the_complement_and_the_same_error(drawn: list, shuffle: object) -> None:
    rows = _rows(drawn)
    try:
        found = concordance(rows)
    except NotEstimable:
        return
    reverse = concordance(rows, [-1.0])
    assert reverse.concordance == pytest.approx(1 - found.concordance, abs=1e-12)
    assert reverse.se == pytest.approx(found.se, abs=1e-12)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=1, max_size=40))
def test_dominance_counts_what_lies_later_and_below(drawn: list[tuple[int, int]]) -> None:
    key, value = np.array(drawn).T
    early, late = np.arange(1.0, len(key) + 1), np.arange(len(key), 0.0, -1)
    found = dominance(key, value, early, late)
    after, below = key[None] > key[:, None], value[None] < value[:, None]
    level = value[None] == value[:, None]
    assert found.later_below == pytest.approx((after & below) @ late)
    assert found.later_level == pytest.approx((after & level) @ late)
    assert found.earlier_level == pytest.approx((after.T & level) @ early)
    assert found.earlier_above == pytest.approx((after.T & ~below & ~level) @ early)


def test_a_hundred_thousand_rows_take_no_pairs() -> None:
    generator = np.random.default_rng(1)
    n = 100_000
    marker = generator.normal(size=n)
    rows = Survival(
        covariates=np.asfortranarray(marker[:, None]),
        time=np.ceil(generator.exponential(900 * np.exp(-marker))),
        event=generator.random(n) < 0.6,
        source_rows=np.arange(n),
    )
    found = concordance(rows)
    assert found.concordance == pytest.approx(0.72, abs=0.02)
    assert found.concordant + found.discordant + found.tied_predictor < n * n
