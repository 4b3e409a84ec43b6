"""What the audit trail says, for the tests of the directory."""

from __future__ import annotations

from typing import Any

from cimara_web.audit.models import AuditEvent


def last() -> tuple[str, dict[str, Any]]:
    """The newest event and its context."""
    row = AuditEvent.objects.order_by("-seq").first()
    assert row is not None
    return row.event, row.context


def count() -> int:
    """How many events there are."""
    return AuditEvent.objects.count()
