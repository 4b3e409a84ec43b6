"""Generated expressions: what is printed reads back, garbage is refused in words, logic has three values."""

from __future__ import annotations

import math

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import (
    CONDITIONAL,
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
    Over,
    Scoped,
    Sum,
    Text,
    Truth,
)
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.printing import to_text
from cimara.cohort.expressions.rows import column
from cimara.cohort.expressions.types import ColumnType, Type
from tests.many import examples

SIGNS = "abz09_'\"`{}n. \t,;:=<>!()@-+*/&\u00e9\u201c"
NUMBERS = st.builds(
    Number,
    st.one_of(st.integers(0, 10**16).map(float), st.floats(0, 1e300, allow_nan=False, allow_infinity=False)),
)
TEXTS = st.builds(Text, st.text(st.characters(exclude_characters="\n"), max_size=8))
NAMES = st.one_of(
    st.sampled_from(
        ["a", "b_2", "and", "null", "met{n}_dose", "@nth", "hos.cat", "2nd", "by", "@UNK", "first"]
    ),
    st.text(st.characters(exclude_characters="`\n"), min_size=1, max_size=6),
)
ENTITIES = st.sampled_from(["BrainLesion", "Death", "CourseLesion"])
ITEMS = st.one_of(NUMBERS, TEXTS, st.builds(Negative, NUMBERS))
LEAVES = st.one_of(
    NUMBERS,
    TEXTS,
    st.builds(Truth, st.booleans()),
    st.just(Null()),
    st.builds(Column, NAMES),
    st.builds(EntityField, ENTITIES, NAMES),
)


