"""The id of the request that is answered now, for the log and the audit trail alike."""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

current_request: ContextVar[UUID | None] = ContextVar("current_request", default=None)
"""None outside a request; the middleware of the request log sets it."""
