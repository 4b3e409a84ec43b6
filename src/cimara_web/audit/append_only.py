"""The triggers that keep the audit trail append-only, on either database (portal.md section 10.4, F9).

SQLite's `INSERT OR REPLACE` takes the old row away without asking a delete trigger, so a third one refuses a
`seq` that is there. A row trigger of PostgreSQL does not see `TRUNCATE`, so a statement trigger does.
"""

from __future__ import annotations

from typing import Any

TABLE = "audit_auditevent"
REFUSAL = "the audit trail is append-only"

SQLITE = (
    f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER audit_no_replace BEFORE INSERT ON {TABLE}"  # noqa: S608 (all of it is ours)
    f" WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE seq = NEW.seq)"
    f" BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
)
SQLITE_LIFT = tuple(
    f"DROP TRIGGER IF EXISTS {name}" for name in ("audit_no_update", "audit_no_delete", "audit_no_replace")
)
POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
    f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON {TABLE}"
    " FOR EACH ROW EXECUTE FUNCTION audit_append_only()",
    f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON {TABLE}"
    " FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
)
POSTGRESQL_LIFT = (
    f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
    f"DROP TRIGGER IF EXISTS audit_no_truncate ON {TABLE}",
    "DROP FUNCTION IF EXISTS audit_append_only()",
)


def put_triggers(connection: Any) -> None:
    """Put them in place."""
    for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
        _run(connection, statement)


def lift_triggers(connection: Any) -> None:
    """Take them away: for undoing the migration, and for emptying the tables of a test."""
    for statement in POSTGRESQL_LIFT if connection.vendor == "postgresql" else SQLITE_LIFT:
        _run(connection, statement)


def triggers_stand(connection: Any) -> bool:
    """Whether the database has every one of them, switched on."""
    if connection.vendor == "postgresql":
        wanted = {"audit_no_change", "audit_no_truncate"}
        found = "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'audit_no_%%' AND tgenabled = 'O'"
    else:
        wanted = {"audit_no_update", "audit_no_delete", "audit_no_replace"}
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_no_%%'"
    with connection.cursor() as cursor:
        cursor.execute(found, [])
        return {name for (name,) in cursor.fetchall()} == wanted


def _run(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
