"""The order of hits and its pages: the first matches ranked, the rest in static rank, nothing by offset."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cimara.trials.search.asked import Asked
from cimara.trials.search.cursor import Order, Position
from cimara.trials.search.nearby import Proximity, nearest_first, proximities
from cimara.trials.search.page import Count
from cimara.trials.search.plan import Plan
from cimara.trials.search.query import QueryError, Sort
from cimara.trials.snapshot import Snapshot

WINDOW = 1_000
"""Matches, first in static rank, that are ranked among each other."""
MEASURED = 200
"""Matches whose sites are measured for a count that stands beside the result."""
EXACT_TO = 10_000
"""Totals are counted up to here; beyond, they read "more than 10,000"."""

_SORT_COLUMNS = {Sort.UPDATED: "last_updated", Sort.POSTED: "first_posted"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of row ids with what ranked them, and the position of the last when more follow."""

    ids: tuple[int, ...]
    total: Count
    last: Position | None
    scores: dict[int, float]
    proximity: dict[int, Proximity]


@dataclass(slots=True)
class _Listing:
    """A list being cut into pages."""

    snapshot: Snapshot
    asked: Asked
    plan: Plan
    scores: dict[int, float] = field(default_factory=dict)
    proximity: dict[int, Proximity] = field(default_factory=dict)

    def hits_among(self, ids: list[int]) -> list[int]:
        """The ids whose sites lie as asked; all of them when no place is asked."""
        if self.asked.circle is None:
            return ids
        found = proximities(self.snapshot.connection, ids, self.asked.circle, self.asked.own_country)
        self.proximity |= found
        return [row_id for row_id in ids if row_id in found]

    def window(self, first: int | None) -> tuple[list[int], list[int]]:
        """The first matches in static rank; and those of them that are hits, ranked.

        `first` is how many of the ranked are needed; None for all.
        """
        connection = self.snapshot.connection
        if self.asked.circle is not None:
            found = self.plan.ids(connection, WINDOW)
            hits = self.hits_among(found)
            return found, nearest_first(connection, self.proximity, hits, first)
        if self.asked.text.is_ranked:
            scored = self.asked.plan(self.snapshot, scored=True).scored_ids(connection, WINDOW)
            ranked = [row_id for _, row_id in scored]
            self.scores = {row_id: score for score, row_id in scored}
            return sorted(ranked), ranked
        found = self.plan.ids(connection, WINDOW)
        return found, found

    def static_after(self, row_id: int, size: int) -> list[tuple[Position, int]]:
        """Up to `size` hits beyond a row id, in static rank."""
        return self._gather(
            size,
            lambda after, limit: [
                (Position(Order.STATIC, found), found)
                for found in self.plan.within(after.row_id + 1).ids(self.snapshot.connection, limit)
            ],
            Position(Order.STATIC, row_id),
        )

    def keyed_after(self, column: str, after: Position | None, size: int) -> list[tuple[Position, int]]:
        """Up to `size` hits after a position, from the highest value of a column down."""
        return self._gather(size, lambda last, limit: self._keyed(column, last, limit), after)

    def _keyed(self, column: str, after: Position | None, limit: int) -> list[tuple[Position, int]]:
        beyond = (after.key, after.row_id) if after else None
        rows = self.plan.keyed_ids(self.snapshot.connection, column, beyond, limit)
        return [(Position(Order.KEYED, row_id, key), row_id) for key, row_id in rows]

    def _gather(
        self, size: int, fetch: Callable[..., list[tuple[Position, int]]], after: Position | None
    ) -> list[tuple[Position, int]]:
        """Fetch until `size` of the fetched are hits or there are no more."""
        kept: list[tuple[Position, int]] = []
        batch_size = size if self.asked.circle is None else max(size, 200)
        while len(kept) < size:
            batch = fetch(after, batch_size)
            hits = set(self.hits_among([row_id for _, row_id in batch]))
            kept += [item for item in batch if item[1] in hits]
            if len(batch) < batch_size:
                break
            after = batch[-1][0]
        return kept[:size]


