"""Lays a data set out as rows of a REDCap export: base rows, repeats, instances, codes or labels, status."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset, why
from cimara.cohort.errors import CohortError
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need
from cimara.cohort.reading import text_frame
from cimara.cohort.redcap.columns import (
    CHECKED,
    EVENT,
    GROUP,
    INSTANCE,
    INSTRUMENT,
    STATUSES,
    checkbox_column,
    form_label,
    status_column,
)
from cimara.cohort.redcap.set_up import LAST, MISSING_LABELS, RECORD_ID, event_of, in_order

_FORM = "_form"
_RECORD = "_record"


def import_frame(dataset: Dataset, *, labels: bool, longitudinal: bool, group: str) -> pl.DataFrame:
    """The rows of an export, in the order of records, forms and instances; only forms that have rows.

    Raises
    ------
    CohortError
        A row has no patient, a form that does not repeat has two rows of a patient, or a code of a
        checkbox is unknown.
    """
    known = _records_of_patients(dataset)
    held = [one for one in in_order(dataset.model) if dataset.frame(one.name).height]
    if not held:
        raise CohortError("the data set has no rows")
    parts = [_form_rows(dataset, one, known, labels=labels) for one in held]
    base: dict[str, pl.DataFrame] = {}
    repeats = []
    for place, (entity, part) in enumerate(zip(held, parts, strict=True), start=1):
        event = event_of(entity.name)
        if entity.repeating:
            instrument = form_label(entity.table) if labels else entity.table
            beside = {INSTRUMENT: pl.lit(instrument), _FORM: pl.lit(place), EVENT: pl.lit(event.name)}
            repeats.append(part.with_columns(**beside))
        else:
            _refuse_doubles(entity, part)
            where = event.name if longitudinal else ""
            base[where] = _beside(base[where], part) if where in base else part
    blocks = [
        part.with_columns(pl.lit(0).alias(_FORM), pl.lit(name).alias(EVENT)) for name, part in base.items()
    ]
    rows = _sorted(pl.concat([*blocks, *repeats], how="diagonal"))
    if labels:
        named = {event_of(one.name).name: event_of(one.name).label for one in held}
        rows = rows.with_columns(pl.col(EVENT).replace(named))
    rows = rows.with_columns(pl.lit(group or None, dtype=pl.String).alias(GROUP))
    return rows.select(_columns(rows, held, longitudinal=longitudinal, group=group))


def _columns(rows: pl.DataFrame, held: list[Entity], *, longitudinal: bool, group: str) -> list[str]:
    first = [RECORD_ID, *[EVENT] * longitudinal, INSTRUMENT, INSTANCE, *[GROUP] * bool(group)]
    fields = [name for one in held for name in [*_field_columns(one, rows), status_column(one.table)]]
    return [*first, *fields]


def _field_columns(entity: Entity, rows: pl.DataFrame) -> list[str]:
    found = []
    for field in entity.fields:
        if field.kind is Kind.CODES:
            found += [checkbox_column(field.redcap_name, str(code.redcap)) for code in field.codes]
            reasons = [checkbox_column(field.redcap_name, one) for one in MissingReason]
            found += [one for one in reasons if one in rows.columns]
        else:
            found.append(field.redcap_name)
    return found


def _sorted(rows: pl.DataFrame) -> pl.DataFrame:
    """Records in the order in which they come, base rows first."""
    order = rows.select(pl.col(RECORD_ID).unique(maintain_order=True)).with_row_index(_RECORD)
    lacking = [one for one in (INSTRUMENT, INSTANCE) if one not in rows.columns]
    rows = rows.with_columns([pl.lit(None, dtype=pl.String).alias(one) for one in lacking])
    return rows.join(order, on=RECORD_ID, how="left", maintain_order="left").sort(
        _RECORD, _FORM, pl.col(INSTANCE).cast(pl.Int64), maintain_order=True
    )


def _beside(one: pl.DataFrame, other: pl.DataFrame) -> pl.DataFrame:
    return one.join(other, on=RECORD_ID, how="full", coalesce=True, maintain_order="left_right")


def _refuse_doubles(entity: Entity, part: pl.DataFrame) -> None:
    twice = part[RECORD_ID].is_duplicated()
    if twice.any():
        raise CohortError(
            f"{entity.name} has several rows of {part[RECORD_ID].filter(twice).n_unique()} records",
            expected=f"one row a record: the form {entity.table} does not repeat",
        )


def _records_of_patients(dataset: Dataset) -> pl.DataFrame:
    """The record of each patient, as far as rows say where they came from."""
    pairs = [pl.DataFrame(schema={"patient_id": pl.String, "known": pl.String})]
    for name, frame in dataset.tables.items():
        if "patient_id" in frame.columns:
            record = dataset.origin(name)["record"].alias("known")
            pairs.append(pl.DataFrame([frame["patient_id"], record]).drop_nulls())
    return pl.concat(pairs).unique("patient_id", keep="first", maintain_order=True)


def _form_rows(dataset: Dataset, entity: Entity, known: pl.DataFrame, *, labels: bool) -> pl.DataFrame:
    frame, origin = dataset.frame(entity.name), dataset.origin(entity.name)
    record = _records(entity, frame, origin, known)
    text = text_frame(entity, frame)
    columns = [one for field in entity.fields for one in _cells(entity, field, frame, labels=labels)]
    made = pl.concat([text, frame.select(pl.all().name.prefix("_"))], how="horizontal").select(columns)
    made = made.drop(_unused_reasons(entity, made))
    status = frame.select(_status(entity, frame).alias(status_column(entity.table))).to_series()
    if labels:
        status = status.replace(STATUSES)
    made = made.with_columns(record.alias(RECORD_ID), status)
    if not entity.repeating:
        return made
    return made.with_columns(_instances(record, origin["instance"]).cast(pl.String).alias(INSTANCE))


def _records(entity: Entity, frame: pl.DataFrame, origin: pl.DataFrame, known: pl.DataFrame) -> pl.Series:
    key = "site_id" if entity.name == LAST else "patient_id"
    beside = pl.DataFrame({"patient_id": frame[key], "record": origin["record"]})
    record = beside.join(known, on="patient_id", how="left", maintain_order="left").select(
        pl.coalesce("record", "known", "patient_id")
    )
    if record.to_series().null_count():
        raise CohortError(
            f"{record.to_series().null_count()} rows of {entity.name} have no {key}",
            expected=f"a {key} in every row, which names the record",
        )
    return record.to_series()


def _instances(record: pl.Series, instance: pl.Series) -> pl.Series:
    """The instances of the rows; those that have none, or one that is taken, get the next ones."""
    rows = pl.DataFrame({"record": record, "instance": instance})
    held = pl.when(pl.struct("record", "instance").is_first_distinct()).then(pl.col("instance"))
    rows = rows.with_columns(held.alias("instance"))
    last = pl.col("instance").max().fill_null(0).over("record")
    following = pl.col("instance").is_null().cum_sum().over("record")
    return rows.select(pl.coalesce("instance", last + following)).to_series()


def _status(entity: Entity, frame: pl.DataFrame) -> pl.Expr:
    """Complete where every required field has a value, or a reason why it has none."""
    required = [one for one in entity.fields if one.need is Need.REQUIRED]
    filled = [pl.col(one.name).is_not_null() | why(frame, one.name).is_not_null() for one in required]
    return pl.when(pl.all_horizontal(filled)).then(pl.lit("2")).otherwise(pl.lit("0"))


def _cells(entity: Entity, field: Field, frame: pl.DataFrame, *, labels: bool) -> list[pl.Expr]:
    """The columns of one field: over its text, and over its typed values under `_`."""
    reasons = {str(code): label for code, label in MISSING_LABELS.items()} if labels else {}
    if field.kind is Kind.CODES:
        _refuse_unknown(entity, field, frame)
        return _boxes(field, frame, CHECKED if labels else {})
    words = {code.name: code.label if labels else str(code.redcap) for code in field.codes}
    text = pl.col(field.name)
    return [(text.replace(words | reasons) if words or reasons else text).alias(field.redcap_name)]


def _boxes(field: Field, frame: pl.DataFrame, labels: dict[str, str]) -> list[pl.Expr]:
    held = pl.col(f"_{field.name}")
    boxes: list[tuple[str, pl.Expr]] = [
        (str(code.redcap), held.list.contains(code.name).fill_null(False)) for code in field.codes
    ]
    if field.why in frame.columns:
        reason = pl.col(f"_{field.why}")
        none = held.is_null()
        boxes += [(str(one), (none & (reason == one)).fill_null(False)) for one in MissingReason]

    def cell(ticked: pl.Expr) -> pl.Expr:
        return ticked.cast(pl.Int8).cast(pl.String).replace(labels)

    return [cell(ticked).alias(checkbox_column(field.redcap_name, code)) for code, ticked in boxes]


def _unused_reasons(entity: Entity, made: pl.DataFrame) -> set[str]:
    """Columns of missing data codes that nobody used; REDCap does not write them."""
    names = [
        checkbox_column(field.redcap_name, one)
        for field in entity.fields
        if field.kind is Kind.CODES
        for one in MissingReason
    ]
    here = [one for one in names if one in made.columns]
    used = made.select(pl.col(here).is_in(["1", CHECKED["1"]]).any()).row(0) if here else ()
    return {name for name, was in zip(here, used, strict=True) if not was}


def _refuse_unknown(entity: Entity, field: Field, frame: pl.DataFrame) -> None:
    unknown = frame.select(
        pl.col(field.name).list.eval(~pl.element().is_in(list(field.code_names))).list.any().sum()
    ).item()
    if unknown:
        raise CohortError(
            f"{entity.name}.{field.name} has unknown codes in {unknown} rows",
            expected=f"codes of {field.enum}",
            hint="Validate the data set first.",
        )
