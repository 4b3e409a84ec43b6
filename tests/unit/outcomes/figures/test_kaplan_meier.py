from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.kaplan_meier import plot_kaplan_meier
from cimara.outcomes.figures.risk_rows import axis_end
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.figures.made_figures import (
    ARMS,
    cohort,
    competing_rows,
    cox_fit,
    drawn_figure,
    km,
    survival_rows,
)


def counted_by_hand(frame: pl.DataFrame, arm: str, time: float) -> tuple[int, int, int]:
    """At risk, events and censored by time, row after row."""
    at_risk = events = censored = 0
    for start, end, event, own in frame.select("start", "time", "event", "arm").iter_rows():
        if own != arm:
            continue
        at_risk += (start == 0 and time == 0) or start < time <= end
        events += event == 1 and end <= time
        censored += event == 0 and end <= time
    return at_risk, events, censored


@pytest.mark.parametrize("delayed", [False, True])
def test_the_risk_table_is_what_counting_rows_gives_at_every_tick(delayed):
    _, data = plot_kaplan_meier(km(delayed=delayed))
    frame = cohort() if delayed else cohort().with_columns(start=pl.lit(0.0))
    table = data.frames["risk_table"]
    assert set(table["group"]) == set(ARMS)
    assert table.height >= 10
    for arm, time, at_risk, events, censored in table.iter_rows():
        assert (at_risk, events, censored) == counted_by_hand(frame, arm, time)


def test_numbers_at_risk_may_rise_under_delayed_entry():
    _, data = plot_kaplan_meier(km(delayed=True))
    assert (
        data.frames["risk_table"].group_by("group").agg(pl.col("at_risk").diff().max() > 0)["at_risk"]
    ).any()


def test_numbers_stand_exactly_under_their_ticks():
    figure, data = drawn_figure("kaplan_meier")
    axes = figure.axes[1]
    ticks = axes.get_xticks()
    numbers = [one for one in axes.texts if one.get_text().replace(",", "").isdigit()]
    assert len(numbers) == len(ticks) * 3 * len(ARMS)
    assert {one.get_position()[0] for one in numbers} == set(ticks)
    assert {one.get_ha() for one in numbers} == {"center"}
    printed = sorted(int(one.get_text().replace(",", "")) for one in numbers)
    table = data.frames["risk_table"]
    assert printed == sorted([*table["at_risk"], *table["events"], *table["censored"]])


def test_the_steps_are_the_results_up_to_the_end_of_the_axis():
    figure, data = drawn_figure("kaplan_meier")
    end = figure.axes[1].get_xlim()[1]
    assert_frame_equal(data.frames["steps"], km().table().filter(pl.col("time") <= end))
    lines = [one for one in figure.axes[1].lines if one.get_drawstyle() == "steps-post"]
    for line, curve in zip(lines, km().curves, strict=True):
        kept = curve.time <= end
        assert np.array_equal(line.get_xdata()[1:-1], curve.time[kept])
        assert np.array_equal(line.get_ydata()[1:-1], curve.survival[kept])


def test_a_tick_stands_wherever_a_row_is_censored():
    figure, _ = drawn_figure("kaplan_meier")
    marks = [one for one in figure.axes[1].lines if one.get_marker() == "|"]
    end = figure.axes[1].get_xlim()[1]
    for mark, curve in zip(marks, km().curves, strict=True):
        assert np.array_equal(mark.get_xdata(), curve.time[(curve.censored > 0) & (curve.time <= end)])


def test_medians_and_the_comparison_are_those_of_the_results():
    _, data = drawn_figure("kaplan_meier")
    assert_frame_equal(data.frames["medians"], km().quantiles((0.5,)))
    shown, fit = data.frames["comparison"].row(0, named=True), cox_fit()
    place = fit.names.index("treated")
    assert shown["hr"] == fit.hr[place]
    assert (shown["hr_lower"], shown["hr_upper"]) == (fit.hr_lower[place], fit.hr_upper[place])
    assert "log-rank p" in data.description


def rows_of(time: list[float]) -> Survival:
    frame = pl.DataFrame({"time": time, "event": [1] * len(time)})
    return Survival.from_frame(frame, time="time", event="event")


@pytest.mark.parametrize(
    ("n", "end"),
    [
        (100, 96.0),  # 5 at risk at 96, which is fewer than a tenth
        (20, 19.0),  # a tenth is 2, at risk at 19
    ],
)
def test_the_axis_ends_where_fewer_than_5_and_a_tenth_are_at_risk(n, end):
    fit = kaplan_meier(rows_of([float(one) for one in range(1, n + 1)]))
    assert axis_end([fit.curves[0].counted], [n]) == end
    figure, _ = plot_kaplan_meier(fit, unit="days")
    assert figure.axes[1].get_xlim() == (0, end)


def test_the_axis_goes_further_if_asked():
    figure, _ = plot_kaplan_meier(km(), until=60)
    assert figure.axes[1].get_xlim() == (0, 60)


def test_one_of_several_causes_is_refused():
    fit = kaplan_meier(competing_rows(), cause="death", cause_specific=True)
    with pytest.raises(FigureError, match="not a probability"):
        plot_kaplan_meier(fit)


def test_a_hazard_ratio_needs_its_covariate_named():
    with pytest.raises(FigureError, match="expected treated and age"):
        plot_kaplan_meier(km(), hazard_ratio=cox_fit())
    with pytest.raises(FigureError, match="no such covariate"):
        plot_kaplan_meier(km(), hazard_ratio=cox_fit(), covariate="sex")


def test_bands_are_left_out_beyond_three_groups_unless_asked():
    frame = cohort().with_columns(group=pl.col("site"))
    fit = kaplan_meier(Survival.from_frame(frame, time="time", event="event", group="group"))
    assert not plot_kaplan_meier(fit)[0].axes[1].collections
    assert len(plot_kaplan_meier(fit, band=True)[0].axes[1].collections) == 6


def test_a_median_that_is_not_reached_says_so():
    frame = pl.DataFrame({"time": [1.0, 2, 3, 4, 5], "event": [1, 0, 0, 0, 0]})
    _, data = plot_kaplan_meier(kaplan_meier(Survival.from_frame(frame, time="time", event="event")))
    assert "Median not reached" in data.description


def test_a_curve_without_events_is_drawn_flat():
    frame = pl.DataFrame({"time": [1.0, 2, 3], "event": [0, 0, 0]})
    figure, _ = plot_kaplan_meier(kaplan_meier(Survival.from_frame(frame, time="time", event="event")))
    assert set(figure.axes[1].lines[0].get_ydata()) == {1.0}


def test_without_a_risk_table_there_are_no_numbers():
    figure, data = plot_kaplan_meier(kaplan_meier(survival_rows()), risk_table=False)
    assert "risk_table" not in data.frames
    assert not figure.axes[1].texts
