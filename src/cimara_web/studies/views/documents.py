"""The documents of a study: their list, a new one, one of them as a file."""

from __future__ import annotations

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cimara_web import clock
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.studies.actions.documents import (
    CONFIDENTIAL,
    add_document,
    make_current,
    permission_for,
    read_document,
)
from cimara_web.studies.actions.permitted import may
from cimara_web.studies.actions.study import WITH_DICTIONARY, set_dictionary
from cimara_web.studies.dictionary import DictionaryError
from cimara_web.studies.forms.papers import DocumentForm
from cimara_web.studies.kept_bytes import keep, opened
from cimara_web.studies.models import Study, StudyDocument
from cimara_web.studies.models.paper import DocumentKind, DocumentState
from cimara_web.studies.paper_files import MOST_BYTES
from cimara_web.studies.queries import visible_documents, visible_sites
from cimara_web.studies.views.frame import attempt, own_study, page, refuse_unless, see_other

READ_WRITE = ["GET", "HEAD", "POST"]
ORDER = {one.value: place for place, one in enumerate(DocumentKind)}


@require_safe
def documents(request: HttpRequest, slug: str) -> HttpResponse:
    """What papers there are, the current ones first."""
    by, study = own_study(request, slug)
    return _list(request, by, study)


@require_http_methods(READ_WRITE)
def add(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a document as a draft."""
    by, study = own_study(request, slug)
    is_lead = by.may(Permission.DOCUMENT_EDIT, study=study.public_id)
    sites = {str(one.public_id): one for one in _editable_sites(by, study)}
    refuse_unless(is_lead or bool(sites), "The lead adds documents of the study, and a site its own.")
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = DocumentForm(*sent, sites=sites.values(), is_lead=is_lead)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        file, site = given["file"], sites.get(given["site"])
        if site is None and given["kind"] in (DocumentKind.APPROVAL, DocumentKind.AGREEMENT):
            form.add_error("site", "Choose the site that it belongs to.")
        elif attempt(
            form,
            lambda: add_document(
                by=by,
                study=study,
                site=site,
                kept=keep(file.chunks(), most=MOST_BYTES),
                kind=given["kind"],
                title=given["title"],
                version=given["version"],
                file_name=file.name,
                media_type=file.media_type,
                now=clock.now(),
            ),
        ):
            return see_other("study-documents", slug, done="added")
    context = {"form": form, "heading": "Add a document", "button": "Add", "upload": True}
    return page(request, "form", study, "Documents", **context)


@require_safe
def document(request: HttpRequest, slug: str, document: UUID) -> FileResponse:
    """A document as a file to keep; the reading of an approval or agreement is told to the audit trail."""
    by, study = own_study(request, slug)
    row = get_object_or_404(visible_documents(by), public_id=document, study=study)
    if row.kind in CONFIDENTIAL:
        read_document(by=by, document=row, now=clock.now())
    response = FileResponse(
        opened(row.sha256), as_attachment=True, filename=row.file_name, content_type=row.media_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
def current(request: HttpRequest, slug: str, document: UUID) -> HttpResponse:
    """Make a document the current one of its kind; a dictionary is read and checked on the way."""
    by, study = own_study(request, slug)
    row = get_object_or_404(
        visible_documents(by).select_related("study", "study_site"), public_id=document, study=study
    )
    refuse_unless(may_set(by, row), "The lead makes documents of the study current, and a site its own.")
    try:
        if row.kind == DocumentKind.DICTIONARY:
            set_dictionary(by=by, study=study, document=row, now=clock.now())
        else:
            make_current(by=by, document=row, now=clock.now())
    except DictionaryError as error:
        return _list(request, by, study, row, error.faults)
    except ValueError as error:
        return _list(request, by, study, row, (str(error),))
    return see_other("study-documents", slug, done="moved")


def may_set(by: Holder, document: StudyDocument) -> bool:
    """Whether somebody may make this document the current one."""
    wanted = permission_for(DocumentKind(document.kind), document.study_site)
    return may(by, wanted, document.study_id, document.study_site_id)


def _list(
    request: HttpRequest,
    by: Holder,
    study: Study,
    failed: StudyDocument | None = None,
    faults: tuple[str, ...] = (),
) -> HttpResponse:
    rows = visible_documents(by).filter(study=study).select_related("study_site__institution")
    listed = sorted(rows, key=_place)
    context = {
        "current": [one for one in listed if one.state == DocumentState.CURRENT],
        "rest": [one for one in listed if one.state != DocumentState.CURRENT],
        "settable": {one.public_id for one in listed if _is_settable(by, study, one)},
        "may_add": by.may(Permission.DOCUMENT_EDIT, study=study.public_id)
        or visible_sites(by).filter(study=study, pk__in=by.sites(Permission.ETHICS_EDIT)).exists(),
        "failed": failed,
        "faults": faults,
    }
    return page(request, "documents", study, "Documents", status=409 if faults else 200, **context)


def _is_settable(by: Holder, study: Study, document: StudyDocument) -> bool:
    is_late = document.kind == DocumentKind.DICTIONARY and study.state not in WITH_DICTIONARY
    return not is_late and document.state != DocumentState.CURRENT and may_set(by, document)


def _place(one: StudyDocument) -> tuple[int, str, float]:
    """By kind, then site, the newest first."""
    return (ORDER[one.kind], one.study_site.code if one.study_site else "", -one.added_at.timestamp())


def _editable_sites(by: Holder, study: Study) -> list:
    rows = visible_sites(by).filter(study=study, closed_at=None, withdrawn_at=None)
    found = rows.select_related("institution").order_by("code")
    own = study.public_id
    return [one for one in found if may(by, Permission.ETHICS_EDIT, own, one.public_id)]
