"""Turnbull's masses: worked by hand, Kaplan-Meier's where that is right, the likeliest by Kuhn-Tucker."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.turnbull import turnbull
from cimara.outcomes.curves.turnbull_bootstrap import turnbull_limits
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import IntervalCensored
from tests.unit.outcomes.curves.made import survival


def intervals(lower: list[float], upper: list[float | None], **columns: list) -> IntervalCensored:
    ends = {"lower": pl.Series(lower, dtype=pl.Float64), "upper": pl.Series(upper, dtype=pl.Float64)}
    frame = pl.DataFrame(ends | columns)
    return IntervalCensored.from_frame(
        frame, lower="lower", upper="upper", **{name: name for name in columns}
    )


def visits(rng: np.random.Generator, n: int, exact: float = 0.0) -> tuple[list[float], list[float | None]]:
    """Events between visits about every four months; a share of them known exactly."""
    event = np.ceil(rng.exponential(12, n))
    seen = np.cumsum(rng.integers(2, 7, (n, 6)), axis=1)
    ends = np.column_stack((np.zeros(n), seen, np.full(n, np.inf)))
    place = (ends < event[:, None]).sum(axis=1)
    lower, upper = ends[np.arange(n), place - 1], ends[np.arange(n), place]
    known = rng.random(n) < exact
    lower, upper = np.where(known, event, lower), np.where(known, event, upper)
    return lower.tolist(), [None if np.isinf(one) else float(one) for one in upper]


def covers(rows: IntervalCensored, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Rows x boxes: does the row's interval hold the box, by the definition."""
    exact = (rows.lower == rows.upper)[:, None]
    inside = (lower[None, :] >= rows.lower[:, None]) & (upper[None, :] <= rows.upper[:, None])
    begins_after = np.where(lower == upper, upper[None, :] > rows.lower[:, None], True)
    point = (lower[None, :] == rows.lower[:, None]) & (upper[None, :] == rows.upper[:, None])
    return np.where(exact, point, inside & begins_after)


def test_the_worked_example_of_the_specification() -> None:
    rows = intervals([0, 2, 1, 3, 0, 4], [2, 4, 3, None, 1, 4])
    curve = turnbull(rows).curve()
    assert curve.lower.tolist() == [0, 1, 2, 4]
    assert curve.upper.tolist() == [1, 2, 3, 4]
    np.testing.assert_allclose(curve.mass, [0.25, 0.25, 0, 0.5], atol=1e-6)


def test_exact_and_right_censored_times_give_kaplan_meier() -> None:
    time, event = [3.0, 5.0, 5.0, 7.0, 8.0, 11.0], [1, 0, 1, 1, 0, 1]
    rows = intervals(time, [t if e else None for t, e in zip(time, event, strict=True)])
    curve = turnbull(rows).curve()
    km = kaplan_meier(survival(time, event)).at(curve.upper)["survival"]
    np.testing.assert_allclose(1 - np.cumsum(curve.mass), km, atol=1e-6)


@pytest.mark.parametrize("exact", [0.0, 0.4])
@pytest.mark.parametrize("n", [25, 200])
def test_no_box_can_take_mass_and_gain(n: int, exact: float) -> None:
    rows = intervals(*visits(np.random.default_rng(n), n, exact))
    curve = turnbull(rows).curve()
    inside = covers(rows, curve.lower, curve.upper)
    probability = inside @ curve.mass
    ratio = (inside / probability[:, None]).sum(axis=0)
    assert (probability > 0).all()
    assert curve.mass.sum() == pytest.approx(1, abs=1e-12)
    assert ratio.max() <= n * (1 + 1.1e-8)
    np.testing.assert_allclose(ratio[curve.mass > 1e-4], n, rtol=1e-3)
    assert curve.loglik == pytest.approx(np.log(probability).sum(), rel=1e-12)


