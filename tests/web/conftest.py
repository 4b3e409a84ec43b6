"""The portal under test: a secret, collected static files, a database file, a registry, and a visitor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.utils import translation

from cimara.cli.trials.registry import default_registry
from cimara.trials.build import build_snapshot
from cimara_web.snapshot import close_snapshot
from tests.web.emptied import triggers_lifted_to_empty_tables

__all__ = ["triggers_lifted_to_empty_tables"]
TEST_SECRET = "test-secret-of-the-portal-0123456789-abcdefghijklmnop"
portal.SECRET_KEY = TEST_SECRET
portal.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # accounts by the hundred


@pytest.fixture(scope="session", autouse=True)
def static_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Static files with hashed names, as `serve` collects them."""
    folder = tmp_path_factory.mktemp("static")
    portal.STATIC_ROOT = str(folder)
    call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A database a worker; a file with SQLite, since write-ahead logging has no meaning in memory."""
    database = portal.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database["TEST"] = {
            **database.get("TEST", {}),
            "NAME": str(tmp_path_factory.mktemp("db") / "portal.sqlite3"),
        }


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Each test starts in English: a request leaves its language with the thread."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def starter_registry() -> Path:
    """The starter registry as a snapshot."""
    return default_registry()


@pytest.fixture(autouse=True)
def registry(starter_registry: Path, settings: Any) -> Any:
    """Pages read the starter registry; a test may set `settings.SNAPSHOT` to another one."""
    settings.SNAPSHOT = starter_registry
    yield starter_registry
    close_snapshot()


Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path, settings: Any) -> Build:
    """Make a registry of some records and let the pages read it."""

    def made(*records: dict[str, Any]) -> Path:
        source, target = tmp_path / "records.jsonl", tmp_path / "registry.sqlite3"
        source.write_text("".join(f"{json.dumps(record)}\n" for record in records))
        build_snapshot([source], target, built_at="2026-01-02")
        settings.SNAPSHOT = target
        return target

    return made


class Visitor:
    """A browser without scripts: follows the path of questions and keeps its cookies."""

    def __init__(self, prefix: str = "") -> None:
        self.client = Client(raise_request_exception=True)
        self.prefix = prefix

    def get(self, address: str, **query: str) -> HttpResponse:
        """A page."""
        return self.client.get(self.prefix + address, query, secure=True)

    def post(self, address: str, /, **fields: Any) -> HttpResponse:
        """A sent form."""
        return self.client.post(self.prefix + address, fields, secure=True)

    def answer(self, step: str, **fields: Any) -> HttpResponse:
        """Answer one question; the answer must be taken."""
        response = self.post(f"/find/q/{step}/", **fields)
        assert response.status_code == 303, f"{step} was not taken: {response.context}"
        return response

    def play(self, **steps: dict[str, Any]) -> None:
        """Answer several questions."""
        for step, fields in steps.items():
            self.answer(step, **fields)


@pytest.fixture
def visitor(db: None) -> Visitor:
    """A new visitor, in English."""
    return Visitor()


@pytest.fixture
def visitante(db: None) -> Visitor:
    """A new visitor, in Spanish."""
    return Visitor("/es")
