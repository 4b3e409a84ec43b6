"""Reads the text of an expression into nodes; the grammar heads docs/reference/cohort/expressions.md."""

from __future__ import annotations

import math
import re

from cimara.cohort.expressions.cursor import Cursor, called
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
    children,
)
from cimara.cohort.expressions.tokens import Part, Token, parts
from cimara.cohort.model import closest, data_model

DEEPEST = 40
"""Parentheses and functions inside one another."""
TALLEST = 150
"""Operations that stand on one another in a tree, a long `a + b + c` included."""
_ARITY = {
    Function.COALESCE: (1, None),
    Function.MIN: (2, None),
    Function.MAX: (2, None),
    Function.ROUND: (1, 2),
    Function.IF: (3, 3),
    Function.LN: (1, 1),
    Function.ABS: (1, 1),
    Function.DAY: (1, 1),
    Function.YEARS: (1, 1),
}
"""Fewest and most arguments of a function."""
OPTIONS = {
    Over.NEAREST: ("to", "before", "after"),
}
"""Named settings of functions over rows."""


def parse(text: str) -> Node:
    """The nodes of an expression.

    Raises
    ------
    ExpressionError
        The text is none: with the character, what was expected there, and a hint.
    """
    reader = _Reader(parts(text))
    node = reader.any_of()
    reader.expect_end()
    if _height(node) > TALLEST:
        raise ExpressionError(
            "the expression is too long to follow",
            at=1,
            expected=f"at most {TALLEST} operations on one another",
            hint="Use `in`, or make two fields of it.",
        )
    return node


def _height(node: Node) -> int:
    """Levels of a tree, without recursion since the tree may be taller than Python allows."""
    level, held = 0, [node]
    while held:
        level += 1
        held = [child for one in held for child in children(one)]
    return level


