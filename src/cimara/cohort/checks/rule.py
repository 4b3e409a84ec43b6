"""A rule of the data model, and the rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import polars as pl

from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity


@dataclass(frozen=True, eq=False)
class Found:
    """Rows of one table that break a rule at one field.

    `rows` has `at` (place in the table, null where it is about the table), `problem`, and may have `hint`.
    """

    entity: str
    field: str
    rows: pl.DataFrame


@dataclass(frozen=True, eq=False)
class Rule:
    """What must hold, where, how grave it is, and what to tell the curator.

    `entities` and `fields` say where findings stand; "every" means each table or field it applies to.
    `find` gives the rows that break it; rules of single rows have none, they are compiled together.
    """

    id: str
    severity: Severity
    entities: tuple[str, ...]
    fields: tuple[str, ...]
    says: str
    hint: str = ""
    find: Callable[[Tables], Iterator[Found]] | None = None


NOTHING = pl.DataFrame(schema={"at": pl.UInt32, "problem": pl.String})


def rule(
    code: str, severity: Severity, entities: str, fields: str, *, says: str, hint: str = ""
) -> Callable[[Callable[[Tables], Iterator[Found]]], Rule]:
    """Make a rule of a function that finds the rows that break it; names are parted by blanks."""

    def made(find: Callable[[Tables], Iterator[Found]]) -> Rule:
        return Rule(code, severity, tuple(entities.split()), tuple(fields.split()), says, hint, find)

    return made


def rules_of(module: ModuleType) -> tuple[Rule, ...]:
    """The rules of a module, in the order in which they stand."""
    return tuple(one for one in vars(module).values() if isinstance(one, Rule))


def breaking(
    rows: pl.DataFrame, broken: pl.Expr, problem: pl.Expr, hint: pl.Expr | str | None = None
) -> pl.DataFrame:
    """`at`, `problem` and `hint` of the rows where `broken` holds."""
    if rows.is_empty() or not rows.select(broken.any()).item():
        return NOTHING
    return worded(rows.filter(broken), problem, hint)


def worded(broken: pl.DataFrame, problem: pl.Expr, hint: pl.Expr | str | None = None) -> pl.DataFrame:
    """`at`, `problem` and `hint` of rows that break a rule."""
    if broken.is_empty():
        return NOTHING
    told = pl.lit(hint) if isinstance(hint, str) else hint
    columns = [pl.col("at"), problem.cast(pl.String).alias("problem")]
    return broken.select(columns if told is None else [*columns, told.cast(pl.String).alias("hint")])
