"""Rules over the fields of one row, as the schema states them, as tests of rows.

A reason for a missing value other than NA counts as given where a rule asks for a value; a condition on the
value itself says nothing of a blank one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache, partial, reduce
from operator import and_, or_

import polars as pl

from cimara.cohort.checks.row_tests import RowTest, limits, listed, shown
from cimara.cohort.checks.rule import Rule
from cimara.cohort.checks.tables import given, reason_of
from cimara.cohort.findings import Severity
from cimara.cohort.model import Clause, Condition, Entity, Kind, Presence, RowRule, data_model


def stated(entity: Entity, rule: RowRule) -> Rule:
    """A rule of the schema as the catalogue lists it."""
    fields = tuple(one.field for one in (*rule.then.every, *rule.then.some))
    when = _clause_words(rule.when)
    says = f"{when}: {_clause_words(rule.then)}" if when else _clause_words(rule.then)
    return Rule(rule.id, Severity(rule.severity), (entity.name,), fields, says, rule.hint)


@lru_cache(maxsize=256)
def row_rule_tests(name: str, reasons: frozenset[str]) -> tuple[RowTest, ...]:
    """The tests of the schema's rules for one table; `reasons` are the columns of reasons that it has."""
    entity = data_model().entity(name)
    return tuple(test for rule in entity.rules for test in _tests(entity, rule, reasons))


def _tests(entity: Entity, rule: RowRule, reasons: Collection[str]) -> Iterator[RowTest]:
    when = _holds(entity, rule.when, reasons)
    told, words = stated(entity, rule), partial(_problem, entity, rule, reasons)
    for one in rule.then.every:
        yield RowTest(told, one.field, when & ~_met(entity, one, reasons), partial(words, one))
    if rule.then.some:
        yield RowTest(told, rule.then.some[0].field, when & ~_some_met(rule.then, reasons), words)


def _problem(
    entity: Entity, rule: RowRule, reasons: Collection[str], one: Condition | None = None
) -> pl.Expr:
    lacking = _broken_words(entity, one, reasons) if one else pl.lit(_clause_words(rule.then))
    return pl.concat_str(_found_words(entity, rule.when), lacking)


def _some_met(clause: Clause, reasons: Collection[str]) -> pl.Expr:
    """One of the fields has a value, or each of them a reason."""
    values = pl.any_horizontal([pl.col(one.field).is_not_null() for one in clause.some])
    return values | pl.all_horizontal([reason_of(reasons, one.field).is_not_null() for one in clause.some])


def _holds(entity: Entity, clause: Clause, reasons: Collection[str]) -> pl.Expr:
    """Whether the case is given of which a rule speaks; a blank field is no case."""
    every = [_case(entity, one, reasons) for one in clause.every]
    some = [reduce(or_, [_case(entity, one, reasons) for one in clause.some])] if clause.some else []
    return reduce(and_, [*every, *some], pl.lit(value=True))


def _case(entity: Entity, one: Condition, reasons: Collection[str]) -> pl.Expr:
    column = pl.col(one.field)
    if one.presence is not None:
        return column.is_not_null() if one.presence is Presence.PRESENT else column.is_null()
    return column.is_not_null() & _met(entity, one, reasons)


def _met(entity: Entity, one: Condition, reasons: Collection[str]) -> pl.Expr:
    column, scale = pl.col(one.field), entity.field(one.field).scale
    if one.presence is Presence.PRESENT:
        return given(reasons, one.field)
    if one.presence is Presence.ABSENT:
        return column.is_null()
    tests = []
    if one.codes:
        tests.append(column.is_in(one.codes))
    if one.numbers:
        tests.append((column * scale).round().is_in([number * scale for number in one.numbers]))
    if one.lowest is not None:
        tests.append((column * scale).round() >= one.lowest * scale)
    if one.highest is not None:
        tests.append((column * scale).round() <= one.highest * scale)
    return column.is_null() | reduce(and_, tests)


def _clause_words(clause: Clause) -> str:
    parts = (_joined_words(clause.every, "and"), _joined_words(clause.some, "or"))
    return " and ".join(part for part in parts if part)


def _joined_words(conditions: tuple[Condition, ...], joint: str) -> str:
    """`kind is a and dose is given`; fields of which the same is asked are named together."""
    asked = {one.presence for one in conditions}
    if len(conditions) > 1 and asked == {Presence.PRESENT}:
        names = listed([one.field for one in conditions], joint)
        return f"{names} {'are' if joint == 'and' else 'is'} given"
    return listed([_words(one) for one in conditions], joint)


def _words(one: Condition) -> str:
    if one.presence is not None:
        return f"{one.field} is {'given' if one.presence is Presence.PRESENT else 'blank'}"
    return f"{one.field} is {_wanted(one)}"


def _wanted(one: Condition) -> str:
    if one.codes:
        return listed(one.codes)
    if one.numbers:
        return listed([str(number) for number in one.numbers])
    return limits(one.lowest, one.highest)


def _found_words(entity: Entity, clause: Clause) -> pl.Expr:
    """`origin is recurrence: `, with what stands in the row; of a text its length would say nothing."""
    fields = [entity.field(one.field) for one in (*clause.every, *clause.some)]
    parts = [pl.format(f"{one.name} is {{}}", shown(one)) for one in fields if one.kind is not Kind.TEXT]
    if not parts:
        return pl.lit("")
    return pl.concat_str(pl.concat_str(parts, separator=", ", ignore_nulls=True), pl.lit(": "))


def _broken_words(entity: Entity, one: Condition, reasons: Collection[str]) -> pl.Expr:
    if one.presence is Presence.PRESENT:
        why = f"{one.field}__why"
        reason = pl.lit(f"{one.field} is marked NA, but it applies") if why in reasons else pl.lit("")
        marked = pl.col(why).is_not_null() if why in reasons else pl.lit(value=False)
        return pl.when(marked).then(reason).otherwise(pl.lit(f"{one.field} is needed and blank"))
    if one.presence is Presence.ABSENT:
        return pl.lit(f"{one.field} must be blank")
    return pl.format(f"{one.field} is {{}}, expected {_wanted(one)}", shown(entity.field(one.field)))
