"""What a search address asks, and what the page offers beside: choices with counts, chips to take away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from babel import Locale
from django.http import QueryDict
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase
from cimara.terms.tumour import TumourFamily, tumours
from cimara.trials.gazetteer import gazetteer
from cimara.trials.plain import status_words
from cimara.trials.search import NoticeCode, Page, Query
from cimara_web.finder.policy import BRM_SHORT, LMD_SHORT
from cimara_web.finder.words import tumour_name

ANY_STATUS = "any"
FILTERS = ("tumour", "brm", "lmd", "phase", "status", "country")
KEYS = ("q", *FILTERS, "page")
PAGE_SIZE = 20

LABELS: dict[str, Any] = {
    "tumour": gettext_lazy("Kind of cancer"),
    "brm": gettext_lazy("Brain metastases"),
    "lmd": gettext_lazy("Leptomeningeal disease"),
    "phase": gettext_lazy("Phase"),
    "status": gettext_lazy("Status"),
    "country": gettext_lazy("Country"),
}
PHASE_WORDS: dict[Phase, Any] = {
    Phase.EARLY_PHASE1: gettext_lazy("Early phase 1"),
    Phase.PHASE1: gettext_lazy("Phase 1"),
    Phase.PHASE2: gettext_lazy("Phase 2"),
    Phase.PHASE3: gettext_lazy("Phase 3"),
    Phase.PHASE4: gettext_lazy("Phase 4"),
    Phase.NA: gettext_lazy("No phase"),
}
NOTICES: dict[NoticeCode, Any] = {
    NoticeCode.NO_WORD: gettext_lazy("There was no word to search for, so only the filters were used."),
    NoticeCode.TEXT_CUT: gettext_lazy("The text was very long. Only its first words were used."),
    NoticeCode.READ_AS_POLICY: gettext_lazy(
        "Words on spread to the brain were read as a filter on the study’s rules."
    ),
    NoticeCode.CONDITION_AS_WORDS: gettext_lazy(
        "This kind of cancer is not in our list, so it was searched as words."
    ),
    NoticeCode.NUMBER_NOT_HERE: gettext_lazy("Our copy of the registry has no study of this number."),
    NoticeCode.NUMBER_REMOVED: gettext_lazy("This study is no longer in the registry."),
    NoticeCode.NUMBER_PAST_FILTERS: gettext_lazy(
        "The study of this number is shown although the filters leave it out."
    ),
}
"""Notices about places don't arise here: the page asks for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a filter; `count` None where it isn't counted."""

    value: str
    label: str
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter in force, and the query without it."""

    label: str
    without: dict[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of an address, as texts: only keys that we know, each once."""

    given: Mapping[str, str]

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """The address's query; the last of several values counts."""
        return cls({key: query.get(key, "") for key in KEYS if query.get(key, "")})

    def query(self) -> Query:
        """The library's query.

        Raises
        ------
        QueryError
            When a filter isn't one of its words, or the page belongs to another query.
        """
        query = Query(
            text=self.given.get("q", ""),
            page=Page(size=PAGE_SIZE, cursor=self.given.get("page")),
            **{key: {self.given[key]} for key in FILTERS if key in self.given and key != "status"},
        )
        status = self.given.get("status")
        if status == ANY_STATUS:
            return query.without("status")
        return replace(query, status={status}) if status else query

    def with_(self, **changes: str) -> dict[str, str]:
        """The address's query with changes, from its first page; an empty value takes a key away."""
        changed = {**{key: value for key, value in self.given.items() if key != "page"}, **changes}
        return {key: value for key, value in changed.items() if value}

    def chips(self) -> list[Chip]:
        """Words and filters in force, each with the query without it."""
        made = []
        if "q" in self.given:
            made.append(Chip(label=f"“{self.given['q']}”", without=self.with_(q="")))
        for key in FILTERS:
            value = self.given.get(key)
            if value:
                made.append(
                    Chip(label=f"{LABELS[key]}: {value_words(key, value)}", without=self.with_(**{key: ""}))
                )
        return made


def value_words(key: str, value: str) -> str:
    """A filter's value in words."""
    return str(dict(_CHOICES[key]()).get(value, value))


def options(key: str, counts: Mapping[str, int] | None = None) -> list[Option]:
    """The choices of a filter, with counts where given; a choice that would find nothing is left out."""
    made = (
        Option(value=value, label=str(label), count=_count(value, counts)) for value, label in _CHOICES[key]()
    )
    return [one for one in made if one.count != 0 or one.value == ANY_STATUS]


def _count(value: str, counts: Mapping[str, int] | None) -> int | None:
    if counts is None:
        return None
    return sum(counts.values()) if value == ANY_STATUS else counts.get(value, 0)


def _tumours() -> Iterable[tuple[str, str]]:
    found = (
        one for one in tumours().values() if one.family in (TumourFamily.SOLID, TumourFamily.PRIMARY_CNS)
    )
    return sorted(((one.id, tumour_name(one.id)) for one in found), key=lambda pair: pair[1].casefold())


def _statuses() -> Iterable[tuple[str, str]]:
    lang = get_language() or "en"
    yield ANY_STATUS, _("Any status")
    for status in OverallStatus:
        yield status.value, status_words(status, lang)


def _countries() -> Iterable[tuple[str, str]]:
    return _countries_in(get_language() or "en")


@cache
def _countries_in(lang: str) -> list[tuple[str, str]]:
    names = Locale.parse(lang).territories
    found = [(iso2, names.get(iso2, english)) for iso2, english in gazetteer().country_names.items()]
    return sorted(found, key=lambda pair: pair[1].casefold())


_CHOICES: dict[str, Any] = {
    "tumour": _tumours,
    "brm": lambda: [(policy.value, BRM_SHORT[policy]) for policy in BrmPolicy],
    "lmd": lambda: [(policy.value, LMD_SHORT[policy]) for policy in LmdPolicy],
    "phase": lambda: [(phase.value, words) for phase, words in PHASE_WORDS.items()],
    "status": _statuses,
    "country": _countries,
}
