"""A made-up project of a clinic, with what real ones have: repeats, checkboxes, dates, calculated fields."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from cimara.cohort.raw_tables import read_csv
from cimara.cohort.redcap.choices import Choice
from cimara.cohort.redcap.columns import DICTIONARY
from cimara.cohort.redcap.dictionary_reading import project_of
from cimara.cohort.redcap.records import Records, read_records
from cimara.cohort.redcap.set_up import csv_text
from cimara.cohort.redcap.structure import Project

_ROWS = (
    ("study_no", "person", "text", "Study number", "", ""),
    ("sex", "person", "radio", "Sex", "1, Female | 2, Male", ""),
    ("race", "person", "checkbox", "Race", "1, White | 2, Black | -9, Not said | ABC, Other", ""),
    ("born", "person", "text", "Born", "", "date_mdy"),
    ("note", "person", "notes", "Note", "", ""),
    ("smokes", "person", "yesno", "Smokes", "", ""),
    ("two", "person", "calc", "Two", "1+1", ""),
    ("lesion", "lesion", "text", "Lesion", "", ""),
    ("side", "lesion", "dropdown", "Side", "1, Left | 2, Right", ""),
    ("found", "lesion", "text", "Found", "", "datetime_dmy"),
    ("dose", "dose", "text", "Dose", "", "number"),
    ("side_2", "dose", "radio", "Side", "1, Left | 2, Right | 3, Right", ""),
)
SHORT = {
    "repeats": "redcap_repeat_instrument",
    "instance": "redcap_repeat_instance",
    "event": "redcap_event_name",
    "group": "redcap_data_access_group",
}


def clinic(*, repeating: set[str] | None = None, missing: bool = True) -> Project:
    """The project; `lesion` repeats if nothing else is said."""
    rows = [
        [name, form, "", kind, label, choices, "", check, *[""] * 10]
        for name, form, kind, label, choices, check in _ROWS
    ]
    project = project_of(read_csv(csv_text([DICTIONARY, *rows]).encode(), "dictionary.csv"))
    codes = (Choice("UNK", "Missing: unknown"), Choice("-99", "Missing: lost")) if missing else ()
    return replace(
        project, repeating=frozenset({"lesion"} if repeating is None else repeating), missing_codes=codes
    )


def read_text(folder: Path, text: str, project: Project | None = None, **options: Any) -> Records:
    """The records of a CSV text; bars part its cells, and REDCap's own columns have the names of `SHORT`."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    lines = [",".join(row) for row in [[SHORT.get(name, name) for name in rows[0]], *rows[1:]]]
    path = folder / "export.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return read_records(path, project or clinic(), **options)


def read_json(folder: Path, rows: list[dict[str, object]], project: Project | None = None) -> Records:
    """The records of a JSON export."""
    path = folder / "export.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return read_records(path, project or clinic())


def rules(records: Records) -> list[tuple[str, str]]:
    """Severity and rule of each finding."""
    return records.findings.select("severity", "rule").rows()


def values(records: Records, form: str, field: str) -> list[str | None]:
    """The cells of one field."""
    return records[form].frame[field].to_list()
