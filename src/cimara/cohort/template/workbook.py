"""Writes the workbook: a sheet an entity, units in the headers, drop-downs of codes, limits of numbers.

`cimara.cohort.reading.read_tables` reads it back. A field takes a value of its list, or a code that says why
there is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import DataModel, Entity, Field, Kind, MissingReason, Need, data_model
from cimara.cohort.reading import text_frame

GUIDE, CODES = "read_me", "codes"
"""Sheets that hold no data."""
ROWS = 5000
"""Rows of a sheet that check what is typed."""
LONGEST_TITLE, LONGEST_MESSAGE = 32, 255
"""Characters that Excel shows in an input message."""
REASONS = {
    MissingReason.UNKNOWN: "unknown",
    MissingReason.NOT_DONE: "not done",
    MissingReason.NOT_APPLICABLE: "not applicable",
    MissingReason.NOT_ASKED: "not collected at this site",
    MissingReason.NO_LONGER_AVAILABLE: "not available any more",
}
"""Reasons that a curator may give; `IMP` is given by a mapping alone."""
NEEDS = {
    Need.REQUIRED: "Always filled",
    Need.CONDITIONAL: "Filled where another answer asks for it",
    Need.OPTIONAL: "Filled if known",
    Need.DERIVED: "Leave empty: it is computed",
}
FILLS = {
    Need.REQUIRED: "#0b3d66",
    Need.CONDITIONAL: "#3d6b8f",
    Need.OPTIONAL: "#5c6b73",
    Need.DERIVED: "#8a8a8a",
}
Labels = Mapping[tuple[str, str], str]


def write_template(path: Path, dataset: Dataset | None = None, labels: Labels | None = None) -> None:
    """Write the workbook, filled with the rows of a data set where one is given.

    Parameters
    ----------
    labels
        Labels in another language by entity and field; the model's own where there is none.
    """
    import xlsxwriter

    model = data_model()
    with xlsxwriter.Workbook(path, {"in_memory": True, "strings_to_formulas": False}) as book:
        _guide(book, model)
        ranges = _code_lists(book, model)
        for entity in model.entities:
            _sheet(book, entity, ranges, dataset, labels or {})


def header_of(field: Field) -> str:
    """The header of a column: its name, and its unit in brackets."""
    unit = "days from the anchor" if field.kind is Kind.DAY else field.unit.strip("{}")
    return f"{field.name} [{unit}]" if unit else field.name


def _guide(book: Any, model: DataModel) -> None:
    sheet = book.add_worksheet(GUIDE)
    bold = book.add_format({"bold": True, "font_size": 12})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90, wrap)
    lines = [
        ("CIMARa cohort", f"Data model {model.version}. One sheet a form, one row an entry."),
        ("Days", "Whole days from the patient's anchor (first brain metastasis), which is day 0."),
        (
            "Ids",
            "Patient UT01-P0001; its lesion UT01-P0001-L01, course -C01, scan -S01, line -T01, ARE -A01.",
        ),
        ("Several answers", "Part them by semicolons, as listed in the codes sheet: lung;bone"),
        ("No value", "; ".join(f"{code} = {text}" for code, text in REASONS.items())),
        ("Names", "Write no name, no date of birth, no record number anywhere in this file."),
        ("When done", "cimara cohort validate FILE.xlsx --out report"),
    ]
    for row, (what, text) in enumerate(lines):
        sheet.write_string(row, 0, what, bold)
        sheet.write_string(row, 1, text, wrap)
    start = len(lines) + 1
    sheet.write_row(start, 0, ["Sheet", "What a row is"], bold)
    for row, entity in enumerate(model.entities, start=start + 1):
        sheet.write_url(row, 0, f"internal:'{entity.table}'!A1", string=entity.table)
        sheet.write_string(row, 1, f"{entity.description} One row for each {entity.grain}.", wrap)


def _code_lists(book: Any, model: DataModel) -> dict[str, str]:
    """Write the closed lists, a column each with its labels beside; gives the range of each list."""
    sheet = book.add_worksheet(CODES)
    bold = book.add_format({"bold": True})
    lists = {field.enum: field for entity in model.entities for field in entity.fields if field.enum}
    ranges = {}
    reasons = [str(code) for code in REASONS]
    sheet.freeze_panes(1, 0)
    for column, (name, field) in enumerate(lists.items()):
        sheet.write_string(0, 2 * column, name, bold)
        sheet.set_column(2 * column, 2 * column, 18)
        sheet.set_column(2 * column + 1, 2 * column + 1, 34)
        words = [*field.code_names, *reasons]
        texts = [*(code.label for code in field.codes), *REASONS.values()]
        for row, (word, text) in enumerate(zip(words, texts, strict=True), start=1):
            sheet.write_string(row, 2 * column, word)
            sheet.write_string(row, 2 * column + 1, text)
        ranges[name] = _cells(2 * column, len(words))
    return ranges


def _cells(column: int, rows: int) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    first = xl_rowcol_to_cell(1, column, row_abs=True, col_abs=True)
    last = xl_rowcol_to_cell(rows, column, row_abs=True, col_abs=True)
    return f"={CODES}!{first}:{last}"


def _sheet(
    book: Any, entity: Entity, ranges: Mapping[str, str], dataset: Dataset | None, labels: Labels
) -> None:
    sheet = book.add_worksheet(entity.table)
    sheet.freeze_panes(1, 1)
    text = book.add_format({"num_format": "@"})
    for column, field in enumerate(entity.fields):
        label = labels.get((entity.name, field.name), field.label)
        title = header_of(field)
        style = {"bold": True, "font_color": "#ffffff", "bg_color": FILLS[field.need], "text_wrap": True}
        sheet.write_string(0, column, title, book.add_format(style))
        sheet.write_comment(0, column, f"{label}. {NEEDS[field.need]}.")
        words = field.kind in (Kind.TEXT, Kind.CODE, Kind.CODES)
        sheet.set_column(column, column, max(12, min(26, len(title) + 2)), text if words else None)
        sheet.data_validation(1, column, ROWS, column, _validation(field, label, column, ranges))
    if dataset is not None:
        _fill(sheet, entity, dataset)


def _validation(field: Field, label: str, column: int, ranges: Mapping[str, str]) -> dict[str, Any]:
    """What Excel checks in a column, and what it says when a cell is chosen."""
    from xlsxwriter.utility import xl_rowcol_to_cell

    said = {
        "input_title": label[:LONGEST_TITLE],
        "input_message": _message(field)[:LONGEST_MESSAGE],
        "ignore_blank": True,
        "error_title": field.name[:LONGEST_TITLE],
        "error_message": _message(field)[:LONGEST_MESSAGE],
    }
    if field.kind is Kind.CODE:
        return {"validate": "list", "source": ranges[field.enum], **said}
    if field.kind in (Kind.TEXT, Kind.CODES):
        return {"validate": "any", **said}
    cell = xl_rowcol_to_cell(1, column)
    whole = "" if field.kind is Kind.DECIMAL else f",{cell}=INT({cell})"
    reasons = ",".join(f'{cell}="{code}"' for code in REASONS)
    within = f"AND(ISNUMBER({cell}),{cell}>={field.lowest:g},{cell}<={field.highest:g}{whole})"
    return {"validate": "custom", "value": f"=OR({within},{reasons})", **said}


def _message(field: Field) -> str:
    if field.kind is Kind.CODES:
        return f"Several of the list {field.enum} (codes sheet), parted by semicolons. Or {_reasons()}."
    if field.kind is Kind.CODE:
        return f"One of the list {field.enum}. Or {_reasons()}."
    if field.kind is Kind.TEXT:
        return f"{NEEDS[field.need]}. Or {_reasons()}."
    called = "A number" if field.kind is Kind.DECIMAL else "A whole number"
    unit = f" {field.unit.strip('{}')}" if field.unit else ""
    return f"{called} from {field.lowest:g} to {field.highest:g}{unit}. Or {_reasons()}."


def _reasons() -> str:
    return ", ".join(str(code) for code in REASONS)


def _fill(sheet: Any, entity: Entity, dataset: Dataset) -> None:
    numbers = {field.name for field in entity.fields if field.kind in (Kind.DAY, Kind.INTEGER, Kind.DECIMAL)}
    frame = text_frame(entity, dataset.frame(entity.name))
    for column, name in enumerate(frame.columns):
        for row, cell in enumerate(frame[name].to_list(), start=1):
            if cell is None:
                continue
            if name in numbers and cell not in set(MissingReason):
                sheet.write_number(row, column, float(cell))
            else:
                sheet.write_string(row, column, cell)
