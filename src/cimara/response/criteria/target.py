"""The target rules T1 to T6 of RECIST 1.1 and RANO-BM, one function a rule, on integers only."""

from __future__ import annotations

from cimara.response.criteria.components import Component, Course, Nadir
from cimara.response.followup import Seen
from cimara.response.policy import Policy
from cimara.response.sizes import has_grown, has_shrunk


def target_response(seen: Seen, course: Course) -> tuple[Component, int | None]:
    """The word for the targets at one visit, and their sum (of those assessed)."""
    if not seen.sizes:
        return Component("NA", ("NO_TARGETS",)), None
    sizes = {key: size for key, size in seen.sizes.items() if size is not None}
    total = sum(sizes.values()) if sizes else None
    missing = [key for key in seen.sizes if key not in sizes]
    back = reappeared(sizes, course)
    if back:
        return Component("PD", tuple(f"REAPPEARED:{key}" for key in back)), total
    if total is not None and (not missing or course.policy.partial_targets == "pd_if_sufficient"):
        growth = progressed(total, sizes, course)
        if growth:
            more = ("PARTLY_ASSESSED_BUT_ENOUGH",) if missing else ()
            return Component("PD", (*growth, *more)), total
    if total is None or missing or course.base is None:
        return _not_evaluable(missing, course), total
    return _without_growth(total, sizes, course), total


def progressed(total: int, sizes: dict[str, int], course: Course) -> tuple[str, ...]:
    """R11-T1, RBM-T1. Growth over the nadir by percentage and absolute minimum: reasons, or nothing."""
    nadir = course.nadir
    if nadir is None:
        return ()
    if not has_grown(total, nadir.sum, _pd_percent(course.policy)):
        return ()
    return _absolute_growth(total, sizes, nadir, course)


def _absolute_growth(total: int, sizes: dict[str, int], nadir: Nadir, course: Course) -> tuple[str, ...]:
    policy = course.policy
    if policy.measure == "volume":
        least = policy.volumetric_abs_increase_mm3 or 0
        return ("SUM_UP",) if total - nadir.sum >= least else ()
    if policy.pd_increase_of == "sum":
        return ("SUM_UP", "SUM_UP_ABSOLUTE") if total - nadir.sum >= policy.pd_min_increase else ()
    grown = [
        f"LESION_UP:{key},{size - reference}"
        for key, size in sizes.items()
        if (reference := _lesion_reference(key, nadir, course)) is not None
        and size - reference >= policy.pd_min_increase
    ]
    return ("SUM_UP", *grown) if grown else ()


def _lesion_reference(key: str, nadir: Nadir, course: Course) -> int | None:
    """The size against which one lesion's growth is counted (`lesion_increase_reference`)."""
    if course.policy.lesion_increase_reference == "own_nadir":
        return course.own_nadirs.get(key)
    sizes = course.base_sizes if course.policy.lesion_increase_reference == "baseline" else nadir.sizes
    return sizes.get(key)


def reappeared(sizes: dict[str, int], course: Course) -> list[str]:
    """R11-T6, RBM-T6. After an overall complete response, targets that are back."""
    if not course.reached_overall_cr or course.policy.reappearance_after_cr != "pd_any":
        return []
    return [key for key, size in sizes.items() if not _is_gone(key, size, course)]


def _is_gone(key: str, size: int, course: Course) -> bool:
    """A node is gone when its short axis is normal, any other lesion at 0."""
    policy = course.policy
    if policy.measure == "ld" and course.followup.lesions[key].is_node:
        return size < policy.node_normal_below
    return size == 0


def _not_evaluable(missing: list[str], course: Course) -> Component:
    """R11-T2, RBM-T2. Not every target was assessed, or there is nothing to compare with."""
    if missing:
        return Component("NE", tuple(f"TARGET_NOT_ASSESSED:{key}" for key in missing))
    return Component("NE", ("BASELINE_INCOMPLETE",))


def _without_growth(total: int, sizes: dict[str, int], course: Course) -> Component:
    """R11-T3 to T5, RBM-T3 to T5: CR, PR, or SD, of targets that are all assessed and did not progress."""
    policy = course.policy
    if all(_is_gone(key, size, course) for key, size in sizes.items()):
        return Component("CR", ("TARGETS_GONE",))
    if has_shrunk(total, course.base or 0, _pr_percent(policy)):
        return Component("PR", ("SUM_DOWN",))
    if policy.pr_persistence and course.reached_pr:
        return Component("PR", ("PR_PERSISTS",))
    return Component("SD", _why_stable(total, course))


def _why_stable(total: int, course: Course) -> tuple[str, ...]:
    """Stable although the percentage of progression was reached: the absolute minimum was not."""
    nadir, policy = course.nadir, course.policy
    if nadir is not None and has_grown(total, nadir.sum, _pd_percent(policy)):
        which = "NO_LESION_UP" if policy.pd_increase_of == "one_lesion" else "SUM_RISE_TOO_SMALL"
        return ("SUM_STABLE", which)
    return ("SUM_STABLE",)


def _pr_percent(policy: Policy) -> int:
    return policy.volumetric_pr_percent if policy.measure == "volume" else policy.pr_percent


def _pd_percent(policy: Policy) -> int:
    return policy.volumetric_pd_percent if policy.measure == "volume" else policy.pd_percent
