"""Dataset-JSON 1.1 and its NDJSON form: written so that equal input gives equal bytes, and read.

Attributes, their order and the combinations of data types are those of the CDISC Dataset-JSON Specification,
version 1.1 (final, 2024-12-05), sections "Top-level Metadata Attributes" and "Column Metadata".
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl

from cimara import __version__
from cimara.response.transport.dataset import Dataset, DatasetError, Variable, VariableType

VERSION = "1.1.0"
JSON_TYPES: dict[VariableType, str] = {
    VariableType.TEXT: "string",
    VariableType.INTEGER: "integer",
    VariableType.FLOAT: "double",
    VariableType.DATE: "date",
}
OUR_TYPES: dict[str, VariableType] = {
    "string": VariableType.TEXT,
    "URI": VariableType.TEXT,
    "time": VariableType.TEXT,
    "datetime": VariableType.TEXT,
    "integer": VariableType.INTEGER,
    "float": VariableType.FLOAT,
    "double": VariableType.FLOAT,
    "decimal": VariableType.FLOAT,
    "boolean": VariableType.TEXT,
    "date": VariableType.DATE,
}
JSON_VALUES: dict[str, type | tuple[type, ...]] = {
    "integer": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
}
"""What stands in a row for each data type; the others are text."""


class DatasetJsonError(DatasetError):
    """A file that is not Dataset-JSON 1.1, or values that it can't carry."""


def dataset_json(dataset: Dataset, *, created: dt.datetime) -> bytes:
    """The data set as a Dataset-JSON 1.1 document. `created` is written as given."""
    document = {**_metadata(dataset, created), "rows": _rows(dataset)}
    return _encoded(document) + b"\n"


def ndjson(dataset: Dataset, *, created: dt.datetime) -> bytes:
    """The NDJSON form: one line of metadata, then one line a row."""
    lines = [_encoded(_metadata(dataset, created)), *(_encoded(row) for row in _rows(dataset))]
    return b"\n".join(lines) + b"\n"


def write_dataset_json(dataset: Dataset, path: Path, *, created: dt.datetime) -> None:
    """Write `path`; the form is NDJSON where its name ends in .ndjson."""
    form = ndjson if path.suffix == ".ndjson" else dataset_json
    path.write_bytes(form(dataset, created=created))


def read_dataset_json(path: Path) -> Dataset:
    """Read either form. Raises DatasetJsonError with the line where the structure breaks."""
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ndjson":
            lines = [json.loads(line) for line in text.splitlines() if line]
            document = {**lines[0], "rows": lines[1:]}
        else:
            document = json.loads(text)
        return _dataset(document, path.name)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        where = path.name if line is None else f"{path.name} line {line}"
        raise DatasetJsonError("the file is not JSON", where=where) from error
    except (KeyError, TypeError, IndexError, AttributeError, ValueError, OverflowError) as error:
        raise DatasetJsonError(
            "the document has not the structure of Dataset-JSON 1.1",
            where=path.name,
            expected="datasetJSONVersion 1.1, itemGroupOID, records, name, label, columns, rows",
        ) from error


def _metadata(dataset: Dataset, created: dt.datetime) -> dict[str, Any]:
    return {
        "datasetJSONCreationDateTime": created.replace(microsecond=0).isoformat(),
        "datasetJSONVersion": VERSION,
        "sourceSystem": {"name": "CIMARa", "version": __version__},
        "itemGroupOID": f"IG.{dataset.name}",
        "records": dataset.frame.height,
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset.name, variable) for variable in dataset.variables],
    }


def _column(dataset: str, variable: Variable) -> dict[str, Any]:
    described: dict[str, Any] = {
        "itemOID": f"IT.{dataset}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": JSON_TYPES[variable.type],
    }
    if variable.type is VariableType.DATE:
        described["targetDataType"] = "integer"
    if variable.length is not None:
        described["length"] = variable.length
    if variable.format or variable.type is VariableType.DATE:
        described["displayFormat"] = variable.format or "DATE9."
    if variable.key is not None:
        described["keySequence"] = variable.key
    return described


def _rows(dataset: Dataset) -> list[list[Any]]:
    dates = [variable.name for variable in dataset.variables if variable.type is VariableType.DATE]
    frame = dataset.frame.with_columns(pl.col(name).dt.to_string("iso") for name in dates)
    return [list(row) for row in frame.rows()]


def _encoded(value: object) -> bytes:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise DatasetJsonError(
            "a number that is not finite, or text that is not Unicode", expected="values that JSON has"
        ) from error


def _dataset(document: dict[str, Any], file: str) -> Dataset:
    version = str(document["datasetJSONVersion"])
    if version != "1.1" and not version.startswith("1.1."):
        raise DatasetJsonError("another version of Dataset-JSON", where=file, expected="version 1.1")
    columns, rows = document["columns"], document.get("rows", [])
    if document["records"] != len(rows):
        raise DatasetJsonError("`records` is not the number of rows", where=file)
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise DatasetJsonError("a row of another length", where=f"{file} row {number}")
    variables = tuple(_variable(column) for column in columns)
    values = {
        variable.name: _values([row[place] for row in rows], variable, column["dataType"], file)
        for place, (variable, column) in enumerate(zip(variables, columns, strict=True))
    }
    return Dataset(document["name"], document["label"], variables, pl.DataFrame(values))


def _variable(column: dict[str, Any]) -> Variable:
    kind = OUR_TYPES[column["dataType"]]
    if kind is VariableType.DATE and column.get("targetDataType") != "integer":
        kind = VariableType.TEXT  # dates of SDTM stay text, since a part of them may be missing
    shown = column.get("displayFormat", "")
    implied = kind is VariableType.DATE and shown == "DATE9."
    return Variable(
        column["name"],
        column["label"],
        kind,
        length=column.get("length"),
        format="" if implied else shown,
        key=column.get("keySequence"),
    )


def _values(cells: list[Any], variable: Variable, data_type: str, file: str) -> pl.Series:
    allowed = JSON_VALUES.get(data_type, str)
    for number, cell in enumerate(cells, start=1):
        mistaken = isinstance(cell, bool) and data_type != "boolean"
        if cell is not None and (mistaken or not isinstance(cell, allowed)):
            raise DatasetJsonError(
                "a value of another type than its column",
                where=f"{file} row {number} column {variable.name}",
                expected=data_type,
            )
    if variable.type is VariableType.DATE:
        dates = [None if cell is None else dt.date.fromisoformat(cell) for cell in cells]
        return pl.Series(variable.name, dates, dtype=pl.Date())
    if variable.type is VariableType.FLOAT:
        numbers = [None if cell is None else float(cell) for cell in cells]
        return pl.Series(variable.name, numbers, dtype=pl.Float64())
    if variable.type is VariableType.INTEGER:
        return pl.Series(variable.name, cells, dtype=pl.Int64())
    texts = [cell if cell is None or isinstance(cell, str) else str(cell).lower() for cell in cells]
    return pl.Series(variable.name, texts, dtype=pl.String())
