"""The milestones of a study: what is due, what was done and by whom, and the same for a calendar."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cimara_web import clock
from cimara_web.members.queries import names_of
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.milestones import finish_milestone, remove_milestone, set_milestone
from cimara_web.studies.actions.permitted import may
from cimara_web.studies.calendar_file import calendar
from cimara_web.studies.forms.papers import DoneForm, MilestoneForm
from cimara_web.studies.models import Milestone, StudySite
from cimara_web.studies.queries import sites_of, visible_milestones
from cimara_web.studies.views.frame import attempt, own_study, page, refuse_unless, see_other

READ_WRITE = ["GET", "HEAD", "POST"]
ONLY_LEAD = "The lead of the study sets its milestones."


@require_safe
def milestones(request: HttpRequest, slug: str) -> HttpResponse:
    """All that is due, by day."""
    by, study = own_study(request, slug)
    rows = visible_milestones(by).filter(study=study).select_related("study_site__institution")
    listed = list(rows.order_by("due", "kind"))
    context = {
        "open": [one for one in listed if one.done_at is None],
        "past": [one for one in listed if one.done_at is not None],
        "names": names_of({one.done_by for one in listed if one.done_by}),
        "finishable": {one.public_id for one in listed if may_finish(by, one)},
        "today": clock.today(),
    }
    return page(request, "milestones", study, "Milestones", **context)


@require_safe
def as_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for a calendar program."""
    by, study = own_study(request, slug)
    rows = visible_milestones(by).filter(study=study).select_related("study_site").order_by("due", "kind")
    host = settings.ADDRESS.partition("//")[2] or "localhost"
    response = HttpResponse(
        calendar(study, rows, now=clock.now(), host=host), content_type="text/calendar; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="milestones-{study.slug}.ics"'
    return response


@require_http_methods(READ_WRITE)
def new(request: HttpRequest, slug: str) -> HttpResponse:
    """Set a milestone."""
    return _set(request, slug, None)


@require_http_methods(READ_WRITE)
def change(request: HttpRequest, slug: str, milestone: UUID) -> HttpResponse:
    """Change one that is not done."""
    return _set(request, slug, milestone)


@require_http_methods(READ_WRITE)
def done(request: HttpRequest, slug: str, milestone: UUID) -> HttpResponse:
    """Say that one is done, and on which day."""
    by, study = own_study(request, slug)
    row = get_object_or_404(visible_milestones(by), public_id=milestone, study=study)
    refuse_unless(may_finish(by, row), "Its owner, or the lead of the study, says that a milestone is done.")
    form = DoneForm(request.POST if request.method == "POST" else None, initial={"done_at": clock.today()})
    if request.method == "POST" and form.is_valid():
        day = form.cleaned_data["done_at"]
        if attempt(form, lambda: finish_milestone(by=by, milestone=row, done_at=day, now=clock.now())):
            return see_other("study-milestones", slug, done="saved")
    context = {"form": form, "heading": f"Milestone done: {row.kind}", "button": "It is done"}
    return page(request, "form", study, "Milestones", **context)


@require_POST
def remove(request: HttpRequest, slug: str, milestone: UUID) -> HttpResponse:
    """Take one away."""
    by, study = own_study(request, slug)
    row = get_object_or_404(visible_milestones(by), public_id=milestone, study=study)
    refuse_unless(by.may(Permission.MILESTONE_EDIT, study=study.public_id), ONLY_LEAD)
    remove_milestone(by=by, milestone=row, now=clock.now())
    return see_other("study-milestones", slug, done="removed")


def may_finish(by: Holder, one: Milestone) -> bool:
    """Whether somebody may say that a milestone is done; of a site's, its own people may, too."""
    if one.done_at is not None:
        return False
    own = may(by, Permission.SITE_CONFIRM, one.study_id, one.study_site_id)
    return own or by.may(Permission.MILESTONE_EDIT, study=one.study_id)


def _set(request: HttpRequest, slug: str, milestone: UUID | None) -> HttpResponse:
    by, study = own_study(request, slug)
    row = get_object_or_404(visible_milestones(by), public_id=milestone, study=study) if milestone else None
    refuse_unless(by.may(Permission.MILESTONE_EDIT, study=study.public_id), ONLY_LEAD)
    sites = {str(one.public_id): one for one in sites_of(study)}
    form = MilestoneForm(
        request.POST if request.method == "POST" else None, sites=sites.values(), initial=_initial(row)
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        site: StudySite | None = sites.get(given.pop("site"))
        if attempt(
            form,
            lambda: set_milestone(by=by, study=study, **given, site=site, milestone=row, now=clock.now()),
        ):
            return see_other("study-milestones", slug, done="saved")
    heading = "Change a milestone" if row else "Set a milestone"
    return page(request, "form", study, "Milestones", form=form, heading=heading, button="Save")


def _initial(row: Milestone | None) -> dict[str, object]:
    if row is None:
        return {}
    return {"kind": row.kind, "due": row.due, "note": row.note, "site": row.study_site_id or ""}
