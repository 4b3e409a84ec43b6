"""Makes a field by the plan of its rule; recodes and checkboxes have files of their own."""

from __future__ import annotations

import polars as pl

from cimara.cohort.expressions.nodes import names
from cimara.cohort.harmonise.checkboxes import ticked
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.making import NUMERIC, Made, Maker, as_code, constant, nothing
from cimara.cohort.harmonise.plans import (
    ByExpression,
    CaseWhen,
    Checkbox,
    Constant,
    DateToDay,
    Direct,
    Entry,
    LookUp,
    Recoding,
    Slot,
    Template,
    UnitChange,
)
from cimara.cohort.harmonise.recoding import recoded
from cimara.cohort.harmonise.sources import filled
from cimara.cohort.model import Field, MissingReason


def made(maker: Maker, entry: Entry, of: Field) -> Made:
    """The field that an entry gives. Raises RowError where the entry does not fit the source."""
    maker.need(entry.columns if not isinstance(entry.plan, Checkbox) else ())
    match entry.plan:
        case Direct():
            return direct(maker, entry, of)
        case Recoding():
            return recoded(maker, entry, of, entry.plan)
        case UnitChange(factor):
            numbers = maker.numbers(entry.columns, of) * factor
            return maker.with_why(maker.as_text(numbers, of, rounded=True), entry.columns)
        case DateToDay():
            return day(maker, entry, of, entry.plan)
        case Checkbox():
            return ticked(maker, of, entry.plan)
        case CaseWhen():
            return cases(maker, of, entry.plan)
        case Constant(given):
            return constant(maker, given)
        case ByExpression(node):
            value = maker.evaluated(node, of)
            return maker.with_why(value, tuple(names(node)))
        case Template():
            return linked(maker, entry.plan, of)
        case LookUp() | None:
            raise RowError("rule", "a look-up is made when all parents are")


def direct(maker: Maker, entry: Entry, of: Field) -> Made:
    """The cell as it stands."""
    if of.kind in NUMERIC:
        return maker.with_why(maker.as_text(maker.numbers(entry.columns, of), of), entry.columns)
    return maker.with_why(as_code(maker.first_filled(entry.columns), of), entry.columns)


def day(maker: Maker, entry: Entry, of: Field, plan: DateToDay) -> Made:
    dates = maker.dates(entry.columns, of, plan)
    days = (dates - maker.anchor(plan.anchor)).dt.total_days()
    made = maker.with_why(days.cast(pl.String), entry.columns)
    if plan.partial is None:
        return made
    cells = maker.first_filled(entry.columns)
    short = cells.is_not_null() & dates.is_null() & cells.str.contains(r"^[\d./-]{4,7}$")
    reason = pl.repeat(str(plan.partial), cells.len(), dtype=pl.String, eager=True)
    return Made(made.value, reason.zip_with(short, made.why))


def cases(maker: Maker, of: Field, plan: CaseWhen) -> Made:
    """The first case that is true decides; one that is not known to be true does not."""
    height = maker.source.cells.height
    value, why = nothing(height), nothing(height)
    open_rows = pl.repeat(True, height, dtype=pl.Boolean, eager=True)
    used: list[str] = []
    for case in plan.cases:
        met = open_rows
        if case.condition is not None:
            used += names(case.condition)
            met = open_rows & maker.computed(case.condition, truth=True, only=open_rows)[0].fill_null(False)
        if isinstance(case.result, MissingReason):
            why = pl.repeat(str(case.result), height, dtype=pl.String, eager=True).zip_with(met, why)
        else:
            used += names(case.result)
            value = maker.evaluated(case.result, of, met).zip_with(met, value)
        open_rows &= ~met
    inherited = maker.with_why(value, tuple(dict.fromkeys(used)))
    return Made(value, pl.select(pl.when(value.is_null()).then(pl.coalesce(why, inherited.why))).to_series())


def linked(maker: Maker, plan: Template, of: Field) -> Made:
    slots = [one.column for one in plan.parts if isinstance(one, Slot)]
    maker.need(slots)
    text, unfit = filled(plan, maker.source)
    maker.report(
        maker.series(unfit),
        of,
        "LINK",
        "a cell of the id is no whole number",
        hint="`{column:4}` takes whole numbers, `{column:#4}` the digits at the end of the cell.",
    )
    return maker.with_why(maker.series(text), tuple(slots))