def test_many_steps_of_self_consistency_reach_the_same_likelihood() -> None:
    rows = intervals(*visits(np.random.default_rng(3), 60))
    curve = turnbull(rows).curve()
    inside = covers(rows, curve.lower, curve.upper)
    mass = np.full(len(curve.mass), 1 / len(curve.mass))
    for _ in range(20_000):
        mass = mass * (inside / (inside @ mass)[:, None]).mean(axis=0)
    assert curve.loglik == pytest.approx(np.log(inside @ mass).sum(), rel=1e-7)


@pytest.mark.parametrize("seed", range(6))
def test_pooled_equals_divided(seed: int) -> None:
    rows = intervals(*visits(np.random.default_rng(seed), 80, 0.2))
    parts = list(rows.split(np.arange(80) % 3))
    one, other = turnbull(rows).curve(), turnbull(parts).curve()
    np.testing.assert_array_equal(one.lower, other.lower)
    np.testing.assert_allclose(one.mass, other.mass, rtol=1e-12, atol=1e-12)


def test_weights_stand_for_rows() -> None:
    lower, upper = [0.0, 1.0, 2.0, 3.0], [2.0, 3.0, 4.0, None]
    weighted = intervals(lower, upper, weights=[2.0, 1.0, 3.0, 1.0])
    many = np.repeat(np.arange(4), [2, 1, 3, 1])
    written = intervals([lower[i] for i in many], [upper[i] for i in many])
    np.testing.assert_allclose(turnbull(weighted).curve().mass, turnbull(written).curve().mass, atol=1e-7)


def test_inside_a_box_survival_is_known_only_between_bounds() -> None:
    curve = turnbull(intervals([0, 2], [2, 4])).curve()
    least, greatest = curve.between([0, 1, 2, 3, 4, 9])
    assert least.tolist() == [1, 0.5, 0.5, 0, 0, 0]
    assert greatest.tolist() == [1, 1, 0.5, 0.5, 0, 0]


def test_each_group_has_its_own_boxes() -> None:
    fit = turnbull(intervals([0, 2, 0], [2, 4, 7], group=["a", "a", "b"]))
    assert fit.curve("b").upper.tolist() == [7]
    assert fit.table()["group"].to_list() == ["a", "a", "b"]


def test_there_is_no_standard_error_and_the_reader_is_told_why() -> None:
    fit = turnbull(intervals([0, 2], [2, 4]))
    assert [one.code for one in fit.warnings] == [Concern.NON_ROOT_N]
    assert not any(column == "se" for column in fit.table().columns)


def test_no_events_leave_all_mass_in_an_open_box() -> None:
    fit = turnbull(intervals([2, 5], [None, None]))
    assert fit.table()["upper"].to_list() == [None]
    assert Concern.NO_EVENTS in [one.code for one in fit.warnings]


def test_bootstrap_limits_are_by_patient_and_repeatable() -> None:
    lower, upper = visits(np.random.default_rng(6), 60)
    rows = intervals(lower, upper, cluster=[place // 3 for place in range(60)])
    first, second = (
        turnbull_limits(rows, [6, 12], replicates=30, rng=np.random.default_rng(1)) for _ in range(2)
    )
    table = first.table()
    assert first.unit == "patient"
    assert table.equals(second.table())
    assert (table["lower"] <= table["greatest"]).all()
    assert (table["least"] <= table["upper"]).all()
    assert first.warnings[0].code is Concern.NON_ROOT_N


def test_a_patient_is_drawn_whole() -> None:
    rows = intervals([0, 0, 4, 4], [2, 2, 6, 6], cluster=[1, 1, 2, 2])
    found = turnbull_limits(rows, [3], replicates=60, rng=np.random.default_rng(2)).table()
    assert (found["lower"][0], found["upper"][0]) == (0, 1)


def test_one_replicate_is_refused() -> None:
    with pytest.raises(NotEstimable):
        turnbull_limits(intervals([0], [2]), [1], replicates=1, rng=np.random.default_rng(0))
