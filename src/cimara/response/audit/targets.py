"""The target rules once more, in the audit's own arithmetic, so that each can be got wrong on purpose."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from cimara.response.audit.codes import Mistake
from cimara.response.audit.thresholds import Thresholds
from cimara.response.criteria.components import Course
from cimara.response.followup import Seen


@dataclass(frozen=True, slots=True)
class TargetReplay:
    """The targets of one visit, what was reached before, and how sums are compared."""

    seen: Seen
    course: Course
    nodes: Collection[str]
    thresholds: Thresholds
    mistakes: frozenset[Mistake] = frozenset()

    @property
    def assessed(self) -> dict[str, int]:
        """Sizes of the targets that were assessed."""
        return {key: size for key, size in self.seen.sizes.items() if size is not None}

    @property
    def sum(self) -> float | None:
        """The sum of the targets that were assessed, as the comparison takes it."""
        return self.thresholds.total(self.assessed.values()) if self.assessed else None

    @property
    def is_complete(self) -> bool:
        """Whether every target was assessed."""
        return len(self.assessed) == len(self.seen.sizes)


def target_word(replay: TargetReplay) -> str:
    """The word for the targets."""
    if not replay.seen.sizes:
        return "NA"
    policy, course = replay.course.policy, replay.course
    is_enough = replay.is_complete or policy.partial_targets == "pd_if_sufficient"
    if _is_back(replay) or (is_enough and _progressed(replay)):
        return "PD"
    if replay.sum is None or not replay.is_complete or course.base is None:
        return "NE"
    if all(_is_gone(key, size, replay) for key, size in replay.assessed.items()):
        return "CR"
    if _responded(replay, replay.sum) or (policy.pr_persistence and course.reached_pr):
        return "PR"
    return "SD"


def _is_back(replay: TargetReplay) -> bool:
    """A target that is back after an overall complete response."""
    course = replay.course
    if not course.reached_overall_cr or course.policy.reappearance_after_cr != "pd_any":
        return False
    return any(not _is_gone(key, size, replay) for key, size in replay.assessed.items())


def _is_gone(key: str, size: int, replay: TargetReplay) -> bool:
    policy = replay.course.policy
    if policy.measure == "ld" and key in replay.nodes:
        return size < policy.node_normal_below
    return size == 0


def _responded(replay: TargetReplay, total: float) -> bool:
    policy, nadir = replay.course.policy, replay.course.nadir
    percent = policy.volumetric_pr_percent if policy.measure == "volume" else policy.pr_percent
    sizes = replay.course.base_sizes
    if Mistake.PR_FROM_NADIR in replay.mistakes and nadir is not None:
        sizes = nadir.sizes
    reference = replay.thresholds.total(size for size in sizes.values() if size is not None)
    return replay.thresholds.shrunk(total, reference, percent)


def _progressed(replay: TargetReplay) -> bool:
    """Growth by the percentage and by the absolute minimum."""
    policy, nadir, total = replay.course.policy, replay.course.nadir, replay.sum
    if nadir is None or total is None:
        return False
    percent = policy.volumetric_pd_percent if policy.measure == "volume" else policy.pd_percent
    smallest = replay.thresholds.total(size for size in nadir.sizes.values() if size is not None)
    if not replay.thresholds.grown(total, smallest, percent):
        return False
    if policy.measure == "volume":
        return total - smallest >= (policy.volumetric_abs_increase_mm3 or 0)
    if policy.pd_increase_of == "sum":
        return replay.thresholds.rose(total, smallest, policy.pd_min_increase)
    return any(_lesion_grew(key, size, replay) for key, size in replay.assessed.items())


def _lesion_grew(key: str, size: int, replay: TargetReplay) -> bool:
    """Growth of one lesion over its reference (`lesion_increase_reference`)."""
    course, policy, thresholds = replay.course, replay.course.policy, replay.thresholds
    reference = course.own_nadirs.get(key)
    if policy.lesion_increase_reference != "own_nadir":
        at_nadir = course.nadir.sizes if course.nadir is not None else {}
        is_base = policy.lesion_increase_reference == "baseline"
        reference = (course.base_sizes if is_base else at_nadir).get(key)
    if reference is None:
        return False
    return thresholds.rose(thresholds.total([size]), thresholds.total([reference]), policy.pd_min_increase)
