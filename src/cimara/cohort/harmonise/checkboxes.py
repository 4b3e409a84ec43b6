"""Makes a field from the columns of a question with several answers."""

from __future__ import annotations

import polars as pl

from cimara.cohort.harmonise.codes import normal_cells
from cimara.cohort.harmonise.making import Made, Maker, constant, nothing
from cimara.cohort.harmonise.plans import Checkbox
from cimara.cohort.model import Field, Kind

TICKED = ("1", "x", "yes", "true", "checked")
UNTICKED = ("0", "no", "false", "unchecked")


def ticked(maker: Maker, of: Field, plan: Checkbox) -> Made:
    """Answers that are ticked, in the order of the mapping."""
    own = {one.lower(): one for one in maker.source.columns}
    columns = {own.get(name.lower(), name): given for name, given in plan.columns.items()}
    maker.source.need(list(columns))
    ticks = maker.source.cells.select([maker.column(one).str.to_lowercase().alias(one) for one in columns])
    for name in columns:
        odd = ticks[name].is_not_null() & ~ticks[name].is_in([*TICKED, *UNTICKED])
        maker.report(
            odd,
            of,
            "CHECKBOX",
            f"column {name} is neither ticked nor not",
            hint=f"Ticked is {', '.join(TICKED)}; not ticked is blank, {', '.join(UNTICKED)}.",
        )
    answers = [
        pl.when(pl.col(name).is_in(TICKED)).then(pl.lit(given.value))
        for name, given in columns.items()
        if given.reason is None
    ]
    reasons = [
        pl.when(pl.col(name).is_in(TICKED)).then(pl.lit(str(given.reason)))
        for name, given in columns.items()
        if given.reason is not None
    ]
    found = ticks.select(
        value=pl.concat_str(answers, separator=";", ignore_nulls=True) if answers else pl.lit(""),
        why=pl.coalesce(reasons) if reasons else pl.lit(None, dtype=pl.String),
        height=pl.int_range(pl.len()),
    )
    value = found.select(pl.when(pl.col("value") != "").then("value")).to_series()
    if of.kind is not Kind.CODES:
        maker.report(
            value.str.contains(";", literal=True),
            of,
            "CHECKBOX",
            f"several answers are ticked, {of.name} holds one",
        )
        value = value.zip_with(~value.str.contains(";", literal=True).fill_null(False), nothing(value.len()))
    _unlisted_ticks(maker, of, plan, set(columns))
    return _unticked(maker, Made(value, found["why"]), plan, tuple(columns))


def _unlisted_ticks(maker: Maker, of: Field, plan: Checkbox, listed: set[str]) -> None:
    """Answers of the question that the mapping does not list, where anybody ticked them."""
    if "{code}" in plan.base:
        return
    start = f"{plan.base}___".lower()
    for name in maker.source.columns:
        if name.lower().startswith(start) and name not in listed:
            maker.source.need([name])
            ticks = maker.series(pl.col(name).str.to_lowercase().is_in(TICKED))
            count = int(ticks.sum())
            told = "<5" if count < 5 else str(count)
            first = pl.Series(range(ticks.len())) == ticks.arg_max()
            maker.report(
                first & ticks,
                of,
                "RECODE",
                f"the answer {name} is ticked in {told} rows and not in the mapping",
                hint="List its code in the expression.",
            )


def _unticked(maker: Maker, made: Made, plan: Checkbox, columns: tuple[str, ...]) -> Made:
    """What an empty answer means, if the mapping says so and the form is complete."""
    reasons = maker.with_why(made.value, columns).why
    why = pl.select(pl.coalesce(made.why, reasons)).to_series()
    if plan.none is None:
        return Made(made.value, why)
    empty = made.value.is_null() & why.is_null()
    if plan.complete:
        maker.source.need([plan.complete])
        empty &= maker.series(normal_cells(pl.col(plan.complete)).is_in(["2", "complete"])).fill_null(False)
    none = constant(maker, plan.none)
    return Made(none.value.zip_with(empty, made.value), none.why.zip_with(empty, why))
