"""Statements of a trial into its policies: who is left when all has been said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cimara.terms.cns import DISEASE_STATES, BrmPolicy, CnsState, LmdPolicy
from cimara.trials.eligibility.model import CohortStates, Force, LmdQualifier, Section, Statement, Target

TS, UA, PR, SY = DISEASE_STATES
_BRM = (Target.BRM, Target.CNS)
TS_WORDS = frozenset({"stable", "clinically_stable"})


@dataclass(frozen=True, slots=True)
class Folded:
    """Policies with the statements that decided them."""

    brm_policy: BrmPolicy
    lmd_policy: LmdPolicy
    cohorts: tuple[CohortStates, ...]
    brm_deciders: tuple[Statement, ...]
    lmd_deciders: tuple[Statement, ...]
    lmd_qualifiers: tuple[LmdQualifier, ...]
    reasons: tuple[str, ...]


def fold(
    statements: Sequence[Statement], *, cns_trial: bool, lm_trial: bool, cohorts_named: int = 0
) -> Folded:
    """Rules R1 to R6 and R8: states left per cohort, the most permissive cohort decides."""
    brm = [item for item in statements if item.target in _BRM]
    cohorts = _cohorts(brm, _cohorts_requiring_lmd(statements), cns_trial, cohorts_named)
    brm_policy = (
        BrmPolicy.UNCLEAR
        if _is_unclear(brm)
        else _brm_policy(cohorts, optional=any(item.rule_id == "not-required" for item in brm))
    )
    lmd_policy, lmd_deciders, qualifiers = _fold_lmd(statements, lm_trial)
    return Folded(
        brm_policy,
        lmd_policy,
        cohorts,
        _deciders(brm, brm_policy),
        lmd_deciders,
        qualifiers,
        _reasons(brm, cohorts, brm_policy),
    )


def _cohorts(
    brm: list[Statement], with_lmd: set[str], cns_trial: bool, cohorts_named: int
) -> tuple[CohortStates, ...]:
    named = list(dict.fromkeys(item.cohort for item in brm if item.cohort is not None))
    general = [item for item in brm if item.cohort is None]
    speaks = _restates(general) or not any(_restates([item]) for item in brm if item.cohort is not None)
    folded = [_left(None, general)] if general and speaks else []
    for name in named:
        own = [item for item in brm if item.cohort == name]
        left = _left(name, own if _restates(own) else [*general, *own])
        folded.append(replace(left, required=True) if name in with_lmd else left)
    if not cns_trial and any(item.force is Force.PERMIT and item.rule_id == "R1" for item in general):
        folded = [replace(item, required=False) if item.cohort is None else item for item in folded]
    if folded and not (cns_trial or folded[0].cohort is None) and len(named) < max(2, cohorts_named):
        folded = [replace(item, required=False) for item in folded]
    return tuple(folded)


def _cohorts_requiring_lmd(statements: Sequence[Statement]) -> set[str]:
    """Cohorts for leptomeningeal disease: beside those for brain metastases they too require CNS disease."""
    brm = any(item.force is Force.REQUIRE and item.target in _BRM for item in statements)
    return {
        item.cohort
        for item in statements
        if brm and item.cohort is not None and item.force is Force.REQUIRE and item.target is Target.LMD
    }


def _is_unclear(brm: Sequence[Statement]) -> bool:
    """A statement that nothing settles (R10), or two that contradict each other."""
    clear = [item for item in brm if "unclear" not in item.qualifiers]
    if brm and not clear:
        return True
    permits = {
        (item.cohort, tuple(word for word in item.qualifiers if word != "conditioned"))
        for item in clear
        if item.force is Force.PERMIT and item.rule_id == "R1" and not item.exception
    }
    excludes = {
        (item.cohort, item.qualifiers)
        for item in clear
        if item.force is Force.EXCLUDE and item.section is Section.EXCLUSION and not item.exception
    }
    return any("unqualified" not in words and TS_WORDS.isdisjoint(words) for _, words in permits & excludes)


def _restates(own: Iterable[Statement]) -> bool:
    """A cohort's own requirement or permission stands above what is said of all."""
    return any(item.force is not Force.EXCLUDE for item in own)


def _left(cohort: str | None, statements: Sequence[Statement]) -> CohortStates:
    """The states that may still enter one cohort."""
    left = set(DISEASE_STATES)
    statements = [item for item in statements if "unclear" not in item.qualifiers]
    excludes = [item for item in statements if item.force is Force.EXCLUDE]
    permits = [item for item in statements if item.force is Force.PERMIT]
    requires = [item for item in statements if item.force is Force.REQUIRE]
    for item in excludes:
        left -= set(item.states)
    named = [item for item in permits if item.states and len(item.states) < len(DISEASE_STATES)]
    if excludes:
        for item in named:
            left |= set(item.states)
        unconditional = [item for item in permits if len(item.states) == len(DISEASE_STATES)]
        if unconditional and all("unqualified" in item.qualifiers or item.exception for item in excludes):
            left |= {TS, UA}
        if any(_sets_bounds(item, excludes) for item in named):
            left &= {state for item in permits for state in item.states}
    elif named and not requires:
        left = {state for item in permits for state in item.states}
        if all(item.qualifiers[:1] == ("symptomatic",) for item in named):
            left |= {UA, PR}
    asked = [item for item in requires if item.states and len(item.states) < len(DISEASE_STATES)]
    if requires and len(asked) == len(requires) and not excludes:
        left = {state for item in (*requires, *permits) for state in item.states}
    for item in asked:
        left |= set(item.states)
    if requires and not left:
        left = set(DISEASE_STATES)
    return CohortStates(
        cohort=cohort,
        states=tuple(state for state in DISEASE_STATES if state in left),
        required=bool(requires),
    )


