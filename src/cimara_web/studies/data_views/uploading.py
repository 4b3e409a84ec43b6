"""The page on which a site sends a file: into the study store while it comes, then received, then checked."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from cimara_web import clock
from cimara_web.accounts.queries import holder
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.submitting import receive, validate, why_not_now
from cimara_web.studies.data_views.frame import page
from cimara_web.studies.forms.uploading import CUT_OFF, MAPPING_TOO_BIG, TOO_BIG, UploadForm
from cimara_web.studies.models import StudySite, Submission
from cimara_web.studies.queries import visible_sites
from cimara_web.studies.submissions.coming import (
    END,
    CutOffError,
    IntoTheStore,
    coming_in,
    is_too_long,
    whole_form,
)
from cimara_web.studies.submissions.limits import MOST, MOST_MAPPING, SMALL
from cimara_web.studies.views.frame import see_other

FILES = {"file": MOST, "mapping": MOST_MAPPING}


@csrf_exempt  # the check reads the whole form, so it stands around `_received`, after the store is ready
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str, site: UUID) -> HttpResponse:
    """The form; POST streams its files into the store, once it is known that somebody may send them."""
    by = holder(request)
    rows = visible_sites(by).select_related("study", "institution", "ethics", "agreement")
    of = get_object_or_404(rows, public_id=site, study__slug=slug)
    require(by, Permission.SUBMISSION_UPLOAD, study=of.study_id, site=of.public_id)
    if request.method != "POST":
        return _form(request, of, UploadForm())
    if is_too_long(request, FILES):
        return _form(request, of, _said(UploadForm({}, {}), "file", TOO_BIG), 413)
    with coming_in(request, FILES) as handler:
        return _received(request, by, of, handler)


@csrf_protect
def _received(request: HttpRequest, by: Holder, of: StudySite, handler: IntoTheStore) -> HttpResponse:
    try:
        whole_form(request)
    except CutOffError:
        if handler.too_big:
            words = TOO_BIG if handler.too_big == "file" else MAPPING_TOO_BIG
            return _form(request, of, _said(UploadForm({}, {}), handler.too_big, words), 413)
        return _form(request, of, _said(UploadForm({}, {}), None, CUT_OFF), 400)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, of, form, 400)
    now, file, mapping = clock.now(), form.cleaned_data["file"], form.cleaned_data["mapping"]
    if blocked := why_not_now(of, now):
        return _form(request, of, _said(form, None, blocked), 400)
    try:
        one = receive(
            by=by,
            site=of,
            kept=file.keep(),
            file_name=file.name,
            now=now,
            mapping=mapping.keep() if mapping else None,
        )
    except NotNowError as error:
        return _form(request, of, _said(form, None, str(error)), 400)
    again = one.received_at != now
    if not again and one.size <= SMALL:
        validate(submission=_with_study(one), now=now)
    return see_other("submission", of.study.slug, one.public_id, done="again" if again else "received")


def _with_study(one: Submission) -> Submission:
    return Submission.objects.select_related("study_site__study").get(pk=one.pk)


def _said(form: UploadForm, field: str | None, words: str) -> UploadForm:
    """A form that says one thing and nothing else."""
    form.full_clean()
    form.errors.clear()
    form.add_error(field, words)
    return form


def _form(request: HttpRequest, of: StudySite, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "site": of,
        "blocked": why_not_now(of, clock.now()),
        "end": END,
        "is_scanned": bool(settings.SCAN_COMMAND),
    }
    return page(request, "upload", of.study, "Submissions", status, **context)
