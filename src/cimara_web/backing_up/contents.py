"""Reads what a database holds without Django's models: a copy may be of another version of the software."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cimara_web.audit.chain import GENESIS
from cimara_web.audit.queries import Head
from cimara_web.backing_up.manifest import Contents

HEAD_TABLE = "audit_chainhead"
MIGRATIONS_TABLE = "django_migrations"

Rows = Callable[[str], Sequence[tuple[Any, ...]]]
"""Runs one statement and gives its rows."""


def contents(rows: Rows, tables: Iterable[str], *, empty: frozenset[str] = frozenset()) -> Contents:
    """The audit head, the last migration of each app, and the rows of each table; those of `empty` are 0."""
    names = sorted(tables)
    return Contents(
        head=_head(rows) if HEAD_TABLE in names else Head(0, GENESIS),
        migrations=_migrations(rows) if MIGRATIONS_TABLE in names else {},
        tables={name: 0 if name in empty else _count(rows, name) for name in names},
    )


def _head(rows: Rows) -> Head:
    found = rows("SELECT seq, hash FROM audit_chainhead WHERE id = 1")
    return Head(*found[0]) if found else Head(0, GENESIS)


def _migrations(rows: Rows) -> dict[str, str]:
    return dict(rows("SELECT app, max(name) FROM django_migrations GROUP BY app"))


def _count(rows: Rows, table: str) -> int:
    return int(rows(f'SELECT count(*) FROM "{table}"')[0][0])  # noqa: S608 (a name of the catalogue)
