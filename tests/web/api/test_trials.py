"""The API about trials: the same answers as the pages, errors as problems, tags of the snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from cimara_web.snapshot import close_snapshot
from tests.web.conftest import Build
from tests.web.finder.registry_of import ALLOWS, BOSTON, CHAPEL_HILL, EXCLUDES, site, study


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@pytest.fixture(autouse=True)
def three_studies(build: Build) -> None:
    build(
        study(
            1, ALLOWS, title="Tucatinib study", sites=[site(*BOSTON), site(*CHAPEL_HILL, status="WITHDRAWN")]
        ),
        study(2, EXCLUDES, phases=["PHASE1", "PHASE2"]),
        study(3, ALLOWS, status="COMPLETED"),
    )


def get(client: Client, address: str, **headers: str) -> Any:
    return client.get(f"/api/v1/{address}", secure=True, headers=headers)


def numbers(answer: Any) -> list[str]:
    return [hit["nct_id"] for hit in answer.json()["hits"]]


def test_recruiting_studies_unless_another_status_is_asked_for(client: Client) -> None:
    assert numbers(get(client, "trials")) == ["NCT00000001", "NCT00000002"]
    assert numbers(get(client, "trials?status=COMPLETED")) == ["NCT00000003"]
    assert len(numbers(get(client, "trials?status=ANY"))) == 3


def test_words_and_filters_narrow_the_list(client: Client) -> None:
    assert numbers(get(client, "trials?q=tucatinib")) == ["NCT00000001"]
    assert numbers(get(client, "trials?brm=stable_only")) == ["NCT00000001"]
    assert numbers(get(client, "trials?phase=PHASE1")) == ["NCT00000002"]


def test_a_cursor_leads_through_all_pages(client: Client) -> None:
    first = get(client, "trials?limit=1").json()
    assert first["total"] == {"value": 2, "is_exact": True}
    second = get(client, f"trials?limit=1&cursor={first['cursor']}")
    assert numbers(second) == ["NCT00000002"]
    assert second.json()["cursor"] is None


def test_a_record_with_the_registrys_own_text(client: Client) -> None:
    record = get(client, "trials/NCT00000001").json()
    assert record["brief_title"] == "Tucatinib study"
    assert record["criteria"] == ALLOWS
    assert record["overall_status"] == "RECRUITING"


def test_every_span_of_a_reading_gives_its_quote(client: Client) -> None:
    criteria = get(client, "trials/NCT00000002").json()["criteria"]
    read = get(client, "trials/NCT00000002/eligibility").json()
    assert read["brm_policy"] == "excluded"
    assert read["evidence"]
    for one in read["evidence"]:
        assert criteria[one["start"] : one["end"]] == one["quote"]


def test_sites_with_their_own_status_or_the_studys(client: Client) -> None:
    first, second = get(client, "trials/NCT00000001/sites").json()
    assert (first["city"], first["open"], first["inherited"]) == ("Boston", True, True)
    assert (second["city"], second["open"], second["status"]) == ("Chapel Hill", False, "WITHDRAWN")


@pytest.mark.parametrize("rest", ["", "/eligibility", "/sites"])
def test_a_number_that_is_not_here_is_a_problem_that_says_how_one_looks(client: Client, rest: str) -> None:
    answer = get(client, f"trials/NCT99999999{rest}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert "eight digits" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("limit=0", "query.limit"),
        ("limit=101", "query.limit"),
        ("phase=PHASE9", "query.phase.0"),
        ("tumour=no-such", "tumour"),
        ("country=Atlantis", "country"),
        ("cursor=elsewhere", "page"),
        ("q=%00", "query.q"),
    ],
)
def test_an_impossible_question_names_the_field_and_not_the_value(
    client: Client, asked: str, where: str
) -> None:
    answer = get(client, f"trials?{asked}")
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["where"] == where
    assert "elsewhere" not in answer.content.decode()


def test_what_is_known_already_is_not_sent_again(client: Client, build: Build) -> None:
    answer = get(client, "trials?q=tucatinib")
    assert get(client, "trials?q=tucatinib", **{"if-none-match": answer["ETag"]}).status_code == 304
    build(study(1, EXCLUDES, title="Tucatinib study"))
    close_snapshot()
    assert get(client, "trials?q=tucatinib", **{"if-none-match": answer["ETag"]}).status_code == 200


def test_any_page_of_another_site_may_read_but_not_as_somebody(client: Client) -> None:
    answer = get(client, "snapshot", origin="https://elsewhere.example.org")
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not client.cookies


def test_the_snapshot_that_answers_rest_on(client: Client) -> None:
    found = get(client, "snapshot").json()
    assert (found["n_studies"], found["starter"]) == (3, False)
    assert len(found["content_hash"]) == 64


def test_the_glossary_in_both_languages(client: Client) -> None:
    english, spanish = (get(client, f"glossary?lang={lang}").json() for lang in ("en", "es"))
    assert {one["id"] for one in english} == {one["id"] for one in spanish}
    assert english != spanish


def test_a_caller_who_asks_too_often_is_told_when_to_come_back(client: Client) -> None:
    statuses = [get(client, "glossary").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    answer = get(client, "glossary")
    assert 0 < int(answer["Retry-After"]) <= 60
    assert answer.json()["title"] == "Too many requests"
    assert client.get("/api/v1/glossary", secure=True, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_the_page_lists_every_route_of_the_document(client: Client) -> None:
    paths = json.loads(get(client, "openapi.json").content)["paths"]
    page = client.get("/api/", secure=True).content.decode()
    assert len(paths) == 9
    assert all(f"<code>{method.upper()} {path}</code>" in page for path in paths for method in paths[path])
