"""One planted violation of every rule: that rule tells that row and field, and nothing else is found."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.checks.catalogue import all_rules
from cimara.cohort.checks.run import check
from cimara.cohort.findings import Severity
from tests.unit.cohort.checks.planted import ALL, ALONE, NEEDED, POOLED, Planted
from tests.unit.cohort.clean import clean_dataset
from tests.unit.cohort.clean_copies import copies, of_copy, with_sites


@pytest.fixture(scope="module")
def findings() -> pl.DataFrame:
    """Of all copies of the data set at once, each with a violation, its own two sites and its own file."""
    return check(copies([(one.changed, one.added) for one in POOLED]))


@pytest.mark.parametrize(
    ("place", "planted"),
    list(enumerate(POOLED)),
    ids=[f"{one.rule}-{one.entity}-{one.column}" for one in POOLED],
)
def test_only_the_rule_that_was_broken_is_told_and_only_where(
    findings: pl.DataFrame, place: int, planted: Planted
) -> None:
    own = of_copy(findings, place)
    assert as_tuples(own) == [(planted.rule, planted.entity, planted.row, planted.column)]
    told = own.row(0, named=True)
    assert with_sites(planted.says, place) in told["message"]
    assert (planted.rule, told["severity"]) in {(one.id, one.severity) for one in all_rules()}


def test_nothing_is_told_but_what_was_planted(findings: pl.DataFrame) -> None:
    assert findings.height == len(POOLED)


@pytest.mark.parametrize("planted", ALONE, ids=[f"{one.rule}-{one.entity}" for one in ALONE])
def test_what_is_counted_over_a_table_is_told_once(planted: Planted) -> None:
    found = check(clean_dataset(planted.changed, planted.added))
    assert as_tuples(found)[0] == (planted.rule, planted.entity, planted.row, planted.column)
    assert tuple(found["rule"][1:]) == planted.warnings_beside
    assert planted.says in found["message"][0]


def as_tuples(findings: pl.DataFrame) -> list[tuple[str, str, int | None, str]]:
    return findings.select("rule", "table", "row", "field").rows()


def test_a_clean_data_set_has_no_finding() -> None:
    assert check(clean_dataset()).is_empty()


@pytest.mark.parametrize("needed", ["slice_mm", "ImagingAssessment.slice_mm"])
def test_a_field_that_the_study_needs_is_told_row_by_row(needed: str) -> None:
    found = check(clean_dataset(NEEDED.changed), needed=[needed])
    assert as_tuples(found) == [("NEEDED", "ImagingAssessment", 2, "slice_mm")]


def test_every_rule_of_the_catalogue_has_a_planted_violation() -> None:
    planted = {(one.rule, one.entity) for one in [*ALL, NEEDED]}
    for one in all_rules():
        entities = {entity for code, entity in planted if code == one.id}
        assert entities if one.entities == ("every",) else set(one.entities) & entities, one.id


def test_every_rule_has_a_severity_and_words() -> None:
    assert {one.severity for one in all_rules()} == {Severity.ERROR, Severity.WARNING}
    assert all(one.says and one.id.isupper() for one in all_rules())
