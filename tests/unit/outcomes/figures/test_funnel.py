from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.funnel import plot_site_funnel
from cimara.outcomes.figures.small_sites import shown_sites
from tests.unit.outcomes.figures.made_figures import drawn_figure, funnel

SMALL = ("Site 01", "Site 02")
"""One with 3 events, one with 9 patients."""


def test_small_sites_are_neither_drawn_nor_in_the_data_nor_named():
    figure, data = drawn_figure("funnel")
    kept = data.frames["sites"]
    assert kept.height == 10
    assert not set(SMALL) & set(kept["site"])
    points = next(one for one in figure.axes[1].lines if one.get_marker() == "o")
    hidden = funnel()[0].estimates[:2]
    assert not set(hidden) & set(points.get_ydata())
    assert len(points.get_ydata()) == 10
    assert data.frames["target"]["sites_not_shown"][0] == 2
    assert "2 sites with fewer than 10 patients or 5 events not shown" in data.description
    assert not any(one in data.description for one in SMALL)


def test_events_needed_grow_with_the_parameters():
    assert shown_sites(funnel()[1], parameters=4) < shown_sites(funnel()[1])


def test_shown_sites_and_limits_are_the_results():
    made, _ = funnel()
    _, data = drawn_figure("funnel")
    assert_frame_equal(data.frames["sites"], made.table().filter(~pl.col("site").is_in(SMALL)))
    limits = data.frames["limits"]
    for level in made.levels:
        lower, upper = made.limits(1 / limits["precision"].to_numpy(), level)
        assert np.array_equal(limits[f"lower_{level:g}"], lower)
        assert np.array_equal(limits[f"upper_{level:g}"], upper)
    assert data.frames["target"].row(0)[:2] == (made.target, made.overdispersion)


def test_a_site_outside_the_widest_limits_is_named():
    figure, data = drawn_figure("funnel")
    assert "Site 12" in [one.get_text() for one in figure.axes[1].texts]
    assert "(Site 12)" in data.description


def test_the_overdispersion_factor_is_printed():
    figure, _ = drawn_figure("funnel")
    assert any("overdispersion" in one.get_text() for one in figure.axes[0].texts)


def test_every_site_needs_counts():
    made, counts = funnel()
    with pytest.raises(FigureError, match="a site without counts"):
        plot_site_funnel(made, counts.head(5))
    with pytest.raises(FigureError, match=r"counts\.events"):
        plot_site_funnel(made, counts.drop("events"))


def test_nothing_is_drawn_when_all_sites_are_small():
    made, counts = funnel()
    with pytest.raises(FigureError, match="no site is large enough"):
        plot_site_funnel(made, counts, patients=1000)
