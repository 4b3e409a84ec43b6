"""Every cell of the survey of 1,536 real trials, counted again from the studies and from search."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus
from cimara.terms.tumour import tumours
from cimara.trials.atlas import Selection
from cimara.trials.search import Page, Query
from cimara.trials.study import Study
from cimara.trials.survey import Survey, schema_named, survey
from tests.unit.trials.matching.shared_snapshot import shared_snapshot

pytestmark = pytest.mark.shared_data


@cache
def every_study() -> tuple[Study, ...]:
    return tuple(shared_snapshot().studies())


def found_by_search(query: Query) -> set[str]:
    """Registry numbers that a search finds, page by page."""
    numbers: set[str] = set()
    cursor: str | None = None
    while True:
        page = shared_snapshot().search(replace(query, page=Page(100, cursor)))
        numbers |= {str(hit.nct_id) for hit in page.hits}
        cursor = page.cursor
        if cursor is None:
            return numbers


@pytest.mark.parametrize("policy", BrmPolicy)
def test_each_brm_cell_of_the_whole_is_what_search_finds(policy: BrmPolicy) -> None:
    cell = survey(shared_snapshot()).total.cell("brm", policy)
    assert set(cell.trials) == found_by_search(Query(status=frozenset(), brm={policy}))


@pytest.mark.parametrize("policy", LmdPolicy)
def test_each_lmd_cell_of_the_whole_is_what_search_finds(policy: LmdPolicy) -> None:
    cell = survey(shared_snapshot()).total.cell("lmd", policy)
    assert set(cell.trials) == found_by_search(Query(status=frozenset(), lmd={policy}))


@pytest.mark.parametrize("status", [OverallStatus.RECRUITING, OverallStatus.COMPLETED])
def test_cells_by_status_are_what_search_finds(status: OverallStatus) -> None:
    found = survey(shared_snapshot(), by=["status"])
    group = next(one for one in found.groups if one.key == (str(status),))
    for policy in BrmPolicy:
        wanted = found_by_search(Query(status={status}, brm={policy}))
        assert set(group.cell("brm", policy).trials) == wanted


@pytest.mark.parametrize("schema", ["cimara", "mccoach2016", "asco2024"])
@pytest.mark.parametrize("by", ["tumour", "phase", "sponsor_class", "year"])
def test_every_cell_can_be_counted_again_from_the_studies(schema: str, by: str) -> None:
    found = survey(every_study(), by=[by], schema=schema)
    assert len(found.total.trials) == 1536
    for group in found.groups:
        members = [study for study in every_study() if belongs(study, by, group.key[0])]
        assert sorted(study.nct_id for study in members) == sorted(group.trials)
        for question in schema_named(schema).questions:
            for column in question.columns:
                counted = sum(policy(study, question.field) in column.policies for study in members)
                assert group.cell(question.id, column.id).count == counted


def policy(study: Study, field: str) -> str:
    assert study.eligibility is not None
    if field == "steroid_policy":
        return str(study.eligibility.fields.steroid_policy or "not_mentioned")
    return str(getattr(study.eligibility, field))


def belongs(study: Study, by: str, value: str) -> bool:
    return value in OF_DIMENSION[by](study)


OF_DIMENSION: dict[str, Callable[[Study], set[str]]] = {
    "tumour": lambda study: {tumours()[one].name for one in study.tumours} or {"not stated"},
    "phase": lambda study: {"/".join(sorted(study.phases, key=PHASES.index)) or "not stated"},
    "sponsor_class": lambda study: {study.sponsor_class or "not stated"},
    "year": lambda study: {study.start[:4] if study.start else "not stated"},
}
PHASES = ["NA", "EARLY_PHASE1", "PHASE1", "PHASE2", "PHASE3", "PHASE4"]


def test_a_population_by_search_equals_the_one_by_tumour() -> None:
    by_search = survey(shared_snapshot(), Query(status=frozenset(), tumour={"nsclc"}))
    by_selection = survey(shared_snapshot(), Selection(tumours=frozenset({"nsclc"})))
    assert cells(by_search) == cells(by_selection)
    assert len(by_search.total.trials) > 100


def cells(found: Survey) -> dict[str, list[tuple[str, ...]]]:
    return {question: [cell.trials for cell in row] for question, row in found.total.cells.items()}
