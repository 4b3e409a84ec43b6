"""Non-target disease and new lesions: judged in words, never in the sum."""

from __future__ import annotations

from cimara.response.criteria.call import unverified
from cimara.response.criteria.components import Component, Course
from cimara.response.followup import Seen
from cimara.response.policy import Policy
from cimara.response.tables import component_rules
from cimara.terms.response import Answer, LesionState

PRESENT, ABSENT, GROWN, UNSEEN = (
    LesionState.PRESENT,
    LesionState.ABSENT,
    LesionState.UNEQUIVOCAL_PD,
    LesionState.NE,
)


def nontarget_response(seen: Seen, course: Course) -> Component:
    """R11-NT, RBM-N1. PD if any progressed, else NE if any was not assessed, else CR if all are gone."""
    grown = nontarget_progression(seen, course)
    if grown:
        return Component("PD", grown)
    states = seen.states
    if not states:
        return _nothing_listed(seen)
    missing = [key for key, state in states.items() if state is UNSEEN]
    persisting = [key for key, state in states.items() if state is PRESENT]
    if missing and not (persisting and course.policy.nt_partial == "by_seen"):
        return Component("NE", tuple(f"NONTARGET_NOT_ASSESSED:{key}" for key in missing))
    if not persisting:
        return Component("CR", ("NONTARGET_GONE",))
    return Component("NON-CR/NON-PD", ("NONTARGET_PERSISTS",))


def nontarget_progression(seen: Seen, course: Course) -> tuple[str, ...]:
    """Reasons for non-target progression: words, T2/FLAIR change (RANO), return after a complete response."""
    reasons = [f"NONTARGET_UP:{key}" for key, state in seen.states.items() if state is GROWN]
    if course.policy.is_rano and seen.visit.nonenhancing_pd is Answer.YES:
        reasons.append("NONENHANCING_UP")
    if course.reached_overall_cr and course.policy.reappearance_after_cr == "pd_any":
        reasons += [f"REAPPEARED:{key}" for key, state in seen.states.items() if state is PRESENT]
    return tuple(reasons)


def _nothing_listed(seen: Seen) -> Component:
    """No non-target lesion at baseline. Without targets either, a visit that shows nothing is NE."""
    if not seen.sizes and "NOT_SCANNED" in seen.flags:
        return Component("NE", ("NOTHING_SCANNED",))
    return Component("NA")


def new_lesion_response(seen: Seen, policy: Policy, *, under_review: bool) -> Component:
    """R11-NEW, RBM-W1. `yes`, `review` (on immunotherapy), `blocks` (equivocal, by policy) or `no`.

    What becomes of an equivocal lesion, now and in hindsight, is flagged where its rule is unverified.
    """
    certain = [key for key, new in seen.new.items() if new.is_certain]
    doubtful = [key for key, new in seen.new.items() if not new.is_certain]
    flags = ["NEW_EQUIVOCAL"] if doubtful else []
    is_backdated = any(seen.new[key].is_backdated for key in certain)
    if is_backdated:
        flags.append("BACKDATED")
    if any(seen.new[key].has_one_plane for key in doubtful):
        flags.append("NEW_IN_ONE_PLANE")
    if doubtful or is_backdated:
        flags += unverified(component_rules()[new_lesion_rule(policy)])
    reasons = tuple(f"NEW_LESION:{key}" for key in certain)
    if certain and under_review:
        return Component("review", reasons, (*flags, "NEW_LESION_UNDER_REVIEW"))
    if certain:
        return Component("yes", reasons, tuple(flags))
    if doubtful and policy.equivocal_new == "block_cr":
        return Component("blocks", tuple(f"NEW_EQUIVOCAL:{key}" for key in doubtful), tuple(flags))
    return Component("no", (), tuple(flags))


def new_lesion_rule(policy: Policy) -> str:
    """The rule on new lesions that a criterion follows."""
    return "RBM-W1" if policy.is_rano else "R11-NEW"
