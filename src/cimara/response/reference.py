"""The readable engine: one patient in, every response out, by the rules of one policy. Right by definition.

It runs twice. Once as one would have called each visit on the day, without decisions and without later
scans: `original`. Once with both: `response`. Source of the order of evaluation: response.md section 5.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cimara.response.accepted import accepted_rows
from cimara.response.adjudicate import NO_DECISIONS, Decisions, fold
from cimara.response.bor import best_of
from cimara.response.criteria.call import Call
from cimara.response.criteria.clinical import AS_MET, clinical_seen
from cimara.response.criteria.components import Component, Course, Parts, start_course
from cimara.response.criteria.irano import REFUTING, Step, irano_calls, refuted
from cimara.response.criteria.irecist import IrecistState, irecist_call
from cimara.response.criteria.nontarget import new_lesion_response, nontarget_response
from cimara.response.criteria.rano_bm import on_immunotherapy, rano_call
from cimara.response.criteria.rano_lm.derive import derive_lm
from cimara.response.criteria.recist import recist_call
from cimara.response.criteria.target import target_response
from cimara.response.fingerprint import input_hash
from cimara.response.followup import Followup, Seen, follow, see
from cimara.response.lesion_rows import lesion_rows
from cimara.response.model import Finding, Patient
from cimara.response.policy import Policy
from cimara.response.records import collect, evaluators, note
from cimara.response.rows import BestRow, LesionRow, PatientResult, TimepointRow
from cimara.response.timepoint import is_gated, timepoint_row
from cimara.terms.response import AdjudicationKind, Answer

CALL_KINDS = (
    AdjudicationKind.PSEUDOPROGRESSION,
    AdjudicationKind.IRANO_CONFIRMED,
    AdjudicationKind.IRANO_REFUTED,
)


def derive(patient: Patient, policy: Policy, as_of: dt.date | None = None) -> PatientResult:
    """Every response of one patient, by one policy, with the decisions that were made by `as_of`."""
    digest = input_hash(patient, as_of)
    if policy.criterion.startswith("rano_lm"):
        return _derive_lm(patient, policy, as_of, digest)
    decisions = fold(patient, as_of)
    findings = list(decisions.findings)
    rows: list[TimepointRow] = []
    lesions: list[LesionRow] = []
    for evaluator in evaluators(patient):
        records = collect(patient, evaluator)
        followup = follow(records, policy)
        final = _series(followup, decisions, hindsight=True)
        called = final
        if _hindsight_matters(followup, decisions):
            called = _series(followup, NO_DECISIONS, hindsight=False)
        rows += _rows(followup, called, final, digest)
        lesions += lesion_rows(followup, final.baseline, [step.seen for step in final.steps])
        findings += [*records.findings, *followup.findings, *_series_findings(followup, final, decisions)]
    rows += accepted_rows(rows, decisions, patient, policy)
    best = best_rows(rows, patient, policy)
    return PatientResult(
        patient.patient_id, tuple(rows), tuple(lesions), best, tuple(dict.fromkeys(findings))
    )


def best_rows(rows: list[TimepointRow], patient: Patient, policy: Policy) -> tuple[BestRow, ...]:
    """The best response of each evaluator."""
    names = dict.fromkeys(row.evaluator for row in rows) or dict.fromkeys(evaluators(patient))
    return tuple(
        best_of([row for row in rows if row.evaluator == name], patient, policy, evaluator=name)
        for name in names
    )


def _derive_lm(patient: Patient, policy: Policy, as_of: dt.date | None, digest: str) -> PatientResult:
    rows = [
        replace(row, policy_hash=policy.hash, input_hash=digest) for row in derive_lm(patient, policy, as_of)
    ]
    return PatientResult(patient.patient_id, tuple(rows), (), best_rows(rows, patient, policy), ())


@dataclass(slots=True)
class Series:
    """One run through all visits: what was seen and called at each."""

    baseline: Seen | None
    steps: list[Step]
    calls: list[Call]
    course: Course


def _hindsight_matters(followup: Followup, decisions: Decisions) -> bool:
    """Whether a later scan or a decision may change an earlier call; otherwise both runs are one."""
    return bool(decisions.events or followup.records.new_lesions or followup.policy.criterion == "irano")


def _series(followup: Followup, decisions: Decisions, *, hindsight: bool) -> Series:
    """Every visit in order: parts, overall call, and what the next visit needs to know."""
    baseline, visits = see(followup, decisions, hindsight=hindsight)
    course = start_course(followup, baseline)
    state = IrecistState()
    decided = _decided_calls(followup, decisions)
    series = Series(baseline, [], [], course)
    for seen in visits:
        step = _step(seen, course, state, followup, decisions)
        step.decided = decided.get(seen.visit.visit_id)
        series.steps.append(step)
        series.calls.append(_refuted_by_people(step, course))
        _move_on(course, step)
    if followup.policy.criterion == "irano":
        series.calls = irano_calls(series.steps, followup.records.patient, course, hindsight=hindsight)
    return series


def _step(seen: Seen, course: Course, state: IrecistState, followup: Followup, decisions: Decisions) -> Step:
    policy = followup.policy
    if followup.baseline is None:
        return _without_baseline(seen, course)
    parts = _parts(seen, course)
    if policy.is_rano:
        clinical = clinical_seen(followup, seen.position, decisions)
        return Step(seen, parts, clinical, rano_call(parts, clinical, policy))
    if policy.criterion == "irecist":
        return Step(seen, parts, AS_MET, irecist_call(parts, seen, course, state))
    return Step(seen, parts, AS_MET, recist_call(parts))


def _without_baseline(seen: Seen, course: Course) -> Step:
    """Without a baseline scan nothing can be compared: every time point is not evaluable."""
    unknown = Component("NE", ("NO_BASELINE",))
    sizes = [size for size in seen.sizes.values() if size is not None]
    parts = Parts(unknown, unknown, Component("no"), sum(sizes) if sizes else None, len(sizes), None)
    if course.policy.is_rano:
        return Step(seen, parts, AS_MET, rano_call(parts, AS_MET, course.policy))
    return Step(seen, parts, AS_MET, recist_call(parts))


def _parts(seen: Seen, course: Course) -> Parts:
    policy = course.policy
    target, total = target_response(seen, course)
    is_reviewed = (
        policy.criterion == "rano_bm"
        and policy.immuno_new_lesion == "review"
        and on_immunotherapy(course.followup.records.patient, max(seen.scan_dates))
    )
    return Parts(
        target=target,
        nontarget=nontarget_response(seen, course),
        new=new_lesion_response(seen, policy, under_review=is_reviewed),
        sum=total,
        n_assessed=sum(size is not None for size in seen.sizes.values()),
        nadir=course.nadir,
    )


def _move_on(course: Course, step: Step) -> None:
    """What the next visit needs to know: nadir, response reached, complete response reached."""
    course.note_sizes(step.seen)
    word = step.parts.target.word
    if word in ("CR", "PR"):
        course.reached_pr = True
    elif word == "PD":
        course.reached_pr = False
    course.reached_overall_cr = course.reached_overall_cr or step.call.response in ("CR", "iCR")


def _decided_calls(followup: Followup, decisions: Decisions) -> dict[str, AdjudicationKind]:
    if not followup.policy.is_rano:
        return {}
    events = decisions.about(*CALL_KINDS, evaluator=followup.records.evaluator)
    return {event.visit_id: event.kind for event in events}


def _refuted_by_people(step: Step, course: Course) -> Call:
    """ADJ-5 under RANO-BM: an imaging progression that people took for pseudo-progression is withdrawn."""
    if step.decided in REFUTING and step.is_imaging_pd:
        return refuted(step, course, "REFUTED_BY_DECISION")
    return step.call


def _rows(followup: Followup, called: Series, final: Series, digest: str) -> Iterable[TimepointRow]:
    before: TimepointRow | None = None
    for place, step in enumerate(final.steps):
        row = timepoint_row(followup, step, final.calls[place], final.course.base, digest)
        row = replace(row, original=_word(called.calls[place], followup.policy))
        if row.pd_kind == "clinical" and before is not None and before.rule_id == "RBM-O8":
            row = row.flagged(f"PD_MAY_START_AT_STEROID_INCREASE:{before.date.isoformat()}")
        before = row
        yield row


def _word(call: Call, policy: Policy) -> str:
    return "UNDETERMINED" if is_gated(policy) else call.response


def _series_findings(followup: Followup, final: Series, decisions: Decisions) -> Iterable[Finding]:
    """What the run found remarkable: clinical sources, unconfirmed calls, decisions that don't apply."""
    patient, policy = followup.records.patient, followup.policy
    for step, call in zip(final.steps, final.calls, strict=True):
        yield from step.clinical.findings
        if call.response == "PD_UNCONFIRMED":
            text = "imaging progression on immunotherapy, neither confirmed nor refuted"
            yield note("IRANO_UNCONFIRMED", text, patient, step.seen.visit.visit_id)
        if policy.is_rano and step.seen.new and patient.immunotherapy is Answer.UNKNOWN:
            text = "a new lesion, and it is not known whether the patient was on immunotherapy: taken as not"
            yield note("IMMUNOTHERAPY_UNKNOWN", text, patient, step.seen.visit.visit_id)
    if (
        policy.criterion == "irano"
        and patient.immunotherapy is Answer.YES
        and patient.immunotherapy_start is None
    ):
        text = "no start of immunotherapy: the window runs from the start of treatment"
        yield note("IMMUNOTHERAPY_START_MISSING", text, patient)
    for event in decisions.events:
        if event.kind in CALL_KINDS and not policy.is_rano:
            text = f"event {event.event_id} is about a RANO call, the policy is {policy.label}"
            yield note("ADJUDICATION_NOT_APPLICABLE", text, patient, event.visit_id)
