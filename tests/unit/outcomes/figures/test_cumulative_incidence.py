from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes.comparisons.gray import gray_test
from cimara.outcomes.figures.cumulative_incidence import plot_cumulative_incidence
from cimara.outcomes.figures.figure_data import FigureError
from tests.unit.outcomes.figures.made_figures import (
    ARMS,
    CAUSES,
    cohort,
    competing_rows,
    drawn_figure,
    incidence,
)


@pytest.mark.parametrize("delayed", [False, True])
def test_the_risk_table_counts_each_cause_as_by_hand(delayed):
    _, data = plot_cumulative_incidence(incidence(delayed=delayed))
    frame = cohort() if delayed else cohort().with_columns(start=pl.lit(0.0))
    codes = {name: code for code, name in CAUSES.items()}
    table = data.frames["risk_table"]
    assert set(table["cause"]) == set(CAUSES.values())
    for arm, cause, time, at_risk, events, censored in table.iter_rows():
        own = [row for row in frame.select("start", "time", "status", "arm").iter_rows() if row[3] == arm]
        assert at_risk == sum((s == 0 and time == 0) or s < time <= e for s, e, _, _ in own)
        assert events == sum(e <= time and status == codes[cause] for _, e, status, _ in own)
        assert censored == sum(e <= time and status == 0 for _, e, status, _ in own)


def test_all_causes_are_shown_side_by_side_with_the_results_steps():
    figure, data = drawn_figure("cumulative_incidence")
    panels = figure.axes[1:]
    assert len(panels) == len(CAUSES)
    for place, axes in enumerate(panels):
        for line, curve in zip(axes.lines, incidence().curves, strict=False):
            kept = curve.time <= axes.get_xlim()[1]
            assert np.array_equal(line.get_ydata()[1:-1], curve.incidence[kept, place])
    steps = data.frames["steps"]
    assert set(steps["cause"]) == set(CAUSES.values())
    whole = incidence().table().filter(pl.col("cause") != "event-free")
    assert_frame_equal(steps, whole.filter(pl.col("time") <= panels[0].get_xlim()[1]))


def test_grays_p_is_the_tests():
    _, data = drawn_figure("cumulative_incidence")
    for cause, statistic, df, p in data.frames["gray"].iter_rows():
        test = gray_test(competing_rows(), cause=cause)
        assert (statistic, df, p) == (test.statistic, test.df, test.p)


def test_stacked_there_is_a_panel_a_group_and_the_top_is_all_causes():
    figure, _ = drawn_figure("cumulative_incidence_stacked")
    panels = figure.axes[1:]
    assert len(panels) == len(ARMS)
    for axes, curve in zip(panels, incidence().curves, strict=True):
        kept = curve.time <= axes.get_xlim()[1]
        top = axes.lines[len(CAUSES) - 1].get_ydata()[1:-1]
        assert top == pytest.approx(curve.incidence.sum(axis=1)[kept], abs=1e-15)
        assert axes.get_ylim()[1] >= 1


def test_numbers_stand_exactly_under_the_ticks_of_each_panel():
    figure, _ = drawn_figure("cumulative_incidence")
    for axes in figure.axes[1:]:
        numbers = [one.get_position()[0] for one in axes.texts]
        assert set(numbers) == set(axes.get_xticks())


def test_a_test_of_an_unknown_cause_is_refused():
    test = gray_test(competing_rows(), cause="death")
    other = incidence(grouped=False)
    renamed = type(other)(**{**{n: getattr(other, n) for n in other.__slots__}, "causes": ("a", "b")})
    with pytest.raises(FigureError, match="expected a and b"):
        plot_cumulative_incidence(renamed, gray=[test])
