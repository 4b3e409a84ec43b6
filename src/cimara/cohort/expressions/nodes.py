"""The parts an expression is made of, as frozen nodes that know where in the text they stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class Compare(StrEnum):
    """Comparisons."""

    EQUAL = "=="
    UNEQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


class Sum(StrEnum):
    """The four operations on numbers."""

    PLUS = "+"
    MINUS = "-"
    TIMES = "*"
    OVER = "/"


class Logic(StrEnum):
    """Junctions of conditions, in three-valued logic."""

    AND = "and"
    OR = "or"


class Function(StrEnum):
    """Functions of values of one row. DAY and YEARS belong to mappings, where columns hold dates."""

    COALESCE = "coalesce"
    MIN = "min"
    MAX = "max"
    ROUND = "round"
    IF = "if"
    LN = "ln"
    ABS = "abs"
    DAY = "day"
    YEARS = "years"


class Over(StrEnum):
    """Functions over a patient's rows of one entity."""

    ANY = "any"
    ALL = "all"
    COUNT = "count"
    FIRST = "first"
    LAST = "last"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    NEAREST = "nearest"
    ATTRIBUTED = "attributed"


CONDITIONAL = frozenset({Over.ANY, Over.ALL, Over.COUNT})
"""Functions over rows that take a condition; the others take a value."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number, not negative and finite."""

    value: float
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A text or a code, without its quotation marks."""

    value: str
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Null:
    """`null`: no value."""

    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the row. In a scoped call: a field of the entity of the scope."""

    name: str
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class EntityField:
    """`Death.day`: a field of an entity that a patient has one row of."""

    entity: str
    name: str
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`."""

    operand: Node
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`."""

    operand: Node
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: Compare | Sum | Logic
    left: Node
    right: Node
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """`x in (1, 2)`, `x not in ("a", "b")`. Of a field with several codes: has any of them."""

    operand: Node
    items: tuple[Number | Negative | Text, ...]
    negated: bool
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class IsNull:
    """`x is null`, `x is not null`."""

    operand: Node
    negated: bool
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of values of the row."""

    function: Function
    arguments: tuple[Node, ...]
    at: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Scoped:
    """A function over the patient's rows of one entity: `count(BrainLesion: first_seen_day <= 30)`.

    `value` is null for `any`, `all` and `count`, of which `where` is the condition. `by` is what the rows are
    ordered by, null for the day of the entity. `options` are the named settings, `to = 0`.
    """

    function: Over
    entity: str
    value: Node | None
    where: Node | None = None
    by: Node | None = None
    options: tuple[tuple[str, Node], ...] = ()
    at: int = field(default=1, compare=False)


Node: TypeAlias = (
    Number
    | Text
    | Truth
    | Null
    | Column
    | EntityField
    | Negative
    | Not
    | Binary
    | In
    | IsNull
    | Call
    | Scoped
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes that a node is made of, in the order of the text."""
    match node:
        case Negative(operand) | Not(operand) | IsNull(operand):
            return (operand,)
        case In(operand, items):
            return (operand, *items)
        case Binary(_, left, right):
            return (left, right)
        case Call(_, arguments):
            return arguments
        case Scoped(_, _, value, where, by, options):
            held = (value, where, by, *(one for _, one in options))
            return tuple(one for one in held if one is not None)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> tuple[str, ...]:
    """Columns of the row that an expression uses, each once, in order; not those in scoped calls."""
    if isinstance(node, Column):
        return (node.name,)
    if isinstance(node, Scoped):
        return ()
    return tuple(dict.fromkeys(name for child in children(node) for name in names(child)))


def entity_fields(node: Node) -> tuple[tuple[str, str], ...]:
    """The (entity, field) pairs that scoped calls and `Entity.field` use, each once, in order."""
    return tuple(dict.fromkeys(_entity_fields(node, "")))


def _entity_fields(node: Node, scope: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, EntityField):
        yield node.entity, node.name
    elif isinstance(node, Column) and scope:
        yield scope, node.name
    within = node.entity if isinstance(node, Scoped) else scope
    for child in children(node):
        yield from _entity_fields(child, within)
