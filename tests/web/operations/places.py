"""A portal in a place of its own: a folder, a database, a study store, and its commands in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

SECRET = "test-secret-of-the-portal-0123456789-abcdefghijklmnop"
"""As in `tests/web/conftest.py`, so that a test can stand in a place and read what its processes sealed."""
ROOT = Path(__file__).resolve().parents[3]
CLI = "from cimara.cli import main; raise SystemExit(main())"
SERVER_URL = os.environ.get("DATABASE_URL", "")
"""A PostgreSQL server to make databases on; empty: SQLite."""


@dataclass(frozen=True)
class Place:
    """Where a portal keeps its things, by the settings that name them."""

    folder: Path
    url: str
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def store(self) -> Path:
        """Its study store."""
        return self.folder / "studies"

    @property
    def database(self) -> str:
        """Its database by the name that Django knows it by."""
        return urlsplit(self.url).path[1:] if self.url else str(self.folder / "portal.sqlite3")

    @property
    def environment(self) -> dict[str, str]:
        """The environment of its processes: these settings and no others."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CIMARA_", "DATABASE_", "DJANGO"))
        }
        return {
            **kept,
            "CIMARA_SECRET_KEY": SECRET,
            "CIMARA_VAR": str(self.folder),
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "cimara_web.settings",
            **dict(self.settings),
        }

    def cimara(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`cimara web WORDS`."""
        return self._run([sys.executable, "-c", CLI, "web", *words])

    def python(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`python -m WORDS` with the portal's settings."""
        return self._run([sys.executable, "-m", *words])

    def start(self, *words: str) -> subprocess.Popen[str]:
        """`python -m WORDS` beside the test, to be stopped by whoever asked."""
        return subprocess.Popen(  # noqa: S603 (our own words)
            [sys.executable, "-m", *words],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _run(self, words: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 (our own words)
            words, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120
        )


@contextmanager
def a_place(folder: Path) -> Iterator[Place]:
    """An empty one, on the database that the tests run on; gone afterwards."""
    folder.mkdir()
    with _database() as url:
        yield Place(folder, url)


@contextmanager
def _database() -> Iterator[str]:
    if not SERVER_URL.startswith("postgres"):
        yield ""
        return
    import psycopg
    from psycopg import sql

    name = sql.Identifier(made := f"place_{uuid4().hex[:12]}")
    parts = urlsplit(SERVER_URL)
    with psycopg.connect(SERVER_URL, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield urlunsplit(parts._replace(path=f"/{made}"))
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
