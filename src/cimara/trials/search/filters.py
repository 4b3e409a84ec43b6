"""Filters of a query as terms of the head index and as conditions on the narrow `facet` table."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType
from cimara.terms.tumour import ANY_SOLID, ancestors, is_within, kinds_of
from cimara.terms.units import DAYS_PER_YEAR
from cimara.trials.facet_words import (
    ANY_PRIMARY_WORD,
    MARK,
    brm_word,
    cells_around,
    country_word,
    lmd_word,
    named_word,
    phase_words,
    sponsor_word,
    tumour_word,
    type_word,
    unplaced_word,
)
from cimara.trials.facets import (
    code,
    date_number,
    phase_bits,
    sponsor_class_code,
    tumour_bits,
)
from cimara.trials.places import Place, countries_within
from cimara.trials.search.query import AgeRange, Query

BROAD = 0.25
"""A filter that keeps more of the studies than this is joined: its doclist would be longer than the walk."""
BROAD_FOR_SCORES = 0.08
"""The same where matches are scored: bm25 walks the doclist of every term once more, the join a short way."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of SQL on `f`, a row of `facet`, with its values."""

    sql: str
    values: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter in both its forms; `condition` is None when only the index knows it."""

    words: tuple[str, ...] = ()
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Circle:
    """Where to look: a place, a radius in kilometres, and the countries that reach into it."""

    place: Place
    km: float
    countries: frozenset[str]


@dataclass(frozen=True, slots=True)
class IdRange:
    """Row ids, both ends included, that hold the statuses asked; of one alone they lie by last update."""

    first: int
    last: int
    is_one_status: bool = False


NOTHING = f"{MARK}none"
"""A word that no study bears."""
_RANKED = (
    OverallStatus.RECRUITING,
    OverallStatus.NOT_YET_RECRUITING,
    OverallStatus.ENROLLING_BY_INVITATION,
)
"""Statuses whose studies lie together, in this order, at the front of a snapshot."""


def filters_of(query: Query, tumour_order: tuple[str, ...], circle: Circle | None) -> Iterator[Filter]:
    """Every filter of a query but the words, the statuses and the text of `condition`."""
    if query.brm:
        yield _policies("brm", map(BrmPolicy, query.brm), brm_word)
    if query.lmd:
        yield _policies("lmd", map(LmdPolicy, query.lmd), lmd_word)
    if query.tumour:
        yield _tumours(query.tumour, tumour_order)
    if query.phase:
        bits = phase_bits(map(Phase, query.phase))
        yield Filter(tuple(phase_words(bits)), Condition("f.phases & ?", (bits,)))
    if query.study_type:
        kinds = sorted(map(StudyType, query.study_type))
        yield Filter(tuple(map(type_word, kinds)), _among("study_type", map(code, kinds)))
    if query.sponsor_class:
        words = tuple(map(sponsor_word, sorted(query.sponsor_class)))
        yield Filter(words, _among("sponsor_class", map(sponsor_class_code, sorted(query.sponsor_class))))
    if query.country:
        yield Filter(tuple(map(country_word, sorted(query.country))), _in_countries(sorted(query.country)))
    if circle is not None:
        yield _inside(circle)
    yield from (Filter(condition=condition) for condition in _ranges(query))


def _policies(
    column: str, policies: Iterable[BrmPolicy] | Iterable[LmdPolicy], word: Callable[..., str]
) -> Filter:
    chosen = sorted(policies)
    return Filter(tuple(map(word, chosen)), _among(column, map(code, chosen)))


def _tumours(wanted: Iterable[str], order: tuple[str, ...]) -> Filter:
    kinds = frozenset[str]().union(*map(kinds_of, wanted))
    low, high = tumour_bits(kinds, order)
    condition = Condition("(f.tumours_low & ? OR f.tumours_high & ?)", (low, high))
    return Filter(tuple(tumour_word(one) for one in sorted(wanted)), condition)


def wider_tumours(query: Query) -> str:
    """Studies that name none of the tumours asked but a wider one, or metastases of any primary."""
    wider = frozenset[str]().union(*map(ancestors, query.tumour)) - frozenset(query.tumour)
    words = [named_word(one) for one in sorted(wider)]
    if any(is_within(one, ANY_SOLID) for one in query.tumour):
        words.append(ANY_PRIMARY_WORD)
    asked = " OR ".join(map(tumour_word, sorted(query.tumour)))
    return f"(({' OR '.join(words)}) NOT ({asked}))" if words else NOTHING


def _in_countries(codes: list[str]) -> Condition:
    marks = ", ".join("?" * len(codes))
    return Condition(
        f"EXISTS (SELECT 1 FROM location WHERE study_id = f.id AND iso2 IN ({marks}))",  # noqa: S608
        tuple(codes),
    )


def _inside(circle: Circle) -> Filter:
    """Sites in grid cells that the circle touches, or of countries that reach into it and nowhere closer.

    The cells hold a little more than the circle: distances are checked study by study afterwards.
    """
    cells = cells_around(circle.place.lat, circle.place.lon, circle.km)
    if cells is None:
        return Filter()
    unplaced = [unplaced_word(iso2) for iso2 in (None, *sorted(circle.countries))]
    return Filter((*cells, *unplaced))


def _ranges(query: Query) -> Iterator[Condition]:
    if isinstance(query.age, AgeRange):
        yield from _ages(query.age)
    if query.sex not in (None, Sex.ALL):
        yield _among("sex", (code(Sex.ALL), code(Sex(query.sex or ""))))
    if query.first_posted:
        yield Condition("f.first_posted >= ?", (date_number(query.first_posted),))
    if query.updated_since:
        yield Condition("f.last_updated >= ?", (date_number(query.updated_since),))


def _ages(age: AgeRange) -> Iterator[Condition]:
    """A person of n years has lived from n up to n + 1 years of days; a missing bound is open."""
    if age.oldest is not None:
        yield Condition(
            "(f.min_age_days IS NULL OR f.min_age_days < ?)", (int((age.oldest + 1) * DAYS_PER_YEAR),)
        )
    if age.youngest is not None:
        yield Condition(
            "(f.max_age_days IS NULL OR f.max_age_days >= ?)", (int(age.youngest * DAYS_PER_YEAR),)
        )


def _among(column: str, codes: Iterable[int]) -> Condition:
    listed = tuple(codes)
    return Condition(f"f.{column} IN ({', '.join('?' * len(listed))})", listed)


def without_date(query: Query) -> Iterator[tuple[str, Condition]]:
    """For each date asked, the studies whose record gives none."""
    if query.first_posted:
        yield "first_posted", Condition("f.first_posted IS NULL")
    if query.updated_since:
        yield "updated_since", Condition("f.last_updated IS NULL")


def statuses(query: Query, ends: Sequence[int]) -> tuple[IdRange | None, Condition | None]:
    """Where the statuses lie, and a condition when others lie there too."""
    wanted = frozenset(map(OverallStatus, query.status))
    if not wanted:
        return None, None
    ranked = [place for place, status in enumerate(_RANKED) if status in wanted]
    others = wanted - frozenset(_RANKED)
    places = [*ranked, *([len(_RANKED)] if others else [])]
    is_one = len(places) == 1 and not others
    span = IdRange(1 + (ends[places[0] - 1] if places[0] else 0), ends[places[-1]], is_one)
    is_whole = not others and len(ranked) == places[-1] - places[0] + 1
    return span, None if is_whole else _among("status", map(code, sorted(wanted)))


def rank_ends(connection: sqlite3.Connection) -> list[int]:
    """The last row id of each ranked status and of the rest, by bisection since ids are in rank order."""
    top = int(connection.execute("SELECT coalesce(max(id), 0) FROM facet").fetchone()[0])
    ends = []
    low = 0
    for place in range(len(_RANKED)):
        high = top
        while low < high:
            middle = (low + high + 1) // 2
            row = connection.execute("SELECT status FROM facet WHERE id >= ? ORDER BY id LIMIT 1", (middle,))
            if row.fetchone()[0] <= place:
                low = middle
            else:
                high = middle - 1
        ends.append(low)
    return [*ends, top]


def reach_of(place: Place, km: float) -> Circle:
    """The circle around a place."""
    return Circle(place, km, countries_within(place.lat, place.lon, km))
