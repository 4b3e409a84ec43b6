"""Exports of our own dictionary: read into a data set, and written so that REDCap can import them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Severity, joined
from cimara.cohort.model import Entity, Field, Kind, data_model
from cimara.cohort.raw_tables import RawTable, read_csv
from cimara.cohort.reading import REASONS, typed_frame
from cimara.cohort.redcap.choices import Choice
from cimara.cohort.redcap.columns import INSTANCE
from cimara.cohort.redcap.dictionary import ANCHOR_DATE, count_name, date_name, dictionary
from cimara.cohort.redcap.dictionary_reading import project_of
from cimara.cohort.redcap.headers import known_columns, naming
from cimara.cohort.redcap.import_rows import import_frame
from cimara.cohort.redcap.opening import header_of, open_table
from cimara.cohort.redcap.records import Records, read_opened
from cimara.cohort.redcap.set_up import EVENTS, MISSING_LABELS, RECORD_ID, csv_text, event_of
from cimara.cohort.redcap.structure import Project
from cimara.cohort.redcap.told import on_rows, once


def read_export(
    path: Path,
    *,
    site: str | None = None,
    events: Mapping[str, Collection[str]] | None = None,
    ignore_events: Collection[str] = (),
) -> Dataset:
    """An export of a project that has our dictionary, as a data set.

    Parameters
    ----------
    path
        CSV (raw or labels, any delimiter) or JSON, flat; classic or longitudinal.
    site
        The site's data access group; by default the one that the form Site names, where there is one.
    events
        Events of each form (`brain_lesion`), where the project has others than our longitudinal set-up.
    ignore_events
        Events that are left out on purpose.

    Raises
    ------
    CohortError
        The file is missing, empty, no table, or no export of our dictionary.
    """
    project = our_project()
    raw = open_table(path, naming(project, path.name))
    if not set(raw.frame.columns) & (set(project.by_name) - {RECORD_ID}):
        raise CohortError(
            "no field of the CIMARa dictionary",
            where=path.name,
            expected="an export of a project that was made with `cimara cohort dictionary`",
            hint="Map an export of another project with a mapping file.",
        )
    raw, date_findings = _without_dates(raw)
    held = read_opened(
        raw,
        project,
        events=project.events if events is None else events,
        ignore_events=ignore_events,
        group=_group_of(raw) if site is None else site,
    )
    return _dataset(held, date_findings)


def is_our_export(path: Path) -> bool:
    """Whether the header of a CSV is of an export of our dictionary, with names or with labels in it."""
    project = our_project()
    try:
        names = naming(project, path.name)(header_of(path))
    except CohortError:
        return False
    return bool(set(names) & (set(project.by_name) - {RECORD_ID}))


@lru_cache(maxsize=1)
def our_project() -> Project:
    """The project that our dictionary makes, with the fields for entering dates."""
    model = data_model()
    project = project_of(read_csv(dictionary(model, date_entry=True).encode(), "dictionary.csv"))
    return replace(
        project,
        repeating=frozenset(one.table for one in model.entities if one.repeating),
        events={one.table: frozenset({event_of(one.name).name}) for one in model.entities},
        event_labels={one.label: one.name for one in EVENTS},
        missing_codes=tuple(Choice(str(code), label) for code, label in MISSING_LABELS.items()),
    )


def _group_of(raw: RawTable) -> str:
    """The group that the form Site of the export names; "" unless it is one."""
    field = data_model().entity("Site").field("dag_name").redcap_name
    if field not in raw.frame.columns:
        return ""
    named = [one for one in raw.frame[field].drop_nulls().unique() if one not in REASONS]
    return str(named[0]) if len(named) == 1 else ""


def _without_dates(raw: RawTable) -> tuple[RawTable, list[pl.DataFrame]]:
    """The export without its dates: a day that was not typed is the one that REDCap counted."""
    frame, found = raw.frame, []
    place = plain_origin(frame.height, raw.file).with_columns(row=raw.rows)
    dates = [ANCHOR_DATE] * (ANCHOR_DATE in frame.columns)
    for entity in data_model().entities:
        for field in entity.fields:
            if field.kind is not Kind.DAY:
                continue
            dates += [date_name(field)] * (date_name(field) in frame.columns)
            if count_name(field) in frame.columns:
                frame, told = _counted(frame, place, entity, field)
                found.append(told)
    if dates:
        where = frame.select(pl.any_horizontal(pl.col(dates).is_not_null())).to_series()
        found.append(
            once(
                place,
                where,
                severity=Severity.WARNING,
                rule="DATES",
                problem=f"{{rows}} hold dates in {len(dates)} date fields; they were not read",
                hint="Tick `Remove all identifier fields` when you export.",
            )
        )
    return replace(raw, frame=frame.drop(dates)), found


def _counted(
    frame: pl.DataFrame, place: pl.DataFrame, entity: Entity, field: Field
) -> tuple[pl.DataFrame, pl.DataFrame]:
    counted = pl.col(count_name(field))
    typed = pl.col(field.redcap_name) if field.redcap_name in frame.columns else pl.lit(None, dtype=pl.String)
    both = typed.is_not_null() & counted.is_not_null()
    apart = frame.select((both & (typed != counted)).fill_null(False).alias("apart")).to_series()
    told = on_rows(
        place,
        apart,
        severity=Severity.ERROR,
        rule="DATE_ENTRY",
        table=entity.table,
        field=field.redcap_name,
        problem=f"{field.redcap_name} was typed and differs from the day that its date gives",
        hint="Leave one of them out.",
    )
    merged = frame.with_columns(pl.coalesce(typed, counted).alias(field.redcap_name))
    return merged.drop(count_name(field)), told


def _dataset(held: Records, more: list[pl.DataFrame]) -> Dataset:
    model, found = data_model(), []
    tables: dict[str, pl.DataFrame] = {}
    origins: dict[str, pl.DataFrame] = {}
    for form, raw in held.items():
        entity = model.by_table[form]
        text = _canonical(entity, raw.frame)
        origin = plain_origin(raw.frame.height, raw.file).with_columns(
            row=raw.rows, record=raw.frame[RECORD_ID], instance=raw.frame[INSTANCE].cast(pl.Int64)
        )
        tables[entity.name], wrong = typed_frame(entity, text, origin)
        origins[entity.name] = origin
        found.append(wrong)
    findings = joined(
        [_in_our_words(joined([held.findings, *more, *_other_patients(tables, origins)])), *found]
    )
    return Dataset(tables, origins, findings, held.unused)


def _canonical(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """The fields of an entity by their names, with words for REDCap's codes."""
    return frame.select(
        [_words(field).alias(field.name) for field in entity.fields if field.redcap_name in frame.columns]
    )


