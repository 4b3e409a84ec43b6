"""Copies a PostgreSQL database with `pg_dump` while others write to it, and puts a copy in its place."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import sql
from psycopg.conninfo import make_conninfo

from cimara_web.backing_up.contents import contents
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.manifest import Contents

NAME = "portal.pgdump"
SCHEMA = "public"
ASIDE = "before_restore"
OWNER_ONLY = 0o077


class Postgresql:
    """The portal's database on a server. Its user owns the database."""

    kind, file_name = "postgresql", NAME

    def __init__(self) -> None:
        settings = connections[DEFAULT_DB_ALIAS].settings_dict
        known = {
            "dbname": settings["NAME"],
            "user": settings["USER"],
            "host": settings["HOST"],
            "port": settings["PORT"],
            **settings["OPTIONS"],
        }
        self._place = make_conninfo(**{key: value for key, value in known.items() if value})
        self._password = settings["PASSWORD"]

    def copy(self, target: Path, *, without: frozenset[str]) -> Contents:
        """One moment of the database: the dump and the counts read the same exported snapshot."""
        with self._connected() as reading, reading.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            moment = cursor.execute("SELECT pg_export_snapshot()").fetchone()
            excluded = [f"--exclude-table-data={SCHEMA}.{name}" for name in sorted(without)]
            self._run(
                "pg_dump",
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={moment[0] if moment else ''}",
                f"--file={target}",
                *excluded,
            )
            return _contents(cursor, without)

    def is_empty(self) -> bool:
        """Whether there is no table in it."""
        with self._connected() as reading, reading.cursor() as cursor:
            return not _tables(cursor)

    @contextmanager
    def put(self, copy: Path) -> Iterator[Contents]:
        """Within the block the portal's tables are the copied ones; those of before are put back on an error.

        Raises
        ------
        BackupError
            When somebody else is connected to the database.
        """
        connections[DEFAULT_DB_ALIAS].close()
        self._alone()
        self._change(f"ALTER SCHEMA {SCHEMA} RENAME TO {ASIDE}", f"CREATE SCHEMA {SCHEMA}")
        try:
            self._run(
                "pg_restore",
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                str(copy),
            )
            with self._connected() as reading, reading.cursor() as cursor:
                found = _contents(cursor, frozenset())
            yield found
        except BaseException:
            connections[DEFAULT_DB_ALIAS].close()
            self._change(f"DROP SCHEMA {SCHEMA} CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO {SCHEMA}")
            raise
        connections[DEFAULT_DB_ALIAS].close()
        self._change(f"DROP SCHEMA {ASIDE} CASCADE")

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(self._place, password=self._password or None)

    def _change(self, *statements: str) -> None:
        with self._connected() as writing:
            for one in statements:
                writing.execute(sql.SQL(one))  # type: ignore[arg-type]

    def _alone(self) -> None:
        with self._connected() as reading:
            others = reading.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
        if others and others[0]:
            raise BackupError(
                f"the database is in use: {others[0]} other connections",
                hint="Stop the portal, its timers and whatever else has it open, then restore again.",
            )

    def _run(self, tool: str, *words: str) -> None:
        """Run a tool of PostgreSQL; the password goes by the environment, where `ps` doesn't show it."""
        environment = {**os.environ, **({"PGPASSWORD": self._password} if self._password else {})}
        try:
            done = subprocess.run(  # noqa: S603 (PostgreSQL's own tools)
                [tool, f"--dbname={self._place}", *words],
                env=environment,
                umask=OWNER_ONLY,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
            )
        except FileNotFoundError:
            raise BackupError(
                f"{tool} is not installed", hint="On Debian: apt-get install postgresql-client"
            ) from None
        if done.returncode:
            last = done.stderr.strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
            raise BackupError(f"{tool} failed", hint=f"It said: {last[0]}")


def _tables(cursor: psycopg.Cursor[Any]) -> list[str]:
    found = cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [SCHEMA])
    return [name for (name,) in found.fetchall()]


def _contents(cursor: psycopg.Cursor[Any], empty: frozenset[str]) -> Contents:
    return contents(lambda text: cursor.execute(text).fetchall(), _tables(cursor), empty=empty)
