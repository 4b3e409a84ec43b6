"""One person beside one trial: what every criterion looks at, and how its answer is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cimara.terms.cns import CnsState
from cimara.trials.eligibility.model import (
    CnsEligibility,
    CnsFields,
    Confidence,
    Evidence,
    Force,
    Statement,
    Target,
)
from cimara.trials.matching.facts import CnsFacts, possible_states
from cimara.trials.matching.profile import Profile
from cimara.trials.matching.rules import INVESTIGATOR, LOW_CONFIDENCE, ONE_COHORT, RULES
from cimara.trials.study import Study
from cimara.trials.verdict import Change, ChangeKind, Criterion, CriterionId, CriterionValue, Quote

Words = Evidence | Statement
"""Either has a span of the criteria text and its words."""
_SETTLED = (CriterionValue.MEETS, CriterionValue.FAILS)
_WHOSE = r"(?:investigator|physician|sponsor|medical monitor)"
_OPINION = re.compile(
    rf"{_WHOSE}\W{{0,3}}s?\W+(?:opinion|discretion|judge?ment)"
    rf"|(?:opinion|discretion|judge?ment)\W+of\W+the\W+(?:\w+\W+){{0,2}}{_WHOSE}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Person:
    """A profile with what follows from it alone, worked out once for all trials."""

    profile: Profile
    states: frozenset[CnsState]

    @classmethod
    def of(cls, profile: Profile) -> Person:
        """The person of a profile."""
        return cls(profile, possible_states(profile.cns))


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one trial, with what the reader found in the trial's criteria."""

    person: Person
    study: Study
    eligibility: CnsEligibility

    @property
    def profile(self) -> Profile:
        """The person's facts."""
        return self.person.profile

    @property
    def facts(self) -> CnsFacts:
        """The person's CNS facts."""
        return self.person.profile.cns

    @property
    def fields(self) -> CnsFields:
        """The trial's secondary CNS rules."""
        return self.eligibility.fields

    def days_since(self, then: date) -> int:
        """Whole days from `then` to the profile's `as_of`."""
        return (self.person.profile.as_of - then).days

    def evidence(self, names: tuple[str, ...]) -> list[Evidence]:
        """Evidence of the fields, in text order, each span once."""
        found = {(one.start, one.end): one for one in self.eligibility.evidence if one.field in names}
        return [found[span] for span in sorted(found)]

    def brm_words(self) -> Sequence[Words]:
        """Words on brain metastases: the policy's evidence, or else every statement on them."""
        return self.evidence(("brm_policy",)) or [
            one for one in self.eligibility.statements if one.target in (Target.BRM, Target.CNS)
        ]


def decide(
    row_id: str,
    *,
    requirement: object = None,
    fact: object = None,
    evidence: Sequence[Words] = (),
    days: int | None = None,
    day: date | None = None,
    drug: str | None = None,
    mg: float | None = None,
) -> Criterion:
    """The criterion of a row of the rule table, with the words of the trial that decided."""
    row = RULES[row_id]
    change = None
    if row.change is not None and (row.change is not ChangeKind.FROM_DATE or day is not None):
        change = Change(kind=row.change, days=days, date=day.isoformat() if day else None, drug=drug, mg=mg)
    return Criterion(
        id=row.criterion,
        value=row.value,
        reason=row_id,
        requirement=_short(requirement),
        fact=_short(fact),
        quotes=quotes_of(evidence),
        change=change,
    )


def quotes_of(evidence: Sequence[Words]) -> tuple[Quote, ...]:
    """The quoted words of some evidence."""
    return tuple(Quote(start=one.start, end=one.end, text=one.quote) for one in evidence)


def _short(value: object) -> str | None:
    """A short machine value: `28`, `12.5`, `treated_stable`; None stays None."""
    if value is None or isinstance(value, str):
        return value
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