def _words(field: Field) -> pl.Expr:
    column = pl.col(field.redcap_name)
    words = {str(code.redcap): code.name for code in field.codes}
    if field.kind is Kind.CODES:
        return column.str.split(";").list.eval(pl.element().replace(words)).list.join(";")
    return column.replace(words) if field.codes else column


def _other_patients(
    tables: Mapping[str, pl.DataFrame], origins: Mapping[str, pl.DataFrame]
) -> Iterator[pl.DataFrame]:
    """Errors for rows of another patient than the first of their record: a record is one patient."""
    pairs = {
        name: pl.DataFrame({"record": origins[name]["record"], "patient": frame["patient_id"]})
        for name, frame in tables.items()
        if "patient_id" in frame.columns
    }
    if not pairs:
        return
    owners = pl.concat(pairs.values()).drop_nulls().unique("record", keep="first", maintain_order=True)
    for name, held in pairs.items():
        beside = held.join(owners, on="record", how="left", maintain_order="left", suffix="_first")
        yield on_rows(
            origins[name],
            beside.select((pl.col("patient") != pl.col("patient_first")).fill_null(False)).to_series(),
            severity=Severity.ERROR,
            rule="RECORD_PATIENT",
            table=name,
            field="patient_id",
            problem="another patient_id than in other rows of the same record",
            hint="A record is one patient. Put the row into the record of its patient.",
        )


def _in_our_words(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings with entities and fields of the model; unknown codes of a list are left to the checks."""
    model = data_model()
    entities = {one.table: one.name for one in model.entities}
    fields = {field.redcap_name: field.name for one in model.entities for field in one.fields}
    told = findings.filter(~((pl.col("rule") == "CODE") & (pl.col("severity") == str(Severity.WARNING))))
    return told.with_columns(pl.col("table").replace(entities), pl.col("field").replace(fields))


def write_export(
    dataset: Dataset,
    path: Path,
    *,
    labels: bool = False,
    header_labels: bool = False,
    longitudinal: bool = False,
    dag: str = "",
) -> Path:
    """Write a data set as an export of our dictionary, which REDCap can import; gives the path.

    Records and instances are those that the rows came from, so that an import changes those and no others. A
    row without one gets the record of its patient (or the patient's id) and the next instance.

    Parameters
    ----------
    labels
        Labels in place of codes, as an export of labels has them; REDCap cannot import these.
    header_labels
        Labels in the header too.
    longitudinal
        With the events of our longitudinal set-up.
    dag
        The data access group of all rows.

    Raises
    ------
    CohortError
        A row has no patient, a form that does not repeat has two rows of a patient, or a code is unknown
        where several can be given.
    """
    frame = import_frame(dataset, labels=labels, longitudinal=longitudinal, group=dag)
    known = known_columns(our_project())
    header = [known[one] if header_labels else one for one in frame.columns]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = csv_text([header]) + frame.write_csv(include_header=False)
    path.write_text(text, encoding="utf-8", newline="")
    return path
