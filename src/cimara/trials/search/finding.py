"""Finds studies: by registry number, by words, by filters, by distance; and counts what is left open."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus, StudyType
from cimara.trials.facets import MISSING, phases_of
from cimara.trials.search.asked import Asked, read_query
from cimara.trials.search.cursor import fingerprint, read_cursor, write_cursor
from cimara.trials.search.filters import Condition, IdRange, statuses, wider_tumours, without_date
from cimara.trials.search.listing import count_hits, list_page
from cimara.trials.search.nearby import Proximity, nearest_first, proximities, site_of
from cimara.trials.search.page import Count, FoundIn, Hit, Notice, NoticeCode, SearchPage, Undecided
from cimara.trials.search.plan import facts_of
from cimara.trials.search.query import Query
from cimara.trials.snapshot import Snapshot

FEW = 20
"""Fewer hits than this in titles, conditions, interventions and keywords, and long texts are searched too."""
BODY_LIMIT = 200

_OPEN_POLICIES = {
    "brm": (BrmPolicy.UNCLEAR, BrmPolicy.NOT_MENTIONED),
    "lmd": (LmdPolicy.UNCLEAR, LmdPolicy.NOT_MENTIONED),
}
_HIT = """
SELECT s.id, s.nct_id, s.brief_title, s.sponsor, s.last_updated, s.starter,
       f.status, f.study_type, f.phases, f.brm, f.lmd
