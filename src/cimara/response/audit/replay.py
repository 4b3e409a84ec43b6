"""Derives the time points of one evaluator again, with mistakes switched on: how a wrong response came about.

What was seen comes from the engine, and so do the tables that join the parts. The arithmetic of the targets
is the audit's own, so that the engine need not know how to be wrong; without a mistake both agree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from cimara.response.adjudicate import Decisions
from cimara.response.audit.codes import Mistake
from cimara.response.audit.targets import TargetReplay, target_word
from cimara.response.audit.thresholds import Exact, FloatProduct, FloatQuotient, Strict, Thresholds
from cimara.response.criteria.call import Call
from cimara.response.criteria.clinical import AS_MET, ClinicalSeen, clinical_seen
from cimara.response.criteria.components import Component, Course, Nadir, Parts, start_course
from cimara.response.criteria.irano import REFUTING, Step, irano_calls, refuted
from cimara.response.criteria.irecist import IrecistState, irecist_call
from cimara.response.criteria.nontarget import new_lesion_response, nontarget_response
from cimara.response.criteria.rano_bm import on_immunotherapy, rano_call
from cimara.response.criteria.recist import recist_call
from cimara.response.followup import Followup, Seen, see
from cimara.response.policy import FieldValue
from cimara.response.reference import CALL_KINDS
from cimara.response.timepoint import is_gated
from cimara.terms.response import AdjudicationKind, LesionState

Mistakes = frozenset[Mistake]
NO_MISTAKE: Mistakes = frozenset()
Words = Mapping[str, str]
"""Target, non-target and overall response of one time point, by name."""

POLICY_CHANGES: Mapping[Mistake, Mapping[str, FieldValue]] = {
    Mistake.NO_ABSOLUTE_5MM: {"pd_increase_of": "sum", "pd_min_increase": 0},
    Mistake.ABSOLUTE_IN_SUM: {"pd_increase_of": "sum"},
    Mistake.ABSOLUTE_PER_LESION: {"pd_increase_of": "one_lesion"},
    Mistake.NO_PR_PERSISTENCE: {"pr_persistence": False},
    Mistake.PR_PERSISTENCE: {"pr_persistence": True},
    Mistake.REAPPEARANCE_IGNORED: {"reappearance_after_cr": "size_rule"},
    Mistake.REAPPEARANCE_AS_PD: {"reappearance_after_cr": "pd_any"},
    Mistake.NODE_MUST_VANISH: {"node_normal_below": 1},
}
"""Mistakes that are another policy."""
THRESHOLDS: Mapping[Mistake, Thresholds] = {
    Mistake.STRICT_THRESHOLD: Strict(),
    Mistake.FLOAT_QUOTIENT: FloatQuotient(),
    Mistake.FLOAT_PRODUCT: FloatProduct(),
}
"""Mistakes that are another comparison."""
ABOUT_NODES = frozenset({Mistake.NODE_MUST_VANISH, Mistake.NODE_LONG_AXIS})
"""Mistakes that change what is seen."""


class Replay:
    """One evaluator's series, ready to be derived again with any mistakes."""

    def __init__(self, followup: Followup, decisions: Decisions) -> None:
        self.followup, self.decisions = followup, decisions
        self._wrong: dict[Mistakes, Followup] = {}
        self._seen: dict[Mistakes, tuple[Seen | None, list[Seen]]] = {}
        self._words: dict[tuple[Mistakes, int | None], list[Words]] = {}

    def words(self, mistakes: Mistakes = NO_MISTAKE, at: int | None = None) -> list[Words]:
        """The words of every time point in order, `mistakes` made throughout, or at time point `at` alone."""
        key = (mistakes, at)
        if key not in self._words:
            self._words[key] = self._run(mistakes, at)
        return self._words[key]

    def _run(self, mistakes: Mistakes, at: int | None) -> list[Words]:
        wrong = self.mistaken(mistakes)
        baseline, visits = self.seen()
        wrong_baseline, wrong_visits = self.seen(mistakes)
        if at is None:
            start = None if wrong_baseline is None else _counted(wrong_baseline, mistakes)
            run = _Run(self.followup, self.decisions, start_course(wrong, start))
        else:
            run = _Run(self.followup, self.decisions, start_course(self.followup, baseline))
        run.at_baseline = run.course.nadir
        for place, seen in enumerate(visits):
            if at in (None, place):
                run.visit(_counted(wrong_visits[place], mistakes), wrong, mistakes)
            else:
                run.visit(seen, self.followup, NO_MISTAKE)
        return run.words()

    def seen(self, mistakes: Mistakes = NO_MISTAKE) -> tuple[Seen | None, list[Seen]]:
        """Baseline and later visits as they count; only mistakes on nodes change what is seen."""
        key = mistakes & ABOUT_NODES
        if key not in self._seen:
            self._seen[key] = see(self.mistaken(key), self.decisions, hindsight=True)
        return self._seen[key]

    def mistaken(self, mistakes: Mistakes) -> Followup:
        """The follow-up of one who makes these mistakes: another policy, nodes sized like other lesions."""
        key = mistakes & {*POLICY_CHANGES, Mistake.NODE_LONG_AXIS}
        if key not in self._wrong:
            self._wrong[key] = _mistaken(self.followup, key)
        return self._wrong[key]


