"""Writes of analyses: planned, approved by two roles, started on accepted data, withheld."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.facts import given
from cimara_web.studies.actions.study import locked_study
from cimara_web.studies.data_queries import accepted_of
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Analysis, AnalysisSignature, Study, StudyDocument
from cimara_web.studies.models.analysis import SignatureFor
from cimara_web.studies.models.paper import DocumentKind
from cimara_web.studies.models.study import Mode
from cimara_web.studies.states.analysis import MACHINE, AnalysisHappening, AnalysisState
from cimara_web.studies.states.study import StudyState
from cimara_web.writes import action, audited

H = AnalysisHappening
TAKES_ANALYSES = frozenset({StudyState.APPROVED, StudyState.OPEN, StudyState.LOCKED, StudyState.ANALYSIS})
APPROVERS = (Role.STUDY_LEAD, Role.STATISTICIAN)
PLANS = frozenset({DocumentKind.SAP, DocumentKind.PROTOCOL, DocumentKind.DICTIONARY})


@audited
def plan_analysis(
    *,
    by: Holder,
    study: Study,
    title: str,
    now: datetime,
    plan: UUID | None = None,
    code_version: str = "",
    mode: Mode | str = Mode.POOLED,
) -> Analysis:
    """Plan an analysis of a study.

    Parameters
    ----------
    plan
        Public id of a protocol, SAP or study file among the study's own documents.

    Raises
    ------
    FieldError
        Without a title, or when the plan is no such document.
    """
    require(by, Permission.ANALYSIS_PLAN, study=study.public_id)
    locked = locked_study(study)
    if locked.state not in TAKES_ANALYSES:
        raise NotNowError(f"This study is {locked.state}: no analysis is planned in it now.")
    chosen = Mode(mode)
    if locked.mode != Mode.BOTH and chosen.value != locked.mode:
        raise FieldError("mode", f"This study is {locked.mode}.")
    made = Analysis(
        study=locked,
        title=given("title", title, "Give the analysis a title.")[:150],
        plan=_plan(locked, plan),
        code_version=code_version.strip()[:60],
        mode=chosen.value,
        planned_by=by.account,
        made_at=now,
        moved_at=now,
    )
    made.save(force_insert=True)
    role = by.role_for(Permission.ANALYSIS_PLAN, study=study.public_id)
    _record(Event.ANALYSIS_PLANNED, by, role, made, now, {"mode": made.mode})
    return made


@audited
def sign_analysis(*, by: Holder, analysis: Analysis, now: datetime) -> Analysis:
    """Approve a plan; with the lead's and a statistician's signature, of two people, it is approved."""
    row, role, locked = _begun(by, analysis, H.APPROVE)
    if role not in APPROVERS:
        raise Refused("The study lead and a statistician approve a plan.")
    _sign(locked, SignatureFor.APPROVAL, by, role, now)
    signed = {one.role: one.account for one in _signatures(locked, SignatureFor.APPROVAL)}
    if signed.keys() >= {one.value for one in APPROVERS}:
        _move(locked, H.APPROVE, row, now)
        _record(Event.ANALYSIS_MOVED, by, role, locked, now, _told(AnalysisState.PLANNED, locked, H.APPROVE))
    else:
        told = {"what": SignatureFor.APPROVAL.value, "count": len(signed)}
        _record(Event.ANALYSIS_SIGNED, by, role, locked, now, told)
    return locked


@audited
def move_analysis(
    *,
    by: Holder,
    analysis: Analysis,
    on: AnalysisHappening | str,
    now: datetime,
    reason: str = "",
    code_version: str = "",
) -> Analysis:
    """Start an analysis on the data that are accepted now, or withhold its results (with a reason).

    Raises
    ------
    NotNowError
        When it can't happen now, or there are no data to start on.
    FieldError
        When a reason is wanted and missing.
    """
    happening = AnalysisHappening(on)
    if happening not in (H.START, H.WITHHOLD):
        raise NotNowError(
            "Plans are signed, results are uploaded, and releases are signed: each has its own page."
        )
    row, role, locked = _begun(by, analysis, happening)
    before = AnalysisState(locked.state)
    if happening is H.START:
        locked.inputs, locked.analyst = _inputs(locked), by.account
        locked.code_version = code_version.strip()[:60] or locked.code_version
    else:
        locked.last_reason = given("reason", reason, "Say why the results are withheld.")[:500]
    _move(locked, happening, row, now)
    told = _told(before, locked, happening)
    if happening is H.START:
        told["inputs"] = locked.inputs
    _record(Event.ANALYSIS_MOVED, by, role, locked, now, told)
    return locked


@action
def note_signature(
    *, by: Holder, analysis: Analysis, what: SignatureFor, role: Role | None, now: datetime
) -> list[AnalysisSignature]:
    """Add somebody's signature, inside the action that asks for it; all signatures of that kind."""
    _sign(analysis, what, by, role, now)
    return _signatures(analysis, what)


