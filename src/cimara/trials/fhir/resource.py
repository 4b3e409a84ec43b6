"""One resource of a bundle, read tolerantly: a value of an unexpected type counts as absent."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cimara.trials.matching.reading import EARLIEST

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T.*)?)?)?")
_DATE_KEYS = (
    "effectiveDateTime",
    "effectivePeriod",
    "effectiveInstant",
    "performedDateTime",
    "performedPeriod",
    "onsetDateTime",
    "onsetPeriod",
    "recordedDate",
    "authoredOn",
    "dateAsserted",
    "issued",
)


@dataclass(frozen=True, slots=True)
class Coding:
    """One code with its system and display text; absent parts are empty."""

    system: str = ""
    code: str = ""
    display: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A date; `exact` is False when only its month or year was given and its last day stands for it."""

    on: date
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource with its place in the bundle; ids aren't kept, since they may identify a person."""

    type: str
    place: str
    body: Mapping[str, Any]

    @property
    def label(self) -> str:
        """Type and place, such as `Condition[3]`."""
        return f"{self.type}[{self.place}]"

    @property
    def profiles(self) -> frozenset[str]:
        """Last parts of the addresses in `meta.profile`."""
        listed = mapping(self.body.get("meta")).get("profile")
        named = [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []
        return frozenset(one.split("|")[0].rpartition("/")[2] for one in named)

    def has_profile(self, *endings: str) -> bool:
        """True when a profile ends so, such as `primary-cancer-condition`."""
        return any(one.endswith(endings) for one in self.profiles)

    def status(self, element: str = "status") -> str:
        """A status: a plain code, or the first code of a concept."""
        value = self.body.get(element)
        if isinstance(value, str):
            return value
        return next((one.code for one in codings(value)), "")

    def when(self, as_of: date) -> Day | None:
        """The date of what the resource tells: the end of a period, else its start."""
        for key in _DATE_KEYS:
            value = self.body.get(key)
            period = mapping(value)
            found = day_of(period.get("end"), as_of) or day_of(period.get("start"), as_of)
            found = found or day_of(value, as_of)
            if found is not None:
                return found
        return None

    def extensions(self, ending: str) -> Iterator[Mapping[str, Any]]:
        """Extensions, at any level, whose address ends so."""
        yield from _extensions(self.body, ending)


def _extensions(element: Mapping[str, Any], ending: str) -> Iterator[Mapping[str, Any]]:
    for one in mappings(element.get("extension")):
        address = one.get("url")
        if isinstance(address, str) and address.endswith(ending):
            yield one
        yield from _extensions(one, ending)


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; a lone object counts as a list of one."""
    if isinstance(value, Mapping):
        return [value]
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def said(value: Any) -> str:
    """The value if it is text, else nothing."""
    return value if isinstance(value, str) else ""


def codings(value: Any) -> list[Coding]:
    """Every coding of one concept or of a list of them; a bare coding counts too."""
    found = []
    for concept in mappings(value):
        listed = mappings(concept.get("coding")) or ([concept] if "code" in concept else [])
        found += [
            Coding(said(one.get("system")), said(one.get("code")), said(one.get("display"))) for one in listed
        ]
    return found


def words(value: Any) -> str:
    """Texts and displays of concepts, in lower case, joined."""
    texts = [said(concept.get("text")) for concept in mappings(value)]
    texts += [one.display for one in codings(value)]
    return " ; ".join(text.casefold() for text in texts if text)


def day_of(value: Any, as_of: date) -> Day | None:
    """A date of FHIR; of a month or a year the last day counts, but none after `as_of` within it.

    So no interval since then is overstated.
    """
    found = _DATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    year, month, day = (None if part is None else int(part) for part in found.groups())
    if year is None or year < EARLIEST.year:
        return None
    try:
        if month is not None and day is not None:
            return Day(date(year, month, day))
        last_month = month or 12
        last = date(year, last_month, calendar.monthrange(year, last_month)[1])
        first = date(year, month or 1, 1)
    except (ValueError, calendar.IllegalMonthError):
        return None
    return Day(min(last, as_of) if first <= as_of else last, exact=False)