FROM json_each(?) j CROSS JOIN study s ON s.id = j.value CROSS JOIN facet f ON f.id = j.value
"""
_NOTHING: Mapping[int, Any] = MappingProxyType({})
_STATUSES, _STUDY_TYPES = tuple(OverallStatus), tuple(StudyType)
_BRM, _LMD = tuple(BrmPolicy), tuple(LmdPolicy)
_BODY = """
SELECT text_fts.rowid FROM text_fts CROSS JOIN facet f ON f.id = text_fts.rowid
WHERE text_fts MATCH ? AND text_fts.rowid BETWEEN ? AND ?
AND text_fts.rowid NOT IN (SELECT value FROM json_each(?))
"""


def search(snapshot: Snapshot, query: Query) -> SearchPage:
    """The page of studies that a query finds.

    Raises
    ------
    QueryError
        When the page's cursor belongs to another query or snapshot.
    """
    after = read_cursor(query.page.cursor, fingerprint(query, snapshot)) if query.page.cursor else None
    asked = read_query(query, snapshot)
    if asked.text.numbers:
        return _by_number(snapshot, asked)
    plan = asked.plan(snapshot)
    listed = list_page(snapshot, asked, plan, after)
    body: tuple[Hit, ...] = ()
    body_total = Count(value=0)
    if after is None and asked.text.groups and listed.total.is_exact and listed.total.value < FEW:
        heads = listed.ids if len(listed.ids) == listed.total.value else plan.ids(snapshot.connection, FEW)
        body, body_total = _in_body(snapshot, asked, heads)
    return SearchPage(
        hits=_read_hits(snapshot, listed.ids, FoundIn.HEAD, scores=listed.scores, near=listed.proximity),
        total=listed.total,
        cursor=write_cursor(listed.last, fingerprint(query, snapshot)) if listed.last else None,
        notices=asked.notices,
        also_in_text=body,
        also_in_text_total=body_total,
        undecided=tuple(undecided(snapshot, asked)),
        place=asked.place,
    )


def undecided(snapshot: Snapshot, asked: Asked) -> Iterator[Undecided]:
    """Counts of studies that fit but for what their record, or the reader, leaves open."""
    for field, policies in _OPEN_POLICIES.items():
        chosen = getattr(asked.query, field)
        for policy in policies if chosen else ():
            if policy not in chosen:
                plan = asked.plan(snapshot, asked.query.with_field(**{field: {policy}}))
                yield Undecided(field=field, value=policy, count=count_hits(snapshot, asked, plan))
    if asked.query.tumour:
        plan = asked.plan(snapshot, asked.query.without("tumour")).among(wider_tumours(asked.query))
        yield Undecided(field="tumour", value="wider", count=count_hits(snapshot, asked, plan))
    for field, missing in without_date(asked.query):
        plan = asked.plan(snapshot, asked.query.without(field)).also(missing)
        yield Undecided(field=field, value="missing", count=count_hits(snapshot, asked, plan))


def _by_number(snapshot: Snapshot, asked: Asked) -> SearchPage:
    """The studies of those numbers, aliases included, whatever the filters say."""
    notices = list(asked.notices)
    found: dict[int, NctId] = {}
    for number in asked.text.numbers:
        row_id = snapshot.resolve(number)
        if row_id is None:
            notices.append(_absent(snapshot, number))
        else:
            found[row_id] = number
    plan = asked.plan(snapshot)
    beyond = [
        number
        for row_id, number in found.items()
        if not plan.within(row_id, row_id).count(snapshot.connection, 1)
    ]
    if beyond:
        message = f"{', '.join(beyond)}: shown though the filters leave it out"
        notices.append(Notice(code=NoticeCode.NUMBER_PAST_FILTERS, message=message))
    hits = _read_hits(snapshot, tuple(found), FoundIn.NUMBER)
    return SearchPage(hits=hits, total=Count(value=len(hits)), notices=tuple(notices), place=asked.place)


def _absent(snapshot: Snapshot, number: NctId) -> Notice:
    if any(gone.nct_id == number for gone in snapshot.removed()):
        return Notice(code=NoticeCode.NUMBER_REMOVED, message=f"{number} is no longer in the registry")
    return Notice(code=NoticeCode.NUMBER_NOT_HERE, message=f"{number} isn't in this snapshot")


def _read_hits(
    snapshot: Snapshot,
    ids: Sequence[int],
    found_in: FoundIn,
    *,
    scores: Mapping[int, float] = _NOTHING,
    near: Mapping[int, Proximity] = _NOTHING,
) -> tuple[Hit, ...]:
    """Hits in the order of their row ids as given."""
    connection = snapshot.connection
    rows = connection.execute(_HIT, (json.dumps(list(ids)),))
    return tuple(
        Hit(
            row_id=row_id,
            nct_id=NctId(number),
            brief_title=title,
            overall_status=_STATUSES[status],
            study_type=None if kind == MISSING else _STUDY_TYPES[kind],
            phases=_phases(phases),
            sponsor=sponsor,
            last_updated=updated,
            brm_policy=_BRM[brm],
            lmd_policy=_LMD[lmd],
            starter=bool(starter),
            found_in=found_in,
            score=scores.get(row_id),
            nearest=site_of(connection, row_id, near[row_id]) if row_id in near else None,
        )
        for row_id, number, title, sponsor, updated, starter, status, kind, phases, brm, lmd in rows
    )


_phases = cache(phases_of)


def _in_body(snapshot: Snapshot, asked: Asked, heads: Sequence[int]) -> tuple[tuple[Hit, ...], Count]:
    """Studies that have the words only in their long texts, in static rank; `heads` are already listed."""
    ids = _body_ids(snapshot, asked, heads)
    near: dict[int, Proximity] = {}
    if asked.circle is not None:
        near = proximities(snapshot.connection, ids, asked.circle, asked.own_country)
        ids = nearest_first(snapshot.connection, near, ids)
    hits = _read_hits(snapshot, ids[: asked.query.page.size], FoundIn.TEXT, near=near)
    return hits, Count.capped(len(ids), BODY_LIMIT)


def _body_ids(snapshot: Snapshot, asked: Asked, heads: Sequence[int]) -> list[int]:
    facts = facts_of(snapshot)
    span, status = statuses(asked.query, facts.rank_ends)
    bounds = span or IdRange(1, 2**62)
    conditions = [one.condition for one in asked.body_filters(snapshot) if one.condition]
    conditions += [status] if status else []
    conditions += _head_conditions(asked)
    values: list[object] = [" AND ".join(asked.text.body_groups), bounds.first, bounds.last]
    values.append(json.dumps(list(heads)))
    where = "".join(f" AND {condition.sql}" for condition in conditions)
    values += [value for condition in conditions for value in condition.values]
    rows = snapshot.connection.execute(
        f"{_BODY} {where} ORDER BY text_fts.rowid LIMIT {BODY_LIMIT + 1}", values
    )
    return [row_id for (row_id,) in rows]


def _head_conditions(asked: Asked) -> list[Condition]:
    """Words asked of conditions or interventions hold for studies found by their long texts as well."""
    words = asked.groups[len(asked.text.groups) :]
    if not words:
        return []
    sql = "f.id IN (SELECT rowid FROM head_fts WHERE head_fts MATCH ?)"
    return [Condition(sql, (" AND ".join(words),))]
