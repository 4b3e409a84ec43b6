"""How a query is run: an expression of the head index, conditions on facets, and a range of row ids."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from cimara.trials.search.filters import BROAD, Condition, Filter, IdRange, rank_ends
from cimara.trials.snapshot import Snapshot

WEIGHTS = (8.0, 10.0, 6.0, 4.0, 0.0)
"""Of title with acronym, conditions with MeSH, interventions, keywords; facet words don't score."""

_SCORE = f"bm25(head_fts, {', '.join(map(str, WEIGHTS))})"


@dataclass(frozen=True, slots=True)
class SnapshotFacts:
    """What planning needs to know of a snapshot."""

    n_studies: int
    tumour_order: tuple[str, ...]
    rank_ends: tuple[int, ...]


_KNOWN: WeakKeyDictionary[Snapshot, SnapshotFacts] = WeakKeyDictionary()


def facts_of(snapshot: Snapshot) -> SnapshotFacts:
    """The facts of a snapshot, read once: it never changes."""
    known = _KNOWN.get(snapshot)
    if known is None:
        rows = snapshot.connection.execute("SELECT tumour_id FROM tumour ORDER BY bit")
        order = tuple(tumour for (tumour,) in rows)
        known = SnapshotFacts(len(snapshot), order, tuple(rank_ends(snapshot.connection)))
        _KNOWN[snapshot] = known
    return known


@dataclass(frozen=True, slots=True)
class Plan:
    """A runnable search; all its parts must hold."""

    groups: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    span: IdRange | None = None

    def also(self, *conditions: Condition) -> Plan:
        """The plan with further conditions."""
        return replace(self, conditions=(*self.conditions, *conditions))

    def among(self, group: str) -> Plan:
        """The plan with a further expression of the head index."""
        return replace(self, groups=(*self.groups, group))

    def within(self, first: int, last: int | None = None) -> Plan:
        """The plan for row ids from `first`, and up to `last`, only."""
        span = self.span or IdRange(1, 2**62)
        bounds = IdRange(max(first, span.first), min(last or span.last, span.last), span.is_one_status)
        return replace(self, span=bounds)

    def _source(self) -> tuple[str, str, list[object]]:
        """FROM and WHERE, the name of the row id, and the values."""
        key = "head_fts.rowid" if self.groups else "f.id"
        where, values = [], list[object]()
        tables = "facet f"
        if self.groups:
            # CROSS fixes the order: the index is walked, and facets are looked up by row id.
            tables = "head_fts CROSS JOIN facet f ON f.id = head_fts.rowid" if self.conditions else "head_fts"
            where.append("head_fts MATCH ?")
            values.append(" AND ".join(self.groups))
        if self.span:
            where.append(f"{key} >= ? AND {key} <= ?")
            values += [self.span.first, self.span.last]
        for condition in self.conditions:
            where.append(condition.sql)
            values += condition.values
        return f"FROM {tables} WHERE {' AND '.join(where) or '1'}", key, values

    def ids(self, connection: sqlite3.Connection, limit: int) -> list[int]:
        """Row ids in static-rank order."""
        source, key, values = self._source()
        rows = connection.execute(f"SELECT {key} {source} ORDER BY {key} LIMIT ?", (*values, limit))
        return [row_id for (row_id,) in rows]

    def scored_ids(self, connection: sqlite3.Connection, limit: int) -> list[tuple[float, int]]:
        """The first matches in static-rank order, each with its bm25 score, the best (lowest) first."""
        source, key, values = self._source()
        sql = f"SELECT {_SCORE}, {key} {source} ORDER BY {key} LIMIT ?"
        return sorted(connection.execute(sql, (*values, limit)))

    def count(self, connection: sqlite3.Connection, cap: int) -> int:
        """How many match, counted no further than `cap`."""
        source, _, values = self._source()
        sql = f"SELECT count(*) FROM (SELECT 1 {source} LIMIT ?)"  # noqa: S608 - parts of this module only
        return int(connection.execute(sql, (*values, cap)).fetchone()[0])

    def keyed_ids(
        self, connection: sqlite3.Connection, column: str, after: tuple[int, int] | None, limit: int
    ) -> list[tuple[int, int]]:
        """(value of a facet column, row id) from the highest value down; a missing value comes last."""
        value = f"coalesce(f.{column}, 0)"
        plan = self
        if after:
            beyond = f"({value} < ? OR ({value} = ? AND f.id > ?))"
            plan = self.also(Condition(beyond, (after[0], after[0], after[1])))
        source, key, values = (plan if plan.conditions else plan.also(Condition("1")))._source()
        sql = f"SELECT {value}, {key} {source} ORDER BY 1 DESC, 2 LIMIT ?"
        return list(connection.execute(sql, (*values, limit)))

    def cells(self, connection: sqlite3.Connection, columns: Sequence[str]) -> list[tuple[int, ...]]:
        """How many match in each cell of some facet columns: the columns' codes, then the count."""
        source, _, values = self.also(Condition("1"))._source()
        named = ", ".join(f"f.{column}" for column in columns)
        sql = f"SELECT {named}, count(*) {source} GROUP BY {named}"
        return list(connection.execute(sql, values))


def plan_for(
    groups: Sequence[str],
    filters: Iterable[Filter],
    span: IdRange | None,
    status: Condition | None,
    snapshot: Snapshot,
    broad: float = BROAD,
) -> Plan:
    """The plan of words and filters: a rare filter is a term of the index, a broad one is joined."""
    terms, conditions = list(groups), [status] if status else []
    for one in filters:
        if one.condition is not None and (not one.words or _share(one.words, snapshot) > broad):
            conditions.append(one.condition)
        elif one.words:
            terms.append(f"({' OR '.join(one.words)})")
    return Plan(tuple(terms), tuple(conditions), span)


def _share(words: Sequence[str], snapshot: Snapshot) -> float:
    """The share of the studies that bear one of the facet words, if none bears two."""
    marks = ", ".join("?" * len(words))
    row = snapshot.connection.execute(
        f"SELECT total(studies) FROM head_word WHERE word IN ({marks})",  # noqa: S608 - marks only
        words,
    ).fetchone()
    return float(row[0]) / max(len(snapshot), 1)
