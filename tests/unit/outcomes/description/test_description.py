"""Table one and quantiles from counts and sums: those of the values themselves, whole or in parts."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.outcomes import Described, sample_quantiles, table_one
from cimara.outcomes.contract import ContractError
from tests.in_step import House, assert_no_rows_say_nothing, in_step

CHANCES = (0.1, 0.25, 0.5, 0.9)


def _frame(n: int = 90) -> pl.DataFrame:
    dice = np.random.default_rng(6)
    return pl.DataFrame(
        {
            "age": dice.integers(20, 90, n), "lab": [None, *np.round(dice.normal(40, 9, n - 1), 1)],
            "grade": [None, None, *dice.choice(["1", "2", "3"], n - 2)], "site": np.arange(n) % 3,
            "arm": dice.choice(["a", "b"], n),
        }
    )  # fmt: skip


def _rows(**named: Any) -> Described:
    held: dict[str, Any] = {
        "numbers": ["age", "lab"], "labels": {"grade": ["1", "2", "3", "4"]}, "group": "arm",
        "centres": (60, 40), "scales": (10, 10), "site": "site",
    }  # fmt: skip
    return Described.from_frame(_frame(), **held | named)


def test_means_and_deviations_are_those_of_the_values() -> None:
    found = table_one(_rows())
    for one in found.numbers:
        frame = _frame() if one.group == "all" else _frame().filter(pl.col("arm") == one.group)
        own = frame[one.column].drop_nulls()
        assert (one.n, one.missing) == (len(own), frame.height - len(own))
        assert (one.mean, one.sd) == pytest.approx((own.mean(), own.std()))


def test_rows_at_each_level_are_counted_and_shared_among_those_with_a_label() -> None:
    found = [one for one in table_one(_rows()).levels if one.group == "all"]
    counts = _frame()["grade"].value_counts()
    assert {one.level: one.n for one in found} == dict(counts.drop_nulls().iter_rows()) | {"4": 0}
    assert sum(one.share or 0 for one in found) == pytest.approx(1)
    assert {one.missing for one in found} == {2}


def test_parts_that_add_sums_make_the_same_table() -> None:
    rows = _rows()
    assert rows.site is not None
    parts = [rows.take(rows.site.codes == code) for code in range(4)]
    found, rounds = in_step([House(table_one, part) for part in parts])
    assert_no_rows_say_nothing(rounds)
    for ours, theirs in zip(found.table().rows(), table_one(rows).table().rows(), strict=True):
        assert ours[:5] == theirs[:5]
        assert ours[5:] == pytest.approx(theirs[5:], nan_ok=True) or None in ours[5:]


def test_parts_with_other_levels_are_refused() -> None:
    with pytest.raises(ContractError, match="differ between parts"):
        table_one([_rows(), _rows(labels={"grade": ["1", "2", "3"]})])


def test_quantiles_searched_for_are_those_of_numpy() -> None:
    found = sample_quantiles(
        _rows(), probabilities=CHANCES, ranges={"age": (0, 120), "lab": (0, 100)}, digits=1
    )
    for column in ("age", "lab"):
        for arm in ("a", "b"):
            own = _frame().filter(pl.col("arm") == arm)[column].drop_nulls()
            assert found.of(column, arm) == pytest.approx(np.quantile(own, CHANCES))


@given(st.lists(st.integers(-40, 40), min_size=1, max_size=30), st.integers(0, 2))
def test_any_numbers_have_the_quantiles_of_numpy(values: list[int], digits: int) -> None:
    step = 10.0**digits
    frame = pl.DataFrame({"x": [one / step for one in values]})
    rows = Described.from_frame(frame, numbers=["x"])
    found = sample_quantiles(rows, probabilities=CHANCES, ranges={"x": (-50, 50)}, digits=digits)
    assert found.of("x") == pytest.approx(np.quantile(frame["x"].to_numpy(), CHANCES))
    assert found.rounds <= 12


def test_parts_that_count_find_the_same_quantiles() -> None:
    rows = _rows()
    assert rows.site is not None
    parts = [rows.take(rows.site.codes == code) for code in range(4)]
    reach: dict[str, Any] = {"ranges": {"age": (0, 120), "lab": (0, 100)}, "digits": 1}
    cuts: dict[str, Any] = {"cuts": {"age": range(0, 130, 5), "lab": range(0, 110, 10)}}
    for named in (reach, cuts):
        found, rounds = in_step(
            [House(lambda one, named=named: sample_quantiles(one, **named), part) for part in parts]
        )
        assert_no_rows_say_nothing(rounds)
        assert found.quantiles == sample_quantiles(rows, **named).quantiles


def test_a_quantile_with_few_rows_beside_it_is_neither_shown_nor_looked_for() -> None:
    frame = pl.DataFrame({"x": range(1, 41)})
    rows = Described.from_frame(frame, numbers=["x"])
    named: dict[str, Any] = {"probabilities": (0.1, 0.5), "ranges": {"x": (0, 50)}, "beside": 10}
    house = House(lambda parts: sample_quantiles(parts, **named), rows)
    found, rounds = in_step([house])
    assert found.of("x") == (None, 20.5)
    below = [one.said[0].sums["below"] for one in rounds if one.said[0].schema == "quantiles.below"]
    assert all(not one[0, 0, 0].any() for one in below)
    assert found.warnings


def test_a_quantile_beyond_the_range_is_not_shown() -> None:
    rows = Described.from_frame(pl.DataFrame({"x": [1, 2, 900, 901, 902]}), numbers=["x"])
    assert sample_quantiles(rows, probabilities=(0.25, 0.75), ranges={"x": (0, 99)}).of("x") == (2.0, None)


def test_quantiles_on_cuts_lie_between_the_cuts_around_them() -> None:
    rows = Described.from_frame(pl.DataFrame({"x": [1, 2, 3, 11, 12, 13, 14, 21]}), numbers=["x"])
    found = sample_quantiles(rows, probabilities=(0.5,), cuts={"x": (0, 10, 20, 30)})
    assert found.of("x") == pytest.approx((12.5,))
    assert not found.exact


@pytest.mark.parametrize(
    "named",
    [
        {"ranges": {}}, {"ranges": {"x": (5, 5)}}, {"cuts": {"x": (3,)}}, {"cuts": {"x": (3, 2)}},
        {"ranges": {"x": (0, 9)}, "probabilities": (0.0,)},
    ],
)  # fmt: skip
def test_ranges_cuts_and_probabilities_that_are_none_are_refused(named: dict[str, Any]) -> None:
    rows = Described.from_frame(pl.DataFrame({"x": [1, 2]}), numbers=["x"])
    with pytest.raises(ContractError):
        sample_quantiles(rows, **named)
