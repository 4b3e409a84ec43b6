from __future__ import annotations

import pytest

from cimara.outcomes.figures.style import GRID, PALETTE, contrast, line_look


def test_the_palette_is_the_one_of_okabe_and_ito_that_white_carries():
    assert PALETTE == ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7")


@pytest.mark.parametrize("colour", [*PALETTE, GRID])
def test_each_colour_has_a_contrast_of_3_to_1(colour):
    assert contrast(colour) >= 3


def test_contrast_is_21_for_black_and_1_for_white():
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == pytest.approx(1)
    assert contrast("#777777") == pytest.approx(4.478, abs=1e-3)


def test_neighbours_differ_in_colour_dashes_and_marker():
    for place in range(4):
        one, next_one = line_look(place), line_look(place + 1)
        assert one.colour != next_one.colour
        assert str(one.dashes) != str(next_one.dashes)
        assert one.marker != next_one.marker


def test_25_series_look_different():
    assert len({(one.colour, str(one.dashes), one.marker) for one in map(line_look, range(25))}) == 25
