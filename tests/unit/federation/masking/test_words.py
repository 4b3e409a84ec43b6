"""Numbers become pairs of words whose sums are exact."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import numbers_of, unmasked_sum, words_of

SITES = 17
LARGEST = 2.0**50 / SITES
IN_RANGE = st.floats(-LARGEST, LARGEST, exclude_min=True, exclude_max=True)
HELD_EXACTLY = IN_RANGE.filter(lambda value: value == 0 or abs(value) >= 2.0**-15)


def _sum(columns: list[list[float]]) -> list[float]:
    return unmasked_sum([words_of(np.array(one), SITES, "score") for one in columns]).tolist()


@settings(max_examples=200)
@given(st.lists(HELD_EXACTLY, min_size=1, max_size=SITES))
def test_a_sum_over_sites_is_the_exact_one_rounded_once(values: list[float]) -> None:
    assert _sum([[one] for one in values]) == [float(sum(map(Fraction, values)))]


@settings(max_examples=200)
@given(st.lists(IN_RANGE, min_size=1, max_size=SITES))
def test_numbers_of_any_size_are_off_by_less_than_two_to_the_minus_68_each(values: list[float]) -> None:
    exact = sum(map(Fraction, values))
    rounding = Fraction(float(np.spacing(abs(float(exact)))))
    assert (
        abs(Fraction(_sum([[one] for one in values])[0]) - exact) <= Fraction(len(values), 2**68) + rounding
    )


def test_large_and_small_numbers_that_cancel_leave_the_small_one() -> None:
    assert _sum([[6.1e13], [1e-3], [-6.1e13]]) == [1e-3]


@pytest.mark.parametrize("value", [-0.0, 5e-324, -2.2e-308, 2.0**-69])
def test_minus_zero_and_numbers_below_the_last_place_are_zero(value: float) -> None:
    assert _sum([[value]]) == [0.0]
    assert not np.signbit(numbers_of(words_of(np.array([value]), SITES, "score"))[0])


def test_the_largest_number_of_all_sites_is_summed() -> None:
    largest = float(np.nextafter(LARGEST, 0))
    assert _sum([[largest]] * SITES) == [float(SITES * Fraction(largest))]
    assert _sum([[-largest]] * SITES) == [-float(SITES * Fraction(largest))]


@pytest.mark.parametrize(
    "value", [LARGEST, -LARGEST, 1e300, -1e300, float("inf"), float("-inf"), float("nan")]
)
def test_a_number_out_of_range_is_refused_by_its_block_and_never_told(value: float) -> None:
    with pytest.raises(FederationError) as caught:
        words_of(np.array([1.5, value]), SITES, "cox.score")
    assert caught.value.code is Code.FIXED_POINT_RANGE
    assert caught.value.where == "cox.score"
    assert f"{value:.0f}" not in str(caught.value)
    assert str(value) not in str(caught.value)


@pytest.mark.parametrize("sites", [0, -1, 257])
def test_a_number_of_sites_that_the_words_do_not_reach_for_is_refused(sites: int) -> None:
    with pytest.raises(FederationError) as caught:
        words_of(np.array([1.0]), sites, "score")
    assert caught.value.code is Code.FIXED_POINT_RANGE


def test_as_many_sites_as_there_may_be_do_not_overflow_the_low_words() -> None:
    halfway = 0.5 * 2.0**-12  # nothing of it is in the high word
    words = words_of(np.array([halfway, -halfway]), 256, "score")
    assert unmasked_sum([words] * 256).tolist() == [256 * halfway, -256 * halfway]


def test_a_matrix_is_read_row_by_row() -> None:
    matrix = np.array([[1.0, 2.0], [3.0, 4.0]], order="F")
    assert numbers_of(words_of(matrix, 3, "information")).tolist() == [1, 2, 3, 4]


def test_no_numbers_are_no_words() -> None:
    assert numbers_of(words_of(np.empty(0), 3, "dropped")).size == 0


@pytest.mark.parametrize("words", [np.zeros(3, np.uint64), np.zeros((2, 2), np.uint64), np.zeros(2)])
def test_words_that_are_no_pairs_are_refused(words: np.ndarray) -> None:
    with pytest.raises(FederationError) as caught:
        numbers_of(words)
    assert caught.value.code is Code.WRONG_SHAPE


def test_sites_that_send_different_numbers_of_words_have_no_sum() -> None:
    with pytest.raises(FederationError) as caught:
        unmasked_sum([np.zeros(2, np.uint64), np.zeros(4, np.uint64)])
    assert caught.value.code is Code.WRONG_SHAPE