def list_page(snapshot: Snapshot, asked: Asked, plan: Plan, after: Position | None) -> Listed:
    """The page after a position, or the first.

    Raises
    ------
    QueryError
        When the position isn't one of this list.
    """
    listing = _Listing(snapshot, asked, plan)
    size = asked.query.page.size
    column = _SORT_COLUMNS.get(Sort(asked.query.sort))
    if column == "last_updated" and plan.span and plan.span.is_one_status:
        items, total = _static_page(listing, after, size + 1)
    elif column:
        if after and after.order is not Order.KEYED:
            raise QueryError.bad_cursor()
        items = listing.keyed_after(column, after, size + 1)
        total = _count(listing, *_first_window(listing))
    else:
        matches, ranked = listing.window(None if after else size + 1)
        items = _best_after(listing, matches, ranked, after, size + 1)
        total = _count(listing, matches, ranked)
    shown = items[:size]
    last = shown[-1][0] if len(items) > size else None
    return Listed(tuple(row_id for _, row_id in shown), total, last, listing.scores, listing.proximity)


def _static_page(
    listing: _Listing, after: Position | None, size: int
) -> tuple[list[tuple[Position, int]], Count]:
    """Studies of one status lie in the order of their updates already."""
    if after and after.order is not Order.STATIC:
        raise QueryError.bad_cursor()
    matches, hits = _first_window(listing)
    if after is None and len(hits) >= size:
        items = [(Position(Order.STATIC, row_id), row_id) for row_id in hits[:size]]
    else:
        items = listing.static_after(after.row_id if after else 0, size)
    return items, _count(listing, matches, hits)


def _best_after(
    listing: _Listing, matches: list[int], ranked: list[int], after: Position | None, size: int
) -> list[tuple[Position, int]]:
    """Hits of the ranked window, then of static rank beyond it."""
    if after and after.order is Order.KEYED:
        raise QueryError.bad_cursor()
    if after and after.order is Order.STATIC:
        return listing.static_after(after.row_id, size)
    start = 0
    if after:
        try:
            start = ranked.index(after.row_id) + 1
        except ValueError:
            raise QueryError.bad_cursor() from None
    items = [(Position(Order.WINDOW, row_id), row_id) for row_id in ranked[start : start + size]]
    if len(items) < size and len(matches) == WINDOW:
        items += listing.static_after(matches[-1], size - len(items))
    return items


def count_hits(snapshot: Snapshot, asked: Asked, plan: Plan) -> Count:
    """How many hits a plan has; with a place, the first matches are measured and the rest left open."""
    if asked.circle is None:
        return Count.capped(plan.count(snapshot.connection, EXACT_TO + 1), EXACT_TO)
    matches = plan.ids(snapshot.connection, MEASURED)
    hits = _Listing(snapshot, asked, plan).hits_among(matches)
    return Count(value=len(hits), is_exact=len(matches) < MEASURED)


def measured_hits(snapshot: Snapshot, asked: Asked, plan: Plan) -> list[int]:
    """The hits among the first matches of a plan, each measured against the place asked."""
    return _first_window(_Listing(snapshot, asked, plan))[1]


def _first_window(listing: _Listing) -> tuple[list[int], list[int]]:
    """Matches of the window without ranking, for a count."""
    found = listing.plan.ids(listing.snapshot.connection, WINDOW)
    return found, listing.hits_among(found)


def _count(listing: _Listing, matches: list[int], hits: list[int]) -> Count:
    """How many hits there are; with a place, those beyond the window aren't measured."""
    if len(matches) < WINDOW:
        return Count(value=len(hits))
    if listing.asked.circle is not None:
        return Count(value=len(hits), is_exact=False)
    return Count.capped(listing.plan.count(listing.snapshot.connection, EXACT_TO + 1), EXACT_TO)
