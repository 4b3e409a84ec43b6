"""A strict reader of data dictionaries, written from cohort.md section 7, not from the writer."""

from __future__ import annotations

import csv
import io
import re

HEADER = [
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
]
CODED = ("dropdown", "radio", "checkbox")
OTHER = ("text", "notes", "yesno", "truefalse", "calc", "file", "slider", "descriptive", "sql")
NAME = re.compile("^[a-z][a-z0-9_]*$")


def strict_rows(text: str) -> list[dict[str, str]]:
    """The rows of a dictionary; an AssertionError where it breaks a rule of section 7."""
    cells = list(csv.reader(io.StringIO(text)))
    assert cells[0] == HEADER
    assert all(len(row) == 18 for row in cells)
    rows = [dict(zip(HEADER, row, strict=True)) for row in cells[1:]]
    names = [row[HEADER[0]] for row in rows]
    assert len(set(names)) == len(names), "names are unique over the project"
    assert rows[0]["Field Type"] == "text", "the record id is a text field"
    forms = [row["Form Name"] for row in rows]
    blocks = [form for place, form in enumerate(forms) if place == 0 or forms[place - 1] != form]
    assert len(set(blocks)) == len(blocks), "forms are contiguous"
    for row in rows:
        _strict_row(row, set(names))
    return rows


def _strict_row(row: dict[str, str], names: set[str]) -> None:
    name, kind, choices = row[HEADER[0]], row["Field Type"], row[HEADER[5]]
    assert NAME.match(name), name
    assert len(name) <= 26, name
    assert NAME.match(row["Form Name"]), row["Form Name"]
    assert kind in CODED + OTHER, kind
    assert row["Identifier?"] in ("", "y")
    assert row["Required Field?"] in ("", "y")
    assert row["Field Label"].strip()
    assert "\n" not in row["Field Label"]
    if kind in CODED:
        codes = [strict_choice(one)[0] for one in choices.split(" | ")]
        labels = [strict_choice(one)[1] for one in choices.split(" | ")]
        assert len(set(codes)) == len(codes), name
        assert len(set(labels)) == len(labels), name
    elif kind == "calc":
        assert choices
    else:
        assert not choices
    for condition in re.findall(r"\[([^\]]+)\]", row[HEADER[11]]):
        assert re.fullmatch(r"([a-z0-9_]+)(\(\w+\))?", condition)[1] in names, condition  # type: ignore[index]


def strict_choice(text: str) -> tuple[str, str]:
    """Code and label of a choice as `1, Left`."""
    found = re.fullmatch(r"(-?\w+), ([^|]+)", text)
    assert found, text
    return found[1], found[2]
