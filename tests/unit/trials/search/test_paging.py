"""Pages: each hit once, in one order, and a cursor that fits its own query only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.search import Near, Page, Query, QueryError
from cimara.trials.search import listing as listing_module
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.search.trials import ATHENS, site, snapshot_of, trial

MANY = 60


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """Sixty trials, updated on different days, each a little further from Athens than the one before."""
    made = [
        trial(
            number,
            f"Melanoma study {'melanoma ' * (number % 5)}",
            day=f"2026-{1 + number % 9:02d}-{1 + number % 28:02d}",
            status="RECRUITING" if number % 3 else "COMPLETED",
            sites=[site(point={"lat": ATHENS["lat"] + number / 100, "lon": ATHENS["lon"]})],
        )
        for number in range(1, MANY + 1)
    ]
    with snapshot_of(tmp_path_factory.mktemp("many"), made) as snapshot:
        yield snapshot


def walked(snapshot: Snapshot, size: int, **asked: Any) -> list[str]:
    """All hits of a query, page after page."""
    numbers: list[str] = []
    cursor = None
    while True:
        page = snapshot.search(Query(page=Page(size, cursor), **asked))
        assert len(page.hits) <= size
        numbers += [hit.nct_id for hit in page.hits]
        if page.cursor is None:
            return numbers
        cursor = page.cursor


ASKED: list[dict[str, Any]] = [
    {},
    {"text": "melanoma"},
    {"text": "melanoma", "status": ()},
    {"near": Near("Athens, GR", 50)},
    {"near": Near("Athens, GR", 50), "text": "study", "status": ()},
    {"sort": "updated"},
    {"sort": "updated", "status": ()},
    {"sort": "posted", "text": "melanoma"},
    {"sort": "posted", "near": Near("Athens, GR", 30)},
]


@pytest.mark.parametrize("asked", ASKED, ids=str)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_every_hit_comes_once_whatever_the_page_size(
    many: Snapshot, asked: dict[str, Any], size: int
) -> None:
    whole = [hit.nct_id for hit in many.search(Query(page=Page(100), **asked)).hits]
    assert walked(many, size, **asked) == whole
    assert len(set(whole)) == len(whole) == many.search(Query(**asked)).total.value


@pytest.mark.parametrize("asked", ASKED, ids=str)
def test_beyond_the_ranked_window_static_rank_goes_on(
    many: Snapshot, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = set(walked(many, 100, **asked))
    monkeypatch.setattr(listing_module, "WINDOW", 10)
    numbers = walked(many, 4, **asked)
    assert len(numbers) == len(set(numbers))
    assert set(numbers) == whole


def test_totals_are_exact_up_to_a_bound_and_more_than_it_beyond(
    many: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing_module, "WINDOW", 10)
    monkeypatch.setattr(listing_module, "EXACT_TO", 25)
    assert str(many.search(Query(text="melanoma")).total) == "more than 25"
    assert str(many.search(Query(text="melanoma", status="COMPLETED")).total) == "20"


def test_the_same_query_twice_gives_the_same_page(many: Snapshot) -> None:
    query = Query(text="melanoma", page=Page(5))
    assert many.search(query) == many.search(query)


def test_a_cursor_of_another_query_is_refused(many: Snapshot) -> None:
    cursor = many.search(Query(text="melanoma", page=Page(5))).cursor
    with pytest.raises(QueryError, match="another query"):
        many.search(Query(text="study", page=Page(5, cursor)))
    with pytest.raises(QueryError, match="another query"):
        many.search(Query(text="melanoma", brm="required", page=Page(5, cursor)))


def test_a_cursor_of_another_snapshot_is_refused(many: Snapshot, tmp_path: Path) -> None:
    cursor = many.search(Query(page=Page(5))).cursor
    with snapshot_of(tmp_path, [trial(1, "x")]) as other, pytest.raises(QueryError, match="another"):
        other.search(Query(page=Page(5, cursor)))


def test_a_page_may_change_its_size_on_the_way(many: Snapshot) -> None:
    first = many.search(Query(page=Page(5)))
    second = many.search(Query(page=Page(50, first.cursor)))
    assert not {hit.nct_id for hit in first.hits} & {hit.nct_id for hit in second.hits}


@pytest.mark.parametrize("cursor", ["x", "é", "\0", "W10", "bm90IGpzb24", "A" * 5_000, "WyJhIiwidyIsMSwwXQ"])
def test_a_made_up_cursor_is_refused(many: Snapshot, cursor: str) -> None:
    with pytest.raises(QueryError):
        many.search(Query(page=Page(5, cursor)))


def test_a_cursor_of_one_order_does_not_fit_another(many: Snapshot) -> None:
    cursor = many.search(Query(sort="posted", page=Page(5))).cursor
    with pytest.raises(QueryError):
        many.search(Query(page=Page(5, cursor)))


def test_a_cursor_is_made_for_any_text(many: Snapshot) -> None:
    query = Query(text="\ud800 melanoma \0", page=Page(2))
    cursor = many.search(query).cursor
    assert many.search(query.with_field(page=Page(2, cursor))).hits