# Mildest first: what the person may wait for comes before what nothing can change.
_MILDEST = (
    ChangeKind.FROM_DATE,
    ChangeKind.NEW_SCAN,
    ChangeKind.WHEN_STABLE,
    ChangeKind.STEROID_AT_MOST,
    ChangeKind.WITHOUT_DRUG,
    ChangeKind.AFTER_LOCAL_THERAPY_AND_DAYS,
    ChangeKind.SITE_OPENS,
    ChangeKind.NONE,
)


def over_states(
    case: Case, cell: Callable[[Case, CnsState], Criterion | None], unknown_row: str
) -> Criterion | None:
    """One criterion over every state that the person may be in.

    When all states give one value, that is the value; else it is unknown, since the deciding fact is
    missing. So a missing fact never makes a trial fail, and a new fact never makes a known answer unknown.
    """
    states = case.person.states
    if len(states) == 1:
        return cell(case, next(iter(states)))
    answers = [cell(case, state) for state in CnsState if state in states]
    given = [one for one in answers if one is not None]
    if not given:
        return None
    if len(given) == len(answers) and len({one.value for one in given}) == 1:
        return replace(min(given, key=_mildness), fact=None)
    first = given[0]
    return replace(
        first, value=CriterionValue.UNKNOWN, reason=unknown_row, fact=None, change=_scan_only(first)
    )


def _mildness(criterion: Criterion) -> int:
    return _MILDEST.index(criterion.change.kind) if criterion.change else -1


def _scan_only(criterion: Criterion) -> Change | None:
    """A new scan may be needed whatever the state is; other changes wait for the missing fact."""
    change = criterion.change
    return change if change is not None and change.kind is ChangeKind.NEW_SCAN else None


def cautious(case: Case, criterion: Criterion, names: tuple[str, ...]) -> Criterion:
    """The criterion, or `needs_check` where the reading of its fields leaves judgement."""
    if criterion.value not in _SETTLED or criterion.reason.endswith("/silent"):
        return criterion
    if case.eligibility.confidence is Confidence.LOW or _without_evidence(case, criterion, names):
        return _to_check(criterion, LOW_CONFIDENCE)
    if criterion.value is CriterionValue.FAILS and _one_cohort_only(case, criterion, names):
        return _to_check(criterion, ONE_COHORT)
    if criterion.id in (CriterionId.BRM, CriterionId.LMD) and _left_to_opinion(case, criterion):
        return _to_check(criterion, INVESTIGATOR)
    return criterion


def _to_check(criterion: Criterion, caution: str) -> Criterion:
    return replace(
        criterion, value=CriterionValue.NEEDS_CHECK, reason=f"{criterion.reason}/{caution}", change=None
    )


def _without_evidence(case: Case, criterion: Criterion, names: tuple[str, ...]) -> bool:
    """True when statements were read but none is named as what decides: nobody fails by such a reading."""
    policy = criterion.id in (CriterionId.BRM, CriterionId.LMD)
    return policy and bool(case.eligibility.statements) and not case.evidence((*names, "brm_policy"))


def _one_cohort_only(case: Case, criterion: Criterion, names: tuple[str, ...]) -> bool:
    """True when every piece of evidence for the fields stands in a cohort of its own."""
    if criterion.id in (CriterionId.BRM, CriterionId.LMD):
        return False
    evidence = case.evidence(names)
    return bool(evidence) and all(one.cohort is not None for one in evidence)


def _left_to_opinion(case: Case, criterion: Criterion) -> bool:
    """True when an opinion is asked for in a sentence on the person's own state, or in the only sentences."""
    spoken = [quote for quote in criterion.quotes if _OPINION.search(quote.text)]
    if not spoken or len(spoken) == len(criterion.quotes):
        return bool(spoken)
    spans = {(quote.start, quote.end) for quote in spoken}
    about_own_state = case.person.states if criterion.id is CriterionId.BRM else frozenset()
    return any(
        (one.start, one.end) in spans and one.force is Force.PERMIT and about_own_state & set(one.states)
        for one in case.eligibility.statements
    )


def from_day(then: date, days: int) -> date:
    """The day on which `days` days since `then` are full."""
    return then + timedelta(days=days)
