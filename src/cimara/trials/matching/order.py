"""The order in which trials are listed: verdict first, open before near, then what is closest to the CNS."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.eligibility.model import CnsEligibility, LmdQualifier
from cimara.trials.matching.judge import eligibility_of
from cimara.trials.study import Study
from cimara.trials.verdict import MatchResult, Verdict

_VERDICTS = {verdict: place for place, verdict in enumerate(Verdict)}
_STATUSES = {
    OverallStatus.RECRUITING: 0,
    OverallStatus.AVAILABLE: 0,
    OverallStatus.NOT_YET_RECRUITING: 1,
    OverallStatus.ENROLLING_BY_INVITATION: 2,
    OverallStatus.SUSPENDED: 3,
    OverallStatus.TEMPORARILY_NOT_AVAILABLE: 3,
    OverallStatus.UNKNOWN: 4,
}
_OTHER_STATUS = 5
_PHASES = {Phase.PHASE3: 0, Phase.PHASE2: 1, Phase.PHASE1: 2, Phase.EARLY_PHASE1: 3, Phase.PHASE4: 4}
_NO_PHASE = 5
_FOCUS = {BrmPolicy.ACTIVE_ALLOWED: 2, BrmPolicy.STABLE_ONLY: 3}
_NO_FOCUS = 4

OrderKey = tuple[int, int, bool, int, bool, float, int, int, str]


def order_key(study: Study, result: MatchResult) -> OrderKey:
    """Sort key (trials.md §7.2): smaller comes first; the registry number makes every order the same."""
    km = result.nearest_open_km
    return (
        _VERDICTS[result.verdict],
        _STATUSES.get(study.overall_status, _OTHER_STATUS),
        not result.has_open_site,
        cns_focus(eligibility_of(study)),
        km is None,
        km or 0.0,
        min((_PHASES.get(phase, _NO_PHASE) for phase in study.phases), default=_NO_PHASE),
        -_day_number(study.last_updated),
        study.nct_id,
    )


def cns_focus(eligibility: CnsEligibility) -> int:
    """0 for trials of CNS disease, 1 for a CNS cohort, then those that let active, then stable disease in."""
    if eligibility.brm_policy is BrmPolicy.REQUIRED or eligibility.lmd_policy is LmdPolicy.REQUIRED:
        return 0
    own_cohort = any(cohort.required for cohort in eligibility.cohorts)
    if own_cohort or LmdQualifier.ONE_COHORT in eligibility.fields.lmd_qualifiers:
        return 1
    return _FOCUS.get(eligibility.brm_policy, _NO_FOCUS)


def _day_number(iso: str | None) -> int:
    """`2024-03` -> 20240300; a missing date counts as the oldest."""
    digits = (iso or "").replace("-", "")[:8]
    return int(digits.ljust(8, "0")) if digits.isdigit() else 0
