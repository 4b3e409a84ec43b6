"""Values on their way to polars: numbers, cells and comparisons, with what is known of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.expressions.nodes import Compare, Sum
from cimara.cohort.expressions.types import Type
from cimara.cohort.reading import NUMBER

CLOSE = 1e-9
"""Sums and products are equal where they differ by less than this part of their size."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A polars expression with what is known of its values.

    Parameters
    ----------
    codes
        The closed list that the values come from; empty if there is none.
    exact
        Whether numbers are as they were written, not the outcome of a sum.
    cells
        Columns of type CELL whose text is the value.
    numbers
        Columns of type CELL that were read as numbers on the way.
    """

    expr: pl.Expr
    type: Type
    codes: tuple[str, ...] = ()
    exact: bool = True
    cells: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


_DTYPES: dict[Type, pl.DataType] = {
    Type.NUMBER: pl.Float64(),
    Type.TEXT: pl.String(),
    Type.CELL: pl.String(),
    Type.TRUTH: pl.Boolean(),
    Type.CODES: pl.List(pl.String()),
    Type.NULL: pl.Null(),
}


def typed_null(kind: Type) -> Compiled:
    return Compiled(pl.lit(None, dtype=_DTYPES[kind]), kind)


def as_number(held: Compiled) -> Compiled | None:
    if held.type is Type.NUMBER:
        return held
    if held.type is Type.NULL:
        return typed_null(Type.NUMBER)
    if held.type is not Type.CELL:
        return None
    return Compiled(cell_number(held.expr), Type.NUMBER, numbers=held.numbers | held.cells)


def cell_number(cell: pl.Expr) -> pl.Expr:
    """The number in a cell of text; null where there is none."""
    return pl.when(cell.str.contains(NUMBER)).then(cell).cast(pl.Float64)


def joined(expr: pl.Expr, kind: Type, *held: Compiled) -> Compiled:
    """A value made from others: what was read as a number on the way, and whether all were exact."""
    return Compiled(
        expr,
        kind,
        exact=all(one.exact for one in held),
        numbers=frozenset().union(*(one.numbers for one in held)),
    )


def one_of(expr: pl.Expr, *held: Compiled) -> Compiled:
    """A value that is one of others of its type."""
    cells: frozenset[str] = frozenset().union(*(one.cells for one in held))
    codes = held[0].codes if all(one.codes == held[0].codes for one in held) else ()
    return replace(joined(expr, held[0].type, *held), cells=cells, codes=codes)


def total(operator: Sum, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match operator:
        case Sum.PLUS:
            expr = left + right
        case Sum.MINUS:
            expr = left - right
        case Sum.TIMES:
            expr = left * right
        case Sum.OVER:
            expr = left / right
    return pl.when(expr.is_finite()).then(expr)


def compared(operator: Compare, left: Compiled, right: Compiled) -> pl.Expr:
    """Numbers compared; after a sum or a quotient, with room for what binary fractions lose."""
    if left.exact and right.exact:
        return tested(operator, left.expr, right.expr)
    size = pl.max_horizontal(left.expr.abs(), right.expr.abs(), pl.lit(1.0))
    apart = (left.expr - right.expr) / size
    return tested(operator, pl.when(apart.abs() > CLOSE).then(apart).otherwise(apart * 0.0), pl.lit(0.0))


def tested(operator: Compare, left: pl.Expr, right: pl.Expr) -> pl.Expr:
    match operator:
        case Compare.EQUAL:
            return left == right
        case Compare.UNEQUAL:
            return left != right
        case Compare.LESS:
            return left < right
        case Compare.LESS_OR_EQUAL:
            return left <= right
        case Compare.GREATER:
            return left > right
        case Compare.GREATER_OR_EQUAL:
            return left >= right


def cells_compared(operator: Compare, left: Compiled, right: Compiled) -> Compiled:
    """Two cells: as numbers where both are, by their text where that is all that is asked."""
    numbers = tested(operator, cell_number(left.expr), cell_number(right.expr))
    if operator not in (Compare.EQUAL, Compare.UNEQUAL):
        return Compiled(numbers, Type.TRUTH, numbers=left.cells | right.cells | left.numbers | right.numbers)
    texts = tested(operator, left.expr, right.expr)
    return joined(pl.coalesce(numbers, texts), Type.TRUTH, left, right)
