"""Reads tables in the model's own form: text into typed frames, folders of tables, and workbooks.

A cell is a value, a code of `MissingReason` that says why there is none, or blank. Several codes of one field
are parted by `;`. What cannot be read is a finding with its row, and the cell is without a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import DTYPES, Dataset, plain_origin, schema_of, why
from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Severity, joined, shaped
from cimara.cohort.model import Entity, Field, Kind, MissingReason, closest, data_model, why_column
from cimara.cohort.raw_tables import WORKBOOKS, RawTable, read_csv, read_workbook

REASONS = frozenset(MissingReason)
WHOLE = r"^[+-]?\d{1,15}(\.0*)?$"
NUMBER = r"^[+-]?(\d{1,15}(\.\d*)?|\.\d+)$"
NUMBERS = (Kind.DAY, Kind.INTEGER, Kind.DECIMAL)
SUFFIXES = (".csv", ".parquet")
SHEETS_WITHOUT_DATA = ("read_me", "codes")
"""Sheets of our own workbook (`template/`) that explain it."""


def read_tables(path: Path) -> Dataset:
    """A folder with a CSV or Parquet file an entity, or a workbook with a sheet an entity, as a data set.

    Raises
    ------
    CohortError
        There is nothing of the model in it, or a file is no table at all.
    """
    if path.suffix.lower() in WORKBOOKS:
        return dataset_of(read_workbook(path))
    if not path.is_dir():
        raise CohortError("no such folder", where=path.name, expected="a folder, or a workbook")
    held = [one for one in sorted(path.iterdir()) if one.suffix.lower() in SUFFIXES]
    tables = (_of_parquet(one) if one.suffix.lower() == ".parquet" else read_csv(one) for one in held)
    return dataset_of(tables, where=path.name)


def dataset_of(tables: Iterable[RawTable], where: str = "") -> Dataset:
    """Raw tables, each known by its sheet or file, as a data set.

    Raises
    ------
    CohortError
        None of them is of the model, or two are of one entity.
    """
    model = data_model()
    frames: dict[str, pl.DataFrame] = {}
    origins: dict[str, pl.DataFrame] = {}
    findings, unused = [], []
    for read in tables:
        name = read.sheet or Path(read.file).stem
        if name in SHEETS_WITHOUT_DATA:
            continue
        entity = model.by_table.get(name.lower()) or model.by_name.get(name)
        if entity is None:
            near = closest(name.lower(), model.by_table)
            unused.append(f"{read.file} {read.sheet}".strip() + (f"; did you mean {near}?" if near else ""))
            continue
        if entity.name in frames:
            raise CohortError(f"two tables are of {entity.name}", where=where or read.file, expected="one")
        raw = _without_units(read)
        unused += unused_columns(entity, raw)
        origins[entity.name] = origin_of(raw)
        frames[entity.name], found = typed_frame(entity, raw.frame, origins[entity.name])
        findings += [raw.findings.with_columns(table=pl.lit(entity.name)), found]
    if not frames:
        raise CohortError(
            "no table of the data model",
            where=where or None,
            expected=f"files named {', '.join(list(model.by_table)[:3])} and so on",
        )
    return Dataset(frames, origins, joined(findings), tuple(unused))


def unused_columns(entity: Entity, raw: RawTable) -> list[str]:
    """Columns that are no field of the entity, each with the field that it may have been meant for."""
    known = {one.name for one in entity.fields} | {one.why for one in entity.fields}
    found = []
    for column in raw.frame.columns:
        if column not in known:
            near = closest(column.lower(), [one.name for one in entity.fields])
            found.append(f"{raw.file} column {column}" + (f"; did you mean {near}?" if near else ""))
    return found


def _without_units(raw: RawTable) -> RawTable:
    """A raw table under the names of its fields. Raises CohortError where two columns are of one field."""
    names = [without_unit(header) for header in raw.frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise CohortError(f"two columns are of one field: {', '.join(twice)}", where=raw.file, expected="one")
    return replace(raw, frame=raw.frame.rename(dict(zip(raw.frame.columns, names, strict=True))))


def without_unit(header: str) -> str:
    """A header without the unit in brackets after it."""
    return header.split(" [", 1)[0]


def origin_of(raw: RawTable) -> pl.DataFrame:
    """Origins of the rows of a raw table."""
    return plain_origin(raw.frame.height, raw.file).with_columns(sheet=pl.lit(raw.sheet), row=raw.rows)


def write_tables(dataset: Dataset, folder: Path) -> list[Path]:
    """Write a CSV an entity that has rows, in the form that `read_tables` reads; gives the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in dataset.n_rows:
        entity = dataset.model.entity(name)
        paths.append(folder / f"{entity.table}.csv")
        text_frame(entity, dataset.frame(name)).write_csv(paths[-1])
    return paths


