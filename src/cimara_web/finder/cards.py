"""A study as a row of the list and as a page for one person: words beside the record's own sentences."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from cimara.terms.cns import CnsState
from cimara.terms.registry import OverallStatus
from cimara.trials.matching import NearSite, Profile, nearest_open_sites
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.plain import change_sentence, criterion_sentence
from cimara.trials.plain.quotes import telling_quotes
from cimara.trials.study import Site, Study
from cimara.trials.verdict import Criterion, CriterionId, CriterionValue, MatchResult, Verdict
from cimara_web.finder.home import uses_miles
from cimara_web.finder.record_words import RecordWords, record_words

CNS = (CriterionId.BRM, CriterionId.LMD)
AGAINST = (Verdict.NOT_NOW, Verdict.NO)
TO_CHECK = (CriterionValue.NEEDS_CHECK, CriterionValue.UNKNOWN)
ORDER_OF_POINTS = (
    CriterionValue.FAILS,
    CriterionValue.NEEDS_CHECK,
    CriterionValue.UNKNOWN,
    CriterionValue.MEETS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One compared criterion: its value, what it means, the record's words, what would have to change."""

    criterion: Criterion
    sentence: str
    words: tuple[RecordWords, ...]
    change: str


@dataclass(frozen=True)
class Card:
    """One study beside one person, in the language `lang`."""

    result: MatchResult
    study: Study
    profile: Profile
    lang: str

    @property
    def verdict(self) -> Verdict:
        """The library's verdict."""
        return self.result.verdict

    @cached_property
    def in_short(self) -> tuple[Point, ...]:
        """For the list: what stands against it, if anything; then what the record says of the disease."""
        of_cns = [one for one in map(self.result.criterion, cns_of(self.profile)) if one is not None]
        lead = lead_criterion(self.result)
        decided = [lead] if self.verdict in AGAINST and lead.id not in CNS else []
        return tuple(self._point(one) for one in (*decided, *of_cns))

    @property
    def more_to_check(self) -> int:
        """How many points beside those wait for an answer."""
        shown = {point.criterion.id for point in self.in_short}
        return sum(one.value in TO_CHECK and one.id not in shown for one in self.result.criteria)

    @cached_property
    def points(self) -> tuple[Point, ...]:
        """Every compared criterion: what doesn't fit first, then what is open, then what fits."""
        ordered = sorted(self.result.criteria, key=lambda one: ORDER_OF_POINTS.index(one.value))
        return tuple(self._point(one) for one in ordered)

    @cached_property
    def open_sites(self) -> tuple[NearSite, ...]:
        """Open sites: own country first, then by distance."""
        own = self.profile.country is not None
        return nearest_open_sites(self.study, self.profile, own_country_first=own)

    @cached_property
    def closed_sites(self) -> tuple[tuple[Site, OverallStatus], ...]:
        """The other sites, each with the status that holds there."""
        taken = {near.site.ordinal for near in self.open_sites}
        overall = self.study.overall_status
        return tuple(
            (site, site.effective_status(overall)[0])
            for site in self.study.sites
            if site.ordinal not in taken
        )

    @property
    def miles(self) -> bool:
        """True where the person counts in miles."""
        return uses_miles(self.profile.country)

    def _point(self, criterion: Criterion) -> Point:
        change = criterion.change if criterion.value is CriterionValue.FAILS else None
        quotes = telling_quotes(criterion, eligibility_of(self.study))
        return Point(
            criterion=criterion,
            sentence=criterion_sentence(criterion, self.lang),
            words=record_words(self.study, quotes, self.lang),
            change=change_sentence(change, self.lang) if change else "",
        )


def lead_criterion(result: MatchResult) -> Criterion:
    """What decided: a lasting fail, a fail, silence on the disease, an open point, else the point that fits.

    Of several, one with the record's own words comes first.
    """
    values = {
        Verdict.NO: (CriterionValue.FAILS,),
        Verdict.NOT_NOW: (CriterionValue.FAILS,),
        Verdict.UNKNOWN: (CriterionValue.UNKNOWN,),
        Verdict.POSSIBLE: TO_CHECK,
        Verdict.LIKELY: (CriterionValue.MEETS,),
    }[result.verdict]
    deciding = [one for one in result.criteria if one.value in values]
    return min(deciding or result.criteria, key=lambda one: _preference(one, result.verdict))


def cns_of(profile: Profile) -> tuple[CriterionId, ...]:
    """The CNS criteria that are about this person: disease of the lining, of the brain, or both."""
    lining = profile.cns.lmd is not None and profile.cns.lmd.present
    if not lining:
        return (CriterionId.BRM,)
    return (CriterionId.LMD,) if profile.cns.state is CnsState.NONE_KNOWN else CNS


def _preference(criterion: Criterion, verdict: Verdict) -> tuple[bool, bool, bool]:
    lasting = criterion.change is not None and criterion.change.kind == "none"
    of_cns = criterion.id in CNS
    if verdict is Verdict.LIKELY:
        return not of_cns, not criterion.quotes, criterion.id is not CriterionId.BRM
    if verdict is Verdict.NO:
        return not lasting, not of_cns, not criterion.quotes
    return not of_cns, not criterion.quotes, not lasting
