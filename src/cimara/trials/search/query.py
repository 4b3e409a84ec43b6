"""What is asked of a search: every field is optional, and checked when the query is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite, pi
from typing import Self, TypeVar

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.errors import CimaraError
from cimara.terms.registry import OverallStatus, Phase, Sex, StudyType
from cimara.terms.tumour import lookup, tumours
from cimara.terms.units import EARTH_RADIUS_KM
from cimara.trials.facets import SPONSOR_CLASSES
from cimara.trials.places import Place, country_code

MAX_PAGE = 100
MAX_AGE = 130
HALF_ROUND_KM = pi * EARTH_RADIUS_KM
DEFAULT_STATUS = frozenset({OverallStatus.RECRUITING})

Word = TypeVar("Word", bound=StrEnum)
_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")


class QueryError(CimaraError):
    """A query that can't be asked; it names the field and what would be right."""

    @classmethod
    def not_allowed(cls, field: str, allowed: Iterable[str]) -> QueryError:
        return cls("not an allowed value", where=field, expected=f"one of {', '.join(allowed)}")

    @classmethod
    def bad_number(cls, field: str, expected: str) -> QueryError:
        return cls("not a possible value", where=field, expected=expected)

    @classmethod
    def bad_cursor(cls) -> QueryError:
        return cls(
            "that page belongs to another query or another snapshot",
            where="page",
            expected="a cursor of this query",
            hint="Start again from the first page.",
        )


class Sort(StrEnum):
    """Order of the hits. `best`: by distance when near a place, else by relevance, else open and recent."""

    BEST = "best"
    UPDATED = "updated"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Near:
    """A place and a radius in kilometres.

    `home_country` (ISO 3166-1 alpha-2) settles ambiguous names; with `own_country_first`, sites there come
    before nearer ones abroad.
    """

    place: str | Place
    km: float = 300.0
    home_country: str | None = None
    own_country_first: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.km, int | float) and isfinite(self.km) and 0 < self.km <= HALF_ROUND_KM):
            raise QueryError.bad_number("near.km", f"kilometres above 0 and up to {HALF_ROUND_KM:,.0f}")
        if isinstance(self.place, str):
            object.__setattr__(self, "place", _whole(self.place))
        elif not isinstance(self.place, Place):
            raise QueryError("not a place", where="near", expected="the name of a place, or a Place")
        if self.home_country is not None:
            object.__setattr__(self, "home_country", _country("near.home_country", self.home_country))


@dataclass(frozen=True, slots=True)
class Page:
    """How many hits, and after which one: `cursor` is that of the page before."""

    size: int = 20
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not (isinstance(self.size, int) and 1 <= self.size <= MAX_PAGE):
            raise QueryError.bad_number("page.size", f"1 to {MAX_PAGE}")
        if self.cursor is not None and not isinstance(self.cursor, str):
            raise QueryError.bad_cursor()


