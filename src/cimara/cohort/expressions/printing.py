"""Writes nodes as the text they would be read from, with parentheses only where they are needed."""

from __future__ import annotations

import re

from cimara.cohort.expressions.nodes import (
    Binary,
    Call,
    Column,
    Compare,
    EntityField,
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
from cimara.cohort.expressions.tokens import BARE_NAME, KEYWORDS

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT, _SIGN, _ATOM = range(8)


def to_text(node: Node) -> str:
    """The text of an expression: `parse(to_text(node)) == node`."""
    match node:
        case Number(value):
            return str(int(value)) if value.is_integer() and value < 1e15 else repr(value)
        case Text(value):
            return "'" + value.replace("'", "''") + "'"
        case Truth(value):
            return "true" if value else "false"
        case Null():
            return "null"
        case Column(name):
            return name_text(name)
        case EntityField(entity, name):
            return f"{entity}.{name_text(name)}"
        case Negative(operand):
            return "-" + _within(operand, _SIGN)
        case Not(operand):
            return "not " + _within(operand, _NOT)
        case Binary(operator, left, right):
            level = _level(node)
            beside = level + 1 if level == _COMPARE else level
            return f"{_within(left, beside)} {operator} {_within(right, level + 1)}"
        case In(operand, items, negated):
            listed = ", ".join(to_text(one) for one in items)
            return f"{_within(operand, _SUM)} {'not in' if negated else 'in'} ({listed})"
        case IsNull(operand, negated):
            return f"{_within(operand, _SUM)} is {'not null' if negated else 'null'}"
        case Call(function, arguments):
            return f"{function}({', '.join(to_text(one) for one in arguments)})"
        case Scoped():
            return _scoped(node)


def name_text(name: str) -> str:
    """A column name as it stands in an expression: in backticks where it is no plain word."""
    plain = re.fullmatch(f"@?{BARE_NAME}", name, re.ASCII) and name not in KEYWORDS
    return name if plain and not re.fullmatch(r"@[A-Z]+", name) else f"`{name}`"


def _scoped(node: Scoped) -> str:
    if node.function is Over.ATTRIBUTED and isinstance(node.value, Column):
        return f"attributed({node.entity}.{name_text(node.value.name)})"
    first = node.value if node.value is not None else node.where
    if first is None:
        return f"{node.function}({node.entity})"
    text = f"{node.function}({node.entity}: {to_text(first)}"
    if node.value is not None and node.where is not None:
        text += f" where {to_text(node.where)}"
    if node.by is not None:
        text += f" by {_within(node.by, _SUM)}"
    return text + "".join(f", {name} = {_within(one, _SUM)}" for name, one in node.options) + ")"


def _within(node: Node, level: int) -> str:
    text = to_text(node)
    return text if _level(node) >= level else f"({text})"


def _level(node: Node) -> int:
    """How tightly a node holds together."""
    match node:
        case Binary(Logic.OR):
            return _OR
        case Binary(Logic.AND):
            return _AND
        case Not():
            return _NOT
        case Binary(Compare()) | In() | IsNull():
            return _COMPARE
        case Binary(Sum.PLUS | Sum.MINUS):
            return _SUM
        case Binary():
            return _PRODUCT
        case Negative():
            return _SIGN
        case _:
            return _ATOM
