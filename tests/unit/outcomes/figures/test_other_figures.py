"""Love plot, Schoenfeld residuals, log-log curves, cumulative events, interval-censored boxes."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from matplotlib.patches import Rectangle
from polars.testing import assert_frame_equal

from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.log_log import plot_log_log
from cimara.outcomes.figures.love import plot_love
from cimara.outcomes.figures.natural_spline import natural_smooth
from cimara.outcomes.figures.schoenfeld import plot_schoenfeld
from cimara.outcomes.models.proportionality import proportionality
from cimara.outcomes.models.residuals import schoenfeld
from tests.unit.outcomes.figures.made_figures import (
    ARMS,
    balanced,
    cohort,
    cox_fit,
    drawn_figure,
    intervals,
    km,
    survival_rows,
)


def test_the_love_plot_shows_the_differences_of_the_balance():
    shown = plot_love(balanced(), ordered=False)[1].frames["covariates"]
    assert np.array_equal(shown["raw_smd"], balanced().raw_smd)
    assert np.array_equal(shown["smd"], balanced().smd)
    assert np.array_equal(shown["absolute"], np.abs(balanced().smd))


def test_the_love_plot_begins_with_the_largest_raw_difference():
    shown = drawn_figure("love")[1].frames["covariates"]["raw_absolute"].to_list()
    assert shown == sorted(shown, reverse=True)


def test_residuals_coefficients_and_tests_are_those_of_the_results():
    data = drawn_figure("schoenfeld")[1]
    assert_frame_equal(data.frames["residuals"], schoenfeld(survival_rows(), cox_fit()).table())
    tests = proportionality(survival_rows(), cox_fit())
    for name, coefficient, p in data.frames["tests"].iter_rows():
        assert coefficient == cox_fit().coef[cox_fit().names.index(name)]
        assert p == tests.covariates[name].p


def test_only_the_covariates_asked_for_have_a_panel():
    residuals = schoenfeld(survival_rows(), cox_fit())
    figure, data = plot_schoenfeld(residuals, cox_fit(), covariates=["age"])
    assert len(figure.axes) == 2
    assert set(data.frames["residuals"]["covariate"]) == {"age"}
    with pytest.raises(FigureError, match="expected treated, age"):
        plot_schoenfeld(residuals, cox_fit(), covariates=["sex"])


def test_the_smooth_gives_back_a_straight_line_with_its_least_squares_error():
    x = np.linspace(1, 30, 60)
    found = natural_smooth(x, 3 - 0.5 * x, np.array([2.0, 10.0, 29.0]))
    assert found is not None
    assert found.y == pytest.approx([2.0, -2.0, -11.5])
    assert found.spread.min() > 0
    assert natural_smooth(x[:3], x[:3], x[:3]) is None


def test_the_mean_of_the_squared_spread_at_the_points_is_the_trace_of_the_projection():
    x = np.sort(np.random.default_rng(1).uniform(0, 9, 50))
    found = natural_smooth(x, np.zeros(50), x)
    assert found is not None
    assert (found.spread**2).sum() == pytest.approx(4)


def test_log_log_curves_are_the_transform_of_the_survival_at_events():
    curves = drawn_figure("log_log")[1].frames["curves"]
    table = km().table().filter(pl.col("events") > 0)
    for group, time, survival, value in curves.iter_rows():
        own = table.filter(pl.col("group") == group, pl.col("time") == time)
        assert survival == own["survival"][0]
        assert value == pytest.approx(math.log(-math.log(survival)), rel=1e-12)


def test_log_log_needs_a_survival_between_0_and_1():
    curve = km().curves[0]
    flat = type(curve)(**{**{n: getattr(curve, n) for n in curve.__slots__}, "survival": curve.survival * 0})
    fit = type(km())(**{**{n: getattr(km(), n) for n in km().__slots__}, "curves": (flat,)})
    with pytest.raises(FigureError, match="between 0 and 1"):
        plot_log_log(fit)


def test_cumulative_events_count_the_rows():
    data = drawn_figure("cumulative_events")[1]
    for group, time, events in data.frames["steps"].iter_rows():
        own = cohort().filter(pl.col("arm") == group, pl.col("time") <= time)
        assert events == own["event"].sum()
    assert "in " + ARMS[0] in data.description


def test_each_mass_is_a_box_between_its_bounds_as_high_as_the_mass():
    figure, data = drawn_figure("interval_boxes")
    assert_frame_equal(data.frames["boxes"], intervals().table())
    drawn = {
        (one.get_x(), round(one.get_height(), 12))
        for one in figure.axes[1].patches
        if isinstance(one, Rectangle)
    }
    for curve in intervals().curves:
        for lower, upper, mass in zip(curve.lower, curve.upper, curve.mass, strict=True):
            if upper > lower:
                assert (lower, round(mass, 12)) in drawn


def test_an_open_box_has_no_right_edge_and_an_arrow():
    figure, _ = drawn_figure("interval_boxes")
    open_boxes = sum(bool(np.isinf(curve.upper).any()) for curve in intervals().curves)
    arrows = [one for one in figure.axes[1].lines if one.get_marker() == ">"]
    assert len(arrows) == open_boxes
