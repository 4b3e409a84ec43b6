"""Times that are nearly equal are one time; nothing else is moved."""

from __future__ import annotations

import numpy as np

from cimara.outcomes.times import aligned


def test_a_run_of_nearly_equal_times_is_its_smallest() -> None:
    times = np.array([0.3, 0.1 + 0.2, 1.0, 1.0 + 1e-9, 1.0 + 2e-9])
    assert aligned(times)[0].tolist() == [0.3, 0.3, 1.0, 1.0, 1.0]


def test_entry_and_exit_are_aligned_together() -> None:
    exits, entries = aligned(np.array([5.0, 7.0]), np.array([0.0, 5.0 + 1e-9]))
    assert exits.tolist() == [5.0, 7.0]
    assert entries.tolist() == [0.0, 5.0]


def test_the_tolerance_grows_with_the_times() -> None:
    apart, near = np.array([1e6, 1e6 + 0.1]), np.array([1e6, 1e6 + 0.01])
    assert len(np.unique(aligned(apart)[0])) == 2
    assert len(np.unique(aligned(near)[0])) == 1


def test_whole_days_stay_as_they_are() -> None:
    days = np.arange(1000.0)
    assert aligned(days)[0] is days
