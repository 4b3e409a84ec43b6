"""Writes of results: a checked bundle is held, and released by two people who did not make it."""

from __future__ import annotations

from datetime import datetime

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.analyses import locked_analysis, note_signature
from cimara_web.studies.kept_bytes import KeptFile
from cimara_web.studies.models import Analysis, Report
from cimara_web.studies.models.analysis import SignatureFor
from cimara_web.studies.results.bundles import checked_bundle
from cimara_web.studies.states.analysis import MACHINE, AnalysisHappening, AnalysisState
from cimara_web.writes import audited

H = AnalysisHappening
SIGNATURES = 2


def hold_report(*, by: Holder, analysis: Analysis, kept: KeptFile, now: datetime) -> Report:
    """Hold the result bundle of a running analysis, once the library found nothing too small in it.

    Raises
    ------
    FieldError
        The bundle is damaged, or a count in it is too small to leave the study.
    NotNowError
        When the analysis isn't running.
    """
    require(by, Permission.ANALYSIS_RUN, study=analysis.study_id)
    MACHINE.row(AnalysisState(analysis.state), H.HOLD)
    bundle = checked_bundle(kept.sha256, analysis.study)
    files = {
        one.name: {"sha256": one.sha256, "size": one.size, "media_type": one.media_type}
        for one in bundle.files
    }
    return _hold(by=by, analysis=analysis, kept=kept, files=files, check=bundle.check, now=now)


@audited
def _hold(
    *,
    by: Holder,
    analysis: Analysis,
    kept: KeptFile,
    files: dict[str, dict[str, object]],
    check: str,
    now: datetime,
) -> Report:
    locked = locked_analysis(analysis)
    row = MACHINE.row(AnalysisState(locked.state), H.HOLD)
    report = Report(
        analysis=locked,
        sha256=kept.sha256,
        size=kept.size,
        files=files,
        disclosure_check=check,
        held_by=by.account,
        held_at=now,
    )
    report.save(force_insert=True)
    locked.state, locked.moved_at = row.target.value, now
    locked.save()
    told = {"sha256": kept.sha256, "files": len(files), "check": check}
    role = by.role_for(Permission.ANALYSIS_RUN, study=locked.study_id)
    about = ("report", report.public_id)
    record(Event.REPORT_HELD, by=by, about=about, now=now, study=locked.study_id, role=role, context=told)
    return report


@audited
def sign_release(*, by: Holder, report: Report, now: datetime) -> Report:
    """Sign for the release of results; the second signature releases them to all members.

    Raises
    ------
    Refused
        When somebody ran the analysis, or uploaded its results.
    NotNowError
        When they aren't held, or the same person signed before.
    """
    study = report.analysis.study_id
    require(by, Permission.ANALYSIS_RELEASE, study=study)
    analysis = locked_analysis(report.analysis)
    row = MACHINE.row(AnalysisState(analysis.state), H.RELEASE)
    if by.account in made_by(analysis, report):
        raise Refused("You ran this analysis or uploaded its results. Two others release them.")
    role = by.role_for(Permission.ANALYSIS_RELEASE, study=study)
    signed = note_signature(by=by, analysis=analysis, what=SignatureFor.RELEASE, role=role, now=now)
    held = Report.objects.select_for_update().get(pk=report.pk)
    if len(signed) >= SIGNATURES:
        told: dict[str, object] = {"from": analysis.state, "to": row.target.value, "on": H.RELEASE.value}
        analysis.state, analysis.moved_at, held.released_at = row.target.value, now, now
        analysis.save()
        held.save()
        event = Event.ANALYSIS_MOVED
    else:
        told, event = {"what": SignatureFor.RELEASE.value, "count": len(signed)}, Event.ANALYSIS_SIGNED
    about = ("analysis", analysis.public_id)
    record(event, by=by, about=about, now=now, study=study, role=role, context=told)
    return held


def made_by(analysis: Analysis, report: Report) -> frozenset[object]:
    """Who ran an analysis, and who uploaded its results: neither releases them."""
    return frozenset({analysis.analyst, report.held_by})


def require_running(analysis: Analysis) -> None:
    """Raise NotNowError unless results can be uploaded now."""
    if analysis.state != AnalysisState.RUNNING:
        raise NotNowError(f"This analysis is {analysis.state}: results can be uploaded while it runs.")
