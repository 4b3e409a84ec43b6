"""The target rules T1 to T6 on arrays: one visit of a whole block at a time (`criteria/target.py`)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.blocks import NOT_SEEN, Block
from cimara.response.columnar.records import Array, take
from cimara.response.columnar.series import TARGET, Series
from cimara.response.columnar.words import OF_LESION, number, reason, where
from cimara.response.policy import Policy

NO_SUM = -1
BACK, UP, UNSEEN = (
    OF_LESION.index("REAPPEARED"),
    OF_LESION.index("LESION_UP"),
    OF_LESION.index("TARGET_NOT_ASSESSED"),
)
WORD = {word: number("target", word) for word in ("CR", "PR", "SD", "PD", "NE", "NA")}


@dataclass(slots=True)
class TargetCourse:
    """What was reached so far: smallest sum, the visit and sizes where it was seen, what the baseline was."""

    policy: Policy
    is_target: Array
    is_node: Array
    n_targets: Array
    base: Array
    base_sizes: Array
    nadir: Array
    nadir_visit: Array
    nadir_sizes: Array
    own_nadirs: Array
    reached_pr: Array
    reached_cr: Array

    def note_sizes(self, sizes: Array, visit: int) -> None:
        """Let one visit's sizes lower the nadirs; ties keep the earlier visit."""
        policy = self.policy
        if policy.lesion_increase_reference == "own_nadir":
            lower = (sizes >= 0) & ((self.own_nadirs < 0) | (sizes < self.own_nadirs))
            self.own_nadirs = np.where(lower, sizes, self.own_nadirs)
        assessed, total = sums(sizes)
        counts = assessed > 0
        if policy.nadir_from != "all_visits":
            counts &= assessed == self.n_targets
        lower = counts & ((self.nadir < 0) | (total < self.nadir))
        self.nadir = np.where(lower, total, self.nadir)
        self.nadir_visit = np.where(lower, visit, self.nadir_visit)
        self.nadir_sizes = np.where(lower, sizes, self.nadir_sizes)

    def reach(self, word: Array, is_overall_cr: Array) -> None:
        """Let one visit's words be known to the next."""
        good = (word == WORD["CR"]) | (word == WORD["PR"])
        self.reached_pr = good | (self.reached_pr & (word != WORD["PD"]))
        self.reached_cr = self.reached_cr | is_overall_cr


@dataclass(slots=True)
class TargetSeen:
    """The targets at one visit. `by_lesion` are numbers of `OF_LESION`, `growth` goes with LESION_UP."""

    word: Array
    total: Array
    assessed: Array
    reasons: Array
    by_lesion: Array
    growth: Array


def sums(sizes: Array) -> tuple[Array, Array]:
    """How many lesions were assessed, and the sum of those."""
    seen = sizes >= 0
    return seen.sum(axis=0), np.where(seen, sizes, 0).sum(axis=0, dtype=np.int64)


def start(series: Series, block: Block) -> TargetCourse:
    """The course at baseline: its sum is the first nadir, if every target was measured there."""
    is_target = block.part == TARGET
    sizes = target_sizes(block, is_target, 0)
    n_series = len(block.series)
    nothing = np.full(n_series, NO_SUM, np.int64)
    course = TargetCourse(
        policy=series.policy,
        is_target=is_target,
        is_node=take(series.records.lesions["is_node"], take(series.lesions.row, block.lesion, -1), 0) == 1,
        n_targets=is_target.sum(axis=0),
        base=nothing,
        base_sizes=sizes,
        nadir=nothing,
        nadir_visit=nothing,
        nadir_sizes=np.full_like(sizes, NOT_SEEN),
        own_nadirs=np.full_like(sizes, NOT_SEEN),
        reached_pr=np.zeros(n_series, bool),
        reached_cr=np.zeros(n_series, bool),
    )
    course.note_sizes(sizes, 0)
    assessed, total = sums(sizes)
    is_whole = (assessed > 0) & (assessed == course.n_targets) & (total > 0)
    course.base = np.where(is_whole, total, NO_SUM)
    return course


def target_sizes(block: Block, is_target: Array, visit: int) -> Array:
    """Sizes of the targets at one visit; other lesions have none."""
    return np.where(is_target, block.size[visit], NOT_SEEN)