def _sets_bounds(permit: Statement, excludes: Sequence[Statement]) -> bool:
    """True for a permission of the stable that says who of all may enter, whatever an exclusion leaves.

    It puts a condition on all ("metastases are eligible if treated") or on the asymptomatic, or it comes
    first and only the symptomatic are shut out behind it.
    """
    words = [word for word in permit.qualifiers if word in ("asymptomatic", "symptomatic")]
    asymptomatic = words == ["asymptomatic", "symptomatic"] or permit.qualifiers[:1] == ("asymptomatic",)
    if permit.states != (TS,) or (permit.exception and not asymptomatic):
        return False
    if asymptomatic or "conditioned" in permit.qualifiers:
        return True
    return "symptomatic" not in words and all(
        permit.start < item.start and item.states == (SY,) and "symptomatic" in item.qualifiers
        for item in excludes
    )


def _brm_policy(cohorts: tuple[CohortStates, ...], *, optional: bool) -> BrmPolicy:
    if not cohorts:
        return BrmPolicy.NOT_MENTIONED
    if all(item.required for item in cohorts) and not optional:
        return BrmPolicy.REQUIRED
    left: set[CnsState] = {state for item in cohorts for state in item.states}
    if left & {UA, PR}:
        return BrmPolicy.ACTIVE_ALLOWED
    if TS in left:
        return BrmPolicy.STABLE_ONLY
    return BrmPolicy.EXCLUDED


def _fold_lmd(
    statements: Sequence[Statement], lm_trial: bool
) -> tuple[LmdPolicy, tuple[Statement, ...], tuple[LmdQualifier, ...]]:
    lmd = [item for item in statements if item.target is Target.LMD]
    brm_required = any(item.force is Force.REQUIRE and item.target in _BRM for item in statements)
    if not lmd:
        return LmdPolicy.NOT_MENTIONED, (), ()
    requires = [item for item in lmd if item.force is Force.REQUIRE]
    permits = [item for item in lmd if item.force is Force.PERMIT and item.states]
    excludes = [item for item in lmd if item.force is Force.EXCLUDE]
    if requires and not brm_required and (lm_trial or not excludes):
        return LmdPolicy.REQUIRED, tuple(requires), ()
    if excludes and not requires and any(_is_final(item, permits) for item in excludes):
        return LmdPolicy.EXCLUDED, tuple(excludes), ()
    if requires or permits:
        deciders = tuple(requires or permits)
        return LmdPolicy.ALLOWED, deciders, _lmd_qualifiers(deciders)
    return LmdPolicy.EXCLUDED, tuple(excludes), _lmd_exclusion_qualifiers(excludes)


def _is_final(exclude: Statement, permits: Sequence[Statement]) -> bool:
    """True for "leptomeningeal disease is excluded" of all patients, behind all that lets any of it in."""
    verbal = exclude.rule_id == "R11" and "unqualified" in exclude.qualifiers and exclude.cohort is None
    return verbal and bool(permits) and all(item.start < exclude.start for item in permits)


def _lmd_qualifiers(permits: Sequence[Statement]) -> tuple[LmdQualifier, ...]:
    found: list[LmdQualifier] = []
    for item in permits:
        if "asymptomatic" in item.qualifiers:
            found.append(LmdQualifier.ASYMPTOMATIC)
        if "stable" in item.qualifiers or "clinically_stable" in item.qualifiers:
            found.append(LmdQualifier.TREATED_STABLE)
        if "focal" in item.quote.lower():
            found.append(LmdQualifier.FOCAL)
        if item.cohort is not None:
            found.append(LmdQualifier.ONE_COHORT)
    return tuple(dict.fromkeys(found))


def _lmd_exclusion_qualifiers(excludes: Sequence[Statement]) -> tuple[LmdQualifier, ...]:
    if any("unqualified" in item.qualifiers for item in excludes):
        return ()
    named = {name for item in excludes for name in item.qualifiers}
    if named & {"unstable", "untreated"}:
        return (LmdQualifier.ACTIVE_ONLY_EXCLUDED,)
    return (LmdQualifier.SYMPTOMATIC_ONLY_EXCLUDED,) if named & {"symptomatic", "urgent"} else ()


def _deciders(brm: Sequence[Statement], policy: BrmPolicy) -> tuple[Statement, ...]:
    """The statements that made the policy, the most telling first."""
    forces = {
        BrmPolicy.REQUIRED: (Force.REQUIRE,),
        BrmPolicy.ACTIVE_ALLOWED: (Force.PERMIT, Force.REQUIRE, Force.EXCLUDE),
        BrmPolicy.STABLE_ONLY: (Force.PERMIT, Force.EXCLUDE),
        BrmPolicy.EXCLUDED: (Force.EXCLUDE,),
        BrmPolicy.UNCLEAR: (Force.PERMIT, Force.EXCLUDE, Force.REQUIRE),
    }.get(policy, ())
    order = {force: place for place, force in enumerate(forces)}
    chosen = [item for item in brm if item.force in order]
    wanted = {UA, PR} if policy is BrmPolicy.ACTIVE_ALLOWED else {TS}
    return tuple(
        sorted(
            chosen,
            key=lambda item: (
                not (item.force is Force.PERMIT and wanted & set(item.states)),
                order[item.force],
                item.start,
            ),
        )
    )


def _reasons(
    brm: Sequence[Statement], cohorts: tuple[CohortStates, ...], policy: BrmPolicy
) -> tuple[str, ...]:
    reasons: list[str] = []
    if policy is BrmPolicy.ACTIVE_ALLOWED and not any(item.force is not Force.EXCLUDE for item in brm):
        reasons.append("permission-inferred")
    if len(cohorts) > 1:
        reasons.append("cohorts-differ")
    return tuple(reasons)
