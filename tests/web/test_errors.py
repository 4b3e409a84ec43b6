"""Error pages say the same to everyone and repeat nothing of what was asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from cimara_web import errors

CANARY = "canary-7f3a"


def test_every_missing_page_is_the_same_bytes(client: Client) -> None:
    first = client.get(f"/{CANARY}/", secure=True)
    second = client.get("/find/q/no-such-question/", secure=True)
    third = client.get(f"/about/{CANARY}?{CANARY}={CANARY}", secure=True, headers={"user-agent": CANARY})
    assert first.status_code == second.status_code == third.status_code == 404
    assert first.content == second.content == third.content
    assert CANARY.encode() not in first.content


def test_a_missing_page_in_spanish_speaks_spanish(client: Client) -> None:
    response = client.get("/es/no-existe/", secure=True)
    assert b'<html lang="es">' in response.content
    assert "No existe esta página".encode() in response.content


@pytest.mark.urls("tests.web.test_headers")
def test_a_fault_needs_neither_registry_nor_database(client: Client, settings: Any) -> None:
    settings.SNAPSHOT = Path("gone.sqlite3")
    client.raise_request_exception = False
    response = client.get("/broken/", secure=True)
    assert b"Something went wrong on our side" in response.content
    assert b"a fault in a view" not in response.content


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_what_to_do() -> None:
    response = Client(enforce_csrf_checks=True).post("/find/q/who/", {"who": CANARY}, secure=True)
    assert b"Allow cookies for this site" in response.content
    assert CANARY.encode() not in response.content


@pytest.mark.urls("tests.web.test_headers")
def test_a_fault_in_the_templates_still_gives_an_answer(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(errors, "_page", fail)
    client.raise_request_exception = False
    response = client.get("/broken/", secure=True)
    assert (response.status_code, response.content) == (500, errors.BARE_500)