class _Reader(Cursor):
    """Each method reads one rule of the grammar."""

    depth = 0

    def any_of(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(
                "too many parentheses inside one another", at=self.next.at, expected=f"at most {DEEPEST}"
            )
        left = self.all_of()
        while (part := self.take_if(Token.KEYWORD, "or")) is not None:
            left = Binary(Logic.OR, left, self.all_of(), part.at)
        self.depth -= 1
        return left

    def all_of(self) -> Node:
        left = self.negation()
        while (part := self.take_if(Token.KEYWORD, "and")) is not None:
            left = Binary(Logic.AND, left, self.negation(), part.at)
        return left

    def negation(self) -> Node:
        signs: list[Part] = []
        while (part := self.take_if(Token.KEYWORD, "not")) is not None:
            signs.append(part)
        node = self.comparison()
        for part in reversed(signs):
            node = Not(node, part.at)
        return node

    def comparison(self) -> Node:
        left = self.sum()
        if (part := self.take_if(Token.SIGN, *Compare)) is not None:
            right = self.sum()
            self._refuse_chain()
            return Binary(Compare(part.content), left, right, part.at)
        if (part := self.take_if(Token.KEYWORD, "is")) is not None:
            negated = self.take_if(Token.KEYWORD, "not") is not None
            if self.take_if(Token.KEYWORD, "null") is None:
                raise ExpressionError(
                    f"{called(self.next)} after `is`", at=self.next.at, expected="`null` or `not null`"
                )
            return IsNull(left, negated, part.at)
        if self.next.content == "not" and self.after(1).content == "in":
            part = self.take()
            self.take()
            return In(left, self.items(), True, part.at)
        if (part := self.take_if(Token.KEYWORD, "in")) is not None:
            return In(left, self.items(), False, part.at)
        return left

    def _refuse_chain(self) -> None:
        if self.next.token is Token.SIGN and self.next.content in set(Compare):
            raise ExpressionError(
                "a second comparison behind the first",
                at=self.next.at,
                expected="`and` between two comparisons",
                hint="Write `a < b and b < c`.",
            )

    def items(self) -> tuple[Number | Negative | Text, ...]:
        opening = self.take_if(Token.SIGN, "(", "{")
        if opening is None:
            raise ExpressionError(
                f"{called(self.next)} after `in`", at=self.next.at, expected="a list, `in (1, 2)`"
            )
        found = [self.item()]
        while self.take_if(Token.SIGN, ",") is not None:
            found.append(self.item())
        self.expect(")" if opening.content == "(" else "}", "in a list")
        return tuple(found)

    def item(self) -> Number | Negative | Text:
        minus = self.take_if(Token.SIGN, "-")
        part = self.next
        if part.token is Token.NUMBER:
            number = self.number()
            return Negative(number, minus.at) if minus else number
        if part.token is Token.TEXT and minus is None:
            return Text(self.take().content, part.at)
        hint = f"Write '{part.content}' with quotation marks." if part.token is Token.NAME else None
        raise ExpressionError(
            f"{called(part)} in a list",
            at=part.at,
            expected="a number or a text in quotation marks",
            hint=hint,
        )

    def sum(self) -> Node:
        left = self.product()
        while (part := self.take_if(Token.SIGN, "+", "-")) is not None:
            left = Binary(Sum(part.content), left, self.product(), part.at)
        return left

    def product(self) -> Node:
        left = self.signed()
        while (part := self.take_if(Token.SIGN, "*", "/")) is not None:
            left = Binary(Sum(part.content), left, self.signed(), part.at)
        return left

    def signed(self) -> Node:
        signs: list[Part] = []
        while (part := self.take_if(Token.SIGN, "-")) is not None:
            signs.append(part)
        node = self.primary()
        for part in reversed(signs):
            node = Negative(node, part.at)
        return node

    def number(self) -> Number:
        part = self.take()
        value = float(part.content)
        if not math.isfinite(value):
            raise ExpressionError("the number is too large", at=part.at)
        return Number(value, part.at)

    def primary(self) -> Node:
        part = self.next
        if part.token is Token.NUMBER:
            return self.number()
        if part.token is Token.TEXT:
            return Text(self.take().content, part.at)
        if part.token is Token.NAME:
            return self.named()
        if part.token is Token.KEYWORD and part.content in ("true", "false", "null"):
            self.take()
            return Null(part.at) if part.content == "null" else Truth(part.content == "true", part.at)
        if self.take_if(Token.SIGN, "(") is not None:
            node = self.any_of()
            self.expect(")", "in parentheses")
            return node
        raise ExpressionError(
            f"{called(part)} where a value should stand",
            at=part.at,
            expected="a number, a text in quotation marks, a name, or a function",
            hint=_hint_before(part),
        )

    def named(self) -> Node:
        part = self.take()
        if part.quoted:
            return Column(part.content, part.at)
        if self.next.content == "(" and self.next.token is Token.SIGN:
            return self.function(part)
        if self.take_if(Token.SIGN, ".") is not None:
            return self.entity_field(part)
        if re.fullmatch(r"@[A-Z]+", part.content):
            raise ExpressionError(
                f"a reason, {part.content}, inside an expression",
                at=part.at,
                expected="a value",
                hint="Reasons stand alone as a result in `case_when`, `else @UNK`. For no value write null.",
            )
        return Column(part.content, part.at)

    def entity_field(self, part: Part) -> EntityField:
        name = self.take_if(Token.NAME)
        if name is None:
            raise ExpressionError(
                f"{called(self.next)} after `.`", at=self.next.at, expected="a field of the entity"
            )
        entity_named(part)
        return EntityField(part.content, name.content, part.at)

    def function(self, part: Part) -> Node:
        self.take()
        if part.content == Over.ATTRIBUTED:
            return self.attributed(part)
        if part.content in set(Over) and self._opens_scope(part):
            return self.scoped(Over(part.content), part)
        if part.content not in set(Function):
            near = closest(part.content, [*Function, *Over])
            raise ExpressionError(
                f"no function {part.content!r}",
                at=part.at,
                expected=f"one of {', '.join(dict.fromkeys([*Function, *Over]))}",
                hint=f"Did you mean {near}?" if near else None,
            )
        return self.call(Function(part.content), part)

    def _opens_scope(self, part: Part) -> bool:
        """Whether `min(` and the like go on with an entity; what is no function of values always does."""
        named = self.next.token is Token.NAME and self.after(1).content == ":"
        return named or part.content not in set(Function)

    def call(self, function: Function, part: Part) -> Call:
        held: list[Node] = []
        if self.take_if(Token.SIGN, ")") is None:
            held.append(self.any_of())
            while self.take_if(Token.SIGN, ",") is not None:
                held.append(self.any_of())
            self.expect(")", f"in {function}()")
        fewest, most = _ARITY[function]
        if len(held) < fewest or (most is not None and len(held) > most):
            wanted = (
                f"{fewest}"
                if fewest == most
                else f"{fewest} or more"
                if most is None
                else f"{fewest} or {most}"
            )
            raise ExpressionError(f"{function}() has {len(held)} values", at=part.at, expected=wanted)
        return Call(function, tuple(held), part.at)

    def attributed(self, part: Part) -> Scoped:
        name = self.take_if(Token.NAME)
        if name is None or self.take_if(Token.SIGN, ".") is None:
            raise ExpressionError(
                f"{called(self.next)} in attributed()",
                at=self.next.at,
                expected="a field with its entity, attributed(CourseLesion.v12_cm3)",
            )
        field = self.entity_field(name)
        self.expect(")", "in attributed()")
        return Scoped(Over.ATTRIBUTED, field.entity, Column(field.name, field.at), at=part.at)

    def scoped(self, over: Over, part: Part) -> Scoped:
        name = self.take_if(Token.NAME)
        if name is None:
            raise ExpressionError(
                f"{called(self.next)} in {over}()",
                at=self.next.at,
                expected=f"an entity and a colon, {over}(BrainLesion: ...)",
            )
        entity_named(name)
        if over is Over.COUNT and self.take_if(Token.SIGN, ")") is not None:
            return Scoped(over, name.content, None, at=part.at)
        self.expect(":", f"after the entity in {over}()")
        value, where, by = self.any_of(), None, None
        if (word := self.take_if(Token.KEYWORD, "where")) is not None:
            where = self.any_of()
        if (ordering := self.take_if(Token.KEYWORD, "by")) is not None:
            by = self.sum()
        options = self.options(over)
        self.expect(")", f"in {over}()")
        if over not in CONDITIONAL:
            return Scoped(over, name.content, value, where, by, options, part.at)
        extra = word or ordering
        if extra is not None:
            raise ExpressionError(
                f"`{extra.content}` in {over}()",
                at=extra.at,
                expected="one condition behind the colon",
                hint="Join conditions by `and`.",
            )
        return Scoped(over, name.content, None, value, None, options, part.at)

    def options(self, over: Over) -> tuple[tuple[str, Node], ...]:
        found: dict[str, Node] = {}
        known = OPTIONS.get(over, ())
        while self.take_if(Token.SIGN, ",") is not None:
            name = self.take()
            if name.token is not Token.NAME or name.content not in known or name.content in found:
                near = closest(name.content, known)
                raise ExpressionError(
                    f"{called(name)} as a setting of {over}()",
                    at=name.at,
                    expected=f"one of {', '.join(known)}, once" if known else "no settings",
                    hint=f"Did you mean {near}?" if near and near not in found else None,
                )
            self.expect("=", f"after {name.content}")
            found[name.content] = self.sum()
        return tuple(found.items())


def entity_named(part: Part) -> None:
    """Refuse what is no entity of the model. Tables and abbreviations are none: names stand in full."""
    model = data_model()
    if part.content in model.by_name:
        return
    near = model.by_table.get(part.content)
    meant = near.name if near else ABBREVIATIONS.get(part.content) or closest(part.content, model.by_name)
    raise ExpressionError(
        f"the data model has no entity {part.content!r}",
        at=part.at,
        expected="an entity, its name in full",
        hint=f"Did you mean {meant}?" if meant else None,
    )


ABBREVIATIONS = {
    "ARE": "AdverseRadiationEffect",
    "RN": "AdverseRadiationEffect",
    "LMD": "LmdEvent",
    "KPS": "PerformanceStatus",
}
"""What people write for an entity; told in the hint, never taken."""


def _hint_before(part: Part) -> str | None:
    if part.content in ("where", "by", "in", "is", "and", "or", "not"):
        return f"A column named {part.content} stands in backticks."
    return None