def calls(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Functions with as many values as they take."""
    numbers = {
        Function.IF: 3,
        Function.LN: 1,
        Function.ABS: 1,
        Function.ROUND: 2,
        Function.MIN: 2,
        Function.COALESCE: 1,
    }
    return st.one_of(
        [st.builds(Call, st.just(name), st.tuples(*[inner] * count)) for name, count in numbers.items()]
    )


def over_rows(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Calls over rows of an entity, in each of their forms."""
    optional = st.none() | inner
    valued = st.sampled_from([one for one in Over if one not in CONDITIONAL and one is not Over.ATTRIBUTED])
    options = st.lists(st.sampled_from(["to", "before", "after"]), unique=True).flatmap(
        lambda names: st.tuples(*[st.tuples(st.just(name), inner) for name in names])
    )
    return st.one_of(
        st.builds(
            Scoped, valued.filter(lambda one: one is not Over.NEAREST), ENTITIES, inner, optional, optional
        ),
        st.builds(Scoped, st.just(Over.NEAREST), ENTITIES, inner, optional, optional, options),
        st.builds(Scoped, st.sampled_from(sorted(CONDITIONAL)), ENTITIES, st.none(), inner),
        st.builds(Scoped, st.just(Over.COUNT), ENTITIES, st.none()),
        st.builds(Scoped, st.just(Over.ATTRIBUTED), ENTITIES, st.builds(Column, NAMES)),
    )


def grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Nodes made of other nodes."""
    return st.one_of(
        st.builds(Negative, inner),
        st.builds(Not, inner),
        st.builds(Binary, st.sampled_from([*Sum, *Compare, *Logic]), inner, inner),
        st.builds(In, inner, st.lists(ITEMS, min_size=1, max_size=3).map(tuple), st.booleans()),
        st.builds(IsNull, inner, st.booleans()),
        calls(inner),
        over_rows(inner),
    )


NODES = st.recursive(LEAVES, grown, max_leaves=12)


@settings(max_examples=examples(120, 6000), deadline=None)
@given(NODES)
def test_what_is_printed_reads_back_as_it_was(node: Node) -> None:
    assert parse(to_text(node)) == node


@settings(max_examples=examples(200, 10000), deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(SIGNS, max_size=60)))
def test_garbage_is_an_expression_or_an_expression_error(text: str) -> None:
    node, at = None, 1
    try:
        node = parse(text)
    except ExpressionError as error:
        at = error.at
    assert 1 <= at <= len(text) + 1
    assert node is None or parse(to_text(node)) == node


@settings(max_examples=examples(120, 6000), deadline=None)
@given(NODES.map(to_text), st.data())
def test_an_expression_with_a_part_cut_out_never_ends_in_a_traceback(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    try:
        parse(text[:start] + text[end:])
    except ExpressionError:
        return


SCHEMA = {name: ColumnType(Type.TRUTH) for name in "pqr"} | {name: ColumnType(Type.NUMBER) for name in "xy"}
TRUTHS = [None, True, False]
ROWS = [
    {"p": p, "q": q, "r": r, "x": x, "y": y}
    for p in TRUTHS
    for q in TRUTHS
    for r in TRUTHS
    for x in (None, -1.5, 2.0)
    for y in (None, 0.0, 2.0)
]
FRAME = pl.DataFrame(ROWS, schema=dict.fromkeys("pqr", pl.Boolean) | dict.fromkeys("xy", pl.Float64))
SMALL = st.one_of(
    st.builds(Column, st.sampled_from("xy")), st.sampled_from([Number(0), Number(2), Number(3)])
)
AMOUNTS = st.recursive(
    SMALL,
    lambda inner: st.one_of(
        st.builds(Negative, inner),
        st.builds(Binary, st.sampled_from(list(Sum)), inner, inner),
        st.builds(
            Call, st.sampled_from([Function.MIN, Function.MAX, Function.COALESCE]), st.tuples(inner, inner)
        ),
        st.builds(Call, st.just(Function.ABS), st.tuples(inner)),
    ),
    max_leaves=4,
)
CONDITIONS = st.recursive(
    st.one_of(
        st.builds(Column, st.sampled_from("pqr")),
        st.builds(Truth, st.booleans()),
        st.builds(Binary, st.sampled_from(list(Compare)), AMOUNTS, AMOUNTS),
        st.builds(IsNull, AMOUNTS, st.booleans()),
        st.builds(In, AMOUNTS, st.just((Number(2), Negative(Number(1.5)))), st.booleans()),
    ),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Binary, st.sampled_from(list(Logic)), inner, inner),
        st.builds(Call, st.just(Function.IF), st.tuples(inner, inner, inner)),
        st.builds(IsNull, inner, st.booleans()),
    ),
    max_leaves=10,
)
Value = bool | float | None


def naive(node: Node, row: dict[str, Value]) -> Value:
    """The value of an expression of one row, worked out one operation at a time; None is unknown."""
    match node:
        case Column(name):
            return row[name]
        case Number(value) | Truth(value):
            return value
        case Negative(operand):
            found = naive(operand, row)
            return None if found is None else -found
        case Not(operand):
            found = naive(operand, row)
            return None if found is None else not found
        case IsNull(operand, negated):
            return (naive(operand, row) is None) != negated
        case In(operand, items, negated):
            found = naive(operand, row)
            held = any(_close(found, naive(one, row)) for one in items) if found is not None else None
            return None if held is None else held != negated
        case Binary(operator, left, right):
            return _naive_binary(operator, naive(left, row), naive(right, row))
        case Call(function, arguments):
            return _naive_call(function, [naive(one, row) for one in arguments])
        case _:
            raise AssertionError(node)


def _naive_call(function: Function, values: list[Value]) -> Value:
    if function is Function.IF:
        return None if values[0] is None else values[1] if values[0] else values[2]
    if function is Function.COALESCE:
        return next((one for one in values if one is not None), None)
    known = [one for one in values if one is not None]
    if len(known) < len(values):
        return None
    return {Function.MIN: min, Function.MAX: max, Function.ABS: lambda one: abs(one[0])}[function](known)


def _naive_binary(operator: Sum | Compare | Logic, left: Value, right: Value) -> Value:
    if operator is Logic.AND:
        return False if left is False or right is False else None if None in (left, right) else True
    if operator is Logic.OR:
        return True if left is True or right is True else None if None in (left, right) else False
    if left is None or right is None:
        return None
    if isinstance(operator, Sum):
        return _naive_sum(operator, left, right)
    equal = _close(left, right)
    return {
        Compare.EQUAL: equal,
        Compare.UNEQUAL: not equal,
        Compare.LESS: left < right and not equal,
        Compare.LESS_OR_EQUAL: left < right or equal,
        Compare.GREATER: left > right and not equal,
        Compare.GREATER_OR_EQUAL: left > right or equal,
    }[operator]


def _naive_sum(operator: Sum, left: float, right: float) -> Value:
    if operator is Sum.OVER:
        return left / right if right else None
    return {Sum.PLUS: left + right, Sum.MINUS: left - right, Sum.TIMES: left * right}[operator]


def _close(left: Value, right: Value) -> bool:
    return left is not None and right is not None and math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


@settings(max_examples=examples(60, 3000), deadline=None)
@given(CONDITIONS)
def test_logic_has_three_values_as_worked_out_by_hand(node: Node) -> None:
    found = FRAME.select(pl.int_range(pl.len()).alias("_"), column(node, SCHEMA).alias("value"))["value"]
    assert found.to_list() == [naive(node, row) for row in ROWS]


@settings(max_examples=examples(60, 3000), deadline=None)
@given(AMOUNTS)
def test_sums_are_as_worked_out_by_hand(node: Node) -> None:
    found = FRAME.select(pl.int_range(pl.len()).alias("_"), column(node, SCHEMA).alias("value"))["value"]
    expected = [naive(node, row) for row in ROWS]
    assert [one is None for one in found] == [one is None for one in expected]
    assert all(_close(one, other) for one, other in zip(found, expected, strict=True) if one is not None)
