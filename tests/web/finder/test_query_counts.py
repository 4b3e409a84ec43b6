"""A page asks the databases a fixed number of times, however much it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cimara_web.snapshot import current_snapshot
from tests.web.conftest import Build, Visitor
from tests.web.finder.registry_of import ALLOWS, BOSTON, EXCLUDES, SILENT, site, study
from tests.web.finder.test_results import DURHAM, STABLE

SIZES = (1, 200)


@contextmanager
def counted() -> Iterator[Callable[[], tuple[int, int]]]:
    """Statements to Django's database, and to the snapshot (its full-text index's own are not counted)."""
    statements: list[str] = []
    snapshot = current_snapshot().connection
    with CaptureQueriesContext(connection) as queries:
        snapshot.set_trace_callback(statements.append)
        yield lambda: (len(queries), sum(not one.startswith("--") for one in statements))
        snapshot.set_trace_callback(None)


def many(size: int) -> list[dict[str, Any]]:
    kinds = (ALLOWS, EXCLUDES, SILENT)
    return [
        study(n, kinds[n % 3], oldest="40 Years", sites=[site(*BOSTON)] * (n % 7)) for n in range(1, size + 1)
    ]


@pytest.mark.parametrize("size", SIZES)
def test_results(visitor: Visitor, build: Build, size: int) -> None:
    build(*many(size))
    visitor.play(**STABLE, place=DURHAM, about={"age": "18-64"})
    with counted() as count:
        visitor.get("/find/results/")  # matches, and keeps what it comes to in a transaction
        django, snapshot = count()
    assert django <= 5
    assert snapshot <= 8
    for query in ({}, {"show": "all"}, {"show": "all", "sort": "near", "page": "5"}):
        visitor.get("/find/results/", **query)
        with counted() as count:
            visitor.get("/find/results/", **query)
            django, snapshot = count()
        assert django <= 2
        assert snapshot <= 8


@pytest.mark.parametrize("size", SIZES)
def test_one_study_for_a_person(visitor: Visitor, build: Build, size: int) -> None:
    build(*many(size))
    visitor.play(**STABLE)
    with counted() as count:
        visitor.get("/find/results/NCT00000001/")
        django, snapshot = count()
    assert django <= 3
    assert snapshot <= 6


@pytest.mark.parametrize("size", SIZES)
def test_study_page(visitor: Visitor, build: Build, size: int) -> None:
    build(*many(size))
    with counted() as count:
        visitor.get("/trials/NCT00000001/")
        django, snapshot = count()
    assert django == 0
    assert snapshot <= 6


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("query", "most"),
    [
        ({}, 8),
        ({"q": "study"}, 14),
        ({"q": "study", "brm": "stable_only", "phase": "PHASE2", "country": "US", "tumour": "lung"}, 60),
    ],
)
def test_search(visitor: Visitor, build: Build, size: int, query: dict[str, str], most: int) -> None:
    build(*many(size))
    visitor.get("/trials/", **query)
    with counted() as count:
        visitor.get("/trials/", **query)
        django, snapshot = count()
    assert django == 0
    assert snapshot <= most


@pytest.mark.parametrize("address", ["/", "/about/", "/find/", "/find/q/who/", "/find/forget/"])
def test_pages_without_answers_ask_nothing_of_the_database(visitor: Visitor, address: str) -> None:
    with counted() as count:
        visitor.get(address)
        assert count()[0] == 0


def test_questions_of_a_visit(visitor: Visitor) -> None:
    visitor.play(**STABLE)
    with counted() as count:
        visitor.get("/find/q/growth/")
        assert count()[0] == 1
    with counted() as count:
        visitor.get("/find/check/")
        assert count()[0] == 1
    with counted() as count:
        visitor.answer("growth", growth="grown")
        assert count()[0] <= 6
