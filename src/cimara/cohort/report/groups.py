"""Findings in groups of one rule and field: count, patients, first rows, and which analyses they touch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import polars as pl

from cimara.cohort.checks.optional import OPTIONAL
from cimara.cohort.findings import Severity

FIRST_ROWS = 20
_KEY = ("severity", "rule", "table", "field")
_ORDER = {str(one): place for place, one in enumerate(Severity)}


@dataclass(frozen=True, eq=False)
class Group:
    """Findings of one rule at one field.

    `patients` counts those who are known; `hint` is the most frequent one and `hints` how many there are;
    `rows` are the first 20 findings; `analyses` need the field.
    """

    severity: Severity
    rule: str
    table: str
    field: str
    count: int
    patients: int
    hint: str
    hints: int
    rows: pl.DataFrame
    analyses: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """`Entity.field`, or what of it is known."""
        return ".".join(part for part in (self.table, self.field) if part) or "the file"

    @property
    def is_optional(self) -> bool:
        """Whether it tells of blank cells that may stay so."""
        return self.rule == OPTIONAL.id


def grouped(
    findings: pl.DataFrame, analyses: Mapping[str, Collection[str]] | None = None
) -> tuple[Group, ...]:
    """Groups, errors first, then by count. `analyses` are fields (`Entity.field` or `field`) of each."""
    needs = {name: frozenset(fields) for name, fields in (analyses or {}).items()}
    if not findings.height:
        return ()
    known = pl.col("patient_id").filter(pl.col("patient_id") != "")
    counts = findings.group_by(_KEY, maintain_order=True).agg(
        n=pl.len(),
        patients=known.n_unique(),
        hint=pl.col("hint").mode(maintain_order=True).first(),
        hints=pl.col("hint").n_unique(),
    )
    heads = findings.group_by(_KEY, maintain_order=True).head(FIRST_ROWS).partition_by(_KEY, as_dict=True)
    groups = [
        Group(
            severity=Severity(row["severity"]),
            rule=row["rule"],
            table=row["table"],
            field=row["field"],
            count=row["n"],
            patients=row["patients"],
            hint=row["hint"],
            hints=row["hints"],
            rows=heads[tuple(row[name] for name in _KEY)],
            analyses=tuple(name for name, fields in needs.items() if _touches(row, fields)),
        )
        for row in counts.iter_rows(named=True)
    ]
    return tuple(sorted(groups, key=lambda one: (_ORDER[one.severity], -one.count, one.where, one.rule)))


def to_do(groups: Collection[Group]) -> tuple[Group, ...]:
    """Groups of errors and warnings in the order in which to mend them.

    Errors first; of these first what touches the most analyses, then what removes the most findings. Blank
    optional fields that no study needs are left out: nothing is wrong with them.
    """
    graver = [one for one in groups if one.severity is not Severity.INFO and not one.is_optional]
    return tuple(
        sorted(graver, key=lambda one: (_ORDER[one.severity], -len(one.analyses), -one.count, one.where))
    )


def _touches(row: Mapping[str, str], fields: frozenset[str]) -> bool:
    return row["field"] in fields or f"{row['table']}.{row['field']}" in fields
