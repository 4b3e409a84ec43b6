"""What the actions on papers share: one version of a kind is current, and the one before is superseded."""

from __future__ import annotations

from uuid import UUID

from cimara_web.studies.models import Study, StudyDocument
from cimara_web.studies.models.paper import DocumentKind, DocumentState


def put_current(document: StudyDocument) -> UUID | None:
    """Make a document the current one of its kind (and site); returns the one that it replaces, if any.

    For use inside an action, which leaves the event. The study is locked, so that two are never current.
    """
    Study.objects.select_for_update().get(pk=document.study_id)
    row = StudyDocument.objects.select_for_update().get(pk=document.pk)
    others = StudyDocument.objects.select_for_update().filter(
        study=document.study_id,
        study_site=document.study_site_id,
        kind=document.kind,
        state=DocumentState.CURRENT,
    )
    before = others.exclude(pk=document.pk).first()
    if before is not None:
        before.state = DocumentState.SUPERSEDED.value
        before.save()
    row.state = document.state = DocumentState.CURRENT.value
    row.save()
    if document.kind == DocumentKind.PROTOCOL and document.study_site_id is None:
        Study.objects.filter(pk=document.study_id).update(protocol_version=document.version)
    return before.public_id if before else None
