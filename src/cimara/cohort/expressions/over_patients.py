"""Works out expressions that look over a patient's rows: any, first, count, nearest and the others.

Beside each value stands the day on which it was known, so that nobody takes what came later for a property
that a patient had at the origin.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.expressions.attribution import ATTRIBUTED, ONSET, attributed_rows
from cimara.cohort.expressions.entity_days import NOT_TOLD, SINGLE, TREATMENTS, day_of, known_field
from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import (
    CONDITIONAL,
    Column,
    EntityField,
    Node,
    Over,
    Scoped,
    names,
    walk,
)
from cimara.cohort.expressions.patient_rows import PLACE, PatientRows, scope_types
from cimara.cohort.expressions.rows import compiled, condition
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.expressions.values import Compiled
from cimara.cohort.model import closest

VALUE, MET, ORDER, KNOWN = "_value", "_met", "_order", "_known"
ORDERED = (Over.FIRST, Over.LAST, Over.NEAREST)
NUMERIC = (Over.MIN, Over.MAX, Over.SUM)
WIDEST = 36525.0
"""Days on each side of `nearest` that does not say how far it looks."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A value for each row, its type, and the day on which it was known (null: from the beginning)."""

    values: pl.Series
    type: ColumnType
    known: pl.Series


def type_over(node: Node, types: Mapping[str, ColumnType]) -> ColumnType:
    """The type that an expression has. Raises ExpressionError where it does not fit the data model."""
    made = compiled(node, types, lambda one: _typed(one, types)[1])
    return ColumnType(made.type, made.codes)


def evaluate(node: Node, rows: PatientRows) -> Evaluated:
    """The values of an expression, one a row. Raises ExpressionError as `type_over` does.

    Rows of an entity for which a condition is unknown count as not meeting it; `any` and `all` are unknown
    themselves where only such rows could decide.
    """
    columns: list[pl.Series] = []
    known: list[pl.Series] = []

    def elsewhere(one: Scoped | EntityField) -> Compiled:
        scoped, made = _typed(one, rows.types)
        found = _worked_out(scoped, rows)
        name = f"_over_{len(columns)}"
        columns.append(found[VALUE].alias(name))
        known.append(found[KNOWN].alias(f"_known_{len(known)}"))
        return replace(made, expr=pl.col(name))

    made = compiled(node, rows.types, elsewhere)
    frame = rows.frame.with_columns(columns)
    values = frame.select(made.expr.alias("value")).to_series()
    if len(values) != frame.height:
        values = values.new_from_index(0, frame.height) if len(values) == 1 else values
    known += _known_of_columns(node, rows)
    days = pl.Series("known", [None] * frame.height, dtype=pl.Float64)
    if known:
        days = pl.DataFrame(known).select(pl.max_horizontal(pl.all()).alias("known")).to_series()
    return Evaluated(values, ColumnType(made.type, made.codes), days.set(values.is_null(), None))


def rows_met(node: Scoped, rows: PatientRows) -> pl.DataFrame:
    """The rows of the entity of `any(ENTITY: condition)` that meet it, each with PLACE."""
    held = _with_outer(node, rows)
    if node.where is None:
        return held
    met = condition(node.where, rows.types | scope_types(node.entity))
    return held.filter(met.expr)


def _known_of_columns(node: Node, rows: PatientRows) -> list[pl.Series]:
    """Days on which the columns were known that an expression names, inside calls over rows, too."""
    used = dict.fromkeys(names(node))
    for one in walk(node):
        if isinstance(one, Scoped):
            own = scope_types(one.entity)
            inner = [part.name for part in walk(one) if isinstance(part, Column)]
            used |= dict.fromkeys(name for name in inner if name not in own)
    days = [rows.known[name] for name in used if name in rows.known]
    return [rows.frame[day].cast(pl.Float64).alias(f"_of {day} {n}") for n, day in enumerate(days)]


