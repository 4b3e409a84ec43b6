"""Times that a trial asks for since therapy or growth, against the person's dates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from cimara.terms.cns import CnsState
from cimara.trials.matching.brm import BOUNDARY_DAYS
from cimara.trials.matching.case import Case, decide, from_day, over_states
from cimara.trials.matching.facts import CnsFacts
from cimara.trials.matching.reading import Never
from cimara.trials.verdict import Criterion, CriterionValue

Known = date | Never | None


def stable_days(case: Case) -> Criterion | None:
    """Days of stability: from the later of `stable_since` and the last local therapy to `as_of`.

    Asked of treated and stable lesions only; the other states answer to the BrM policy.
    """
    if case.fields.stable_days is None:
        return None
    return over_states(case, _stable_days_cell, "MATCH/stable_days/unknown")


def _stable_days_cell(case: Case, state: CnsState) -> Criterion | None:
    if state is not CnsState.TREATED_STABLE:
        return None
    facts = case.facts
    since = latest(
        (facts.stable_since, facts.last_srs, facts.last_wbrt, facts.last_surgery, facts.last_brain_rt)
    )
    return _against(case, "stable_days", case.fields.stable_days or 0, since)


def days_since_srs(case: Case) -> Criterion | None:
    """Days since SRS."""
    return _since(case, "days_since_srs", case.fields.min_days_since_srs, srs_date(case.facts))


def days_since_wbrt(case: Case) -> Criterion | None:
    """Days since WBRT."""
    return _since(case, "days_since_wbrt", case.fields.min_days_since_wbrt, wbrt_date(case.facts))


def days_since_surgery(case: Case) -> Criterion | None:
    """Days since surgery of a brain metastasis."""
    asked = case.fields.min_days_since_surgery
    return _since(case, "days_since_surgery", asked, case.facts.last_surgery)


def days_since_any_rt(case: Case) -> Criterion | None:
    """Days since any radiotherapy of the brain: unknown while one kind might be later than those known."""
    asked, facts = case.fields.min_days_since_any_rt, case.facts
    if asked is None:
        return None
    srs, wbrt = srs_date(facts), wbrt_date(facts)
    complete = isinstance(facts.last_brain_rt, date) or (srs is not None and wbrt is not None)
    last = latest((srs, wbrt, facts.last_brain_rt))
    if last is None:
        return _since(case, "days_since_any_rt", asked, Never.NEVER if complete else None)
    answer = _against(case, "days_since_any_rt", asked, last)
    if complete or answer.value is CriterionValue.FAILS:
        return answer
    return _since(case, "days_since_any_rt", asked, None)


def _since(case: Case, criterion: str, asked: int | None, last: Known) -> Criterion | None:
    """Days since one therapy; not asked of a person without brain metastases whose date isn't known."""
    if asked is None:
        return None
    if isinstance(last, date):
        return _against(case, criterion, asked, last)
    row = "unknown" if last is None else "never"
    of_a_kind = criterion in ("days_since_srs", "days_since_wbrt")
    if row == "unknown" and of_a_kind and isinstance(case.facts.last_brain_rt, date):
        row = "kind_not_known"
    elif row == "unknown" and case.person.states == {CnsState.NONE_KNOWN}:
        return None
    evidence = case.evidence((_field(criterion),))
    return decide(f"MATCH/{criterion}/{row}", requirement=asked, fact=last, evidence=evidence)


def _field(criterion: str) -> str:
    return criterion if criterion == "stable_days" else f"min_{criterion}"


def _against(case: Case, criterion: str, asked: int, since: date | None) -> Criterion:
    """The days that have gone by against those asked for; within 3 days is left to a check."""
    evidence = case.evidence((_field(criterion),))
    if since is None:
        return decide(f"MATCH/{criterion}/unknown", requirement=asked, evidence=evidence)
    days = case.days_since(since)
    row = "long_enough" if days > asked else "too_short"
    if abs(days - asked) <= BOUNDARY_DAYS:
        row = "boundary"
    day = from_day(since, asked) if days < asked else None
    return decide(
        f"MATCH/{criterion}/{row}", requirement=asked, fact=days, evidence=evidence, days=asked, day=day
    )


def latest(days: Iterable[Known]) -> date | None:
    """The latest of the known dates."""
    return max((one for one in days if isinstance(one, date)), default=None)


def srs_date(facts: CnsFacts) -> Known:
    """When SRS last took place; never, when it is known that there was none."""
    never = facts.last_srs is None and facts.last_brain_rt is Never.NEVER
    return Never.NEVER if never else facts.last_srs


def wbrt_date(facts: CnsFacts) -> Known:
    """When WBRT last took place; never, when it is known that there was none."""
    none = facts.had_wbrt is False or facts.last_brain_rt is Never.NEVER
    return Never.NEVER if facts.last_wbrt is None and none else facts.last_wbrt
