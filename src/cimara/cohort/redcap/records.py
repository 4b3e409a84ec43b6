"""Reads a REDCap export of any project: a table of text a form, with record, event, group and status."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Severity, finding_frame, joined
from cimara.cohort.model import closest
from cimara.cohort.raw_tables import RawTable
from cimara.cohort.redcap.checkboxes import checkbox_cells, unknown_choices
from cimara.cohort.redcap.coded import decoded
from cimara.cohort.redcap.columns import EVENT, GROUP, INSTANCE, status_column
from cimara.cohort.redcap.dates import DateOrder, ordered
from cimara.cohort.redcap.groups import group_findings
from cimara.cohort.redcap.headers import known_columns, naming
from cimara.cohort.redcap.opening import open_table
from cimara.cohort.redcap.rows import Placed, in_events, place_of, placed, row_findings
from cimara.cohort.redcap.structure import FieldType, Project
from cimara.cohort.redcap.told import on_rows


@dataclass(frozen=True, eq=False)
class Records(Mapping[str, RawTable]):
    """The tables of an export, by form.

    A table has the record id, `redcap_event_name`, `redcap_repeat_instance`, `redcap_data_access_group`,
    `<form>_complete` (null where the export has none) and the fields of the form that the export has. Codes
    stand as in the dictionary. A checkbox has a column for each choice (0, 1, null where the form was not
    answered) and one of its own with its ticked codes, parted by `;`, or the code of a missing value.

    Each finding is in one of the tables too: those of the file as a whole are in the first.
    """

    tables: Mapping[str, RawTable]
    findings: pl.DataFrame = field(default_factory=finding_frame)
    unused: tuple[str, ...] = ()
    labels: bool = False

    def __getitem__(self, form: str) -> RawTable:
        return self.tables[form]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


def read_records(
    path: Path,
    project: Project,
    *,
    events: Mapping[str, Collection[str]] | None = None,
    ignore_events: Collection[str] = (),
    group: str = "",
    date_order: DateOrder = DateOrder.YMD,
) -> Records:
    """The rows of an export, by form.

    Parameters
    ----------
    path
        CSV (raw or labels, any delimiter) or JSON of REDCap, flat.
    events
        Events of each form; those of the project if not given. Rows of a form in another event are not read,
        which is an error for each form and event.
    ignore_events
        Events that are left out on purpose.
    group
        The site's data access group; checked if given.
    date_order
        How the file writes dates; raw exports have YYYY-MM-DD, whatever the field shows.

    Raises
    ------
    CohortError
        The file is missing, empty, no table, of another project, or its dates can be read both ways.
    """
    raw = open_table(path, naming(project, path.name))
    return read_opened(
        raw,
        project,
        events=project.events if events is None else events,
        ignore_events=ignore_events,
        group=group,
        date_order=date_order,
    )


def read_opened(
    raw: RawTable,
    project: Project,
    *,
    events: Mapping[str, Collection[str]],
    ignore_events: Collection[str] = (),
    group: str = "",
    date_order: DateOrder = DateOrder.YMD,
) -> Records:
    """As `read_records`, of a table whose columns have their names already."""
    if not raw.frame.height:
        raise CohortError("the export has a header and no rows", where=raw.file)
    place = place_of(raw.frame, raw.rows, raw.file, project)
    frame, code_findings, labels = decoded(raw.frame, place, project)
    dates = {one.name: one.form for one in project.fields if one.is_date}
    missing = [one.code for one in project.missing_codes]
    frame, date_findings = ordered(frame, place, dates, missing, date_order)
    held = placed(frame, raw.frame, raw.rows, raw.file, project)
    rows, event_findings = in_events(held, project, events, ignore_events)
    found = [raw.findings, code_findings, date_findings, row_findings(held, project), event_findings]
    found += unknown_choices(frame, place, project)
    if group:
        found.append(group_findings(frame, place, group, raw.file))
    tables, more = _tables(held, project, rows, raw.file)
    findings = joined([*found, more])
    return Records(_with_findings(tables, findings), findings, _unused(raw, project), labels)


def _tables(
    held: Placed, project: Project, rows: Mapping[str, pl.Series], file: str
) -> tuple[dict[str, RawTable], pl.DataFrame]:
    tables, found = {}, []
    for form, where in rows.items():
        frame, findings = _form_frame(held, project, form, where)
        if frame.width > len(_beside(project, form)):
            tables[form] = RawTable(frame, held.place["row"].filter(where), file, form)
            found.append(findings)
    return tables, joined(found)


def _beside(project: Project, form: str) -> list[str]:
    return [project.record_id.name, EVENT, INSTANCE, GROUP, status_column(form)]


def _form_frame(
    held: Placed, project: Project, form: str, where: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows of one form, and findings on its status and checkboxes."""
    frame, place = held.frame.filter(where), held.place.filter(where)
    status = status_column(form)
    columns = {
        project.record_id.name: place["record"],
        EVENT: place["event"],
        INSTANCE: place["instance"].cast(pl.String),
        GROUP: _column(frame, GROUP),
        status: _column(frame, status),
    }
    found = [
        on_rows(
            place,
            (columns[status] == "0").fill_null(False) & held.filled[form].filter(where),
            severity=Severity.WARNING,
            rule="STATUS",
            table=form,
            field=status,
            problem=f"form {form} holds data and is marked as incomplete",
            hint="Mark the form as complete when it is.",
        )
    ]
    for one in project.forms[form]:
        if one.type is FieldType.CHECKBOX:
            cells, findings = checkbox_cells(frame, place, one, project, columns[status] == "2")
            columns |= cells
            found.append(findings)
        elif one.name in frame.columns:
            columns[one.name] = frame[one.name]
    return pl.DataFrame(columns), joined(found)


def _column(frame: pl.DataFrame, name: str) -> pl.Series:
    if name in frame.columns:
        return frame[name]
    return pl.Series(name, [None] * frame.height, dtype=pl.String)


def _with_findings(tables: dict[str, RawTable], findings: pl.DataFrame) -> dict[str, RawTable]:
    """The tables with the findings of their form; those of no form stand in the first."""
    held = list(tables)
    of_form = findings["table"].replace_strict({one: one for one in held}, default=held[0] if held else "")
    return {
        form: RawTable(one.frame, one.rows, one.file, one.sheet, findings.filter(of_form == form))
        for form, one in tables.items()
    }


def _unused(raw: RawTable, project: Project) -> tuple[str, ...]:
    known = [*known_columns(project), *project.by_name]
    unknown = [one for one in raw.frame.columns if one not in set(known)]
    near = {one: closest(one.lower(), known) for one in unknown}
    return tuple(
        f"{raw.file} column {one}" + (f"; did you mean {near[one]}?" if near[one] else "") for one in unknown
    )
