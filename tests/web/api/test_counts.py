"""The API's counts: the numbers of the pages' tables, with what they rest on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.test import Client

from cimara.trials.atlas import atlas, heterogeneity
from cimara.trials.snapshot import Snapshot
from cimara.trials.survey import survey
from cimara_web.snapshot import current_snapshot


@pytest.fixture(autouse=True)
def fresh_limits() -> Iterator[None]:
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@pytest.fixture
def snapshot() -> Snapshot:
    return current_snapshot()


def get(client: Client, address: str, **headers: str) -> Any:
    return client.get(f"/api/v1/{address}", secure=True, headers=headers)


def test_each_endpoint_has_the_librarys_numbers(client: Client, snapshot: Snapshot) -> None:
    told, found = get(client, "endpoints").json(), heterogeneity(atlas(snapshot))
    assert told["n_studies"] == len(snapshot)
    assert [(one["id"], one["n_trials"], one["n_measures"]) for one in told["endpoints"]] == [
        (one.endpoint, one.n_trials, len(one.rows)) for one in found.endpoints
    ]
    for one, report in zip(told["endpoints"], found.endpoints, strict=True):
        for item in one["items"]:
            assert item["n_stated"] == report.stated(item["item"])
            assert sum(item["values"].values()) == one["n_measures"]
    assert {one["id"]: one["n_trials"] for one in told["criteria"]} == found.census


def test_what_is_not_compared_is_named_with_its_count(client: Client) -> None:
    left_out = get(client, "endpoints").json()["not_compared"]
    assert "OTHER" in {one["id"] for one in left_out}
    assert all(one["n_trials"] > 0 for one in left_out)


def test_each_group_of_the_survey_counts_all_its_trials(client: Client, snapshot: Snapshot) -> None:
    told, found = get(client, "survey").json(), survey(snapshot, by=("year",))
    assert (told["total"]["n_trials"], told["total"]["year"]) == (len(snapshot), None)
    assert [one["n_trials"] for one in told["years"]] == [len(one.trials) for one in found.groups]
    for group in (told["total"], *told["years"]):
        for question in ("brm", "lmd"):
            assert sum(cell["count"] for cell in group[question]) == group["n_trials"]
            for cell in group[question]:
                assert cell["interval"]["low"] <= cell["share"] <= cell["interval"]["high"]


def test_the_population_is_narrowed_and_said_in_words(client: Client) -> None:
    whole = get(client, "survey").json()["total"]["n_trials"]
    narrow = get(client, "survey?tumour=breast&phase=PHASE2&from=2015&to=2024").json()
    assert 0 < narrow["total"]["n_trials"] < whole
    assert (
        narrow["population"]
        == "tumour breast; phase PHASE2; start in 2015 or later; start in 2024 or earlier"
    )
    years = [one["year"] for one in narrow["years"]]
    assert years == sorted(years)
    assert years[0] >= 2015
    assert years[-1] <= 2024
    both = get(client, "endpoints?tumour=breast&tumour=melanoma").json()["n_studies"]
    assert both >= get(client, "endpoints?tumour=breast").json()["n_studies"]


def test_an_empty_population_has_no_shares(client: Client) -> None:
    told = get(client, "survey?from=2099").json()
    assert told["total"]["n_trials"] == 0
    assert {cell["share"] for cell in told["total"]["brm"]} == {None}
    assert get(client, "endpoints?tumour=breast&phase=EARLY_PHASE1").status_code == 200


@pytest.mark.parametrize("route", ["endpoints", "survey"])
def test_the_answer_says_which_data_it_rests_on(client: Client, snapshot: Snapshot, route: str) -> None:
    source = get(client, route).json()["source"]
    assert source["content_hash"] == snapshot.meta.content_hash
    assert source["data_date"] == snapshot.meta.data_date


@pytest.mark.parametrize(
    ("asked", "where"),
    [
        ("endpoints?tumour=canary", "query.tumour.0"),
        ("endpoints?phase=PHASE9", "query.phase.0"),
        ("survey?tumour=breast&tumour=canary", "query.tumour.1"),
        ("survey?from=nineteen", "query.from"),
        ("survey?from=1900", "query.from"),
        ("survey?to=2101", "query.to"),
        ("survey?from=2020&to=2019", "query.to"),
    ],
)
def test_an_impossible_population_names_the_field_and_not_the_value(
    client: Client, asked: str, where: str
) -> None:
    answer = get(client, asked)
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"][0]["where"] == where
    assert "canary" not in answer.content.decode()


@pytest.mark.parametrize("route", ["endpoints", "survey"])
def test_counts_that_are_known_already_are_not_sent_again(client: Client, route: str) -> None:
    tag = get(client, route)["ETag"]
    assert get(client, route, **{"if-none-match": tag}).status_code == 304
    assert get(client, f"{route}?tumour=breast", **{"if-none-match": tag}).status_code == 200
