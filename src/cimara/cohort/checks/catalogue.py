"""The catalogue of all rules: of cells, of the schema, of keys, and across rows and tables."""

from __future__ import annotations

from cimara.cohort.checks import (
    keys,
    rules_days,
    rules_derived,
    rules_doses,
    rules_effects,
    rules_lesions,
    rules_overlaps,
    rules_sites,
    rules_volumes,
)
from cimara.cohort.checks.cells import CELL_RULES
from cimara.cohort.checks.optional import NEEDED, OPTIONAL
from cimara.cohort.checks.row_rules import stated
from cimara.cohort.checks.rule import Rule, rules_of
from cimara.cohort.model import DataModel, data_model

TABLE_MODULES = (
    keys,
    rules_lesions,
    rules_doses,
    rules_volumes,
    rules_effects,
    rules_days,
    rules_overlaps,
    rules_sites,
    rules_derived,
)
TABLE_RULES: tuple[Rule, ...] = tuple(one for module in TABLE_MODULES for one in rules_of(module))
"""Rules that look at several rows or tables."""


def row_rules(model: DataModel) -> tuple[Rule, ...]:
    """Rules over the fields of one row, as the schema states them."""
    return tuple(stated(entity, one) for entity in model.entities for one in entity.rules)


def all_rules() -> tuple[Rule, ...]:
    """Every rule, cells first."""
    return (*CELL_RULES, OPTIONAL, NEEDED, *row_rules(data_model()), *TABLE_RULES)