@dataclass(frozen=True, slots=True)
class AgeRange:
    """Whole years, both ends included; a missing end is open."""

    youngest: int | None = None
    oldest: int | None = None

    def __post_init__(self) -> None:
        for end in (self.youngest, self.oldest):
            if end is not None and not (type(end) is int and 0 <= end <= MAX_AGE):
                raise QueryError.bad_number("age", f"whole years from 0 to {MAX_AGE}")
        if self.youngest is not None and self.oldest is not None and self.youngest > self.oldest:
            raise QueryError.bad_number("age", "the youngest age first")


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A search. Sets may be given as any collection of words; an empty set doesn't filter.

    Parameters
    ----------
    text
        Words, or registry numbers.
    condition
        Words for a tumour, read by the vocabulary; `tumour` takes its ids. Either finds its kinds too.
    intervention
        Words to find among the interventions.
    phase
        A study of two phases is found by either.
    status
        Recruiting by default; an empty set finds every status.
    country
        ISO 3166-1 codes or names of countries with a site.
    brm, lmd
        Policies as read from the criteria text; what is unclear or not mentioned is counted beside.
    age
        Years of a person, or an `AgeRange`, that the trial's range must touch.
    first_posted, updated_since
        ISO dates, whole or partial, from which on.

    Raises
    ------
    QueryError
        When a value isn't allowed.
    """

    text: str = ""
    condition: str = ""
    intervention: str = ""
    tumour: Collection[str] = frozenset()
    phase: Collection[str] = frozenset()
    status: Collection[str] = DEFAULT_STATUS
    study_type: Collection[str] = frozenset()
    sponsor_class: Collection[str] = frozenset()
    country: Collection[str] = frozenset()
    near: Near | None = None
    brm: Collection[str] = frozenset()
    lmd: Collection[str] = frozenset()
    age: int | AgeRange | None = None
    sex: str | None = None
    first_posted: str | None = None
    updated_since: str | None = None
    sort: str = Sort.BEST
    page: Page = Page()

    def __post_init__(self) -> None:
        self._set("phase", _words("phase", self.phase, Phase))
        self._set("status", _words("status", self.status, OverallStatus))
        self._set("study_type", _words("study_type", self.study_type, StudyType))
        self._set("brm", _words("brm", self.brm, BrmPolicy))
        self._set("lmd", _words("lmd", self.lmd, LmdPolicy))
        self._set("sponsor_class", _listed("sponsor_class", self.sponsor_class, SPONSOR_CLASSES))
        self._set("tumour", frozenset(_tumour(name) for name in _each("tumour", self.tumour)))
        self._set("country", frozenset(_country("country", name) for name in _each("country", self.country)))
        self._set("sex", None if self.sex is None else _word("sex", self.sex, Sex))
        self._set("sort", _word("sort", self.sort, Sort))
        if isinstance(self.age, int):
            self._set("age", AgeRange(self.age, self.age))
        self._check_kinds()

    def _check_kinds(self) -> None:
        for field in ("text", "condition", "intervention"):
            value = getattr(self, field)
            if not isinstance(value, str):
                raise QueryError("not text", where=field, expected="text")
            self._set(field, _whole(value))
        for field in ("first_posted", "updated_since"):
            value = getattr(self, field)
            if value is not None and not (isinstance(value, str) and _DATE.fullmatch(value)):
                raise QueryError(
                    "not a date", where=field, expected="a date such as 2026-01-31, 2026-01 or 2026"
                )
        for field, kind in (("near", Near), ("age", AgeRange), ("page", Page)):
            value = getattr(self, field)
            if value is not None and not isinstance(value, kind):
                raise QueryError(
                    "not the kind of value that belongs here", where=field, expected=kind.__name__
                )

    def _set(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)

    def without(self, *fields: str) -> Self:
        """The query with those fields as if never set; status then finds every status."""
        empty = {field: type(self).__dataclass_fields__[field].default for field in fields}
        if "status" in empty:
            empty["status"] = frozenset()
        return self.with_field(**empty)

    def with_field(self, **fields: object) -> Self:
        """The query with other values in those fields, checked as any are."""
        return replace(self, **fields)  # type: ignore[arg-type]


def _whole(text: str) -> str:
    """The text without lone surrogates, which are no characters and can't be written anywhere."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode("utf-8")


def _each(field: str, values: Iterable[str] | str) -> Iterable[str]:
    found = (values,) if isinstance(values, str) else values
    try:
        items = list(found)
    except TypeError:
        items = [None]  # type: ignore[list-item]
    if not all(isinstance(item, str) for item in items):
        raise QueryError("not text", where=field, expected="words")
    return items


def _words(field: str, values: Iterable[str] | str, kind: type[Word]) -> frozenset[Word]:
    return frozenset(_word(field, value, kind) for value in _each(field, values))


def _word(field: str, value: str, kind: type[Word]) -> Word:
    try:
        return kind(value)
    except ValueError:
        pass
    by_name = {word.value.casefold(): word for word in kind}
    found = by_name.get(str(value).strip().casefold().replace("-", "_").replace(" ", "_"))
    if found is None:
        raise QueryError.not_allowed(field, kind)
    return found


def _listed(field: str, values: Iterable[str] | str, allowed: Iterable[str]) -> frozenset[str]:
    known = {word.casefold(): word for word in allowed}
    try:
        return frozenset(known[value.strip().casefold()] for value in _each(field, values))
    except KeyError:
        raise QueryError.not_allowed(field, known.values()) from None


def _tumour(name: str) -> str:
    found = lookup(name)
    if name in tumours():
        return name
    if len(found) != 1:
        near = ", ".join(entry.id for entry in found[:8])
        raise QueryError(
            "no single tumour of the vocabulary",
            where="tumour",
            expected=f"one of {near}" if near else "an id such as nsclc, her2_breast, melanoma",
        )
    return found[0].id


def _country(field: str, name: str) -> str:
    code = country_code(name) if isinstance(name, str) else None
    if code is None:
        raise QueryError("no such country", where=field, expected="a country's name or its ISO 3166-1 code")
    return code
