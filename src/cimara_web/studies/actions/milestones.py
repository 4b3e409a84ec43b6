"""Writes of milestones: set, done by somebody on a day, removed."""

from __future__ import annotations

from datetime import date, datetime

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.facts import past_day
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.models import Milestone, Study, StudySite
from cimara_web.studies.models.paper import MilestoneKind
from cimara_web.writes import audited


@audited
def set_milestone(
    *,
    by: Holder,
    study: Study,
    kind: MilestoneKind | str,
    due: date,
    now: datetime,
    note: str = "",
    site: StudySite | None = None,
    milestone: Milestone | None = None,
) -> Milestone:
    """Set something due, of the study or of one site; or change one that is set and not done."""
    require(by, Permission.MILESTONE_EDIT, study=study.public_id)
    if site is not None and site.study_id != study.public_id:
        raise ValueError("the site belongs to another study")
    row = _locked(milestone) if milestone else Milestone(study=study)
    if row.study_id != study.public_id:
        raise ValueError("the milestone belongs to another study")
    if row.done_at is not None:
        raise NotNowError("This milestone is done; set a new one.")
    row.kind, row.due, row.note, row.study_site = MilestoneKind(kind).value, due, note.strip(), site
    row.save()
    told = {"kind": row.kind, "due": due.isoformat(), "site": str(site.public_id) if site else ""}
    _record(Event.MILESTONE_SET, by, row, now, _lead(by, row), told)
    return row


@audited
def finish_milestone(*, by: Holder, milestone: Milestone, done_at: date, now: datetime) -> Milestone:
    """Say that it is done, and on which day; of a site's milestone its own people may, too."""
    wanted = [Permission.MILESTONE_EDIT]
    if milestone.study_site_id:
        wanted.append(Permission.SITE_CONFIRM)
    role = require_one(by, milestone.study_id, *wanted, site=milestone.study_site_id)
    row = _locked(milestone)
    if row.done_at is not None:
        raise NotNowError("This milestone is done already.")
    row.done_at, row.done_by = past_day("done_at", done_at, now.date()), by.account
    row.save()
    _record(Event.MILESTONE_DONE, by, row, now, role, {"kind": row.kind})
    return row


@audited
def remove_milestone(*, by: Holder, milestone: Milestone, now: datetime) -> None:
    """Take a milestone away; the audit trail keeps that it was."""
    require(by, Permission.MILESTONE_EDIT, study=milestone.study_id)
    row = _locked(milestone)
    _record(Event.MILESTONE_REMOVED, by, row, now, _lead(by, row), {"kind": row.kind})
    row.delete()


def _locked(milestone: Milestone) -> Milestone:
    return Milestone.objects.select_for_update().get(pk=milestone.pk)


def _lead(by: Holder, row: Milestone) -> Role | None:
    return by.role_for(Permission.MILESTONE_EDIT, study=row.study_id)


def _record(
    event: Event,
    by: Holder,
    row: Milestone,
    now: datetime,
    role: Role | None,
    context: dict[str, object],
) -> None:
    about = ("milestone", row.public_id)
    record(event, by=by, about=about, now=now, study=row.study_id, role=role, context=context)
