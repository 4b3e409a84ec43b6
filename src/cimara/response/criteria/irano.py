"""iRANO: imaging progression early on immunotherapy waits for a follow-up scan (Okada 2015)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cimara.response.criteria.call import UNVERIFIED, Call, unverified
from cimara.response.criteria.clinical import ClinicalSeen
from cimara.response.criteria.components import Course, Parts
from cimara.response.criteria.rano_bm import on_immunotherapy, rano_call, without_imaging_progression
from cimara.response.criteria.target import progressed
from cimara.response.followup import Seen
from cimara.response.model import Patient
from cimara.response.policy import Policy
from cimara.response.tables import TableRow, component_rules, load_table
from cimara.terms.response import AdjudicationKind, LesionChange, LesionState

REFUTING = frozenset({AdjudicationKind.IRANO_REFUTED, AdjudicationKind.PSEUDOPROGRESSION})


@dataclass(slots=True)
class Step:
    """One visit as RANO-BM calls it, kept so that a later scan or a decision may look at it again."""

    seen: Seen
    parts: Parts
    clinical: ClinicalSeen
    call: Call
    decided: AdjudicationKind | None = None

    @property
    def is_imaging_pd(self) -> bool:
        """Progression that the scans alone show."""
        return self.call.response == "PD" and self.call.kind != "clinical"


@dataclass(slots=True)
class _Machine:
    patient: Patient
    course: Course
    steps: list[Step]
    calls: list[Call]
    hindsight: bool
    pending: int | None = None
    confirmed: bool = False


def irano_calls(steps: list[Step], patient: Patient, course: Course, *, hindsight: bool) -> list[Call]:
    """The calls by IRN-1 to IRN-4; with `hindsight` a follow-up also changes the rows that it speaks of."""
    machine = _Machine(patient, course, steps, [], hindsight)
    for place, step in enumerate(steps):
        machine.calls.append(_call_of(machine, place, step))
        if step.decided is not None:
            _decide(machine, place, step)
    return machine.calls


def _call_of(machine: _Machine, place: int, step: Step) -> Call:
    followup = _followup(machine, step)
    row = load_table("irano").first(
        rano="PD_CLINICAL"
        if step.call.kind == "clinical"
        else "PD_IMAGING"
        if step.is_imaging_pd
        else "OTHER",
        window="in" if _in_window(machine.patient, step, machine.course.policy) else "out",
        state="confirmed" if machine.confirmed else "none" if machine.pending is None else "pending",
        followup=followup,
    )
    first = machine.pending
    call = step.call if row.outcome == "=rano_bm" else _renamed(step.call, row)
    if first is not None and followup == "confirmed":
        call = _confirm(machine, first, place, call)
    elif first is not None and followup == "gone" and row.rule_id == "IRN-3":
        _withdraw(machine, first, place, "REFUTED_BY_FOLLOWUP")
        call = call.adding(flags=_distance(machine, first, place))
    if row.outcome == "PD_UNCONFIRMED":
        machine.pending = place if first is None else first
        call = call.adding(reasons=("WAITS_FOR_FOLLOWUP",))
    return call


def _renamed(call: Call, row: TableRow) -> Call:
    return replace(
        call,
        response=row.outcome,
        rule_id=row.rule_id,
        citation=row.citation,
        flags=(*call.flags, *unverified(row)),
    )


def _in_window(patient: Patient, step: Step, policy: Policy) -> bool:
    """Within the first months of immunotherapy; without its start date that of treatment stands for it."""
    date = max(step.seen.scan_dates)
    if not on_immunotherapy(patient, date):
        return False
    start = patient.immunotherapy_start or patient.start_date
    return 0 <= (date - start).days <= policy.irano_window_days


def _followup(machine: _Machine, step: Step) -> str:
    """What this visit says of the pending call: `early`, `confirmed`, `gone`, or `between`."""
    if machine.pending is None:
        return "between"
    first = machine.steps[machine.pending]
    if _days(first, step) < machine.course.policy.irano_min_followup_days:
        return "early"
    if any(_still(kind, first, step, machine.course) for kind in first.call.kinds):
        return "confirmed"
    return "gone" if _is_gone(first, step) else "between"


def _days(first: Step, step: Step) -> int:
    return (max(step.seen.scan_dates) - max(first.seen.scan_dates)).days


def _still(kind: str, first: Step, step: Step, course: Course) -> bool:
    """IRN-2. Whether one part is still progression over the earlier nadir, and not smaller than at first."""
    if kind == "target":
        return _target_still(first, step, course)
    if kind == "non-target":
        grown = [key for key, state in step.seen.states.items() if state is LesionState.UNEQUIVOCAL_PD]
        smaller = any(step.seen.changes.get(key) is LesionChange.DECREASED for key in grown)
        return step.parts.nontarget.word == "PD" and not smaller
    was, now = first.seen.new, step.seen.new
    kept = [key for key, new in was.items() if new.is_certain and key in now and now[key].is_certain]
    return bool(kept) and not any(_is_smaller(was[key].measured, now[key].measured) for key in kept)


def _target_still(first: Step, step: Step, course: Course) -> bool:
    total, before = step.parts.sum, first.parts.sum
    if total is None or before is None or total < before:
        return False
    sizes = {key: size for key, size in step.seen.sizes.items() if size is not None}
    back_then = replace(course, nadir=first.parts.nadir)
    return step.parts.target.word == "PD" or bool(progressed(total, sizes, back_then))


def _is_smaller(before: int | None, now: int | None) -> bool:
    return before is not None and now is not None and now < before


def _is_gone(first: Step, step: Step) -> bool:
    """IRN-3. Whether nothing progresses any more, and what had progressed was assessed."""
    parts = step.parts
    if "PD" in (parts.target.word, parts.nontarget.word) or parts.new.word == "yes":
        return False
    nontarget_unseen = "non-target" in first.call.kinds and parts.nontarget.word == "NE"
    return parts.target.word != "NE" and not nontarget_unseen and "NOT_SCANNED" not in step.seen.flags


def _confirm(machine: _Machine, first: int, place: int, call: Call) -> Call:
    machine.pending, machine.confirmed = None, True
    if machine.hindsight:
        for earlier in range(first, place):
            if machine.calls[earlier].response == "PD_UNCONFIRMED":
                machine.calls[earlier] = _confirmed(machine.calls[earlier], "CONFIRMED_BY_FOLLOWUP")
    return call.adding(reasons=("CONFIRMED_BY_FOLLOWUP",), flags=_distance(machine, first, place))


def _confirmed(call: Call, reason: str) -> Call:
    rule_id, citation, flags = _standing("IRN-2" if reason == "CONFIRMED_BY_FOLLOWUP" else "ADJ-6")
    reasons = (*(code for code in call.reasons if code != "WAITS_FOR_FOLLOWUP"), reason)
    return replace(
        call,
        response="PD",
        rule_id=rule_id,
        citation=citation,
        reasons=reasons,
        flags=(*call.flags, *flags, "BACKDATED"),
    )


def _standing(rule_id: str) -> tuple[str, str, tuple[str, ...]]:
    """A rule's id, source and flag if unverified: of table `irano`, or of a decision (ADJ)."""
    if rule_id in component_rules():
        rule = component_rules()[rule_id]
        return rule_id, rule.citation, (f"{UNVERIFIED}{rule_id}",) if rule.status == "U" else ()
    row = next(row for row in load_table("irano").rows if row.rule_id == rule_id)
    return rule_id, row.citation, unverified(row)


