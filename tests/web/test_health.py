"""Health pages tell an operator what fails, and a stranger nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from cimara_web.audit.models import ChainHead
from cimara_web.writes import action


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/health/", secure=True)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


PARTS = ("database", "migrations", "registry", "mails", "disk", "study store", "audit")


@pytest.mark.django_db
def test_ready_names_every_part(client: Client) -> None:
    response = client.get("/health/ready/", secure=True)
    assert response.status_code == 200
    assert response.json() == dict.fromkeys(PARTS, "ok")


@pytest.mark.django_db
def test_a_registry_that_is_not_there_is_named_without_its_path(
    client: Client, settings: Any, tmp_path: Path
) -> None:
    settings.SNAPSHOT = tmp_path / "gone.sqlite3"
    response = client.get("/health/ready/", secure=True)
    assert response.status_code == 503
    assert response.json()["registry"] == "failing"
    assert b"gone" not in response.content


@pytest.mark.django_db
def test_a_schema_that_is_behind_is_named(client: Client) -> None:
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="finder").delete()
    response = client.get("/health/ready/", secure=True)
    assert (response.status_code, response.json()["migrations"]) == (503, "failing")


@pytest.mark.django_db
def test_a_study_store_that_takes_no_files_is_named(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.STUDY_STORE = tmp_path / "store" / "of" / "studies"
    assert client.get("/health/ready/", secure=True).json()["study store"] == "ok"
    with patch("cimara_web.health.os.access", return_value=False):
        response = client.get("/health/ready/", secure=True)
    assert (response.status_code, response.json()["study store"]) == (503, "failing")


@pytest.mark.django_db
def test_a_trail_whose_last_event_is_gone_is_named(client: Client) -> None:
    action(ChainHead(seq=3, hash="0" * 64).save)()
    response = client.get("/health/ready/", secure=True)
    assert (response.status_code, response.json()["audit"]) == (503, "failing")
