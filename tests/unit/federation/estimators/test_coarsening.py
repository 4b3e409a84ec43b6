"""Times moved onto a study's grid: exits up, entries down, never an event lost."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.federation.coarsening import coarsened, grid_times
from cimara.federation.errors import Code, FederationError
from cimara.federation.grid import Grid
from cimara.outcomes import CompetingRisks, Survival, aalen_johansen, cox, kaplan_meier
from cimara.outcomes.grid import counts_on_grid
from cimara.outcomes.large_cells import cell_counts, merged_rows

TEN = Grid.of("custom", until=0, days=(10.0, 20.0, 30.0, 40.0))


def _rows(time: list[float], event: list[int], start: list[float] | None = None, **more: Any) -> Survival:
    return Survival(
        covariates=np.zeros((len(time), 0)), source_rows=np.arange(1, len(time) + 1),
        time=np.array(time, dtype=float), event=np.array(event, dtype=bool),
        start=None if start is None else np.array(start, dtype=float), **more,
    )  # fmt: skip


def test_an_exit_moves_up_to_the_next_time_of_the_grid() -> None:
    moved = coarsened(_rows([0, 1, 10, 10.5, 40], [1, 1, 1, 0, 1]), TEN)
    assert moved.time.tolist() == [10, 10, 10, 20, 40]


def test_an_entry_moves_down_and_stays_one_cell_before_an_exit_of_its_own_cell() -> None:
    moved = coarsened(_rows([35, 18, 5], [1, 1, 1], start=[12, 12, 3]), TEN)
    assert moved.time.tolist() == [40, 20, 10]
    assert moved.start is not None
    assert moved.start.tolist() == [10, 10, 0]


def test_a_row_without_an_event_that_leaves_after_the_grid_leaves_at_its_end() -> None:
    assert coarsened(_rows([15, 99], [1, 0]), TEN).time.tolist() == [20, 40]


def test_an_event_after_the_grid_is_refused() -> None:
    with pytest.raises(FederationError) as refused:
        coarsened(_rows([41], [1]), TEN)
    assert refused.value.code is Code.OTHER_GRID
    assert "41" not in str(refused.value)


def test_days_of_the_grid_are_read_in_the_unit_of_the_rows() -> None:
    months = Grid.of("monthly", until=365.25)
    assert grid_times(months, "months") == pytest.approx(np.arange(1, 13))
    assert coarsened(_rows([2.0, 2.5, 3.0], [1, 1, 1], unit="months"), months).time == pytest.approx(
        [2, 3, 3]
    )


def test_a_unit_without_days_is_refused() -> None:
    with pytest.raises(FederationError, match="not known in cycles"):
        coarsened(_rows([1.0], [1], unit="cycles"), TEN)


def test_the_exact_grid_moves_nothing() -> None:
    rows = _rows([3.0, 7.0], [1, 0])
    assert coarsened(rows, Grid.of("exact", until=0)) is rows


TIMES = st.lists(
    st.tuples(st.floats(0.1, 40), st.floats(0, 0.95), st.integers(0, 2), st.integers(0, 1)),
    min_size=2, max_size=40,
)  # fmt: skip


@given(TIMES)
def test_rows_on_the_grid_are_counted_as_a_planned_grid_counts_them(made: list[Any]) -> None:
    time = np.array([one[0] for one in made])
    rows = CompetingRisks(
        covariates=np.zeros((len(made), 0)), source_rows=np.arange(len(made)), time=time,
        start=np.array([one[0] * one[1] for one in made]), causes=("a", "b"),
        status=np.array([one[2] for one in made]),
    )  # fmt: skip
    grid = np.array(TEN.days)
    planned = counts_on_grid(rows, grid, planned=True)
    moved = counts_on_grid(coarsened(rows, TEN), grid)
    for name, values in planned.sums().items():
        assert np.array_equal(values, moved.sums()[name]), name


def test_a_model_and_curves_are_those_of_a_planned_grid() -> None:
    dice = np.random.default_rng(2)
    covariates = np.asfortranarray(dice.normal(size=(200, 2)))
    rows = _rows(dice.uniform(0.1, 40, 200).tolist(), dice.integers(0, 2, 200).tolist())
    rows = Survival(**vars(rows) | {"covariates": covariates, "names": ("a", "b"), "terms": ("a", "b")})
    ours = cox(coarsened(rows, TEN), baseline="common")
    theirs = cox(rows, baseline="common", grid=TEN.days)
    assert ours.coef == pytest.approx(theirs.coef, abs=1e-12)
    assert ours.se == pytest.approx(theirs.se, abs=1e-12)
    ours_at = kaplan_meier(coarsened(rows, TEN)).at([15, 35])
    assert ours_at["survival"].to_list() == pytest.approx(
        kaplan_meier(rows, grid=TEN.days).at([15, 35])["survival"].to_list()
    )
    risks = CompetingRisks(
        covariates=covariates, source_rows=rows.source_rows, time=rows.time,
        status=dice.integers(0, 3, 200), causes=("a", "b"),
    )  # fmt: skip
    assert aalen_johansen(coarsened(risks, TEN)).at([25])["probability"].to_list() == pytest.approx(
        aalen_johansen(risks, grid=TEN.days).at([25])["probability"].to_list()
    )


def _split_rows(seed: int) -> tuple[Survival, Survival]:
    """Rows of patients, and the same patients with their time cut in pieces at any days."""
    dice = np.random.default_rng(seed)
    n = 120
    time, event, covariate = dice.uniform(1, 40, n), dice.integers(0, 2, n), dice.normal(size=n)
    pieces: list[tuple[int, float, float, int]] = []
    for patient in range(n):
        cuts = [0.0, *np.sort(dice.uniform(0, time[patient], dice.integers(0, 4))), time[patient]]
        for place, (begin, end) in enumerate(pairwise(cuts)):
            happened = int(event[patient]) if place == len(cuts) - 2 else 0
            pieces.append((patient, float(begin), float(end), happened))
    ids = np.array([one[0] for one in pieces])
    named: dict[str, Any] = {"names": ("x",), "terms": ("x",)}
    whole = _rows(time.tolist(), event.tolist(), start=[0.0] * n, id=np.arange(n))
    parts = _rows(
        [one[2] for one in pieces], [one[3] for one in pieces], start=[one[1] for one in pieces], id=ids
    )
    return (
        Survival(**vars(whole) | named | {"covariates": covariate[:, None]}),
        Survival(**vars(parts) | named | {"covariates": covariate[ids][:, None]}),
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_patient_whose_rows_are_cut_in_pieces_is_at_risk_once_in_every_cell(seed: int) -> None:
    whole, parts = _split_rows(seed)
    ours, theirs = coarsened(parts, TEN), coarsened(whole, TEN)
    fits = [cox(rows, baseline="common") for rows in (ours, theirs)]
    assert fits[0].coef == pytest.approx(fits[1].coef, abs=1e-10)
    assert fits[0].se == pytest.approx(fits[1].se, abs=1e-10)
    assert ours.event.sum() == theirs.event.sum() == whole.event.sum()


def test_pieces_stay_together_when_small_cells_are_merged() -> None:
    whole, parts = _split_rows(7)
    times = np.array(TEN.days)
    counts = cell_counts(coarsened(whole, TEN), times)
    assert cell_counts(coarsened(parts, TEN), times)[0] == pytest.approx(counts[0])
    fits = [
        cox(merged_rows(coarsened(rows, TEN), times, counts, exits=40), baseline="common")
        for rows in (whole, parts)
    ]
    assert fits[0].coef == pytest.approx(fits[1].coef, abs=1e-10)


def test_a_patient_with_a_recurrent_event_is_at_risk_again_in_its_cell() -> None:
    moved = coarsened(_rows([15.0, 35.0], [1, 0], start=[0.0, 15.0], id=np.zeros(2, dtype=np.int64)), TEN)
    assert moved.time.tolist() == [20, 40]
    assert moved.start is not None
    assert moved.start.tolist() == [0, 10]
