"""The API about a person: verdicts for facts in a body, and no trace of them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from cimara_web.logs import JsonLines
from tests.web.conftest import Build
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, study

LUNG: dict[str, Any] = {
    "tumour": "nsclc",
    "age": 61,
    "sex": "female",
    "cns": {"state": "treated_stable", "lmd": "no"},
    "steroids": {"drug": "none"},
}


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@pytest.fixture(autouse=True)
def two_studies(build: Build) -> None:
    build(study(1, EXCLUDES), study(2, ALLOWS))


def ask(client: Client, body: Any, query: str = "") -> Any:
    sent = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(f"/api/v1/match{query}", sent, content_type="application/json", secure=True)


def test_trials_in_rank_order_with_the_sentence_that_decides(client: Client) -> None:
    answer = ask(client, LUNG)
    assert answer.status_code == 200
    first, second = answer.json()["results"]
    assert (first["nct_id"], second["nct_id"], second["verdict"]) == ("NCT00000002", "NCT00000001", "no")
    quotes = [quote["text"] for one in second["criteria"] for quote in one["quotes"]]
    assert any("Known brain metastases" in quote for quote in quotes)


def test_parts_of_the_list_join_without_a_gap(client: Client) -> None:
    first = ask(client, LUNG, "?limit=1").json()
    second = ask(client, LUNG, f"?limit=1&cursor={first['cursor']}").json()
    assert first["total"] == second["total"] == 2
    assert [one["nct_id"] for part in (first, second) for one in part["results"]] == [
        "NCT00000002",
        "NCT00000001",
    ]
    assert second["cursor"] is None


def test_nothing_known_takes_no_trial_away(client: Client) -> None:
    assert ask(client, {}).json()["total"] == 2


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"name": "Demo Member 014"}, "name"),
        ({"age": 200}, "age"),
        ({"cns": {"state": "sleepy"}}, "cns.state"),
        ("not json", "body"),
        ("[]", "body"),
    ],
)
def test_a_fact_that_no_profile_has_is_refused_by_its_name_alone(
    client: Client, body: Any, where: str
) -> None:
    answer = ask(client, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == where
    assert "Demo Member" not in answer.content.decode()


def test_a_body_that_no_profile_needs_is_too_large(client: Client) -> None:
    answer = ask(client, {"subtype": "x" * 100_000})
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")


def test_the_answer_is_kept_nowhere(client: Client) -> None:
    answer = ask(client, LUNG)
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    assert not client.cookies


def test_no_fact_reaches_a_log(client: Client) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        ask(client, {**LUNG, "subtype": "canary-5e2d"})
        ask(client, {"canary-5e2d": 1})
    finally:
        logging.getLogger().removeHandler(handler)
    assert '"route":"api/v1/match"' in stream.getvalue().replace(" ", "")
    assert "canary" not in stream.getvalue()


def test_matching_has_a_limit_of_its_own(client: Client) -> None:
    assert [ask(client, {}).status_code for _ in range(21)] == [200] * 20 + [429]
    assert client.get("/api/v1/snapshot", secure=True).status_code == 200
