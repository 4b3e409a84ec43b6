"""Growth of made-up lesions, and the day on which it is progression."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.response.synth.growth import (
    LARGEST,
    Sizes,
    as_recorded,
    emerging,
    first_day,
    progresses_by_sum,
    progresses_unequivocally,
    reappears,
    regrowth,
    swelling,
)
from cimara.response.synth.scans import part_of


def days(*sizes: int) -> Sizes:
    return np.array(sizes, dtype=np.int64)


def test_a_lesion_shrinks_first_and_regrows() -> None:
    curve = regrowth(200, 0.02, 0.002, 600)
    assert curve[0] == 200
    assert curve.min() < 140
    assert curve[-1] > curve.min()
    lowest = int(curve.argmin())
    assert (np.diff(curve[: lowest + 1]) <= 0).all()
    assert (np.diff(curve[lowest:]) >= 0).all()


def test_nothing_grows_without_end() -> None:
    assert regrowth(300, 0.0, 0.5, 400).max() == LARGEST


def test_a_new_lesion_is_not_there_before_its_day() -> None:
    curve = emerging(30, 0.002, 100)
    assert curve[:30].max() == 0
    assert curve[30] == 50


def test_necrosis_swells_and_goes_down_again() -> None:
    bump = swelling(50, 120, 500)
    assert (bump[50], bump[110], bump[350]) == (0, 120, 0)


@pytest.mark.parametrize(("size", "recorded"), [(0, 0), (19, 0), (20, 50), (49, 50), (50, 50), (51, 51)])
def test_small_sizes_are_recorded_as_5_mm_or_nothing(size: int, recorded: int) -> None:
    assert as_recorded(days(size)).tolist() == [recorded]


def test_many_small_increases_progress_in_the_body_and_not_in_the_brain() -> None:
    targets = np.stack([days(160, 190), days(160, 190), days(160, 190), days(120, 150)])
    assert first_day(progresses_by_sum(targets, per_lesion=False)) == 1
    assert first_day(progresses_by_sum(targets, per_lesion=True)) is None


def test_growth_counts_from_the_smallest_sum_and_not_from_baseline() -> None:
    one = days(400, 240, 290)[None, :]
    assert first_day(progresses_by_sum(one, per_lesion=True)) == 2


@pytest.mark.parametrize(("now", "progresses"), [(359, False), (360, True)])
def test_a_fifth_is_enough_exactly(now: int, progresses: bool) -> None:
    assert bool(progresses_by_sum(days(300, now)[None, :], per_lesion=True)[1]) is progresses


@pytest.mark.parametrize(("now", "progresses"), [(149, False), (150, True)])
def test_5_mm_are_needed_exactly(now: int, progresses: bool) -> None:
    assert bool(progresses_by_sum(days(100, now)[None, :], per_lesion=False)[1]) is progresses


def test_a_lesion_outside_the_sum_must_grow_by_half() -> None:
    assert progresses_unequivocally(days(200, 299, 300)).tolist() == [False, False, True]


def test_what_comes_back_after_all_had_gone_is_seen() -> None:
    sizes = np.stack([days(200, 0, 0, 50), days(120, 90, 90, 90)])
    assert first_day(reappears(sizes, np.array([False, True]))) == 3
    assert first_day(reappears(sizes[:, :3], np.array([False, True]))) is None
    assert first_day(reappears(sizes, np.array([False, False]))) is None


@given(st.integers(0, 1500))
def test_the_parts_of_a_split_lesion_add_up_as_they_are_recorded(size: int) -> None:
    parts = [part_of(size, name) for name in "ab"]
    assert sum(parts) == size
    assert as_recorded(days(*parts)).sum() == as_recorded(days(size)).sum()