def _typed(one: Scoped | EntityField, types: Mapping[str, ColumnType]) -> tuple[Scoped, Compiled]:
    """The call that is meant, and the type that it has."""
    if isinstance(one, EntityField):
        if one.entity not in SINGLE:
            raise ExpressionError(
                f"a patient can have several rows of {one.entity}",
                at=one.at,
                expected=f"which of them, such as first({one.entity}: {one.name})",
            )
        one = Scoped(Over.FIRST, one.entity, Column(one.name, one.at), at=one.at)
        return one, _type_of_value(one, types)
    if one.function in ORDERED and one.by is None and not day_of(one.entity):
        raise ExpressionError(
            f"rows of {one.entity} have no day", at=one.at, expected="`by` and what they are ordered by"
        )
    if any(isinstance(part, Scoped | EntityField) for part in walk(one) if part is not one):
        raise ExpressionError("a function over rows inside another", at=one.at, expected="columns of the row")
    if one.function is Over.ATTRIBUTED:
        _check_attributed(one)
    if one.where is not None:
        condition(one.where, {**types, **scope_types(one.entity)})
    _check_options(one, types)
    return one, _type_of_value(one, types)


def _check_attributed(one: Scoped) -> None:
    if one.entity not in ATTRIBUTED:
        near = closest(one.entity, ATTRIBUTED)
        raise ExpressionError(
            f"no row of {one.entity} is attributed",
            at=one.at,
            expected=f"one of {', '.join(ATTRIBUTED)}",
            hint=f"Did you mean {near}?" if near else None,
        )


def _check_options(one: Scoped, types: Mapping[str, ColumnType]) -> None:
    options = dict(one.options)
    if one.function is Over.NEAREST and "to" not in options:
        raise ExpressionError("nearest() to what?", at=one.at, expected="`, to = origin_day` or `, to = 0`")
    for part in [*options.values(), *([one.by] if one.by is not None else [])]:
        made = compiled(part, {**types, **scope_types(one.entity)})
        if made.type is not Type.NUMBER:
            raise ExpressionError(f"{made.type} stands here", at=part.at, expected=str(Type.NUMBER))


def _type_of_value(one: Scoped, types: Mapping[str, ColumnType]) -> Compiled:
    if one.function in CONDITIONAL:
        counted = one.function is Over.COUNT
        return Compiled(pl.lit(None), Type.NUMBER if counted else Type.TRUTH)
    assert one.value is not None
    made = compiled(one.value, {**types, **scope_types(one.entity)})
    if one.function in NUMERIC and made.type is not Type.NUMBER:
        raise ExpressionError(f"{made.type} stands here", at=one.value.at, expected=str(Type.NUMBER))
    return made


def _worked_out(one: Scoped, rows: PatientRows) -> pl.DataFrame:
    """VALUE and KNOWN of a call for each row."""
    held = attributed_rows(one.entity, rows) if one.function is Over.ATTRIBUTED else _with_outer(one, rows)
    types = rows.types | scope_types(one.entity)
    met = condition(one.where, types).expr if one.where is not None else pl.lit(True)
    value = compiled(one.value, types).expr if one.value is not None else pl.lit(None)
    order = compiled(one.by, types).expr if one.by is not None else _day(one.entity)
    held = held.with_columns(
        met.alias(MET), value.alias(VALUE), order.cast(pl.Float64).alias(ORDER), _known(one, held.columns)
    )
    found = _aggregated(one, held, rows)
    places = pl.DataFrame({PLACE: pl.int_range(rows.frame.height, dtype=pl.UInt32, eager=True)})
    joined = places.join(found, on=PLACE, how="left", maintain_order="left")
    empty = {Over.ANY: False, Over.ALL: True, Over.COUNT: 0, Over.SUM: 0}.get(one.function)
    if empty is None:
        return joined
    none = ~pl.col(PLACE).is_in(found[PLACE].implode())
    return joined.with_columns(pl.when(none).then(pl.lit(empty)).otherwise(pl.col(VALUE)).alias(VALUE))


