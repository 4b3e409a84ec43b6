"""Looks into cells for what names a person: dates, addresses, numbers, links; the rows of values.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from cimara.cohort.deid.cells import COLUMN, COUNT, TEXT
from cimara.cohort.deid.column_names import table_text
from cimara.cohort.deid.hits import HitKind, Rule


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A rule with its pattern, of Rust's regex."""

    rule: Rule
    pattern: str


def value_hits(cells: pl.DataFrame) -> list[tuple[str, Rule, int]]:
    """Column, rule and count of cells, for each rule that the cells of a column meet.

    `cells` are those of `cells.cells_of`. A cell that a hard rule hits is not counted by soft rules too.
    """
    found: list[tuple[str, Rule, int]] = []
    left = cells
    for kind in HitKind:
        rules = {one.rule.id: one for one in value_rules() if one.rule.kind is kind}
        marks = left.select(
            COLUMN,
            COUNT,
            *(pl.col(TEXT).str.contains(one.pattern).alias(name) for name, one in rules.items()),
        )
        counts = marks.group_by(COLUMN).agg([pl.col(COUNT).filter(name).sum().alias(name) for name in rules])
        found += [
            (row[COLUMN], one.rule, row[name])
            for row in counts.sort(COLUMN).iter_rows(named=True)
            for name, one in rules.items()
            if row[name]
        ]
        left = left.filter(~marks.select(pl.any_horizontal(list(rules))).to_series())
    return found


@lru_cache(maxsize=1)
def value_rules() -> tuple[ValueRule, ...]:
    """The rules of values.toml, with months and parts filled in."""
    raw = tomllib.loads(table_text("values.toml"))
    parts = {name: f"(?:{pattern})" for name, pattern in raw["parts"].items()}
    parts["month"] = f"(?:{'|'.join(months())})"
    return tuple(
        ValueRule(
            Rule(one["id"], HitKind(one["kind"]), one["hipaa"], one["looks_for"], one["hint"]),
            ("" if one.get("case") else "(?i)") + "|".join(_filled(text, parts) for text in one["patterns"]),
        )
        for one in raw["rule"]
    )


def months() -> list[str]:
    """Names of months in all languages, the longest first."""
    raw = tomllib.loads(table_text("months.toml"))
    return sorted({name for names in raw.values() for name in names}, key=lambda one: (-len(one), one))


def _filled(pattern: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", part)
    return pattern