def typed_frame(
    entity: Entity, text: pl.DataFrame, origin: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Columns of text as the typed frame of an entity, and findings for cells that cannot be read.

    `text` has String columns by field name, and may have `<field>__why`; `origin` stands beside it row for
    row. Numbers are rounded half up to the places of their field. Codes are kept as they stand: whether they
    are known is for the checks to say.
    """
    columns: list[pl.Expr] = []
    findings: list[pl.DataFrame] = []
    seen = _seen(entity, text)
    for field in entity.fields:
        if field.name not in text.columns:
            columns.append(pl.lit(None, dtype=schema_of(entity)[field.name]).alias(field.name))
            if field.why in text.columns:
                columns.append(pl.col(field.why))
            continue
        reasoned, exact = seen[field.name]
        columns.append(_exact_value(field) if exact else _value(field, reasoned=reasoned))
        if reasoned or field.why in text.columns:
            columns.append(_reason(field, text).alias(why_column(field.name)))
        if field.kind in NUMBERS and not exact:
            findings.append(_unreadable(entity, field, text, origin))
    return text.select(columns) if text.height else text.select(columns).clear(), joined(findings)


def text_frame(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """A typed frame as text, the reason for a missing value in the place of the value."""
    return frame.select(
        [pl.coalesce(_text(field), why(frame, field.name)).alias(field.name) for field in entity.fields]
    )


def _text(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    if field.kind is Kind.CODES:
        return column.list.join(";")
    if field.kind is not Kind.DECIMAL:
        return column.cast(pl.String)
    return (
        (column * field.scale)
        .round()
        .cast(pl.Int64)
        .map_batches(lambda scaled: _decimals(scaled, field.places), return_dtype=pl.String)
    )


def _decimals(scaled: pl.Series, places: int) -> pl.Series:
    """Whole numbers of 10**-places as decimal text, trailing zeros kept."""
    sign = pl.when(pl.col("n") < 0).then(pl.lit("-")).otherwise(pl.lit(""))
    digits = pl.col("n").abs().cast(pl.String).str.pad_start(places + 1, "0")
    whole = digits.str.head(-places)
    return (
        pl.DataFrame({"n": scaled})
        .select(pl.concat_str(sign, whole, pl.lit("."), digits.str.tail(places)))
        .to_series()
    )


def _seen(entity: Entity, text: pl.DataFrame) -> dict[str, tuple[bool, bool]]:
    """For each field: whether a cell is a reason, and whether all are numbers in the form that is kept.

    Most columns of numbers need no more than their cast, and all else is slow: this looks before it works.
    """
    fields = {one.name: one for one in entity.fields if one.name in text.columns}
    numbers = [one for one in fields.values() if one.kind in NUMBERS]
    forms = [pl.col(one.name).str.contains(_exact_form(one)).all() for one in numbers]
    exact = {one for one, held in text.select(forms).rows(named=True)[0].items() if held} if forms else set()
    asked = [name for name, field in fields.items() if name not in exact and field.takes_reason]
    shortest = text.select(pl.col(asked).str.len_bytes().min())
    short = [one.name for one in shortest if (one.item() or 0) <= max(map(len, REASONS))]
    said = text.select(pl.col(short).is_in(list(REASONS)).any()).rows(named=True)[0] if short else {}
    return {name: (said.get(name, False), name in exact) for name in fields}


def _exact_form(field: Field) -> str:
    """What a number looks like that needs no rounding."""
    decimals = rf"(\.\d{{0,{field.places}}})?" if field.kind is Kind.DECIMAL else ""
    return rf"^-?\d{{1,15}}{decimals}$"


def _exact_value(field: Field) -> pl.Expr:
    return pl.col(field.name).cast(DTYPES[field.kind])


def _value(field: Field, *, reasoned: bool) -> pl.Expr:
    cell = pl.col(field.name)
    if reasoned:
        cell = pl.when(~cell.is_in(list(REASONS))).then(cell)
    name = field.name
    if field.kind in (Kind.DAY, Kind.INTEGER):
        whole = pl.when(cell.str.contains(WHOLE)).then(cell.str.replace(r"\.0*$", ""))
        return whole.str.strip_prefix("+").cast(pl.Int64).alias(name)
    if field.kind is Kind.DECIMAL:
        number = pl.when(cell.str.contains(NUMBER)).then(cell).cast(pl.Float64)
        return rounded(number, field.places).alias(name)
    if field.kind is Kind.CODES:
        order = {code: place for place, code in enumerate(field.code_names)}
        parts = cell.str.split(";").list.eval(pl.element().str.strip_chars())
        return _in_order(parts, order).alias(name)
    return cell.alias(name)


def half_up(number: pl.Expr) -> pl.Expr:
    """The nearest whole number, halves away from zero; a float that stands for a half counts as one."""
    nudged = number.abs() + 0.5 + 1e-9 * number.abs().clip(lower_bound=1.0)
    return nudged.floor() * number.sign()


def rounded(number: pl.Expr, places: int) -> pl.Expr:
    """A number with so many decimals, halves away from zero: the float that is read from its text.

    polars divides by a constant by multiplying with the reciprocal, and 24 / 10 is 2.4000000000000004; its
    own rounding takes that away.
    """
    scale = float(10**places)
    return (half_up(number * scale) / scale).round(places)


def _in_order(parts: pl.Expr, order: dict[str, int]) -> pl.Expr:
    """Codes without blanks and doubles, in the order of the schema, unknown ones last."""
    element = pl.element()
    place = element.replace_strict(order, default=len(order), return_dtype=pl.Int64)
    kept = parts.list.eval(element.filter(element != "").unique(maintain_order=True))
    ordered = kept.list.eval(element.sort_by(place, maintain_order=True))
    return pl.when(ordered.list.len() > 0).then(ordered)


def _reason(field: Field, text: pl.DataFrame) -> pl.Expr:
    in_place = pl.when(pl.col(field.name).is_in(list(REASONS))).then(pl.col(field.name))
    return pl.coalesce(in_place, why(text, field.name))


def _unreadable(entity: Entity, field: Field, text: pl.DataFrame, origin: pl.DataFrame) -> pl.DataFrame:
    """A finding for each cell that is no number."""
    form, called = (NUMBER, "a number") if field.kind is Kind.DECIMAL else (WHOLE, "a whole number")
    cell = pl.col(field.name)
    wrong = text.select(
        cell.is_not_null() & ~cell.is_in(list(REASONS)) & ~cell.str.contains(form).fill_null(False)
    ).to_series()
    if not wrong.any():
        return shaped(pl.DataFrame(schema={"row": pl.Int64}))
    patient = pl.col("patient_id") if "patient_id" in text.columns else pl.lit("")
    told = text.filter(wrong).select(
        patient_id=patient, length=cell.str.len_chars(), comma=cell.str.contains(r"^\d+,\d+$")
    )
    located = pl.concat([told, origin.filter(wrong)], how="horizontal")
    message = pl.format(
        f"{entity.name} row {{}}: {field.name} is text of {{}} characters, expected {called}", "row", "length"
    )
    hint = pl.when("comma").then(pl.lit("Write decimals after a point.")).otherwise(pl.lit(""))
    return shaped(
        located.with_columns(
            severity=pl.lit(str(Severity.ERROR)),
            rule=pl.lit("TYPE"),
            table=pl.lit(entity.name),
            field=pl.lit(field.name),
            value_kind=pl.lit("text"),
            message=message,
            hint=hint,
        )
    )


def _of_parquet(path: Path) -> RawTable:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise CohortError("the Parquet file is damaged", where=path.name) from error
    lists = [name for name, kind in frame.schema.items() if kind == pl.List(pl.String)]
    text = frame.with_columns([pl.col(name).list.join(";") for name in lists]).cast(pl.String)
    return RawTable(text, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True), path.name)
