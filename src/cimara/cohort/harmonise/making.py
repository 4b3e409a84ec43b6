"""Reads cells of a source as text, numbers, dates and expressions, and tells those that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import polars as pl

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.nodes import Call, Column, Function, Node, names
from cimara.cohort.expressions.rows import compiled, condition
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.expressions.values import Compiled
from cimara.cohort.findings import Severity, shaped
from cimara.cohort.harmonise.dates import read_dates
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.plans import (
    AnchorColumn,
    DateOrder,
    DateToDay,
    Given,
)
from cimara.cohort.harmonise.sources import Source
from cimara.cohort.model import Entity, Field, Kind
from cimara.cohort.reading import NUMBER, half_up

_PSEUDO = {
    "@n": ColumnType(Type.CELL),
    "@nth": ColumnType(Type.NUMBER),
    "@of": ColumnType(Type.NUMBER),
    "@row": ColumnType(Type.NUMBER),
    "@site": ColumnType(Type.TEXT),
    "@anchor_event": ColumnType(Type.TEXT),
    "@anchor_year": ColumnType(Type.NUMBER),
}
NUMERIC = (Kind.INTEGER, Kind.DECIMAL, Kind.DAY)
OtherAnchor = Callable[[AnchorColumn, Source], pl.Series]
"""Dates of a column of another source, for the patients of this one."""


@dataclass(frozen=True, eq=False)
class Made:
    """A field of all rows as text, and why it is missing where it is."""

    value: pl.Series
    why: pl.Series


@dataclass(eq=False)
class Maker:
    """Reads one source for fields of one entity, and gathers what it finds on the way."""

    source: Source
    entity: Entity
    other_anchor: OtherAnchor
    findings: list[pl.DataFrame] = field(default_factory=list)

    def need(self, columns: tuple[str, ...] | list[str]) -> None:
        """Note that columns are used. Raises RowError for one that is not there."""
        for one in columns:
            if one.startswith("@") and one not in self.source.cells.columns:
                raise RowError(
                    "source_field",
                    f"{one} is not known here",
                    expected=_HINTS.get(one, "a column of the source"),
                )
        self.source.need([one for one in columns if not one.startswith("@")])

    def column(self, name: str) -> pl.Expr:
        """A column without its missing-data codes."""
        return pl.col(name).cast(pl.String) if name.startswith("@") else self.source.clean(name)

    def why(self, name: str) -> pl.Expr:
        """The reasons in a column."""
        return pl.lit(None, dtype=pl.String) if name.startswith("@") else self.source.why(name)

    def series(self, expr: pl.Expr) -> pl.Series:
        """An expression over the rows, one value a row."""
        return self.source.cells.select(pl.int_range(pl.len()).alias("_"), expr.alias("value"))["value"]

    def with_why(self, value: pl.Series, columns: tuple[str, ...]) -> Made:
        """A value, and the first reason in its columns where it is missing."""
        reasons = [self.why(one) for one in columns]
        why = self.series(pl.coalesce(reasons) if reasons else pl.lit(None, dtype=pl.String))
        return Made(value, why.zip_with(value.is_null(), nothing(value.len())))

    def first_filled(self, columns: tuple[str, ...]) -> pl.Series:
        """The cell of the first column that is filled."""
        return self.series(pl.coalesce([self.column(one) for one in columns]))

    def numbers(self, columns: tuple[str, ...], of: Field) -> pl.Series:
        """Cells read as numbers; a finding for each that is none."""
        return self.as_numbers(self.first_filled(columns), of, columns)

    def as_numbers(self, cells: pl.Series, of: Field, columns: tuple[str, ...]) -> pl.Series:
        """Text read as numbers; a finding for each that is none."""
        frame = cells.alias("value").to_frame().select(self.source.points(pl.col("value")))
        number = pl.when(pl.col("value").str.contains(NUMBER)).then("value").cast(pl.Float64)
        found = frame.select(number.alias("value")).to_series()
        self.unreadable(frame.to_series(), found, of, columns)
        return found

    def unreadable(
        self, cells: pl.Series, read: pl.Series, of: Field | None, columns: tuple[str, ...]
    ) -> None:
        wrong = cells.is_not_null() & read.is_null()
        length = pl.Series("length", cells.str.len_chars())
        self.report(
            wrong,
            of,
            "TYPE",
            _told(f"column {', '.join(columns)} holds text of ", length, " characters, expected a number"),
            hint="Correct the cell, or list it as a missing-data code: @source, missing.",
        )

    def report(
        self,
        mask: pl.Series,
        of: Field | None,
        rule: str,
        message: pl.Expr | str,
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """A finding for each row that a mask marks, with its place in the site's file."""
        mask = mask.fill_null(False)
        if not mask.any():
            return
        text = pl.lit(message) if isinstance(message, str) else message
        told = self.source.origin.with_columns(
            severity=pl.lit(str(severity)),
            rule=pl.lit(rule),
            table=pl.lit(self.entity.name),
            field=pl.lit(of.name if of else ""),
            patient_id=self.source.cells["@patient_id"],
            message=pl.concat_str(
                pl.lit(f"{self.source.name} row "), "row", self._group(), pl.lit(": "), text
            ),
            hint=pl.lit(hint),
        )
        self.findings.append(shaped(told.filter(mask)))

    def _group(self) -> pl.Series:
        """The group of columns that each row was made from, in words."""
        if "@n" not in self.source.cells.columns:
            return pl.repeat("", self.source.cells.height, dtype=pl.String, eager=True)
        return self.source.cells.select(pl.concat_str(pl.lit(" group "), "@n")).to_series()

    def as_text(self, numbers: pl.Series, of: Field, *, rounded: bool = False) -> pl.Series:
        """Numbers as the text of a field; one that is no whole number where one is needed is a finding."""
        value = pl.col("value")
        frame = numbers.alias("value").to_frame()
        if of.kind is Kind.DECIMAL:
            return frame.select((half_up(value * of.scale) / of.scale + 0.0).cast(pl.String)).to_series()
        whole = half_up(value)
        if of.kind in (Kind.INTEGER, Kind.DAY) and not rounded:
            odd = frame.select((value - whole).abs() > 1e-9 * value.abs().clip(lower_bound=1.0)).to_series()
            self.report(
                odd,
                of,
                "TYPE",
                _told("the value is ", numbers.round(4), ", expected a whole number"),
                hint="Use round() in the expression.",
            )
            whole = pl.when((value - whole).abs() <= 1e-9 * value.abs().clip(lower_bound=1.0)).then(whole)
        if of.kind in (Kind.INTEGER, Kind.DAY):
            small = pl.when(whole.abs() < 1e15).then(whole)
            return frame.select(small.cast(pl.Int64).cast(pl.String)).to_series()
        return as_code(frame.select(value.cast(pl.String).str.replace(r"\.0$", "")).to_series(), of)

    def dates(self, columns: tuple[str, ...], of: Field | None, plan: DateToDay) -> pl.Series:
        """Dates of the first filled column, each column read in its order; findings for what is no date."""
        found: list[pl.Series] = []
        declared = plan.order is not None or "date_order" in self.source.settings.where
        for name in columns:
            cells = self.series(self.column(name))
            order: DateOrder = plan.order or self.source.settings.date_order
            read = read_dates(cells, order, declared=declared, workbook=self.source.workbook)
            if read.refusal:
                first = pl.Series(range(cells.len())) == read.bad.arg_max()
                self.report(first, of, "DATE_ORDER", f"column {name}: {read.refusal}", hint=read.hint)
                found.append(read.dates)
                continue
            self._report_dates(name, cells, read.bad, of, "is no date")
            if plan.partial is None:
                self._report_dates(name, cells, read.partial, of, "is a date without a day")
            found.append(read.dates)
        return pl.select(pl.coalesce(found)).to_series()

    def _report_dates(
        self, name: str, cells: pl.Series, mask: pl.Series, of: Field | None, told: str
    ) -> None:
        length = cells.str.len_chars()
        hints = {
            "is no date": "Four-digit year, and a day that exists. A number of 5 digits is a date that "
            "Excel has stored as a number: format the column as a date.",
            "is a date without a day": "Complete it, or give the reason to use: partial = @UNK.",
        }
        self.report(
            mask, of, "DATE", _told(f"column {name} {told} (", length, " characters)"), hint=hints[told]
        )

    def anchor(self, named: AnchorColumn | None) -> pl.Series:
        """The date that is day 0, for each row."""
        if named is None:
            if "@anchor" not in self.source.cells.columns:
                raise RowError(
                    "expression", "no row @anchor says which date is day 0", expected="anchor = column"
                )
            return self.source.cells["@anchor"]
        if named.source is not None:
            return self.other_anchor(named, self.source)
        self.need([named.column])
        return self.dates((named.column,), None, DateToDay())

    def dated(self, node: Call) -> Compiled:
        """`day(column)` and `years(column)`: days from the anchor, and completed years up to it."""
        name = node.arguments[0].name if isinstance(node.arguments[0], Column) else ""
        self.need([name])
        dates, anchor = self.dates((name,), None, DateToDay()), self.anchor(None)
        if node.function is Function.DAY:
            return Compiled(pl.lit((dates - anchor).dt.total_days().cast(pl.Float64)), Type.NUMBER)
        frame = pl.DataFrame({"date": dates, "anchor": anchor})
        anchor_in_year, date_in_year = (pl.col(one).dt.strftime("%m%d") for one in ("anchor", "date"))
        later = (anchor_in_year < date_in_year).cast(pl.Int32)
        years = pl.col("anchor").dt.year() - pl.col("date").dt.year() - later
        return Compiled(pl.lit(frame.select(years.cast(pl.Float64)).to_series()), Type.NUMBER)

    def schema(self) -> dict[str, ColumnType]:
        """Columns of the source as expressions see them."""
        known = {one: ColumnType(Type.CELL) for one in self.source.columns}
        return known | {name: kind for name, kind in _PSEUDO.items() if name in self.source.cells.columns}

    def computed(
        self, node: Node, *, truth: bool = False, only: pl.Series | None = None
    ) -> tuple[pl.Series, Compiled]:
        """Values of an expression. A row with a cell that is read as a number and is none has no value.

        Of rows outside `only` nothing is told.
        """
        used = [one for one in names(node) if one in self.source.columns]
        self.source.need(used)
        try:
            compile_node = condition if truth else compiled
            found = compile_node(node, self.schema(), dated=self.dated)
        except ExpressionError as error:
            raise RowError("expression", str(error)) from error
        cells = self.source.cells.with_columns(
            [
                self.source.points(self.column(one)).alias(one)
                if one in found.numbers
                else self.column(one).alias(one)
                for one in used
            ]
        )
        value = cells.select(pl.int_range(pl.len()).alias("_"), found.expr.alias("value"))["value"]
        wrong = pl.repeat(False, value.len(), dtype=pl.Boolean, eager=True)
        for name in sorted(found.numbers):
            bad = cells[name].is_not_null() & ~cells[name].str.contains(NUMBER)
            told = bad if only is None else bad & only
            self.unreadable(cells[name], cells[name].zip_with(~told, nothing(bad.len())), None, (name,))
            wrong |= bad.fill_null(False)
        return _where(value, ~wrong), found

    def evaluated(self, node: Node, of: Field, only: pl.Series | None = None) -> pl.Series:
        """An expression as the text of a field, of the rows of `only` where that is given."""
        value, found = self.computed(node, only=only)
        if only is not None:
            value = _where(value, only)
        match found.type:
            case Type.NUMBER:
                return self.as_text(value, of)
            case Type.TRUTH:
                raise RowError(
                    "expression",
                    "a condition stands where a value is needed",
                    hint="Make a value of it: `if(x > 3, 'yes', 'no')`.",
                )
            case Type.CELL if of.kind in NUMERIC:
                return self.as_text(self.as_numbers(value, of, tuple(sorted(found.cells))), of)
            case Type.NULL:
                return nothing(value.len())
            case _:
                return as_code(value, of)


