"""Which events somebody may read."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.verifying import Head, current_head
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

__all__ = ["Head", "current_head", "head_stands", "history", "moments_of", "visible_events"]


def visible_events(by: Holder) -> QuerySet[AuditEvent]:
    """Events that somebody may read: the auditor all, a study lead those of their studies."""
    if by.may(Permission.AUDIT_VIEW):
        return AuditEvent.objects.all()
    return AuditEvent.objects.filter(study__in=by.whole_studies(Permission.STUDY_LOG_VIEW))


def head_stands() -> bool:
    """Whether the event that the portal keeps as the head of the chain is there: two short queries."""
    head = current_head()
    return head.seq == 0 or AuditEvent.objects.filter(seq=head.seq, hash=head.hash).exists()


def moments_of(event: Event) -> dict[UUID, datetime]:
    """When each thing had an event of one kind: for what only the trail remembers."""
    return dict(AuditEvent.objects.filter(event=event).values_list("about_id", "at"))


def history(about: UUID) -> QuerySet[AuditEvent]:
    """What was done to one thing, the latest first; for whoever was found to see that thing."""
    return AuditEvent.objects.filter(about_id=about).order_by("-seq")
