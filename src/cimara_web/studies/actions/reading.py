"""Notes in the audit trail that somebody took something away: a report of a check, a table, a held result."""

from __future__ import annotations

from datetime import datetime

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.models import Report, Study, Submission
from cimara_web.writes import audited


@audited
def note_report_taken(*, by: Holder, submission: Submission, now: datetime) -> None:
    """Somebody took away the validation report of a submission."""
    site = submission.study_site
    asked = {"study": site.study_id, "site": site.public_id}
    require(by, Permission.SUBMISSION_VIEW, **asked)
    role = by.role_for(Permission.SUBMISSION_VIEW, **asked)
    about = ("submission", submission.public_id)
    record(Event.SUBMISSION_READ, by=by, about=about, now=now, study=site.study_id, role=role)


@audited
def note_table_taken(*, by: Holder, study: Study, kind: str, rows: int, now: datetime) -> None:
    """Somebody took away a table of a study's counts."""
    require(by, Permission.STUDY_VIEW, study=study.public_id)
    role = by.role_for(Permission.STUDY_VIEW, study=study.public_id)
    told = {"kind": kind, "rows": rows}
    about = ("study", study.public_id)
    record(Event.DATA_EXPORTED, by=by, about=about, now=now, study=study.public_id, role=role, context=told)


@audited
def note_held_report_read(*, by: Holder, report: Report, now: datetime) -> None:
    """Somebody read results that are not released yet."""
    study = report.analysis.study_id
    require(by, Permission.ANALYSIS_RELEASE, study=study)
    role = by.role_for(Permission.ANALYSIS_RELEASE, study=study)
    record(Event.REPORT_READ, by=by, about=("report", report.public_id), now=now, study=study, role=role)
