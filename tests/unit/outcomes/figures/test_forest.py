from __future__ import annotations

import math

import numpy as np
import pytest

from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.forest import plot_forest
from cimara.outcomes.figures.forest_rows import (
    ForestRow,
    ForestSection,
    RowKind,
    heterogeneity_sections,
    site_sections,
)
from tests.unit.outcomes.figures.made_figures import cox_fit, drawn_figure, pool, sites, subgroups


def test_sites_mean_and_prediction_interval_are_those_of_the_pool():
    _, data = drawn_figure("forest_pool")
    rows, found = data.frames["rows"], pool()
    boxes = rows.filter(rows["kind"] == RowKind.BOX)
    assert np.array_equal(boxes["estimate"], found.estimates)
    assert np.array_equal(boxes["information"], 1 / found.variances)
    mean = rows.row(-2, named=True)
    assert (mean["estimate"], mean["lower"], mean["upper"]) == (found.mean, found.lower, found.upper)
    assert mean["ratio"] == math.exp(found.mean)
    new = rows.row(-1, named=True)
    assert (new["lower"], new["upper"]) == (found.prediction_lower, found.prediction_upper)


def test_of_heterogeneity_the_stratified_estimate_is_the_primary_one():
    rows = plot_forest(heterogeneity_sections(sites()))[1].frames["rows"]
    primary = rows.filter(rows["label"] == "Stratified by site").row(0, named=True)
    place = sites().fit.names.index("treated")
    assert primary["estimate"] == sites().fit.coef[place]
    assert primary["ratio_upper"] == pytest.approx(sites().fit.hr_upper[place], rel=1e-14)
    assert rows["n"].to_list()[:6] == [one.n for one in sites().by_site]
    assert rows["events"].to_list()[:6] == [one.events for one in sites().by_site]


def test_area_of_a_box_goes_by_information():
    figure, _ = drawn_figure("forest_pool")
    sides = np.array([one.get_markersize() for one in figure.axes[1].lines if one.get_marker() == "s"])
    share = pool().variances.min() / pool().variances
    assert (sides / sides.max()) ** 2 == pytest.approx(np.maximum(share, (2.2 / 9.5) ** 2))


def test_a_subgroup_section_prints_one_p_of_the_interaction():
    figure, data = drawn_figure("forest_subgroups")
    printed = [one.get_text() for one in figure.axes[0].texts]
    assert printed.count("0.350") == 1
    assert "p, interaction" in printed
    assert set(data.frames["rows"]["interaction_p"].drop_nulls()) == {0.35}


def test_the_axis_is_logarithmic_with_a_line_at_1():
    figure, _ = drawn_figure("forest_pool")
    axes = figure.axes[1]
    labels = [float(one.get_text()) for one in axes.get_xticklabels()]
    assert np.log(labels) == pytest.approx(axes.get_xticks())
    assert [0, 0] in [list(one.get_xdata()) for one in axes.lines]


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    wide = ForestRow(label="tiny", estimate=0.1, lower=-9.0, upper=9.0, information=0.05)
    figure, _ = plot_forest([ForestSection(rows=(wide,))])
    assert {one.get_marker() for one in figure.axes[1].lines} >= {"<", ">"}


def test_an_estimate_that_does_not_exist_is_listed_as_such():
    known = ForestRow(label="a", estimate=0.1, lower=-0.2, upper=0.4, information=9.0)
    none = ForestRow(label="b", estimate=None, lower=None, upper=None)
    figure, data = plot_forest([ForestSection(rows=(known, none))])
    assert "not estimable" in [one.get_text() for one in figure.axes[0].texts]
    assert "b not estimable" in data.description
    with pytest.raises(FigureError, match="no estimate"):
        plot_forest([ForestSection(rows=(none,))])


def test_a_prediction_interval_of_no_degrees_of_freedom_is_left_out():
    found = pool()
    without = type(found)(**{**vars(found), "prediction_lower": None, "prediction_upper": None})
    assert [one.kind for one in site_sections(without)[1].rows] == [RowKind.DIAMOND]


def test_a_covariate_that_the_fit_lacks_is_refused():
    with pytest.raises(FigureError, match="expected treated and age"):
        ForestRow.of_fit("x", cox_fit(), "sex")


def test_texts_without_room_for_a_plot_are_refused():
    with pytest.raises(FigureError, match="Make the figure wider"):
        plot_forest(subgroups(), width=3.0)
