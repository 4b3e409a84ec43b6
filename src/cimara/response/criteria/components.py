"""What the parts of one visit say before the decision table joins them: targets, the rest, new lesions.

`Course` is what a visit needs to know of those before it: baseline, nadir, and what was reached so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cimara.response.followup import Followup, Seen
from cimara.response.policy import Policy


@dataclass(frozen=True, slots=True)
class Nadir:
    """The smallest sum so far, where it was seen, and the sizes of the lesions there."""

    sum: int
    visit_id: str
    sizes: Mapping[str, int | None]


@dataclass(slots=True)
class Course:
    """What was reached by the visits so far. `base` is None where a target has no size at baseline."""

    followup: Followup
    base: int | None = None
    base_sizes: Mapping[str, int | None] = field(default_factory=dict)
    nadir: Nadir | None = None
    own_nadirs: dict[str, int] = field(default_factory=dict)
    reached_pr: bool = False
    reached_overall_cr: bool = False

    @property
    def policy(self) -> Policy:
        """The policy that is applied."""
        return self.followup.policy

    def note_sizes(self, seen: Seen) -> None:
        """Let one visit's sizes lower the nadirs; ties keep the earlier visit."""
        for key, size in seen.sizes.items():
            if size is not None:
                self.own_nadirs[key] = min(size, self.own_nadirs.get(key, size))
        sizes = [size for size in seen.sizes.values() if size is not None]
        is_complete = bool(sizes) and len(sizes) == len(seen.sizes)
        if is_complete or (sizes and self.policy.nadir_from == "all_visits"):
            total = sum(sizes)
            if self.nadir is None or total < self.nadir.sum:
                self.nadir = Nadir(total, seen.visit.visit_id, dict(seen.sizes))


@dataclass(frozen=True, slots=True)
class Component:
    """One part's word, with the reasons and flags that go with it."""

    word: str
    reasons: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one visit, joined by a decision table afterwards."""

    target: Component
    nontarget: Component
    new: Component
    sum: int | None
    n_assessed: int
    nadir: Nadir | None


def start_course(followup: Followup, baseline: Seen | None) -> Course:
    """The course at baseline: its sum is the first nadir, if every target was measured there."""
    course = Course(followup)
    if baseline is not None:
        course.note_sizes(baseline)
        course.base_sizes = dict(baseline.sizes)
        sizes = [size for size in baseline.sizes.values() if size is not None]
        if sizes and len(sizes) == len(baseline.sizes) and sum(sizes) > 0:
            course.base = sum(sizes)
    return course
