"""What follows about hidden counts from shown ones, and what else is hidden so that nothing does."""

from __future__ import annotations

import pytest

from cimara.federation.disclosure import AuditError, Sum, audit, behind, determined, still_exposed, suppressed

COUNTS = (4, 30, 28, 25, 40, 33, 22, 35, 31)
"""Three rows of three; the first count is small."""


def margins(counts: tuple[int, ...]) -> list[Sum]:
    """Exact totals of rows and columns of a table of three by three."""
    lines = [range(start, start + 3) for start in (0, 3, 6)]
    lines += [range(start, 9, 3) for start in (0, 1, 2)]
    found = []
    for line in lines:
        total = sum(counts[place] for place in line)
        found.append(Sum(tuple(line), total, total))
    return found


def test_a_planted_cell_that_follows_from_its_row_is_found() -> None:
    shown = [None if place == 0 else (one, one) for place, one in enumerate(COUNTS)]
    found = audit(shown, margins(COUNTS))
    assert [(one.cell, round(one.least), round(one.most)) for one in found] == [(0, 4, 4)]


def test_a_cell_that_follows_only_through_three_sums_together_is_found() -> None:
    hidden = {0, 1, 3, 4}
    linked = [*margins(COUNTS), Sum((0, 4), 44, 44), Sum((0, 3, 4), 69, 69)]
    shown = [None if place in hidden else (one, one) for place, one in enumerate(COUNTS)]
    assert determined([place in hidden for place in range(9)], linked[:6]) == ()
    assert 0 in {one.cell for one in audit(shown, linked)}


def test_a_hidden_cell_that_may_be_any_of_0_to_7_is_safe() -> None:
    assert audit([None, None], [Sum((0, 1), 7, 7)]) == ()


def test_a_hidden_cell_that_may_be_ten_apart_is_safe() -> None:
    assert audit([None, (48, 52)], [Sum((0, 1), 53, 63)]) == ()


def test_a_hidden_cell_in_a_narrow_interval_is_exposed() -> None:
    (found,) = audit([None, (48, 52)], [Sum((0, 1), 53, 57)])
    assert (found.cell, found.least, found.most) == (0, 1, 9)


def test_complements_leave_nothing_to_find() -> None:
    shown = suppressed(COUNTS, margins(COUNTS))
    assert shown[0] is None
    assert still_exposed(shown, margins(COUNTS)) == ()
    assert sum(one is None for one in shown) == 4


def test_rounding_alone_can_hide_enough_so_that_no_complement_is_needed() -> None:
    counts = (4, 30, 28, 25)
    assert suppressed(counts, [Sum((0, 1, 2, 3), *behind(85))]) == (None, 30, 30, 25)


def test_what_stays_exposed_with_all_hidden_is_told() -> None:
    assert still_exposed(suppressed((2, 2), [Sum((0, 1), 4, 4)]), [Sum((0, 1), 4, 4)]) == (0, 1)


def test_totals_that_fit_no_counts_are_a_fault() -> None:
    with pytest.raises(AuditError):
        audit([None, (48, 52)], [Sum((0, 1), 20, 22)])
