"""What a visitor's answers find: every study with its verdict, filtered and paged as asked, nothing lost."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import cached_property

from cimara.terms.registry import OverallStatus
from cimara.trials.matching import MatchPage, Profile, match, match_all
from cimara.trials.matching.sites import OPEN_STATUSES, point_of
from cimara.trials.places import distance_km
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara.trials.verdict import CriterionId, MatchResult, Verdict
from cimara_web.finder.answers import Answers
from cimara_web.finder.profile import ages_of, profile_of

PAGE_SIZE = 20
FOLDED = (Verdict.NOT_NOW, Verdict.NO)
BEYOND = "beyond_max_distance"
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


def find(answers: Answers, snapshot: Snapshot, *, today: date) -> Found:
    """Match the answers against every study of the snapshot."""
    profile = profile_of(answers, as_of=today)
    page = match_all(profile, snapshot, own_country_first=profile.country is not None)
    return Found(profile, _over_age_band(page, profile, ages_of(answers), snapshot), snapshot)


@dataclass(frozen=True)
class Found:
    """The answer of the library, before any choice of what to show."""

    profile: Profile
    page: MatchPage
    snapshot: Snapshot

    def listed(self, show: Show, sort: Sort) -> tuple[MatchResult, ...]:
        """The studies to show, by verdict; within one, as `sort` says."""
        chosen = [one for one in self.page.results if self._is_shown(one, show)]
        if sort is Sort.NEAR:
            chosen.sort(
                key=lambda one: (_RANK[one.verdict], one.nearest_open_km is None, one.nearest_open_km or 0.0)
            )
        return tuple(chosen)

    @cached_property
    def counts(self) -> Mapping[Show, int]:
        """How many studies each choice shows."""
        return {show: sum(self._is_shown(one, show) for one in self.page.results) for show in Show}

    @cached_property
    def too_far(self) -> tuple[MatchResult, ...]:
        """Open studies whose nearest open site is farther than the person would travel."""
        return tuple(
            one for one in self.page.results if status_of(one) in OPEN_STATUSES and BEYOND in one.flags
        )

    @cached_property
    def closed_nearby(self) -> int:
        """Of those, how many have a site within reach that is closed."""
        studies = self.snapshot.studies_of(one.nct_id for one in self.too_far) if self.too_far else ()
        return sum(_has_closed_site_near(study, self.profile) for study in studies)

    @staticmethod
    def _is_shown(result: MatchResult, show: Show) -> bool:
        if show is Show.ALL:
            return True
        wanted = OPEN_STATUSES if show is Show.OPEN else {OverallStatus.NOT_YET_RECRUITING}
        return status_of(result) in wanted and BEYOND not in result.flags


@dataclass(frozen=True, slots=True)
class Group:
    """The part of a page with one verdict; `total` counts all of it, `page` is where it begins."""

    verdict: Verdict
    total: int
    page: int
    results: tuple[MatchResult, ...]

    @property
    def is_folded(self) -> bool:
        """True for studies that don't take the person now: folded away, with their count in view."""
        return self.verdict in FOLDED


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of a list, in groups by verdict; a group with nothing here still has its count."""

    number: int
    last: int
    total: int
    groups: tuple[Group, ...]


def paged(listed: Sequence[MatchResult], number: int) -> ResultsPage:
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
    profile = profile_of(answers, as_of=today)
    own_country_first = profile.country is not None
    result = match(profile, study, own_country_first=own_country_first)
    ages = ages_of(answers)
    if ages and _limit_within(result, ages):
        return profile, match(replace(profile, age=None), study, own_country_first=own_country_first)
    return profile, result


def status_of(result: MatchResult) -> OverallStatus:
    """The study's overall status, as the match saw it."""
    criterion = result.criterion(CriterionId.STATUS)
    return OverallStatus(criterion.fact) if criterion and criterion.fact else OverallStatus.UNKNOWN


def _over_age_band(
    page: MatchPage, profile: Profile, ages: tuple[int, int] | None, snapshot: Snapshot
) -> MatchPage:
    """Studies whose age limit falls inside the band are matched again with the age unknown."""
    doubtful = {one.nct_id for one in page.results if ages and _limit_within(one, ages)}
    if not doubtful:
        return page
    ageless, own = replace(profile, age=None), profile.country is not None
    again = {
        study.nct_id: match(ageless, study, own_country_first=own) for study in snapshot.studies_of(doubtful)
    }
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
