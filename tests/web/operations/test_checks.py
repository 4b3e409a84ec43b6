"""`cimara web check` names what keeps others from using the portal, and what would lose their uploads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.checks import run_checks
from django.db import connection

from tests.web.conftest import TEST_SECRET


def found() -> set[str]:
    """Ids of ours."""
    messages = run_checks(include_deployment_checks=True, databases=["default"])
    return {one.id for one in messages if one.id and one.id.startswith("cimara.")}


@pytest.fixture
def production(settings: Any, tmp_path: Path, db: None) -> Any:
    """Settings that nothing is found in."""
    settings.ENVIRONMENT = replace(
        settings.ENVIRONMENT, smtp={"EMAIL_HOST": "mail.example.org"}, secret_key=TEST_SECRET
    )
    settings.ALLOWED_HOSTS = ["portal.example.org"]
    settings.STUDY_STORE = tmp_path / "studies"
    return settings


def test_a_portal_that_is_ready_has_no_findings(production: Any) -> None:
    assert found() == set()


def test_a_portal_that_nobody_else_reaches_is_found(production: Any) -> None:
    production.ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
    assert found() == {"cimara.W002"}


def test_a_portal_without_a_mail_server_is_found(production: Any) -> None:
    production.ENVIRONMENT = replace(production.ENVIRONMENT, smtp={})
    assert found() == {"cimara.W001"}


def test_a_store_that_takes_no_files_is_found(production: Any) -> None:
    with patch("cimara_web.health.os.access", return_value=False):
        assert found() == {"cimara.E001"}


def test_a_cache_without_its_table_is_found(production: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cimara_cache RENAME TO away")
    assert found() == {"cimara.E002"}


def test_a_database_that_is_away_is_found(production: Any, tmp_path: Path) -> None:
    from django.db import OperationalError

    with patch("cimara_web.deploy_checks.pending_migrations", side_effect=OperationalError):
        assert found() == {"cimara.E003"}


@pytest.mark.parametrize("secret", ["", "weak", "a" * 60])
def test_a_weak_secret_is_named_by_its_variable(production: Any, secret: str) -> None:
    production.ENVIRONMENT = replace(production.ENVIRONMENT, secret_key=secret)
    assert found() == {"cimara.E004"}