def _mistaken(followup: Followup, mistakes: Mistakes) -> Followup:
    changes: dict[str, FieldValue] = {}
    for mistake in Mistake:
        changes |= POLICY_CHANGES.get(mistake, {}) if mistake in mistakes else {}
    found = replace(followup, policy=followup.policy.replace(**changes)) if changes else followup
    if Mistake.NODE_LONG_AXIS in mistakes:
        lesions = {key: replace(item, is_node=False) for key, item in followup.lesions.items()}
        found = replace(found, records=replace(followup.records, lesions=lesions))
    return found


def possible(replay: Replay) -> tuple[Mistake, ...]:
    """The mistakes that can change anything in a series: no node, no mistake about nodes."""
    policy = replay.followup.policy
    baseline, visits = replay.seen()
    scans = [*visits, *([baseline] if baseline is not None else [])]
    there = {
        Mistake.MISSING_AS_ZERO: any(None in seen.sizes.values() for seen in scans),
        Mistake.NONTARGET_MISSING_IGNORED: any(LesionState.NE in seen.states.values() for seen in scans),
        Mistake.NONTARGET_IGNORED: any(seen.states for seen in scans) or policy.is_rano,
        Mistake.NEW_IGNORED: any(seen.new for seen in scans),
        Mistake.STEROID_IGNORED: policy.is_rano and not policy.imaging_only,
        Mistake.CLINICAL_IGNORED: policy.is_rano and not policy.imaging_only,
    }
    has_node = any(lesion.is_node for lesion in replay.followup.lesions.values())
    there |= dict.fromkeys(ABOUT_NODES, has_node and policy.measure == "ld")
    for mistake, changes in POLICY_CHANGES.items():
        is_other = any(getattr(policy, name) != value for name, value in changes.items())
        there[mistake] = is_other and there.get(mistake, True)
    return tuple(mistake for mistake in Mistake if there.get(mistake, True))


def _counted(seen: Seen, mistakes: Mistakes) -> Seen:
    """What was seen, as it is counted: a target not assessed as 0 mm, other lesions not assessed left out."""
    found = seen
    if Mistake.MISSING_AS_ZERO in mistakes:
        found = replace(found, sizes={key: size or 0 for key, size in found.sizes.items()})
    if Mistake.NONTARGET_MISSING_IGNORED in mistakes:
        seen_ones = (item for item in found.states.items() if item[1] is not LesionState.NE)
        found = replace(found, states=dict(seen_ones) or found.states)
    return found


