"""Runs every rule over a data set and gives all findings at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import polars as pl

from cimara.cohort.checks.catalogue import TABLE_RULES
from cimara.cohort.checks.cells import EVERY, cell_tests
from cimara.cohort.checks.located import located
from cimara.cohort.checks.optional import blank_optional
from cimara.cohort.checks.row_rules import row_rule_tests
from cimara.cohort.checks.row_tests import failing
from cimara.cohort.checks.rule import Found, Rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.dataset import Dataset
from cimara.cohort.findings import joined

CELL = ("table", "field", "file", "sheet", "row")
ECHOES = (("D1", "RANGE"), ("T1", "T2"))
"""A dose that D1 tells is not also out of range; a primary diagnosed after death is not also told to be after
the last contact, which is the day of death."""


def check(dataset: Dataset, *, needed: Collection[str] = ()) -> pl.DataFrame:
    """Findings of every rule, with the columns of `findings.FINDINGS`; what reading found is not repeated.

    Parameters
    ----------
    needed
        Fields that a study needs, as `Entity.field` or `field`: each blank cell of theirs without a reason
        is a warning of its own. Of other optional fields the blank cells are counted in one warning a field.
    """
    tables = Tables(dataset)
    found: dict[str, list[tuple[Rule, Found]]] = defaultdict(list)
    for entity in tables.entities:
        cells = tables.cells(entity.name)
        reasons = frozenset(name for name in cells.columns if name.endswith("__why"))
        tests = (*cell_tests(entity.name, reasons), *row_rule_tests(entity.name, reasons))
        found[entity.name] += failing(entity.name, cells, tests)
        found[entity.name] += blank_optional(entity, tables, needed)
    for rule in TABLE_RULES:
        if rule.find and (rule.entities == EVERY or any(map(tables.has_rows, rule.entities))):
            for one in rule.find(tables):
                found[one.entity].append((rule, one))
    parts = [located(dataset, entity.name, found[entity.name]) for entity in tables.entities]
    return _once_a_cause(_in_order(joined(parts), list(dataset.model.by_name)), dataset.findings)


def _in_order(findings: pl.DataFrame, entities: list[str]) -> pl.DataFrame:
    """Errors first, tables in the order of the model, then by row."""
    place = pl.col("table").replace_strict(
        entities, range(len(entities)), default=len(entities), return_dtype=pl.Int32
    )
    return findings.sort("severity", place, "row", "field", "rule", nulls_last=True, maintain_order=True)


def _once_a_cause(findings: pl.DataFrame, reading: pl.DataFrame) -> pl.DataFrame:
    """Without what follows from another finding of a cell; one that could not be read is blank by that."""
    unread = reading.filter((pl.col("severity") == "error") & (pl.col("field") != ""))
    findings = _without(findings, unread.select(CELL))
    for cause, echo in ECHOES:
        told = findings.filter(pl.col("rule") == cause).select(*CELL, rule=pl.lit(echo))
        findings = _without(findings, told)
    return findings


def _without(findings: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    if told.is_empty():
        return findings
    return findings.join(told, on=told.columns, how="anti", nulls_equal=True, maintain_order="left")