def locked_analysis(analysis: Analysis) -> Analysis:
    """The analysis as it is stored now, locked to the end of the action."""
    Analysis.objects.select_for_update().get(pk=analysis.pk)
    return Analysis.objects.select_related("study").get(pk=analysis.pk)


def _begun(by: Holder, analysis: Analysis, on: AnalysisHappening) -> tuple[str, Role | None, Analysis]:
    """Where it leads, the role in which somebody acts, and the locked analysis."""
    permission = next(one.permission for one in MACHINE.transitions if one.on is on and one.permission)
    require(by, permission, study=analysis.study_id)
    locked = locked_analysis(analysis)
    row = MACHINE.row(AnalysisState(locked.state), on)
    return str(row.target.value), by.role_for(permission, study=analysis.study_id), locked


def _move(analysis: Analysis, on: AnalysisHappening, target: str, now: datetime) -> None:
    analysis.state, analysis.moved_at = target, now
    analysis.save()


def _told(before: AnalysisState, analysis: Analysis, on: AnalysisHappening) -> dict[str, object]:
    return {"from": before.value, "to": analysis.state, "on": on.value}


def _inputs(analysis: Analysis) -> dict[str, str]:
    """Content hashes of the accepted submissions by site; of a federated analysis the sites that attested."""
    study = analysis.study
    if analysis.mode == Mode.FEDERATED:
        ready = study.sites.exclude(attested_dictionary="").order_by("code")
        inputs = {one.code: one.attested_dictionary for one in ready}
    else:
        inputs = {one.study_site.code: one.content_hash for one in accepted_of(study)}
    if not inputs:
        raise NotNowError("No data are accepted yet. Accept the submissions of the sites first.")
    return inputs


def _plan(study: Study, plan: UUID | None) -> StudyDocument | None:
    if plan is None:
        return None
    found = StudyDocument.objects.filter(public_id=plan, study=study, study_site=None, kind__in=PLANS).first()
    if found is None:
        raise FieldError(
            "plan", "Choose a protocol, a statistical analysis plan or the study file of this study."
        )
    return found


def _sign(analysis: Analysis, what: SignatureFor, by: Holder, role: Role | None, now: datetime) -> None:
    held = AnalysisSignature.objects.filter(analysis=analysis, what=what)
    if held.filter(account=by.account).exists():
        raise NotNowError("You signed already. Somebody else signs next.")
    if what is SignatureFor.APPROVAL and role and held.filter(role=role.value).exists():
        raise NotNowError(f"A {role} signed already; the other of lead and statistician signs next.")
    AnalysisSignature(
        analysis=analysis, what=what.value, account=by.account, role=role.value if role else "", at=now
    ).save(force_insert=True)


def _signatures(analysis: Analysis, what: SignatureFor) -> list[AnalysisSignature]:
    return list(AnalysisSignature.objects.filter(analysis=analysis, what=what).order_by("at"))


def _record(
    what: Event, by: Holder, role: Role | None, one: Analysis, now: datetime, told: dict[str, object]
) -> None:
    about = ("analysis", one.public_id)
    record(what, by=by, about=about, now=now, study=one.study_id, role=role, context=told)
