"""Health pages tell an operator what fails, and a stranger nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client


def test_alive_needs_no_database(client: Client) -> None:
    response = client.get("/health/", secure=True)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_names_every_part(client: Client) -> None:
    response = client.get("/health/ready/", secure=True)
    assert response.status_code == 200
    assert response.json() == dict.fromkeys(("database", "migrations", "registry", "mails", "disk"), "ok")


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
