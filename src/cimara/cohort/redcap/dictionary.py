"""Writes our REDCap project: the data dictionary of all entities, and the files that belong beside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from cimara.cohort.model import DataModel, Entity, Field, Kind, Need, data_model
from cimara.cohort.redcap.branching import branching_logic
from cimara.cohort.redcap.columns import DICTIONARY
from cimara.cohort.redcap.readme import readme
from cimara.cohort.redcap.set_up import (
    FIRST,
    RECORD_ID,
    csv_text,
    event_of,
    event_rows,
    form_event_rows,
    group_rows,
    in_order,
    missing_codes,
    repeating_rows,
)

RADIO_AT_MOST = 6
"""A list of so many choices or fewer is shown at once, a longer one drops down."""
ANCHOR_DATE = "pat_anchor_date"
"""The date of day 0, in the variant for entering dates."""
LONGEST_LIFE = 150
DERIVED_HEADER = "Filled by the program"
PROVENANCE_HEADER = "Where this row comes from"
UNITS = {"a": "years", "d": "days", "mg/d": "mg a day", "cm3": "cm3 (mL)"}
"""Units as people read them; others stand as UCUM writes them."""
FORMATS = {
    "^[a-z][a-z0-9-]{1,30}$": "Lower-case letters, digits and -, for example curator-3",
    "^[a-z][a-z0-9_]{1,39}$": "Lower-case letters, digits and _, for example chart_review",
    "^[0-9a-f]{64}$": "64 signs, 0-9 and a-f",
    "^[0-9]{4}-Q[1-4]$": "Year and quarter, for example 2026-Q2",
    "^[A-Z]{2}$": "Two letters, for example NL",
}
"""Notes for patterns that an example alone would not explain."""


def write_project(
    folder: Path, *, groups: Iterable[str] = (), date_entry: bool = False, longitudinal: bool = False
) -> list[Path]:
    """Write the files of our REDCap project into a folder; gives the files.

    Parameters
    ----------
    groups
        Names of the data access groups, one a site.
    date_entry
        Add a date field beside every day, marked as identifier, and a field that counts the days.
    longitudinal
        Spread the forms over the events of `set_up.EVENTS`.
    """
    files = project_files(data_model(), groups=groups, date_entry=date_entry, longitudinal=longitudinal)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return [folder / name for name in files]


def project_files(
    model: DataModel,
    *,
    groups: Iterable[str] = (),
    date_entry: bool = False,
    longitudinal: bool = False,
) -> dict[str, str]:
    """The files of our REDCap project, by name."""
    named = tuple(groups)
    files = {
        "dictionary.csv": dictionary(model, date_entry=date_entry, longitudinal=longitudinal),
        "repeating.csv": repeating_rows(model, longitudinal=longitudinal),
        "missing_codes.txt": missing_codes(),
    }
    if named:
        files["dags.csv"] = group_rows(named)
    if longitudinal:
        files |= {"events.csv": event_rows(), "form_events.csv": form_event_rows(model)}
    return {
        **files,
        "README.txt": readme(model, files=tuple(files), date_entry=date_entry, longitudinal=longitudinal),
    }


def dictionary(model: DataModel, *, date_entry: bool = False, longitudinal: bool = False) -> str:
    """dictionary.csv: the 18 columns, one form an entity, the record id first."""
    rows = [_row(RECORD_ID, model.entity(FIRST).table, "text", "Record", note=_RECORD_NOTE)]
    anchor = f"[{event_of(FIRST).name}][{ANCHOR_DATE}]" if longitudinal else f"[{ANCHOR_DATE}]"
    for entity in in_order(model):
        rows += _form(entity, anchor if date_entry else "")
    return csv_text([DICTIONARY, *rows])


_RECORD_NOTE = "The patient's id, for example AB01-P0001; for the form Site, the site's id."


def date_name(field: Field) -> str:
    """The date field beside a day, in the variant for entering dates."""
    return re.sub("_day$", "_date", field.redcap_name)


def count_name(field: Field) -> str:
    """The field beside a day that counts it from the dates, in the variant for entering dates."""
    return re.sub("_day$", "_calc", field.redcap_name)


def _form(entity: Entity, anchor: str) -> Iterator[list[str]]:
    if anchor and entity.name == FIRST:
        yield _date_row(entity, ANCHOR_DATE, "Date of the anchor (day 0)")
    for field in entity.fields:
        if anchor and field.kind is Kind.DAY:
            yield _date_row(entity, date_name(field), f"{field.label} (date)")
            yield _count_row(entity, field, anchor)
        yield _field_row(entity, field, by_date=bool(anchor))


def _field_row(entity: Entity, field: Field, *, by_date: bool) -> list[str]:
    logic = branching_logic(entity, field.name)
    if by_date and field.kind is Kind.DAY:
        logic = f"[{date_name(field)}] = ''"
    return _row(
        field.redcap_name,
        entity.table,
        _field_type(field),
        field.label,
        header=_header(entity, field),
        choices=" | ".join(f"{code.redcap}, {code.label}" for code in field.codes),
        note=_note(field),
        validation=_VALIDATION.get(field.kind, ""),
        lowest=_number(field, field.lowest),
        highest=_number(field, field.highest),
        logic=logic,
        required="y" if field.need is Need.REQUIRED else "",
        annotation=_annotation(field),
    )


_VALIDATION = {Kind.DAY: "integer", Kind.INTEGER: "integer", Kind.DECIMAL: "number"}


def _field_type(field: Field) -> str:
    if field.kind is Kind.CODES:
        return "checkbox"
    if field.kind is Kind.CODE:
        return "radio" if len(field.codes) <= RADIO_AT_MOST else "dropdown"
    return "text"


def _header(entity: Entity, field: Field) -> str:
    if field is entity.fields[0]:
        return entity.description
    if field.name == "source":
        return PROVENANCE_HEADER
    derived = [one for one in entity.fields if one.need is Need.DERIVED]
    return DERIVED_HEADER if derived and field is derived[0] else ""


def _annotation(field: Field) -> str:
    if field.need is Need.DERIVED:
        return "@READONLY"
    return '@DEFAULT="[record-name]"' if field.name == "patient_id" else ""


def _note(field: Field) -> str:
    if field.kind is Kind.DAY:
        return "Days from the anchor (day 0), negative before it."
    if field.max_length:
        return f"At most {field.max_length} letters, digits, blanks and . _ / ( ) + -"
    if field.pattern:
        return FORMATS.get(field.pattern) or f"For example {example(field.pattern)}"
    if field.unit.startswith("{"):
        return f"Number of {field.unit.strip('{}')}"
    if field.unit == "a" and field.lowest and field.lowest > LONGEST_LIFE:
        return "Calendar year"
    unit = f"In {UNITS.get(field.unit, field.unit)}" if field.unit else ""
    decimals = f"at most {field.places} decimal{'s' * (field.places > 1)}" if field.places else ""
    note = ", ".join(one for one in (unit, decimals) if one)
    return note[:1].upper() + note[1:]


def example(pattern: str) -> str:
    """A text that a pattern of the model allows: as short as it may be, `AB01` for letters and digits."""
    made = ""
    for kinds, sign, many, maybe in _TOKEN.findall(re.sub(r"\((.*)\)\?", "", pattern).strip("^$")):
        times = 0 if maybe else max(1, int(many.partition(",")[0] or 1)) if many else 1
        made += _sample(kinds, times) if kinds else sign.removeprefix("\\") * times
    return made


_TOKEN = re.compile(r"(?:\[([^\]]+)\]|(\\?.))(?:\{([\d,]+)\})?(\?)?")


def _sample(kinds: str, times: int) -> str:
    if kinds.startswith("0-9") and "a-f" not in kinds:
        return "1".rjust(times, "0")
    letters = "ABCDEFGH" if kinds.startswith("A-Z") else "0123456789abcdef" if "a-f" in kinds else "abcdefgh"
    if re.fullmatch(r"\d-\d", kinds):
        return kinds[0] * times
    return (letters * (times // len(letters) + 1))[:times]


def _number(field: Field, limit: float | None) -> str:
    return "" if limit is None else f"{limit:.{field.places}f}"


def _date_row(entity: Entity, name: str, label: str) -> list[str]:
    return _row(name, entity.table, "text", label, validation="date_ymd", identifier="y", note=_DATE_NOTE)


_DATE_NOTE = "Stays at the site: leave identifiers out when you export for the study."


def _count_row(entity: Entity, field: Field, anchor: str) -> list[str]:
    counted = f'datediff({anchor}, [{date_name(field)}], "d", true)'
    label = f"{field.label} (counted from the date)"
    return _row(count_name(field), entity.table, "calc", label, choices=counted)


def _row(
    name: str,
    form: str,
    kind: str,
    label: str,
    *,
    header: str = "",
    choices: str = "",
    note: str = "",
    validation: str = "",
    lowest: str = "",
    highest: str = "",
    identifier: str = "",
    logic: str = "",
    required: str = "",
    annotation: str = "",
) -> list[str]:
    """One row of the dictionary, in the order of `columns.DICTIONARY`."""
    before = [name, form, header, kind, label, choices, note, validation, lowest, highest, identifier]
    return [*before, logic, required, "", "", "", "", annotation]
