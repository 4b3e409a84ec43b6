"""Counts of tables that share sums: what is hidden so that no small count follows."""

from __future__ import annotations

import pytest

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure import AuditError, CountRule, LinkedCounts, Part, means_shown

RULE = CountRule.of(Disclosure())


def table(*rows: tuple[int, ...], sizes: Part = Part.KNOWN) -> tuple[LinkedCounts, list[list[int]]]:
    """Rows of counts by group, the last column their total; below them how many each group has."""
    linked = LinkedCounts(RULE)
    places = [[linked.add(one) for one in (*row, sum(row))] for row in rows]
    columns = list(zip(*places, strict=True))
    known = [linked.add(sum(linked.counts[one] for one in column), sizes) for column in columns]
    for row in places:
        linked.link(row[-1], row[:-1])
    for size, column in zip(known, columns, strict=True):
        linked.link(size, column)
    return linked, places


def test_a_planted_count_that_follows_from_its_total_is_found_and_covered() -> None:
    linked, places = table((3, 60), (70, 80), (90, 85))
    alone = [RULE.shown(one) for one in linked.counts]
    (found,) = linked.exposed(alone)
    assert (found.cell, found.least <= 3 <= found.most, found.most - found.least < 10) == (
        places[0][0],
        True,
        True,
    )
    shown = linked.shown()
    assert shown[places[0][0]] is None
    assert sum(one is None for one in shown) > 1
    assert list(linked.exposed(shown)) == []


def test_a_table_without_small_counts_is_shown_whole() -> None:
    linked, _ = table((30, 60), (70, 80))
    assert None not in linked.shown()


def test_a_total_that_stands_nowhere_tells_nothing() -> None:
    linked = LinkedCounts(RULE)
    places = [linked.add(3), linked.add(60)]
    linked.link(linked.add(63, Part.UNKNOWN), places)
    assert linked.shown()[:2] == (None, 60)


def test_what_is_known_elsewhere_is_not_hidden_in_vain() -> None:
    linked, places = table((3, 60), (70, 80))
    known = [place for place, part in enumerate(linked.parts) if part is Part.KNOWN]
    shown = linked.shown()
    assert all(shown[place] is not None for place in known)
    assert shown[places[0][0]] is None


def test_empty_cells_cover_and_need_no_cover() -> None:
    linked = LinkedCounts(RULE)
    n, empty = linked.add(130), linked.add(2, Part.COVER)
    linked.link(linked.add(132, Part.KNOWN), (n, empty))
    assert linked.shown() == (130, None, 130)


def test_a_total_that_is_not_the_sum_is_a_fault() -> None:
    linked = LinkedCounts(RULE)
    parts = [linked.add(3), linked.add(60)]
    linked.link(linked.add(20, Part.KNOWN), parts)
    with pytest.raises(AuditError):
        linked.shown()


def test_a_stricter_study_hides_and_rounds_more() -> None:
    rule = CountRule.of(Disclosure(min_n=20, round_base=10))
    assert [rule.shown(one) for one in (7, 19, 20, 24, 25)] == [None, None, 20, 20, 30]
    assert rule.behind(20) == (20, 24)


@pytest.mark.parametrize("count", range(8, 40))
def test_every_count_is_among_those_that_are_shown_as_it_is(count: int) -> None:
    shown = RULE.shown(count)
    assert shown is not None
    least, most = RULE.behind(shown)
    assert least <= count <= most


@pytest.mark.parametrize(
    ("patients", "shown"),
    [
        ((60, 70), (True, True)),
        ((6, 70), (False, False)),
        ((6, 70, 80), (False, False, True)),
        ((4, 5, 80, 90), (False, False, False, True)),
        ((6, 7, 80), (False, False, True)),
        ((0, 70), (False, True)),
    ],
)  # fmt: skip
def test_no_mean_is_left_over_from_that_of_everyone(
    patients: tuple[int, ...], shown: tuple[bool, ...]
) -> None:
    assert means_shown(patients) == shown
