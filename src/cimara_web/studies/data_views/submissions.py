"""Pages of submissions: what came, what the library found in it, what is decided."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST, require_safe

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.deciding import move_submission
from cimara_web.studies.actions.reading import note_report_taken
from cimara_web.studies.actions.submitting import why_not_now
from cimara_web.studies.data_queries import (
    chain_of,
    upload_sites,
    visible_submissions,
)
from cimara_web.studies.data_views.frame import attachment, names, page
from cimara_web.studies.data_words import BUTTONS, SEVERITIES, SUBMISSION_NEXT, SUBMISSION_TONES
from cimara_web.studies.forms.uploading import ReasonForm
from cimara_web.studies.models import Submission
from cimara_web.studies.states.submission import MACHINE, SubmissionHappening, SubmissionState
from cimara_web.studies.submissions.reports import Form, report_file, shown_report
from cimara_web.studies.views.frame import attempt, own_study, see_other

TAB = "Submissions"
TYPES = {
    Form.HTML: "text/html; charset=utf-8",
    Form.JSON: "application/json",
    Form.CSV: "text/csv; charset=utf-8",
}
MOST_LISTED = 500


@require_safe
def submissions(request: HttpRequest, slug: str) -> HttpResponse:
    """What the sites that somebody sees have sent, the newest first."""
    by, study = own_study(request, slug)
    rows = visible_submissions(by).filter(study_site__study=study).select_related("study_site__institution")
    listed = list(rows.order_by("-received_at")[:MOST_LISTED])
    now = clock.now()
    sites = [(one, why_not_now(one, now)) for one in upload_sites(by, study)]
    context = {
        "listed": listed,
        "sites": sites,
        "tones": SUBMISSION_TONES,
        "names": names([o.uploaded_by for o in listed]),
    }
    return page(request, "submissions", study, TAB, **context)


@require_safe
def submission(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """One submission: its state, its report, the versions of its site, and what can be done."""
    by, one = _seen(request, slug, public_id)
    return _shown(request, by, one)


@require_POST
def move(request: HttpRequest, slug: str, public_id: UUID, on: str) -> HttpResponse:
    """Decide on a submission."""
    by, one = _seen(request, slug, public_id)
    happening = next((row for row in SubmissionHappening if row.name.lower() == on), None)
    if happening is None:
        raise Http404
    form = ReasonForm(request.POST, prefix=on)
    if form.is_valid() and attempt(
        form,
        lambda: move_submission(
            by=by, submission=one, on=happening, now=clock.now(), reason=form.cleaned_data["reason"]
        ),
    ):
        return see_other("submission", slug, public_id, done="decided")
    return _shown(request, by, one, bad=(happening, form), status=400)


@require_safe
def report(request: HttpRequest, slug: str, public_id: UUID, name: str) -> HttpResponse:
    """A file of the validation report, to take away."""
    by, one = _seen(request, slug, public_id)
    form = next((row for row in Form if row.value == name), None)
    content = report_file(one.report, form) if form and one.report else None
    if form is None or content is None:
        raise Http404
    note_report_taken(by=by, submission=one, now=clock.now())
    return attachment(content, TYPES[form], f"{one.study_site.code}-{name}")


def _seen(request: HttpRequest, slug: str, public_id: UUID) -> tuple[Holder, Submission]:
    by = holder(request)
    rows = visible_submissions(by).select_related("study_site__study", "study_site__institution")
    return by, get_object_or_404(rows, public_id=public_id, study_site__study__slug=slug)


def _shown(
    request: HttpRequest,
    by: Holder,
    one: Submission,
    bad: tuple[SubmissionHappening, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    site = one.study_site
    versions = list(chain_of(one)[:50])
    people = names([row.uploaded_by for row in versions] + [one.decided_by])
    return page(
        request,
        "submission",
        site.study,
        TAB,
        status,
        one=one,
        site=site,
        found=shown_report(one.report) if one.report else None,
        severities=SEVERITIES,
        versions=versions,
        names=people,
        tones=SUBMISSION_TONES,
        next=SUBMISSION_NEXT[SubmissionState(one.state)],
        moves=_moves(by, one, bad),
        bad_form=bad[1] if bad else None,
        may_upload=by.may(Permission.SUBMISSION_UPLOAD, study=site.study_id, site=site.public_id),
        is_open=SubmissionState(one.state) in MENDABLE,
    )


MENDABLE = frozenset(row.source for row in MACHINE.transitions if row.on is SubmissionHappening.REPLACE)


def _moves(
    by: Holder, one: Submission, bad: tuple[SubmissionHappening, ReasonForm] | None
) -> list[tuple[str, str, ReasonForm | None]]:
    """The buttons of a page: name in the address, words, and a form where a reason is wanted."""
    site = one.study_site

    def may(permission: Permission) -> bool:
        if permission is Permission.SUBMISSION_ACCEPT:
            return by.may(permission, study=site.study_id)
        return by.may(permission, study=site.study_id, site=site.public_id)

    found = []
    for row in MACHINE.offered(SubmissionState(one.state), may):
        happening = SubmissionHappening(row.on)
        if happening is SubmissionHappening.REPLACE or _is_no_use(by, one, happening):
            continue
        name = happening.name.lower()
        form = bad[1] if bad and bad[0] is happening else ReasonForm(prefix=name)
        found.append((name, BUTTONS[happening], form if row.asks == "a reason" else None))
    return found


def _is_no_use(by: Holder, one: Submission, on: SubmissionHappening) -> bool:
    """What the action would refuse for a reason that the table of states doesn't know."""
    if on is SubmissionHappening.ACCEPT:
        return one.uploaded_by == by.account
    return on is SubmissionHappening.AS_IS and one.has_identifiers