_HINTS = {
    "@n": "a block with split_rows",
    "@anchor_event": "a row @anchor",
    "@anchor_year": "a row @anchor",
}


def as_code(cells: pl.Series, of: Field) -> pl.Series:
    """Cells of a field whose codes are numbers (`3.0` tesla) in the form of those codes."""
    numeric = {float(code): code for code in of.code_names if code.replace(".", "", 1).isdigit()}
    if not numeric:
        return cells
    value = pl.col(cells.name)
    number = pl.when(value.str.contains(NUMBER)).then(value).cast(pl.Float64)
    code = number.replace_strict(numeric, default=None, return_dtype=pl.String)
    return cells.to_frame().select(pl.coalesce(code, value)).to_series()


def _where(values: pl.Series, mask: pl.Series) -> pl.Series:
    """Values of the rows that a mask marks; none in the others."""
    return values.zip_with(mask, pl.repeat(None, values.len(), dtype=values.dtype, eager=True))


def _told(before: str, values: pl.Series, after: str) -> pl.Expr:
    """Words around a value. No format string, since the name of a column may have braces."""
    return pl.concat_str(pl.lit(before), pl.lit(values), pl.lit(after))


def nothing(height: int) -> pl.Series:
    """A column of text without values."""
    return pl.repeat(None, height, dtype=pl.String, eager=True)


def constant(maker: Maker, given: Given) -> Made:
    """One value or reason for all rows."""
    height = maker.source.cells.height
    reason = given.reason and str(given.reason)
    return Made(
        pl.repeat(None if given.reason else given.value, height, dtype=pl.String, eager=True),
        pl.repeat(reason, height, dtype=pl.String, eager=True),
    )
