from __future__ import annotations

import numpy as np
import pytest

from cimara.outcomes.figures.ticks import even_ticks, ratio_ticks, round_step, time_ticks
from cimara.outcomes.figures.words import drawn, interval, listed, number, p_value, percent, text_width


@pytest.mark.parametrize(
    ("p", "text"), [(0.0004, "p < 0.001"), (0.001, "p = 0.001"), (0.0312, "p = 0.031"), (1.0, "p = 1.000")]
)
def test_p_has_3_decimals_or_is_below_a_thousandth(p, text):
    assert p_value(p) == text


def test_numbers_have_a_true_minus_and_no_minus_zero():
    assert number(-1.234) == "−1.23"
    assert number(-0.001) == "0.00"
    assert percent(-30) == "−30 %"
    assert percent(20) == "+20 %"
    assert percent(-0.2) == "0 %"


def test_limits_below_zero_are_parted_by_a_word():
    assert interval(0.62, 0.41, 0.94) == "0.62 (0.41–0.94)"
    assert interval(-0.1, -0.3, 0.2) == "−0.10 (−0.30 to 0.20)"


def test_a_name_is_drawn_on_one_line_in_signs_that_the_font_has():
    assert drawn("Züri\n β²") == "Züri β²"
    assert drawn("東京") == "??"
    assert drawn("x" * 60) == "x" * 39 + "…"


def test_a_dollar_sign_is_text_not_mathematics():
    assert text_width("$x^2$") > text_width("x2")


def test_parts_are_listed_with_and():
    assert [listed([]), listed(["a"]), listed(["a", "b", "c"])] == ["", "a", "a, b and c"]


@pytest.mark.parametrize(
    ("last", "unit", "ticks"),
    [
        (25.0, "months", [0, 6, 12, 18, 24]),
        (11.0, "months", [0, 3, 6, 9]),
        (150.0, "months", [0, 24, 48, 72, 96, 120, 144]),
        (104.0, "weeks", [0, 24, 48, 72, 96]),
        (1022.0, "days", [0, 200, 400, 600, 800, 1000]),
        (0.7, "years", [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
    ],
)
def test_time_is_ticked_in_the_round_numbers_of_its_unit(last, unit, ticks):
    assert time_ticks(last, unit, 7) == pytest.approx(ticks)


def test_steps_are_1_2_or_5():
    assert [round_step(one) for one in (0.9, 1.1, 2.1, 5.1, 0.03)] == pytest.approx([1, 2, 5, 10, 0.05])
    assert even_ticks(-0.9, 2.1, 4) == pytest.approx([0, 1, 2])


def test_ratios_are_ticked_in_powers_of_2_or_over_decades():
    assert ratio_ticks(0.4, 3) == pytest.approx([0.5, 1, 2])
    assert ratio_ticks(0.04, 20) == pytest.approx([0.1, 0.3, 1, 3, 10])
    assert np.all(np.diff(ratio_ticks(1e-4, 1e4)) > 0)