def see_targets(course: TargetCourse, sizes: Array) -> TargetSeen:
    """The word for the targets at one visit, by the rules in their order."""
    policy = course.policy
    assessed, total = sums(sizes)
    is_some, has_targets = assessed > 0, course.n_targets > 0
    is_partial = assessed < course.n_targets
    back = _back(course, sizes)
    is_back = back.any(axis=0)
    enough = is_some & ~is_back & (~is_partial if policy.partial_targets == "ne" else True)
    by_percent = _grown(course, total)
    by_size, up, growth = _absolute(course, sizes, total)
    is_up = enough & by_percent & by_size
    is_pd = is_back | is_up
    is_ne = has_targets & ~is_pd & (is_partial | (course.base < 0))
    rest = has_targets & ~is_pd & ~is_ne
    is_cr = rest & ~(~is_gone(course, sizes) & course.is_target).any(axis=0)
    is_small = rest & ~is_cr & _shrunk(course, total)
    keeps = rest & ~is_cr & ~is_small & course.reached_pr if policy.pr_persistence else np.zeros_like(rest)
    is_sd = rest & ~is_cr & ~is_small & ~keeps
    word = np.full(len(total), WORD["NA"], np.int8)
    for name, holds in (("PD", is_pd), ("NE", is_ne), ("CR", is_cr), ("PR", is_small | keeps), ("SD", is_sd)):
        word[holds] = WORD[name]
    lacks = is_ne & is_partial
    by_lesion = np.where(back, BACK, np.where(up & is_up, UP, 0))
    by_lesion = np.where(course.is_target & (sizes < 0) & lacks, UNSEEN, by_lesion).astype(np.int8)
    reasons = (
        where(~has_targets, reason("NO_TARGETS"))
        | where(is_up, reason("SUM_UP"))
        | where(is_up & is_partial, reason("PARTLY_ASSESSED_BUT_ENOUGH"))
        | where(is_ne & ~is_partial, reason("BASELINE_INCOMPLETE"))
        | where(is_cr, reason("TARGETS_GONE"))
        | where(is_small, reason("SUM_DOWN"))
        | where(keeps, reason("PR_PERSISTS"))
        | where(is_sd, reason("SUM_STABLE"))
        | where(is_sd & by_percent, reason(_why_not(policy)))
    )
    if policy.measure != "volume" and policy.pd_increase_of == "sum":
        reasons |= where(is_up, reason("SUM_UP_ABSOLUTE"))
    return TargetSeen(word, np.where(is_some, total, NO_SUM), assessed, reasons, by_lesion, growth)


def is_gone(course: TargetCourse, sizes: Array) -> Array:
    """A node is gone when its short axis is normal, any other lesion at 0."""
    if course.policy.measure != "ld":
        held: Array = sizes == 0
        return held
    return np.where(course.is_node, sizes < course.policy.node_normal_below, sizes == 0)


def _why_not(policy: Policy) -> str:
    return "NO_LESION_UP" if policy.pd_increase_of == "one_lesion" else "SUM_RISE_TOO_SMALL"


def _back(course: TargetCourse, sizes: Array) -> Array:
    """T6. After an overall complete response, targets that are back."""
    if course.policy.reappearance_after_cr != "pd_any" or not course.reached_cr.any():
        return np.zeros(sizes.shape, bool)
    return (sizes >= 0) & ~is_gone(course, sizes) & course.reached_cr


def _grown(course: TargetCourse, total: Array) -> Array:
    """T1, the percentage over the nadir."""
    policy = course.policy
    percent = policy.volumetric_pd_percent if policy.measure == "volume" else policy.pd_percent
    return (course.nadir >= 0) & (total > course.nadir) & (100 * total >= (100 + percent) * course.nadir)


def _shrunk(course: TargetCourse, total: Array) -> Array:
    """T4, the percentage from baseline."""
    policy = course.policy
    percent = policy.volumetric_pr_percent if policy.measure == "volume" else policy.pr_percent
    return 100 * total <= (100 - percent) * course.base


def _absolute(course: TargetCourse, sizes: Array, total: Array) -> tuple[Array, Array, Array]:
    """T1, the absolute minimum: whether it is met, by which lesions, and by how much each."""
    policy = course.policy
    none = np.zeros(sizes.shape, bool)
    is_volume = policy.measure == "volume"
    least = (policy.volumetric_abs_increase_mm3 or 0) if is_volume else policy.pd_min_increase
    if is_volume or policy.pd_increase_of == "sum":
        return np.asarray(total - course.nadir >= least), none, sizes
    references = {"own_nadir": course.own_nadirs, "baseline": course.base_sizes}
    reference = references.get(policy.lesion_increase_reference, course.nadir_sizes)
    growth = sizes - reference
    up = (sizes >= 0) & (reference >= 0) & (growth >= policy.pd_min_increase)
    return np.asarray(up.any(axis=0)), up, growth