def _aggregated(one: Scoped, held: pl.DataFrame, rows: PatientRows) -> pl.DataFrame:
    met = pl.col(MET).fill_null(False)
    if one.function is Over.ANY:
        truth = pl.col(MET).any(ignore_nulls=False)
        return held.group_by(PLACE).agg(truth.alias(VALUE), pl.col(KNOWN).filter(met).min())
    if one.function is Over.ALL:
        return held.group_by(PLACE).agg(pl.col(MET).all(ignore_nulls=False).alias(VALUE), pl.col(KNOWN).max())
    if one.function is Over.COUNT:
        counted = met.sum().cast(pl.Float64).alias(VALUE)
        return held.group_by(PLACE).agg(counted, pl.col(KNOWN).filter(met).max())
    considered = held.filter(met)
    if one.function in NUMERIC:
        return _of_numbers(one, considered)
    if one.function is Over.NEAREST:
        considered = _near(one, considered, rows)
    last = one.function is Over.LAST
    one_row = one.function is Over.ATTRIBUTED or one.entity in SINGLE
    ordered = considered.filter(pl.col(ORDER).is_not_null() | one_row).sort(
        PLACE, ORDER, descending=[False, last], maintain_order=True
    )
    known = pl.col(KNOWN).max() if one.by is not None else pl.col(KNOWN).first()
    return ordered.group_by(PLACE).agg(pl.col(VALUE).first(), known)


def _of_numbers(one: Scoped, considered: pl.DataFrame) -> pl.DataFrame:
    """The least, the greatest or the sum; a sum with an unknown part is unknown."""
    if one.function is Over.SUM:
        whole = pl.when(pl.col(VALUE).null_count() == 0).then(pl.col(VALUE).sum())
        return considered.group_by(PLACE).agg(whole.alias(VALUE), pl.col(KNOWN).max())
    earliest = isinstance(one.value, Column) and one.value.name == day_of(one.entity)
    if one.function is Over.MIN:
        known = pl.col(KNOWN).min() if earliest else pl.col(KNOWN).max()
        return considered.group_by(PLACE).agg(pl.col(VALUE).min(), known)
    return considered.group_by(PLACE).agg(pl.col(VALUE).max(), pl.col(KNOWN).max())


def _near(one: Scoped, considered: pl.DataFrame, rows: PatientRows) -> pl.DataFrame:
    """Rows inside the window, ordered by their distance; of two equally near the earlier comes first.

    What an assessment inside the window says counts as known on the day that it is near to; a treatment does
    not.
    """
    types = rows.types | scope_types(one.entity)
    settings = {name: compiled(node, types).expr.cast(pl.Float64) for name, node in one.options}
    far = pl.lit(WIDEST)
    away = pl.col(ORDER) - settings["to"]
    inside = considered.with_columns(settings["to"].alias("_to"), away.alias("_away")).filter(
        (pl.col("_away") >= -settings.get("before", far)) & (pl.col("_away") <= settings.get("after", far))
    )
    known = pl.col(KNOWN)
    if one.entity not in TREATMENTS and "after" in settings:
        known = pl.min_horizontal(known, pl.col("_to"))
    distance = pl.col("_away").abs() + (pl.col("_away") > 0).cast(pl.Float64) / 4
    return inside.with_columns(known.alias(KNOWN), distance.alias(ORDER))


def _with_outer(one: Scoped, rows: PatientRows) -> pl.DataFrame:
    """The rows of the entity, with the columns of the patient that the call names beside its own."""
    held = rows.rows_of(one.entity)
    named = {part.name for part in walk(one) if isinstance(part, Column)}
    outer = sorted(name for name in named if name not in held.columns and name in rows.frame.columns)
    return held.with_columns(rows.frame[name].gather(held[PLACE]) for name in outer)


def _day(entity: str) -> pl.Expr:
    day = day_of(entity)
    return pl.col(day) if day else pl.lit(None)


def _known(one: Scoped, columns: list[str]) -> pl.Expr:
    """The day on which all that a call reads of a row was known."""
    parts = [part for part in (one.value, one.where, one.by) if part is not None]
    used = dict.fromkeys(part.name for node in parts for part in walk(node) if isinstance(part, Column))
    own = scope_types(one.entity)
    days = [(name, known_field(one.entity, name)) for name in used if name in own]
    told: list[pl.Expr] = [
        pl.when(pl.col(name).is_not_null()).then(pl.col(day).fill_null(NOT_TOLD).cast(pl.Float64))
        for name, day in days
        if day and day in columns
    ]
    day = day_of(one.entity)
    told += [pl.col(one).cast(pl.Float64) for one in (day, ONSET) if one in columns]
    return (pl.max_horizontal(told) if told else pl.lit(None, dtype=pl.Float64)).alias(KNOWN)
