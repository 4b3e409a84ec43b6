"""Turns nodes into a polars expression over the columns of one row; refuses what does not fit their types."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

import polars as pl

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import (
    Binary,
    Call,
    Column,
    Compare,
    EntityField,
    Function,
    In,
    IsNull,
    Logic,
    Negative,
    Node,
    Not,
    Null,
    Number,
    Scoped,
    Text,
    Truth,
)
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.expressions.values import (
    Compiled,
    as_number,
    cells_compared,
    compared,
    joined,
    one_of,
    tested,
    total,
    typed_null,
)
from cimara.cohort.model import closest
from cimara.cohort.reading import rounded

MOST_PLACES = 9

Elsewhere = Callable[[Scoped | EntityField], Compiled]
"""Compiles what looks beyond the row."""
Dated = Callable[[Call], Compiled]
"""Compiles `day` and `years`, where columns hold dates."""


def column(node: Node, schema: Mapping[str, ColumnType], elsewhere: Elsewhere | None = None) -> pl.Expr:
    """The expression over the columns of `schema`. Raises ExpressionError as `compiled` does."""
    return compiled(node, schema, elsewhere).expr


def condition(
    node: Node,
    schema: Mapping[str, ColumnType],
    elsewhere: Elsewhere | None = None,
    dated: Dated | None = None,
) -> Compiled:
    """A condition: true, false, or null where it is not known. Raises ExpressionError if it is none."""
    return _Rows(schema, elsewhere, dated).truth(node)


def compiled(
    node: Node,
    schema: Mapping[str, ColumnType],
    elsewhere: Elsewhere | None = None,
    dated: Dated | None = None,
) -> Compiled:
    """The expression over the columns of `schema`, with its type.

    Logic is three-valued with null for unknown: `false and null` is false, `true and null` null. All other
    operations on null give null; so do division by zero and the logarithm of what is not positive.

    Raises
    ------
    ExpressionError
        A name is not known, a type does not fit, or a code is not of its list.
    """
    return _Rows(schema, elsewhere, dated).value(node)


@dataclass(frozen=True)
class _Rows:
    schema: Mapping[str, ColumnType]
    elsewhere: Elsewhere | None
    dated: Dated | None

    def value(self, node: Node) -> Compiled:
        match node:
            case Number(value):
                return Compiled(pl.lit(value, dtype=pl.Float64), Type.NUMBER)
            case Text(value):
                return Compiled(pl.lit(value, dtype=pl.String), Type.TEXT)
            case Truth(value):
                return Compiled(pl.lit(value, dtype=pl.Boolean), Type.TRUTH)
            case Null():
                return Compiled(pl.lit(None), Type.NULL)
            case Column():
                return self.column(node)
            case Negative(operand):
                number = self.number(operand)
                return replace(number, expr=-number.expr)
            case Not(operand):
                truth = self.truth(operand)
                return replace(truth, expr=~truth.expr)
            case Binary():
                return self.binary(node)
            case In():
                return self.among(node)
            case IsNull(operand, negated):
                held = self.value(operand)
                expr = held.expr.is_not_null() if negated else held.expr.is_null()
                return Compiled(expr, Type.TRUTH, numbers=held.numbers)
            case Call():
                return self.call(node)
            case Scoped() | EntityField():
                return self.beyond(node)

    def beyond(self, node: Scoped | EntityField) -> Compiled:
        if self.elsewhere is None:
            raise ExpressionError(
                "rows of other tables cannot be asked here", at=node.at, expected="columns of this row alone"
            )
        return self.elsewhere(node)

    def column(self, node: Column) -> Compiled:
        known = self.schema.get(node.name)
        if known is None:
            raise _unknown(node, self.schema)
        expr = pl.col(node.name)
        match known.type:
            case Type.NUMBER:
                return Compiled(expr.cast(pl.Float64), Type.NUMBER)
            case Type.CELL:
                return Compiled(expr, Type.CELL, cells=frozenset({node.name}))
            case _:
                return Compiled(expr, known.type, known.codes)

    def number(self, node: Node) -> Compiled:
        held = self.value(node)
        number = as_number(held)
        if number is None:
            raise _unfit(node, held, Type.NUMBER)
        return number

    def truth(self, node: Node) -> Compiled:
        held = self.value(node)
        if held.type is Type.NULL:
            return Compiled(pl.lit(None, dtype=pl.Boolean), Type.TRUTH)
        if held.type is not Type.TRUTH:
            raise _unfit(node, held, Type.TRUTH)
        return held

    def binary(self, node: Binary) -> Compiled:
        operator = node.operator
        if isinstance(operator, Logic):
            left, right = self.truth(node.left), self.truth(node.right)
            expr = left.expr & right.expr if operator is Logic.AND else left.expr | right.expr
            return joined(expr, Type.TRUTH, left, right)
        if isinstance(operator, Compare):
            return self.comparison(node, operator)
        left, right = self.number(node.left), self.number(node.right)
        return replace(joined(total(operator, left.expr, right.expr), Type.NUMBER, left, right), exact=False)

    def comparison(self, node: Binary, operator: Compare) -> Compiled:
        left, right = self.value(node.left), self.value(node.right)
        for one, held in ((node.left, left), (node.right, right)):
            if held.type is Type.NULL:
                raise ExpressionError(
                    "a comparison with null is never true",
                    at=one.at,
                    expected="`is null` or `is not null`",
                )
            if held.type is Type.CODES:
                raise ExpressionError(
                    "a field with several codes is compared",
                    at=one.at,
                    expected="`in`: has any of them",
                    hint="Write `basis in ('mri')`.",
                )
        _refuse_foreign_code(node.left, right)
        _refuse_foreign_code(node.right, left)
        if {left.type, right.type} == {Type.CELL}:
            return cells_compared(operator, left, right)
        if Type.NUMBER in (left.type, right.type):
            left, right = self.number(node.left), self.number(node.right)
            return joined(compared(operator, left, right), Type.TRUTH, left, right)
        return _words(node, operator, left, right)

    def among(self, node: In) -> Compiled:
        held = self.value(node.operand)
        texts = [one.value for one in node.items if isinstance(one, Text)]
        if texts and len(texts) < len(node.items):
            raise ExpressionError("a list of numbers and texts", at=node.at, expected="one or the other")
        if not texts:
            number = self.number(node.operand)
            tests = [compared(Compare.EQUAL, number, self.value(one)) for one in node.items]
        elif held.type in (Type.TEXT, Type.CELL, Type.CODES):
            for one in node.items:
                _refuse_foreign_code(one, held)
            number = held
            several = held.type is Type.CODES
            tests = [held.expr.list.contains(one) if several else held.expr == one for one in texts]
        else:
            raise _unfit(node.operand, held, Type.TEXT)
        expr = reduce(or_, tests)
        return joined(~expr if node.negated else expr, Type.TRUTH, number)

    def call(self, node: Call) -> Compiled:
        match node.function:
            case Function.COALESCE:
                held = self.alike(node.arguments)
                return one_of(pl.coalesce([one.expr for one in held]), *held)
            case Function.IF:
                return self.choice(node)
            case Function.MIN | Function.MAX:
                held = [self.number(one) for one in node.arguments]
                pick = pl.min_horizontal if node.function is Function.MIN else pl.max_horizontal
                known = pl.all_horizontal([one.expr.is_not_null() for one in held])
                expr = pl.when(known).then(pick([one.expr for one in held]))
                return joined(expr, Type.NUMBER, *held)
            case Function.ROUND:
                return self.rounded(node)
            case Function.LN:
                number = self.number(node.arguments[0])
                expr = pl.when(number.expr > 0).then(number.expr.log())
                return replace(number, expr=expr, exact=False)
            case Function.ABS:
                number = self.number(node.arguments[0])
                return replace(number, expr=number.expr.abs())
            case Function.DAY | Function.YEARS:
                if self.dated is not None:
                    return self.dated(node)
                raise ExpressionError(
                    f"{node.function}() reads dates of a site's own files",
                    at=node.at,
                    expected="a day field; days are numbers here",
                )

    def choice(self, node: Call) -> Compiled:
        test = self.truth(node.arguments[0])
        first, second = self.alike(node.arguments[1:])
        expr = pl.when(test.expr).then(first.expr).when(~test.expr).then(second.expr)
        chosen = one_of(expr, first, second)
        return replace(chosen, numbers=chosen.numbers | test.numbers)

    def rounded(self, node: Call) -> Compiled:
        number, kept = self.number(node.arguments[0]), 0
        if len(node.arguments) == 2:
            places = node.arguments[1]
            whole = isinstance(places, Number) and places.value.is_integer() and places.value <= MOST_PLACES
            if not whole:
                raise ExpressionError(
                    "the places of round() are not fixed",
                    at=places.at,
                    expected=f"a whole number from 0 to {MOST_PLACES}",
                )
            kept = int(places.value) if isinstance(places, Number) else 0
        return replace(number, expr=rounded(number.expr, kept))

    def alike(self, nodes: tuple[Node, ...]) -> list[Compiled]:
        """Values that are brought to one type."""
        held = [self.value(one) for one in nodes]
        types = {one.type for one in held} - {Type.NULL}
        if types == {Type.NUMBER, Type.CELL}:
            return [self.number(one) for one in nodes]
        if types == {Type.TEXT, Type.CELL}:
            return [replace(one, type=Type.TEXT, cells=frozenset()) for one in held]
        if len(types) > 1:
            odd = next(place for place, one in enumerate(held) if one.type not in (held[0].type, Type.NULL))
            raise _unfit(nodes[odd], held[odd], held[0].type)
        shared = next(iter(types), Type.NULL)
        return [typed_null(shared) if one.type is Type.NULL else one for one in held]


def _words(node: Binary, operator: Compare, left: Compiled, right: Compiled) -> Compiled:
    """Texts or conditions: equal or not."""
    for one, held, other in ((node.left, left, right), (node.right, right, left)):
        if held.type is Type.TRUTH and other.type is not Type.TRUTH:
            raise _unfit(one, held, other.type)
    if operator not in (Compare.EQUAL, Compare.UNEQUAL):
        raise ExpressionError("texts and conditions have no order", at=node.at, expected="`==`, `!=` or `in`")
    return joined(tested(operator, left.expr, right.expr), Type.TRUTH, left, right)


def _refuse_foreign_code(node: Node, other: Compiled) -> None:
    """A text beside a field with a closed list has to be of that list."""
    if isinstance(node, Text) and other.codes and node.value not in other.codes:
        near = closest(node.value, other.codes)
        listed = ", ".join(other.codes[:12]) + (" and so on" if len(other.codes) > 12 else "")
        raise ExpressionError(
            f"{node.value!r} is no code of this field",
            at=node.at,
            expected=f"one of {listed}",
            hint=f"Did you mean {near!r}?" if near else None,
        )


def _unknown(node: Column, schema: Mapping[str, ColumnType]) -> ExpressionError:
    is_code = any(node.name in known.codes for known in schema.values())
    near = closest(node.name, schema)
    hint = f"A code stands in quotation marks: '{node.name}'." if is_code else f"Did you mean {near}?"
    return ExpressionError(
        f"no column {node.name!r}",
        at=node.at,
        expected="a column of this table",
        hint=hint if is_code or near else None,
    )


def _unfit(node: Node, held: Compiled, wanted: Type) -> ExpressionError:
    hint = None
    if wanted is Type.TRUTH:
        hint = "Compare it: `x == 1`, `x is not null`."
    elif held.type is Type.TRUTH:
        hint = "Make a value of it: `if(x > 3, 1, 0)`."
    elif isinstance(node, Text):
        hint = "A number stands without quotation marks, a column without any or in backticks."
    return ExpressionError(f"{held.type} stands here", at=node.at, expected=str(wanted), hint=hint)
