"""Curves equal their definitions taken literally, and do not depend on how rows are ordered or divided."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.outcomes.contract import run, state_from_bytes, summary_from_bytes, to_bytes, total
from cimara.outcomes.curves.aalen_johansen import AalenJohansen, aalen_johansen
from cimara.outcomes.curves.counting import CountedState
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.curves.rmtl import restricted_time_lost
from cimara.outcomes.grid import Cells
from tests.generative.outcomes.curves_by_hand import (
    Options,
    as_survival,
    by_hand,
    cluster_se,
    group_of,
    made_rows,
)

ALL_OPTIONS = [Options(*flags) for flags in itertools.product((False, True), repeat=4)]
TAU = 18.0


@pytest.mark.parametrize("options", ALL_OPTIONS, ids=str)
def test_survival_and_its_errors_are_their_definitions(options: Options) -> None:
    rows = made_rows(np.random.default_rng(1), 70, options)
    fit = kaplan_meier(as_survival(rows), variance="ij")
    for code, curve in enumerate(fit.curves):
        own = group_of(rows, code)
        hand = by_hand(own)
        alive = hand.survival > 0
        np.testing.assert_allclose(curve.time, hand.time)
        np.testing.assert_allclose(curve.survival, hand.survival, rtol=1e-11, atol=1e-13)
        np.testing.assert_allclose(curve.cumulative_hazard, hand.hazard, rtol=1e-11)
        expected = cluster_se(hand.survival_influence, own.cluster_codes())
        np.testing.assert_allclose(curve.se[alive], expected[alive], rtol=1e-9, atol=1e-12)
        expected = cluster_se(hand.hazard_influence, own.cluster_codes())
        np.testing.assert_allclose(curve.cumulative_hazard_se, expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("options", ALL_OPTIONS, ids=str)
def test_incidences_and_their_errors_are_their_definitions(options: Options) -> None:
    rows = made_rows(np.random.default_rng(2), 70, options)
    for code, curve in enumerate(aalen_johansen(rows).curves):
        own = group_of(rows, code)
        hand = by_hand(own)
        np.testing.assert_allclose(curve.incidence, hand.incidence, rtol=1e-11, atol=1e-13)
        for cause in range(2):
            expected = cluster_se(hand.incidence_influence[cause], own.cluster_codes())
            np.testing.assert_allclose(curve.se[:, cause], expected, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("options", ALL_OPTIONS, ids=str)
def test_restricted_means_integrate_the_influence(options: Options) -> None:
    rows = made_rows(np.random.default_rng(3), 70, options)
    means, lost = rmst(as_survival(rows), tau=TAU, variance="ij"), restricted_time_lost(rows, tau=TAU)
    for code, arm in enumerate(means.arms):
        own = group_of(rows, code)
        hand = by_hand(own)
        widths = np.diff(np.minimum(np.append(hand.time, np.inf), TAU))
        assert arm.rmst == pytest.approx(min(hand.time[0], TAU) + (widths * hand.survival).sum(), rel=1e-12)
        integrated = (widths[:, None] * hand.survival_influence).sum(axis=0)[None, :]
        assert arm.se == pytest.approx(cluster_se(integrated, own.cluster_codes())[0], rel=1e-10)
        for cause in range(2):
            found = lost.of(cause + 1, arm.group)
            assert found.time_lost == pytest.approx((widths * hand.incidence[:, cause]).sum(), rel=1e-12)
            integrated = (widths[:, None] * hand.incidence_influence[cause]).sum(axis=0)[None, :]
            assert found.se == pytest.approx(cluster_se(integrated, own.cluster_codes())[0], rel=1e-10)


def test_a_difference_knows_that_a_patient_is_in_both_arms() -> None:
    rows = made_rows(np.random.default_rng(4), 80, Options(clusters=True))
    influence = np.zeros(rows.n)
    for code in range(2):
        chosen = rows.group.codes == code
        hand = by_hand(rows.take(chosen))
        widths = np.diff(np.minimum(np.append(hand.time, np.inf), TAU))
        influence[chosen] = (2 * code - 1) * (widths[:, None] * hand.survival_influence).sum(axis=0)
    se = cluster_se(influence[None, :], rows.cluster_codes())[0]
    found = rmst(as_survival(rows), tau=TAU).contrast("difference")
    assert (found.upper - found.lower) / (2 * 1.959963984540054) == pytest.approx(se, rel=1e-10)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(20, 90), options=st.sampled_from(ALL_OPTIONS))
def test_pooled_equals_divided_at_random_and_by_site(seed: int, n: int, options: Options) -> None:
    rng = np.random.default_rng(seed)
    rows = made_rows(rng, n, options)
    patient_part = rng.integers(0, 4, int(rows.cluster_codes().max()) + 1)
    shuffled = rows.take(rng.permutation(rows.n))
    for parts in (list(rows.split(patient_part[rows.cluster_codes()])), rows.by_site(), [shuffled]):
        _assert_same(
            aalen_johansen(rows), aalen_johansen(parts), ("incidence", "se", "survival", "survival_se")
        )
        for variance in ("ij", "greenwood"):
            whole = kaplan_meier(as_survival(rows), variance=variance)
            divided = kaplan_meier([as_survival(part) for part in parts], variance=variance)
            _assert_same(whole, divided, ("survival", "se", "cumulative_hazard", "cumulative_hazard_se"))
        last = min(one.last_time for one in kaplan_meier(as_survival(rows)).curves)
        pooled, parted = restricted_time_lost(rows, tau=last), restricted_time_lost(parts, tau=last)
        for one, other in zip(pooled.lost, parted.lost, strict=True):
            assert (one.time_lost, one.se) == pytest.approx((other.time_lost, other.se), rel=1e-12, abs=1e-12)


def _assert_same(one, other, columns: tuple[str, ...]) -> None:
    for own, divided in zip(one.curves, other.curves, strict=True):
        np.testing.assert_array_equal(own.time, divided.time)
        for column in columns:
            found, expected = getattr(divided, column), getattr(own, column)
            if column.endswith("se"):
                # A variance that cancels to 0 does so within the rounding of its terms.
                np.testing.assert_allclose(found**2, expected**2, rtol=1e-12, atol=1e-15, err_msg=column)
            else:
                np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14, err_msg=column)


def test_rounds_over_a_wire_are_rounds_in_memory() -> None:
    rows = made_rows(np.random.default_rng(5), 60, Options(entry=True, weights=True, clusters=True))
    estimator = AalenJohansen(cells=Cells.of([rows]), robust=True)
    state = estimator.start()
    while not state.finished:
        sent = to_bytes(state)
        summaries = [
            estimator.summarise(part, state_from_bytes(CountedState, sent)) for part in rows.by_site()
        ]
        received = [summary_from_bytes(to_bytes(one)) for one in summaries]
        state = estimator.update(total(received), state_from_bytes(CountedState, sent))
    assert estimator.result(state).table().equals(run(estimator, rows.by_site()).table())
