"""What a trial says of brain metastases against the state of a person's (trials.md §7.2, the table)."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, CnsState, LmdPolicy
from cimara.trials.eligibility.model import LocalTherapy
from cimara.trials.matching.case import Case, decide, from_day, over_states
from cimara.trials.matching.facts import Lmd
from cimara.trials.verdict import Criterion, CriterionValue

FIELDS = ("brm_policy",)
BOUNDARY_DAYS = 3
_NAMED_STATE_MATTERS = {
    (BrmPolicy.REQUIRED, CnsState.UNTREATED_ASYMPTOMATIC),
    (BrmPolicy.REQUIRED, CnsState.PROGRESSING_AFTER_LOCAL),
    (BrmPolicy.ACTIVE_ALLOWED, CnsState.TREATED_STABLE),
    (BrmPolicy.ACTIVE_ALLOWED, CnsState.UNTREATED_ASYMPTOMATIC),
    (BrmPolicy.STABLE_ONLY, CnsState.TREATED_STABLE),
}
"""Cells that give `meets`; a trial whose cohorts name other states only leaves them to a check."""

_SAME_FOR_ALL = (BrmPolicy.EXCLUDED, BrmPolicy.NOT_MENTIONED, BrmPolicy.UNCLEAR)
"""Policies under which every state of present brain metastases has the same cell."""


def brm(case: Case) -> Criterion:
    """Brain metastases: one of the table's cells, or unknown while the state is open."""
    policy = case.eligibility.brm_policy
    if policy is BrmPolicy.NOT_APPLICABLE:
        return _cell(case, "brm/not_applicable/silent", None)
    if policy is BrmPolicy.NOT_MENTIONED and case.eligibility.unread:
        return _not_mentioned_but_unread(case)
    silent = "/silent" if policy is BrmPolicy.NOT_MENTIONED else ""
    if policy in _SAME_FOR_ALL and _present_in_open_state(case):
        return _cell(case, f"brm/{policy}/present{silent}", None)
    answer = over_states(case, _brm_cell, f"MATCH/brm/{policy}/unknown{silent}")
    assert answer is not None
    all_fail = answer.value is CriterionValue.FAILS and len(case.person.states) > 1
    if all_fail and policy is BrmPolicy.STABLE_ONLY:
        return _cell(case, "brm/stable_only/active", None)
    return answer


def _present_in_open_state(case: Case) -> bool:
    """True when there are brain metastases, but in which state isn't known."""
    return len(case.person.states) > 1 and CnsState.NONE_KNOWN not in case.person.states


def _brm_cell(case: Case, state: CnsState) -> Criterion:
    policy = case.eligibility.brm_policy
    if policy is BrmPolicy.REQUIRED and state is CnsState.NONE_KNOWN:
        return _lmd_may_do(case)
    if state is CnsState.SYMPTOMATIC and policy in (BrmPolicy.REQUIRED, BrmPolicy.ACTIVE_ALLOWED):
        return _symptomatic(case)
    if policy is BrmPolicy.STABLE_ONLY and state is CnsState.UNTREATED_ASYMPTOMATIC:
        return _untreated_in_stable_only(case)
    if (policy, state) in _NAMED_STATE_MATTERS and not _state_named(case, state):
        return _cell(case, f"brm/{policy}/state_not_named", state)
    silent = "/silent" if policy is BrmPolicy.NOT_MENTIONED else ""
    return _cell(case, f"brm/{policy}/{state}{silent}", state)


def _cell(case: Case, row: str, state: CnsState | None, **change: object) -> Criterion:
    return decide(
        f"MATCH/{row}",
        requirement=case.eligibility.brm_policy.value,
        fact=None if state is None else state.value,
        evidence=() if row.endswith("/silent") else case.brm_words(),
        days=case.fields.stable_days,
        **change,  # type: ignore[arg-type]
    )


def _state_named(case: Case, state: CnsState) -> bool:
    """True when a cohort names the state, or when the reader lists no cohort's states at all."""
    cohorts = case.eligibility.cohorts
    return not cohorts or any(state in cohort.states for cohort in cohorts)


def _symptomatic(case: Case) -> Criterion:
    policy, state = case.eligibility.brm_policy, CnsState.SYMPTOMATIC
    excluded = case.fields.symptomatic_excluded or not _state_named(case, state)
    return _cell(case, f"brm/{policy}/symptomatic{'/sy_excluded' if excluded else ''}", state)


def _untreated_in_stable_only(case: Case) -> Criterion:
    """Fails, unless treatment is optional and the lesions have been stable for the time asked."""
    row, state = "brm/stable_only/untreated_asymptomatic", CnsState.UNTREATED_ASYMPTOMATIC
    since, asked = case.facts.stable_since, case.fields.stable_days or 0
    if case.fields.prior_local_therapy is not LocalTherapy.OPTIONAL:
        return _cell(case, row, state)
    if since is None:
        return _cell(case, f"{row}/unknown", state)
    if case.days_since(since) >= asked - BOUNDARY_DAYS:
        return _cell(case, f"{row}/stable", state)
    return _cell(case, f"{row}/early", state, day=from_day(since, asked))


def _lmd_may_do(case: Case) -> Criterion:
    """No known BrM where CNS disease is asked for: LMD may be enough if the trial takes it."""
    row, state, lmd = "brm/required/none_known", CnsState.NONE_KNOWN, case.facts.lmd
    takes_lmd = case.eligibility.lmd_policy in (LmdPolicy.ALLOWED, LmdPolicy.REQUIRED)
    if not takes_lmd or lmd is Lmd.NO:
        return _cell(case, row, state)
    return _cell(case, f"{row}/{'lmd' if lmd is not None and lmd.present else 'lmd_unknown'}", state)


def _not_mentioned_but_unread(case: Case) -> Criterion:
    """No rule could read the trial's CNS words: silent, but they are shown."""
    if case.person.states == {CnsState.NONE_KNOWN}:
        return _cell(case, "brm/not_mentioned/none_known/silent", CnsState.NONE_KNOWN)
    state = next(iter(case.person.states)) if len(case.person.states) == 1 else None
    return decide(
        "MATCH/brm/not_mentioned/unread",
        requirement=case.eligibility.brm_policy.value,
        fact=None if state is None else state.value,
        evidence=case.eligibility.unread,
    )