def _withdraw(machine: _Machine, first: int, place: int, reason: str) -> None:
    machine.pending = None
    if machine.hindsight:
        for earlier in range(first, place):
            if machine.calls[earlier].response == "PD_UNCONFIRMED":
                machine.calls[earlier] = refuted(machine.steps[earlier], machine.course, reason)


def refuted(step: Step, course: Course, reason: str) -> Call:
    """IRN-3, ADJ-5. A visit without its imaging progression: RANO-BM by what is left, never PD."""
    left = without_imaging_progression(step.parts, course)
    call = rano_call(left, step.clinical, course.policy)
    rule_id, citation, unchecked = _standing("IRN-3" if reason == "REFUTED_BY_FOLLOWUP" else "ADJ-5")
    flags = (*call.flags, *left.new.flags, *unchecked, "PD_REFUTED")
    return replace(call, rule_id=rule_id, citation=citation, flags=flags).adding(reasons=(reason,))


def _distance(machine: _Machine, first: int, place: int) -> tuple[str, ...]:
    policy = machine.course.policy
    days = _days(machine.steps[first], machine.steps[place])
    is_near = policy.irano_followup_from <= days <= policy.irano_followup_to
    return () if is_near else ("FOLLOWUP_OUTSIDE_TARGET",)


def _decide(machine: _Machine, place: int, step: Step) -> None:
    """ADJ-5, ADJ-6. What people decided on the imaging progression of this visit."""
    if not step.is_imaging_pd:
        return
    if step.decided in REFUTING:
        machine.calls[place] = refuted(step, machine.course, "REFUTED_BY_DECISION")
        machine.pending = None if machine.pending == place else machine.pending
    elif machine.calls[place].response == "PD_UNCONFIRMED":
        machine.calls[place] = _confirmed(machine.calls[place], "CONFIRMED_BY_DECISION")
        machine.pending, machine.confirmed = None, True
