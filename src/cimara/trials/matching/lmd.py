"""What a trial says of leptomeningeal disease against what is known of a person's (trials.md §7.2)."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.trials.eligibility.model import Force, LmdQualifier, Target
from cimara.trials.matching.case import Case, decide
from cimara.trials.matching.facts import Lmd, LmdState
from cimara.trials.verdict import Criterion

FIELDS = ("lmd_policy",)
_EXCLUDED_KINDS = {
    LmdQualifier.ACTIVE_ONLY_EXCLUDED: frozenset({LmdState.ACTIVE, LmdState.SYMPTOMATIC}),
    LmdQualifier.SYMPTOMATIC_ONLY_EXCLUDED: frozenset({LmdState.SYMPTOMATIC}),
}
"""The kinds of LMD that an exclusion of one kind means; others are left to a check."""


def lmd(case: Case) -> Criterion:
    """Leptomeningeal disease: one of the rows, or unknown while it isn't known whether there is any."""
    policy, presence = case.eligibility.lmd_policy, _presence(case.facts.lmd)
    if policy is LmdPolicy.NOT_MENTIONED:
        return _cell(case, _not_mentioned(case, presence))
    if policy is LmdPolicy.EXCLUDED and presence == "present":
        return _cell(case, _excluded(case))
    return _cell(case, f"{policy}/{presence}")


def _presence(known: Lmd | None) -> str:
    if known is None:
        return "unknown"
    return "present" if known.present else known.value


def _not_mentioned(case: Case, presence: str) -> str:
    """Silence, unless all CNS metastases are excluded in words that cover LMD too."""
    excluded = case.eligibility.brm_policy is BrmPolicy.EXCLUDED and _in_cns_words(case)
    if excluded and presence != "no":
        return f"not_mentioned/cns_excluded/{presence}"
    return f"not_mentioned/{presence}/silent"


def _in_cns_words(case: Case) -> bool:
    """True when what excludes brain metastases speaks of the CNS, as the field or the statements have it."""
    deciders = {(one.start, one.end) for one in case.evidence(("brm_policy",))}
    return case.fields.lmd_in_cns_words or any(
        one.target is Target.CNS and one.force is Force.EXCLUDE and (one.start, one.end) in deciders
        for one in case.eligibility.statements
    )


def _excluded(case: Case) -> str:
    kinds = [_EXCLUDED_KINDS[one] for one in case.fields.lmd_qualifiers if one in _EXCLUDED_KINDS]
    if not kinds:
        return "excluded/present"
    if case.facts.lmd_state is None:
        return "excluded/present/kind_unknown"
    that_kind = any(case.facts.lmd_state in kind for kind in kinds)
    return f"excluded/present/{'that_kind' if that_kind else 'other_kind'}"


def _cell(case: Case, row: str) -> Criterion:
    names = ("brm_policy", "lmd_in_cns_words") if "cns_excluded" in row else (*FIELDS, "lmd_qualifiers")
    known = case.facts.lmd
    return decide(
        f"MATCH/lmd/{row}",
        requirement=case.eligibility.lmd_policy.value,
        fact=None if known is None else known.value,
        evidence=case.evidence(names),
    )
