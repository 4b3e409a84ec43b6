"""Writes of a study's documents: added as a draft, made current; and that somebody read what is signed."""

from __future__ import annotations

from datetime import datetime

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import Role
from cimara_web.studies.actions.papers import put_current
from cimara_web.studies.actions.permitted import require_one
from cimara_web.studies.kept_bytes import KeptFile, opened
from cimara_web.studies.models import Study, StudyDocument, StudySite
from cimara_web.studies.models.paper import DocumentKind, DocumentState
from cimara_web.studies.paper_files import PaperError, media_type_of
from cimara_web.writes import audited

OF_A_SITE = {
    DocumentKind.APPROVAL: Permission.ETHICS_EDIT,
    DocumentKind.AGREEMENT: Permission.AGREEMENT_EDIT,
}
"""Who adds to a site's papers: whoever keeps its approvals, or its agreement. All else is the lead's."""
CONFIDENTIAL = frozenset({DocumentKind.APPROVAL, DocumentKind.AGREEMENT})
"""Reading one of these is told to the audit trail."""


def permission_for(kind: DocumentKind, site: StudySite | None) -> Permission:
    """What somebody needs to add a document of this kind."""
    return OF_A_SITE.get(kind, Permission.DOCUMENT_EDIT) if site else Permission.DOCUMENT_EDIT


@audited
def add_document(
    *,
    by: Holder,
    study: Study,
    kept: KeptFile,
    kind: DocumentKind | str,
    title: str,
    version: str,
    file_name: str,
    media_type: str,
    now: datetime,
    site: StudySite | None = None,
) -> StudyDocument:
    """Add a file that is kept already (`kept_bytes.keep`) as a draft.

    Raises
    ------
    PaperError
        When its bytes are not what its name and media type say.
    """
    what = DocumentKind(kind)
    role = _role_to_edit(by, study, what, site)
    if site is not None and site.study_id != study.public_id:
        raise ValueError("the site belongs to another study")
    with opened(kept.sha256) as file:
        found = media_type_of(file, file_name)
    if found != media_type:
        raise PaperError(f"This file is {found}, not {media_type}.")
    row = StudyDocument(
        study=study,
        study_site=site,
        kind=what.value,
        title=title.strip(),
        version=version.strip(),
        file_name=file_name[-150:],
        sha256=kept.sha256,
        size=kept.size,
        media_type=found,
        added_by=by.account,
        added_at=now,
    )
    row.save(force_insert=True)
    told = {"kind": what.value, "version": row.version, "sha256": kept.sha256, "bytes": kept.size}
    _record(Event.DOCUMENT_ADDED, by, row, now, role, told)
    return row


@audited
def make_current(*, by: Holder, document: StudyDocument, now: datetime) -> StudyDocument:
    """Make a draft, or an older version, the current one of its kind; the one before is superseded.

    A dictionary becomes current by `study.set_dictionary`, which reads it.
    """
    what = DocumentKind(document.kind)
    role = _role_to_edit(by, document.study, what, document.study_site)
    locked = StudyDocument.objects.select_for_update().get(pk=document.pk)
    if locked.state == DocumentState.CURRENT:
        raise NotNowError("This is the current version already.")
    if what is DocumentKind.DICTIONARY:
        raise NotNowError("A dictionary is checked when it is made current; use its own button.")
    replaced = put_current(locked)
    told = {"kind": what.value, "version": locked.version, "replaces": str(replaced) if replaced else ""}
    _record(Event.DOCUMENT_MADE_CURRENT, by, locked, now, role, told)
    return locked


@audited
def read_document(*, by: Holder, document: StudyDocument, now: datetime) -> None:
    """Note that somebody fetched an approval or an agreement; the caller found it among what they may see."""
    role = by.role_for(Permission.STUDY_VIEW, study=document.study_id)
    _record(Event.DOCUMENT_READ, by, document, now, role)


def _role_to_edit(by: Holder, study: Study, kind: DocumentKind, site: StudySite | None) -> Role | None:
    wanted = permission_for(kind, site)
    return require_one(by, study.public_id, wanted, site=site.public_id if site else None)


def _record(
    event: Event,
    by: Holder,
    document: StudyDocument,
    now: datetime,
    role: Role | None,
    context: dict[str, object] | None = None,
) -> None:
    about = ("study_document", document.public_id)
    record(event, by=by, about=about, now=now, study=document.study_id, role=role, context=context)
