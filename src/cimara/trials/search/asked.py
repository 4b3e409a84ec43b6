"""A query made ready for one snapshot: its words read, its place found, its filters planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cimara.terms.tumour import lookup
from cimara.trials.places import Place, PlaceFound, UnknownPlaceError, find_place
from cimara.trials.search.filters import (
    BROAD,
    BROAD_FOR_SCORES,
    Circle,
    Filter,
    filters_of,
    reach_of,
    statuses,
)
from cimara.trials.search.page import Notice, NoticeCode
from cimara.trials.search.plan import Plan, facts_of, plan_for
from cimara.trials.search.query import Near, Query
from cimara.trials.search.text_query import TextQuery, read_text, words_in_column
from cimara.trials.snapshot import Snapshot

MAX_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A query with everything that was read out of it. `query` has the tumours and policies of its words."""

    query: Query
    text: TextQuery
    groups: tuple[str, ...]
    circle: Circle | None
    place: PlaceFound | None
    notices: tuple[Notice, ...]

    @property
    def own_country(self) -> str | None:
        """The country whose sites come first, when that was asked."""
        near = self.query.near
        if near is None or self.circle is None or not near.own_country_first:
            return None
        return near.home_country or self.circle.place.iso2

    def plan(self, snapshot: Snapshot, query: Query | None = None, *, scored: bool = False) -> Plan:
        """The plan of the query, or of one that differs from it in a filter; `scored` when bm25 is asked."""
        facts = facts_of(snapshot)
        chosen = query or self.query
        span, status = statuses(chosen, facts.rank_ends)
        filters = filters_of(chosen, facts.tumour_order, self.circle if chosen.near else None)
        broad = BROAD_FOR_SCORES if scored else BROAD
        return plan_for(self.groups, filters, span, status, snapshot, broad)

    def body_filters(self, snapshot: Snapshot) -> list[Filter]:
        """The filters, for an index that knows no facet words."""
        return list(filters_of(self.query, facts_of(snapshot).tumour_order, None))


def read_query(query: Query, snapshot: Snapshot) -> Asked:
    """Read a query for a snapshot; what can't be read is left out and said in a notice."""
    text = read_text(query.text, snapshot.connection)
    notices = list(_text_notices(text))
    groups = list(text.groups)
    if not query.brm and not query.lmd and (text.brm or text.lmd):
        query = replace(query, brm=text.brm, lmd=text.lmd)
    if query.condition:
        query, words = _with_condition(query)
        if words:
            groups.append(words)
            notices.append(_condition_notice())
    if query.intervention and (words := words_in_column(query.intervention, "intervention")):
        groups.append(f"({words})")
    place, place_notices = _find(query.near)
    circle = reach_of(place.place, query.near.km) if place and query.near else None
    return Asked(query, text, tuple(groups), circle, place, (*notices, *place_notices))


def _with_condition(query: Query) -> tuple[Query, str | None]:
    """The query with the tumours that `condition` names; else its words, to look for among conditions."""
    named = lookup(query.condition)
    if named:
        return replace(query, condition="", tumour={*query.tumour, *(entry.id for entry in named)}), None
    words = words_in_column(query.condition, "condition")
    return query, f"({words})" if words else None


def _find(near: Near | None) -> tuple[PlaceFound | None, list[Notice]]:
    if near is None:
        return None, []
    if isinstance(near.place, Place):
        return PlaceFound(place=near.place), []
    try:
        found = find_place(near.place, home_country=near.home_country)
    except UnknownPlaceError as error:
        return None, [
            Notice(code=NoticeCode.UNKNOWN_PLACE, message=str(error), suggestions=error.suggestions)
        ]
    if not found.alternatives:
        return found, []
    return found, [
        Notice(
            code=NoticeCode.AMBIGUOUS_PLACE,
            message=f"near {found.place}",
            suggestions=tuple(str(place) for place in found.alternatives[:MAX_SUGGESTIONS]),
        )
    ]


def _text_notices(text: TextQuery) -> Iterator[Notice]:
    if text.has_no_word:
        yield Notice(code=NoticeCode.NO_WORD, message="no word to search for; the filters still apply")
    if text.was_cut:
        yield Notice(code=NoticeCode.TEXT_CUT, message="only the first 64 words were searched for")
    if text.brm or text.lmd:
        phrases = "; ".join(text.read_as)
        disease = "leptomeningeal disease" if text.lmd and not text.brm else "brain metastases"
        yield Notice(
            code=NoticeCode.READ_AS_POLICY,
            message=f'"{phrases}" read as: trials that take people with {disease}',
        )


def _condition_notice() -> Notice:
    return Notice(
        code=NoticeCode.CONDITION_AS_WORDS,
        message="the condition is no tumour of the vocabulary: its words were looked for among conditions",
    )
