"""The database is set up as measured (portal.md F3)."""

from __future__ import annotations

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")
class TestSqlite:
    def pragma(self, name: str) -> object:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA {name}")
            return cursor.fetchone()[0]

    def test_readers_do_not_block_the_writer(self) -> None:
        assert self.pragma("journal_mode") == "wal"

    def test_a_commit_is_synchronous_at_checkpoints(self) -> None:
        assert self.pragma("synchronous") == 1  # NORMAL

    def test_foreign_keys_hold(self) -> None:
        assert self.pragma("foreign_keys") == 1

    def test_a_writer_waits_ten_seconds(self) -> None:
        assert self.pragma("busy_timeout") == 10_000


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own settings")
def test_a_transaction_takes_the_writer_lock_at_its_start() -> None:
    from django.db import transaction

    statements: list[str] = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(statements.append)
    with transaction.atomic():
        pass
    connection.connection.set_trace_callback(None)
    assert statements[0] == "BEGIN IMMEDIATE"


def test_the_suite_runs_on_the_database_that_it_was_given() -> None:
    import os

    wanted = "postgresql" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
    assert connection.vendor == wanted
