"""What every figure must be, whatever it shows."""

from __future__ import annotations

import re
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D

from cimara.outcomes.figures.saving import save, svg_text
from cimara.outcomes.figures.style import SMALLEST_TEXT, contrast
from tests.unit.outcomes.figures.figure_checks import assert_svg_reads, assert_texts_apart, texts
from tests.unit.outcomes.figures.made_figures import FIGURES, drawn_figure

NAMES = tuple(FIGURES)
QUICK = ("kaplan_meier", "cumulative_incidence", "forest_subgroups", "waterfall", "funnel")


@pytest.mark.parametrize("name", NAMES)
def test_it_has_an_alternative_text_with_numbers(name):
    _, data = drawn_figure(name)
    assert data.title
    assert data.description.endswith(".")
    assert re.search(r"\d", data.description)
    assert "nan" not in data.description.lower()


@pytest.mark.parametrize("name", NAMES)
def test_it_comes_with_the_numbers_it_shows(name):
    _, data = drawn_figure(name)
    assert data.frames
    assert any(frame.height for frame in data.frames.values())


@pytest.mark.parametrize("name", NAMES)
def test_text_is_at_least_8_points(name):
    figure, _ = drawn_figure(name)
    assert min(one.get_fontsize() for one in texts(figure)) >= SMALLEST_TEXT


@pytest.mark.parametrize("name", QUICK)
def test_texts_lie_inside_the_figure_and_not_on_each_other(name):
    """All figures: tests/generative/outcomes/test_figures.py."""
    assert_texts_apart(name)


@pytest.mark.parametrize("name", NAMES)
def test_lines_signs_and_text_stand_out_from_white(name):
    figure, _ = drawn_figure(name)
    for text in texts(figure):
        assert contrast(to_hex(text.get_color())) >= 3
    for line in figure.findobj(Line2D):
        if not line.get_visible():
            continue
        if line.get_linestyle() not in ("None", "none", ""):
            assert contrast(to_hex(line.get_color())) >= 3
        elif line.get_marker() not in ("None", "none", "", None):
            ink = {to_hex(line.get_markerfacecolor()), to_hex(line.get_markeredgecolor())}
            assert max(contrast(one) for one in ink) >= 3


@pytest.mark.parametrize("name", QUICK)
def test_svg_keeps_text_as_text_under_a_title_and_a_description(name):
    """All figures: tests/generative/outcomes/test_figures.py."""
    assert_svg_reads(name)


@pytest.mark.parametrize("name", ["forest_pool", "waterfall"])
def test_drawn_twice_the_svg_has_equal_bytes_and_no_date(name, tmp_path):
    """All figures and kinds of file: tests/generative/outcomes/test_figures.py."""
    once = save(drawn_figure(name)[0], tmp_path / "once.svg").read_bytes()
    assert once == save(FIGURES[name]()[0], tmp_path / "again.svg").read_bytes()
    assert b"dc:date" not in once


def test_drawing_leaves_the_settings_of_matplotlib_as_they_were(tmp_path):
    before = dict(mpl.rcParams)
    figure, _ = FIGURES["log_log"]()
    save(figure, tmp_path / "figure.svg")
    assert dict(mpl.rcParams) == before


def test_a_users_own_settings_change_nothing(tmp_path: Path):
    plain = svg_text(drawn_figure("log_log")[0])
    with mpl.rc_context({"font.size": 30, "lines.linewidth": 9, "axes.grid": True, "svg.fonttype": "path"}):
        assert svg_text(FIGURES["log_log"]()[0]) == plain
