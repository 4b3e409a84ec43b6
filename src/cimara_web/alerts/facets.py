"""What an alert looks for: a few coarse choices, never a profile; and the library's query of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.trials.search import Query


class Brain(StrEnum):
    """What a study should say of brain metastases."""

    ANY = "any"
    STABLE = "stable"
    ACTIVE = "active"


class Lining(StrEnum):
    """What a study should say of leptomeningeal disease."""

    ANY = "any"
    TAKEN = "taken"


class Opening(StrEnum):
    """Which studies count as open enough to be told of."""

    OPEN = "open"
    SOON = "soon"


BRAIN_WORDS: dict[Brain, Any] = {
    Brain.ANY: _("Any study, whatever it says"),
    Brain.STABLE: _("Studies that may take people with treated or stable brain metastases"),
    Brain.ACTIVE: _("Studies that may take people with growing or untreated brain metastases"),
}
LINING_WORDS: dict[Lining, Any] = {
    Lining.ANY: _("Any study, whatever it says"),
    Lining.TAKEN: _("Studies that may take people with cancer in the fluid or lining"),
}
OPENING_WORDS: dict[Opening, Any] = {
    Opening.OPEN: _("Studies that are open now"),
    Opening.SOON: _("Studies that are open now, and those that open soon"),
}

BRAIN_TAKEN = {
    Brain.STABLE: frozenset({BrmPolicy.REQUIRED, BrmPolicy.ACTIVE_ALLOWED, BrmPolicy.STABLE_ONLY}),
    Brain.ACTIVE: frozenset({BrmPolicy.REQUIRED, BrmPolicy.ACTIVE_ALLOWED}),
}
LINING_TAKEN = {Lining.TAKEN: frozenset({LmdPolicy.REQUIRED, LmdPolicy.ALLOWED})}
BRAIN_UNSAID = frozenset({BrmPolicy.NOT_MENTIONED, BrmPolicy.UNCLEAR})
LINING_UNSAID = frozenset({LmdPolicy.NOT_MENTIONED, LmdPolicy.UNCLEAR})
"""A study that doesn't say is told of too, after those that do: unknown never excludes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What an alert looks for; empty texts don't filter."""

    tumour: str = ""
    brain: Brain = Brain.ANY
    lining: Lining = Lining.ANY
    country: str = ""
    opening: Opening = Opening.OPEN

    @classmethod
    def of_row(cls, row: Mapping[str, str]) -> Facets:
        """The facets that a row keeps."""
        return cls(
            tumour=row["tumour"],
            brain=Brain(row["brain"]),
            lining=Lining(row["lining"]),
            country=row["country"],
            opening=Opening(row["opening"]),
        )

    def to_row(self) -> dict[str, str]:
        """Plain texts, to be kept."""
        return {name: str(value) for name, value in asdict(self).items()}

    def query(self) -> Query:
        """The library's query."""
        return Query(
            tumour={self.tumour} - {""},
            country={self.country} - {""},
            brm=BRAIN_TAKEN[self.brain] | BRAIN_UNSAID if self.brain in BRAIN_TAKEN else frozenset(),
            lmd=LINING_TAKEN[self.lining] | LINING_UNSAID if self.lining in LINING_TAKEN else frozenset(),
            status={OverallStatus.RECRUITING}
            | ({OverallStatus.NOT_YET_RECRUITING} if self.opening is Opening.SOON else set()),
        )

    def says_yes(self, brm: BrmPolicy, lmd: LmdPolicy) -> bool:
        """True when a study with those policies says that it takes what was asked for."""
        return brm in BRAIN_TAKEN.get(self.brain, {brm}) and lmd in LINING_TAKEN.get(self.lining, {lmd})

    def search(self) -> dict[str, str]:
        """The nearest search of the search page, for its address: it describes studies."""
        asked = {"tumour": self.tumour, "country": self.country}
        if self.opening is Opening.SOON:
            asked["status"] = "any"
        return {key: value for key, value in asked.items() if value}


def facets_of_search(asked: Mapping[str, str]) -> dict[str, str]:
    """What the filters of a search mean for an alert; what an alert doesn't know is left out."""
    brain = {BrmPolicy.STABLE_ONLY: Brain.STABLE} | dict.fromkeys(BRAIN_TAKEN[Brain.ACTIVE], Brain.ACTIVE)
    return {
        "tumour": asked.get("tumour", ""),
        "country": asked.get("country", ""),
        "brain": brain.get(asked.get("brm", ""), Brain.ANY),
        "lining": Lining.TAKEN if asked.get("lmd") in LINING_TAKEN[Lining.TAKEN] else Lining.ANY,
        "opening": Opening.OPEN
        if asked.get("status", "") in ("", OverallStatus.RECRUITING)
        else Opening.SOON,
    }
