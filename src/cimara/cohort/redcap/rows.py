"""Which form a row of an export belongs to: base rows, repeat rows, events, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from cimara.cohort.findings import Finding, Severity, finding_frame, joined
from cimara.cohort.model import closest
from cimara.cohort.redcap.columns import EVENT, INSTANCE, INSTRUMENT, name_of_title, status_column
from cimara.cohort.redcap.headers import field_columns
from cimara.cohort.redcap.structure import FieldType, Project
from cimara.cohort.redcap.told import on_rows, once

WHOLE = r"^\d{1,9}$"


@dataclass(frozen=True, eq=False)
class Placed:
    """An export with its place columns beside it, and the rows that hold something of each form.

    `place` has file, row, record, instance, event and instrument; the latter two are null where the project
    has none, and on base rows.
    """

    frame: pl.DataFrame
    place: pl.DataFrame
    filled: Mapping[str, pl.Series]


def place_of(frame: pl.DataFrame, rows: pl.Series, file: str, project: Project) -> pl.DataFrame:
    """Where each row of an export stands, and what it is of."""

    def column(name: str) -> pl.Expr:
        return pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)

    place = frame.select(
        pl.lit(file).alias("file"),
        rows.alias("row"),
        pl.col(project.record_id.name).alias("record"),
        pl.when(column(INSTANCE).str.contains(WHOLE)).then(column(INSTANCE)).cast(pl.Int64).alias("instance"),
        column(EVENT).alias("event"),
        column(INSTRUMENT).alias("instrument"),
    )
    names = {one: name_of_title(one) for one in place["instrument"].drop_nulls().unique()}
    events = {
        one: project.event_labels.get(_event_title(one), one) for one in place["event"].drop_nulls().unique()
    }
    return place.with_columns(pl.col("instrument").replace(names), pl.col("event").replace(events))


def placed(frame: pl.DataFrame, before: pl.DataFrame, rows: pl.Series, file: str, project: Project) -> Placed:
    """An export with its places. `before` is the export as it was: a value not read still counts."""
    filled = {form: _filled(frame, before, project, form) for form in project.forms}
    return Placed(frame, place_of(frame, rows, file, project), filled)


def _event_title(said: str) -> str:
    return said.partition(" (Arm ")[0]


def _filled(frame: pl.DataFrame, before: pl.DataFrame, project: Project, form: str) -> pl.Series:
    """Whether a row has a value that a person entered in the form; calculated values come by themselves."""
    ticked, valued = [], []
    for field in project.forms[form]:
        columns = [one for one in field_columns(field, project) if one in frame.columns]
        if field.type is FieldType.CHECKBOX:
            ticked += columns
        elif field.type is not FieldType.CALCULATED:
            valued += columns
        if field.type is FieldType.CHECKBOX and field.name in frame.columns:
            valued.append(field.name)
    some = pl.repeat(False, frame.height, eager=True)
    if valued:
        some |= before.select(pl.any_horizontal(pl.col(valued).is_not_null())).to_series()
    if ticked:
        some |= frame.select(pl.any_horizontal((pl.col(ticked) == "1").fill_null(False))).to_series()
    return some


def entered(held: Placed, form: str) -> pl.Series:
    """The rows that hold a form: its repeat rows, and base rows with a value or a status above incomplete."""
    base = held.place["instrument"].is_null()
    some = held.filled[form]
    status = status_column(form)
    if status in held.frame.columns:
        some = some | held.frame[status].is_in(["1", "2"]).fill_null(False)
    return (base & some) | (held.place["instrument"] == form).fill_null(False)


def row_findings(held: Placed, project: Project) -> pl.DataFrame:
    """What is wrong with records, repeats and instances."""
    return joined(
        [
            on_rows(
                held.place,
                held.place["record"].is_null(),
                severity=Severity.ERROR,
                rule="RECORD",
                field=project.record_id.name,
                problem=f"no {project.record_id.name}",
            ),
            _unknown_forms(held, project),
            _instances(held),
            *_foreign_values(held),
            *_set_up(held, project),
            *_doubles(held),
        ]
    )


def _unknown_forms(held: Placed, project: Project) -> pl.DataFrame:
    said = held.place["instrument"]
    unknown = sorted(set(said.drop_nulls().unique()) - set(project.forms))
    found = []
    for name in unknown:
        near = closest(name, project.forms)
        found.append(
            once(
                held.place,
                (said == name).fill_null(False),
                severity=Severity.ERROR,
                rule="REPEAT_UNKNOWN",
                table=name,
                problem=f"{{rows}} repeat the form {name}, which the dictionary does not have; not read",
                hint=f"Did you mean {near}?" if near else "Take the dictionary of the same project.",
            )
        )
    return joined(found)


def _instances(held: Placed) -> pl.DataFrame:
    repeat = held.place["instrument"].is_not_null()
    return on_rows(
        held.place,
        repeat & held.place["instance"].is_null(),
        severity=Severity.ERROR,
        rule="REPEAT_INSTANCE",
        field=INSTANCE,
        problem="a repeat without the number of its instance",
        hint=f"{INSTANCE} is a whole number from 1.",
    )


def _foreign_values(held: Placed) -> Iterator[pl.DataFrame]:
    said = held.place["instrument"]
    for form, filled in held.filled.items():
        yield on_rows(
            held.place,
            filled & (said.is_not_null() & (said != form)).fill_null(False),
            severity=Severity.ERROR,
            rule="REPEAT_FOREIGN",
            table=form,
            problem=pl.format(
                "a repeat of {} holds values of {}; they were not read", "instrument", pl.lit(form)
            ),
            hint="Give the values of each form a row of their own.",
        )


def _set_up(held: Placed, project: Project) -> Iterator[pl.DataFrame]:
    """Forms that repeat here and not in the set-up, or the other way round."""
    said = held.place["instrument"]
    for form, filled in held.filled.items():
        base, repeat = filled & said.is_null(), (said == form).fill_null(False)
        if project.repeating is None:
            where, problem = base, f"form {form} has values in base rows ({{rows}}) and in repeat rows"
            wrong = bool(base.any() and repeat.any())
            hint = (
                "The form was set to repeat after some rows were entered; enter those rows anew as repeats."
            )
        elif form in project.repeating:
            where, wrong = base, bool(base.any())
            problem = f"form {form} repeats in our set-up, and {{rows}} hold it as a base row"
            hint = f"Project Setup > Repeating instruments: tick {form} (it is in repeating.csv)."
        else:
            where, wrong = repeat, bool(repeat.any())
            problem = f"form {form} is set as repeating here but not in our set-up: {{rows}}"
            hint = f"Project Setup > Repeating instruments: take the tick from {form} (not in repeating.csv)."
        if wrong:
            yield once(
                held.place,
                where,
                severity=Severity.ERROR,
                rule="REPEAT_SET_UP",
                table=form,
                problem=problem,
                hint=hint,
            )


def _doubles(held: Placed) -> Iterator[pl.DataFrame]:
    keys = held.place.select("record", "event", "instrument", "instance")
    yield on_rows(
        held.place,
        ~keys.select(pl.struct(pl.all()).is_first_distinct()).to_series(),
        severity=Severity.ERROR,
        rule="ROW_DOUBLE",
        problem="the same record, event, form and instance stand in an earlier row",
        hint="Two exports may have been put into one file.",
    )


def in_events(
    held: Placed,
    project: Project,
    events: Mapping[str, Collection[str]],
    ignored: Collection[str],
) -> tuple[Mapping[str, pl.Series], pl.DataFrame]:
    """The rows of each form in the events that it is mapped to, and findings for events that are left out."""
    found, rows = [], {}
    for form in project.forms:
        held_rows = entered(held, form)
        if not events or held.place["event"].null_count() == held.place.height:
            rows[form] = held_rows
            continue
        mapped = list(events.get(form, ()))
        rows[form] = held_rows & held.place["event"].is_in(mapped).fill_null(False)
        left = held.place.filter(held_rows & ~rows[form])
        for event, count in left.group_by("event", maintain_order=True).len().iter_rows():
            found.append(_left_out(form, str(event or ""), count, mapped, event in ignored, held))
    return rows, finding_frame(found)


def _left_out(form: str, event: str, count: int, mapped: list[str], ignored: bool, held: Placed) -> Finding:
    file = str(held.place["file"].first() or "")
    told = f"event {event}" if event else "no event"
    where = f"it is mapped to {', '.join(sorted(mapped))}" if mapped else "it is mapped to no event"
    rows = f"{count} row{'s' * (count > 1)}"
    return Finding(
        severity=Severity.INFO if ignored else Severity.ERROR,
        rule="EVENT",
        table=form,
        field=EVENT,
        file=file,
        message=f"{file}: form {form} has {rows} in {told}, not read; {where}",
        hint="" if ignored else f"Map the event, or list it under ignore_events: {event}",
    )