@dataclass(slots=True)
class _Run:
    """One run through the visits. `followup` is the right one; each visit may be seen through a wrong one."""

    followup: Followup
    decisions: Decisions
    course: Course
    at_baseline: Nadir | None = None
    state: IrecistState = field(default_factory=IrecistState)
    parts: list[Parts] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    def visit(self, seen: Seen, followup: Followup, mistakes: Mistakes) -> None:
        """Call one visit, and note what the next one needs to know."""
        course = replace(self.course, followup=followup)
        if Mistake.PD_FROM_BASELINE in mistakes:
            course.nadir = self.at_baseline
        parts = _parts(seen, course, frozenset(self._nodes()), mistakes)
        step = self._step(seen, _left_out(parts, mistakes), course, mistakes)
        self.parts.append(parts)
        self.steps.append(step)
        is_withdrawn = step.decided in REFUTING and step.is_imaging_pd
        call = refuted(step, course, "REFUTED_BY_DECISION") if is_withdrawn else step.call
        self.calls.append(call)
        self._move_on(seen, parts.target.word, step.call.response)

    def words(self) -> list[Words]:
        """Target, non-target and overall response of each visit."""
        calls = self.calls
        if self.followup.policy.criterion == "irano":
            calls = irano_calls(self.steps, self.followup.records.patient, self.course, hindsight=True)
        gated = is_gated(self.followup.policy)
        return [
            {
                "target": parts.target.word,
                "nontarget": parts.nontarget.word,
                "overall": "UNDETERMINED" if gated else call.response,
            }
            for parts, call in zip(self.parts, calls, strict=True)
        ]

    def _nodes(self) -> list[str]:
        return [key for key, lesion in self.followup.lesions.items() if lesion.is_node]

    def _step(self, seen: Seen, parts: Parts, course: Course, mistakes: Mistakes) -> Step:
        policy, clinical = course.policy, AS_MET
        if policy.is_rano:
            clinical = _clinical(clinical_seen(self.followup, seen.position, self.decisions), mistakes)
            call = rano_call(parts, clinical, policy)
        elif policy.criterion == "irecist":
            call = irecist_call(parts, seen, course, self.state)
        else:
            call = recist_call(parts)
        return Step(seen, parts, clinical, call, self._decided(seen))

    def _decided(self, seen: Seen) -> AdjudicationKind | None:
        """What people decided on the call of a visit (RANO alone); the last such event holds."""
        events = self.decisions.about(*CALL_KINDS, evaluator=self.followup.records.evaluator)
        kinds = [event.kind for event in events if event.visit_id == seen.visit.visit_id]
        return kinds[-1] if kinds and self.followup.policy.is_rano else None

    def _move_on(self, seen: Seen, target: str, response: str) -> None:
        self.course.note_sizes(seen)
        if target in ("CR", "PR"):
            self.course.reached_pr = True
        elif target == "PD":
            self.course.reached_pr = False
        if response in ("CR", "iCR"):
            self.course.reached_overall_cr = True


def _parts(seen: Seen, course: Course, nodes: frozenset[str], mistakes: Mistakes) -> Parts:
    """The parts of one visit, with the targets by the audit's own arithmetic."""
    policy = course.policy
    comparison = next((THRESHOLDS[item] for item in Mistake if item in mistakes & set(THRESHOLDS)), Exact())
    sizes = [size for size in seen.sizes.values() if size is not None]
    is_reviewed = (
        policy.criterion == "rano_bm"
        and policy.immuno_new_lesion == "review"
        and on_immunotherapy(course.followup.records.patient, max(seen.scan_dates))
    )
    return Parts(
        target=Component(target_word(TargetReplay(seen, course, nodes, comparison, mistakes))),
        nontarget=nontarget_response(seen, course),
        new=new_lesion_response(seen, policy, under_review=is_reviewed),
        sum=sum(sizes) if sizes else None,
        n_assessed=len(sizes),
        nadir=course.nadir,
    )


def _left_out(parts: Parts, mistakes: Mistakes) -> Parts:
    """The parts as they are joined, without those that the mistake leaves out."""
    if Mistake.NONTARGET_IGNORED in mistakes:
        parts = replace(parts, nontarget=Component("NA"))
    if Mistake.NEW_IGNORED in mistakes:
        parts = replace(parts, new=Component("no"))
    return parts


def _clinical(seen: ClinicalSeen, mistakes: Mistakes) -> ClinicalSeen:
    """Clinical state and steroids as they are joined: what is left out counts as met."""
    if Mistake.STEROID_IGNORED in mistakes:
        seen = replace(seen, steroid_word=AS_MET.steroid_word, steroid=AS_MET.steroid)
    if Mistake.CLINICAL_IGNORED in mistakes:
        seen = replace(seen, word=AS_MET.word, status=AS_MET.status)
    return seen
