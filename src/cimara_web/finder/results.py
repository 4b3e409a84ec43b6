"""What a visitor's answers find: every study with its verdict, filtered and paged as asked, nothing lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from cimara.terms.registry import OverallStatus
from cimara.trials.matching import MatchPage, Profile, match, match_all
from cimara.trials.matching.sites import OPEN_STATUSES, point_of
from cimara.trials.places import distance_km
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara.trials.verdict import CriterionId, MatchResult, Verdict
from cimara_web.finder.answers import Answers
from cimara_web.finder.outcome import BEYOND, Outcome, Row, kind_of
from cimara_web.finder.profile import ages_of, profile_of
from cimara_web.finder.queries import Visit
from cimara_web.finder.remembering import remembered

PAGE_SIZE = 20
FOLDED = (Verdict.NOT_NOW, Verdict.NO)
Listed = TypeVar("Listed", Row, MatchResult)
_RANK = {verdict: place for place, verdict in enumerate(Verdict)}
_AGE_LIMITS = re.compile(r"(?P<least>[\d.]+)-(?P<most>[\d.]*)")


class Show(StrEnum):
    """Which studies are listed: open and within reach, opening soon and within reach, or every one."""

    OPEN = "open"
    SOON = "soon"
    ALL = "all"


class Sort(StrEnum):
    """Order within a verdict: the library's, or nearest open site first."""

    BEST = "best"
    NEAR = "near"


def find(visit: Visit, snapshot: Snapshot, *, today: date) -> Found:
    """The visitor's answers against every study of the snapshot."""
    person = Person.of(visit.answers, today=today)
    asked = ("patient", person.profile.to_json(), person.ages)
    return Found(person, remembered(visit, snapshot, asked, lambda: _matched(person, snapshot)))


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of the visitor: the profile, and the band that its age is the younger end of."""

    profile: Profile
    ages: tuple[int, int] | None

    @classmethod
    def of(cls, answers: Answers, *, today: date) -> Person:
        """The person that the answers tell of."""
        return cls(profile_of(answers, as_of=today), ages_of(answers))

    @property
    def own_country_first(self) -> bool:
        """True when the person's country is known."""
        return self.profile.country is not None

    def match(self, study: Study) -> MatchResult:
        """One study against the person: the same as its row in `find`."""
        result = match(self.profile, study, own_country_first=self.own_country_first)
        if self.ages and _limit_within(result, self.ages):
            ageless = replace(self.profile, age=None)
            return match(ageless, study, own_country_first=self.own_country_first)
        return result


@dataclass(frozen=True)
class Found:
    """The answer of the library, before any choice of what to show."""

    person: Person
    outcome: Outcome

    @property
    def profile(self) -> Profile:
        """The facts that were matched."""
        return self.person.profile

    def listed(self, show: Show, sort: Sort) -> tuple[Row, ...]:
        """The studies to show, by verdict; within one, as `sort` says."""
        shown = {kind for kind, one in self._kinds.items() if _is_shown(one, show)}
        chosen = [one for one in self.outcome.rows if kind_of(one) in shown]
        if sort is Sort.NEAR:
            chosen.sort(
                key=lambda one: (one.verdict_place, one.nearest_open_km is None, one.nearest_open_km or 0.0)
            )
        return tuple(chosen)

    @cached_property
    def counts(self) -> Mapping[Show, int]:
        """How many studies each choice shows."""
        return {show: self._count(lambda one, show=show: _is_shown(one, show)) for show in Show}

    @cached_property
    def too_far(self) -> int:
        """How many open studies have their nearest open site farther than the person would travel."""
        return self._count(_is_open_too_far)

    @cached_property
    def _kinds(self) -> dict[tuple[int, int], Row]:
        """One study of each kind: thousands of studies have few kinds, and only those are looked at."""
        return {kind_of(one): one for one in self.outcome.rows}

    @cached_property
    def _tally(self) -> Counter[tuple[int, int]]:
        return Counter(map(kind_of, self.outcome.rows))

    def _count(self, counts: Callable[[Row], bool]) -> int:
        return sum(self._tally[kind] for kind, one in self._kinds.items() if counts(one))


