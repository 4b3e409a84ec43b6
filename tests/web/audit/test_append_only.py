"""The database itself refuses to change, remove, replace or empty what was recorded."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from cimara_web.audit.append_only import lift_triggers, put_triggers, triggers_stand
from cimara_web.audit.models import AuditEvent
from tests.web.audit.trail import events, sql

REFUSED = "append-only"


@pytest.mark.django_db
def test_the_triggers_stand_after_migrate() -> None:
    assert triggers_stand(connection)


@pytest.mark.django_db
def test_undoing_the_migration_takes_them_away_and_doing_it_puts_them_back() -> None:
    lift_triggers(connection)
    assert not triggers_stand(connection)
    put_triggers(connection)
    assert triggers_stand(connection)


@pytest.mark.django_db(transaction=True)
def test_they_stand_again_after_a_test_that_empties_the_tables() -> None:
    events(1)
    call_command("flush", interactive=False, verbosity=0)
    assert triggers_stand(connection)
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditevent SET event = 'other' WHERE seq = 1",
        "DELETE FROM audit_auditevent WHERE seq = 2",
        "DELETE FROM audit_auditevent",
        "UPDATE audit_auditevent SET seq = seq + 10",
    ],
)
def test_an_event_is_neither_changed_nor_removed(statement: str) -> None:
    events(2)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        sql(statement)
    assert list(AuditEvent.objects.values_list("seq", "event")) == [
        (1, "submission.moved"),
        (2, "submission.moved"),
    ]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="a statement of SQLite")
def test_an_event_is_not_replaced() -> None:
    events(2)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        sql("INSERT OR REPLACE INTO audit_auditevent SELECT * FROM audit_auditevent WHERE seq = 1")


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="a statement of PostgreSQL")
@pytest.mark.parametrize("more", ["", " RESTART IDENTITY CASCADE"])
def test_the_trail_is_not_truncated(more: str) -> None:
    events(2)
    with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
        sql(f"TRUNCATE audit_auditevent{more}")
    assert AuditEvent.objects.count() == 2
