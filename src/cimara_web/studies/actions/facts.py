"""What a happening of a review or an agreement must come with, and whether its dates make sense."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from cimara_web.studies.days import words_of
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import StudyDocument, StudySite
from cimara_web.studies.models.paper import DocumentKind


def given(field: str, value: str | None, words: str) -> str:
    """A text that must be there."""
    if not (value or "").strip():
        raise FieldError(field, words)
    return str(value).strip()


def past_day(field: str, value: date | None, today: date, *, since: date | None = None) -> date:
    """A day that must be there, not after today, and not before another one."""
    if value is None:
        raise FieldError(field, "Give the date.")
    if value > today:
        raise FieldError(field, "This day has not come yet. Give the day on which it happened.")
    if since is not None and value < since:
        raise FieldError(field, f"This is before {words_of(since)}, the step before it.")
    return value


def end_day(value: date | None, no_end: bool, since: date) -> date | None:
    """The last day of validity, or None when somebody said that there is no end."""
    if value is None and not no_end:
        raise FieldError("valid_until", "Give the last day of validity, or say that there is no end.")
    if value is not None and no_end:
        raise FieldError("valid_until", "There is a last day and 'no end'. Keep one of them.")
    if value is not None and value < since:
        raise FieldError("valid_until", f"This is before {words_of(since)}. Give the last day of validity.")
    return value


def document_of(site: StudySite, document: UUID | None, kind: DocumentKind, words: str) -> StudyDocument:
    """A document of this site and kind that must be there."""
    found = StudyDocument.objects.filter(public_id=document, study_site=site, kind=kind).first()
    if document is None or found is None:
        raise FieldError("document", words)
    return found
