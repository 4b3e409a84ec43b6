"""All trials of a snapshot against one person: the ranked list, what is off it and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from cimara.terms.errors import CimaraError
from cimara.terms.ids import NctId
from cimara.trials.matching.case import Case, Person
from cimara.trials.matching.gate import gate
from cimara.trials.matching.judge import eligibility_of, judge
from cimara.trials.matching.order import OrderKey, order_key
from cimara.trials.matching.profile import Profile
from cimara.trials.snapshot import Snapshot
from cimara.trials.study import Study
from cimara.trials.verdict import Criterion, CriterionId, MatchResult, Verdict

MAX_COMPARED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPage:
    """The relevant trials in rank order, and those outside the tumour gate by reason.

    `data_date` is the registry's, ISO text; `content_hash` names the snapshot that was matched.
    """

    results: tuple[MatchResult, ...]
    gated_out_ids: Mapping[str, tuple[NctId, ...]] = field(default_factory=dict)
    as_of: date
    data_date: str | None = None
    content_hash: str | None = None
    starter: bool = False

    @property
    def gated_out(self) -> dict[str, int]:
        """How many trials are off the list, by reason; each can still be explained."""
        return {reason: len(ids) for reason, ids in self.gated_out_ids.items()}

    @property
    def undecided(self) -> tuple[MatchResult, ...]:
        """Trials whose record is silent on the person's CNS disease."""
        return tuple(one for one in self.results if one.verdict is Verdict.UNKNOWN)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many relevant trials have each verdict, zeros included."""
        found = Counter(one.verdict for one in self.results)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def may_fit(self) -> bool:
        """True when at least one trial is likely, possible or silent."""
        return any(one.verdict not in (Verdict.NOT_NOW, Verdict.NO) for one in self.results)

    def result(self, nct_id: str) -> MatchResult | None:
        """The row of a registry number; None when it is off the list."""
        wanted = NctId.parse(nct_id)
        return next((one for one in self.results if one.nct_id == wanted), None)


def match_all(profile: Profile, snapshot: Snapshot, *, own_country_first: bool = False) -> MatchPage:
    """Every trial of the snapshot against the profile; nothing is dropped because of an unknown.

    Parameters
    ----------
    own_country_first
        Distances are to open sites in the profile's country when there are any.
    """
    meta = snapshot.meta
    page = rank(profile, snapshot.studies(), own_country_first=own_country_first)
    return replace(page, data_date=meta.data_date, content_hash=meta.content_hash, starter=meta.starter)


def rank(profile: Profile, studies: Iterable[Study], *, own_country_first: bool = False) -> MatchPage:
    """Some trials against the profile, in rank order; the result doesn't depend on the order they come in."""
    person = Person.of(profile)
    ranked: list[tuple[OrderKey, MatchResult]] = []
    gated: dict[str, list[NctId]] = {}
    for study in studies:
        reason = gate(Case(person, study, eligibility_of(study))).reason
        if reason is not None:  # most trials end here, before anything else is compared
            gated.setdefault(reason, []).append(study.nct_id)
            continue
        result = judge(person, study, own_country_first=own_country_first)
        ranked.append((order_key(study, result), result))
    ranked.sort(key=lambda row: row[0])
    return MatchPage(
        results=tuple(result for _, result in ranked),
        gated_out_ids={reason: tuple(sorted(ids)) for reason, ids in sorted(gated.items())},
        as_of=profile.as_of,
    )


def explain(
    profile: Profile, snapshot: Snapshot, nct_id: str, *, own_country_first: bool = False
) -> MatchResult:
    """Why a trial is listed, or isn't: the same answer as its row, for gated-out trials too.

    Raises
    ------
    UnknownStudyError
        When the snapshot has no such study.
    """
    return judge(Person.of(profile), snapshot.study(nct_id), own_country_first=own_country_first)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Some trials side by side: `rows` has one criterion of each, None where a trial has no such rule."""

    results: tuple[MatchResult, ...]
    rows: tuple[tuple[CriterionId, tuple[Criterion | None, ...]], ...]


def compare(profile: Profile, studies: tuple[Study, ...] | list[Study]) -> Comparison:
    """Up to four trials side by side, criterion by criterion.

    Raises
    ------
    CimaraError
        When there are none, or more than four.
    """
    if not 1 <= len(studies) <= MAX_COMPARED:
        raise CimaraError("can't compare this many trials", expected=f"1 to {MAX_COMPARED}")
    person = Person.of(profile)
    results = tuple(judge(person, study) for study in studies)
    shown = [one for one in CriterionId if any(result.criterion(one) for result in results)]
    rows = tuple((one, tuple(result.criterion(one) for result in results)) for one in shown)
    return Comparison(results=results, rows=rows)