def _is_shown(row: Row, show: Show) -> bool:
    if show is Show.ALL:
        return True
    wanted = OPEN_STATUSES if show is Show.OPEN else {OverallStatus.NOT_YET_RECRUITING}
    return row.status in wanted and not row.has(BEYOND)


def _is_open_too_far(row: Row) -> bool:
    return row.status in OPEN_STATUSES and row.has(BEYOND)


@dataclass(frozen=True, slots=True)
class Group(Generic[Listed]):
    """The part of a page with one verdict; `total` counts all of it, `page` is where it begins."""

    verdict: Verdict
    total: int
    page: int
    results: tuple[Listed, ...]

    @property
    def is_folded(self) -> bool:
        """True for studies that don't take the person now: folded away, with their count in view."""
        return self.verdict in FOLDED


@dataclass(frozen=True, slots=True)
class ResultsPage(Generic[Listed]):
    """One page of a list, in groups by verdict; a group with nothing here still has its count."""

    number: int
    last: int
    total: int
    groups: tuple[Group[Listed], ...]


def paged(listed: Sequence[Listed], number: int) -> ResultsPage[Listed]:
    """Page `number` (from 1) of the list; a number off its end gives the last page."""
    last = max(1, -(-len(listed) // PAGE_SIZE))
    number = min(max(1, number), last)
    here = listed[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    totals = Counter(one.verdict for one in listed)
    groups, before = [], 0
    for verdict in Verdict:
        on_page = tuple(one for one in here if one.verdict is verdict)
        groups.append(Group(verdict, totals[verdict], before // PAGE_SIZE + 1, on_page))
        before += totals[verdict]
    return ResultsPage(number, last, len(listed), tuple(groups))


def page_number(text: str) -> int:
    """The page that an address asks for; the first when it asks for none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def match_one(answers: Answers, study: Study, *, today: date) -> tuple[Profile, MatchResult]:
    """One study against the answers: the same as its row in `find`."""
    person = Person.of(answers, today=today)
    return person.profile, person.match(study)


def _matched(person: Person, snapshot: Snapshot) -> Outcome:
    page = match_all(person.profile, snapshot, own_country_first=person.own_country_first)
    outcome = Outcome.of(_over_age_band(page, person, snapshot))
    too_far = [one.nct_id for one in outcome.rows if _is_open_too_far(one)]
    studies = snapshot.studies_of(too_far) if too_far else ()
    return replace(outcome, closed_nearby=sum(_has_closed_site_near(one, person.profile) for one in studies))


def _over_age_band(page: MatchPage, person: Person, snapshot: Snapshot) -> MatchPage:
    """Studies whose age limit falls inside the band are matched again with the age unknown."""
    ages = person.ages
    doubtful = {one.nct_id for one in page.results if ages and _limit_within(one, ages)}
    if not doubtful:
        return page
    again = {study.nct_id: person.match(study) for study in snapshot.studies_of(doubtful)}
    results = sorted((again.get(one.nct_id, one) for one in page.results), key=lambda one: _RANK[one.verdict])
    return replace(page, results=tuple(results))


def _limit_within(result: MatchResult, ages: tuple[int, int]) -> bool:
    """True when the study takes some ages of the band and not others."""
    criterion = result.criterion(CriterionId.AGE)
    limits = _AGE_LIMITS.fullmatch(criterion.requirement or "") if criterion else None
    if limits is None:
        return False
    low, high = ages
    least, most = float(limits["least"]), float(limits["most"] or "inf")
    return low < least <= high or low <= most < high


def _has_closed_site_near(study: Study, profile: Profile) -> bool:
    point, reach = point_of(profile), profile.max_distance_km
    if point is None or reach is None:
        return False
    return any(
        site.effective_status(study.overall_status)[0] not in OPEN_STATUSES
        and site.lat is not None
        and site.lon is not None
        and distance_km(*point, site.lat, site.lon) <= reach
        for site in study.sites
    )
