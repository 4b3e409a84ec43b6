"""Events for tests of the audit trail, and what somebody with the database's own tools could do to them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection

from cimara_web.audit.actions.recording import record
from cimara_web.audit.append_only import lift_triggers, put_triggers
from cimara_web.audit.events import Event
from cimara_web.permissions.holder import Holder
from tests.web.people import NOW

SOMEBODY = Holder(UUID("0b7c1f62-6f0e-4a55-9a53-3c1a3b1f0e01"))
SUBMISSION = ("study_submission", UUID("7c2f0a9e-0d3b-4f43-8a6e-5b1f7a0c2d11"))


def events(count: int) -> None:
    """Events one after another, each saying which it is."""
    for number in range(1, count + 1):
        record(Event.SUBMISSION_MOVED, by=SOMEBODY, about=SUBMISSION, now=NOW, context={"rows": number})


@contextmanager
def tampering() -> Iterator[None]:
    """The triggers are away, as for somebody who owns the database."""
    lift_triggers(connection)
    try:
        yield
    finally:
        put_triggers(connection)


def sql(statement: str, *values: object) -> None:
    """Run a statement past every guard of ours."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
