"""Dataset-JSON 1.1 and NDJSON: the published structure, equal bytes, and nothing lost."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from cimara.response.transport.dataset import Dataset, Variable, VariableType
from cimara.response.transport.dataset_json import (
    DatasetJsonError,
    dataset_json,
    ndjson,
    read_dataset_json,
    write_dataset_json,
)
from tests.unit.response.transport.dataset_json_schema import DATASET_JSON, ORDER

CREATED = dt.datetime(2026, 1, 2, 3, 4, 5)
VARIABLES = (
    Variable("USUBJID", "Subject", key=1, length=11),
    Variable("ASEQ", "Sequence", VariableType.INTEGER, key=2),
    Variable("AVAL", "Größe", VariableType.FLOAT),
    Variable("ADT", "Date", VariableType.DATE),
)
COLUMNS: dict[str, list[object]] = {
    "USUBJID": ["P1", None],
    "ASEQ": [2**60, None],
    "AVAL": [9.8, None],
    "ADT": [dt.date(2024, 2, 29), None],
}
DATASET = Dataset.of("ADRS", "Response", VARIABLES, COLUMNS)


def document() -> dict[str, Any]:
    found = json.loads(dataset_json(DATASET, created=CREATED))
    assert isinstance(found, dict)
    return found


def test_the_document_has_the_published_structure() -> None:
    Draft202012Validator(DATASET_JSON).validate(document())


def test_attributes_stand_in_the_published_order() -> None:
    places = [ORDER.index(name) for name in document()]
    assert places == sorted(places)


def test_dates_are_iso_text_to_be_made_integers() -> None:
    column = document()["columns"][3]
    assert (column["dataType"], column["targetDataType"], column["displayFormat"]) == (
        "date",
        "integer",
        "DATE9.",
    )
    assert [row[3] for row in document()["rows"]] == ["2024-02-29", None]


def test_equal_input_gives_equal_bytes() -> None:
    again = Dataset.of("ADRS", "Response", VARIABLES, COLUMNS)
    assert dataset_json(DATASET, created=CREATED) == dataset_json(again, created=CREATED)
    assert ndjson(DATASET, created=CREATED) == ndjson(again, created=CREATED)


def test_ndjson_is_the_same_content_line_by_line() -> None:
    first, *rows = [json.loads(line) for line in ndjson(DATASET, created=CREATED).splitlines()]
    assert {**first, "rows": rows} == document()


@pytest.mark.parametrize("name", ["adrs.json", "adrs.ndjson"])
def test_everything_comes_back(tmp_path: Path, name: str) -> None:
    write_dataset_json(DATASET, tmp_path / name, created=CREATED)
    found = read_dataset_json(tmp_path / name)
    assert found.frame.equals(DATASET.frame)
    assert (found.name, found.label, found.variables) == ("ADRS", "Response", VARIABLES)


def test_a_data_set_without_rows_comes_back(tmp_path: Path) -> None:
    empty = Dataset.of("ADRS", "", VARIABLES, {name: [] for name in COLUMNS})
    write_dataset_json(empty, tmp_path / "a.ndjson", created=CREATED)
    assert read_dataset_json(tmp_path / "a.ndjson").frame.equals(empty.frame)


def changed(folder: Path, **changes: Any) -> Path:
    path = folder / "a.json"
    path.write_text(json.dumps({**document(), **changes}))
    return path


def column(**changes: Any) -> list[dict[str, Any]]:
    first, *rest = document()["columns"]
    return [{**first, **changes}, *rest]


def test_partial_dates_of_sdtm_stay_text(tmp_path: Path) -> None:
    path = changed(tmp_path, columns=column(dataType="date"), rows=[["2014-01", 1, 2.0, None]], records=1)
    assert read_dataset_json(path).frame["USUBJID"].to_list() == ["2014-01"]


def test_decimals_written_as_text_are_numbers(tmp_path: Path) -> None:
    path = changed(tmp_path, columns=column(dataType="decimal"), rows=[["9.80", 1, 2, None]], records=1)
    assert read_dataset_json(path).frame["USUBJID"].to_list() == [9.8]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"datasetJSONVersion": "1.0.0"}, "another version"),
        ({"records": 3}, "`records` is not the number of rows"),
        ({"rows": [["P1"], ["P2"]]}, "a.json row 1: a row of another length"),
        ({"rows": [["P1", "x", 1.0, None]] * 2}, "row 1 column ASEQ: a value of another type"),
        ({"rows": [["P1", True, 1.0, None]] * 2}, "row 1 column ASEQ: a value of another type"),
        ({"rows": [["P1", 1, 1.0, "soon"]] * 2}, "has not the structure"),
        ({"rows": [["P1", 2**70, 1.0, None]] * 2}, "has not the structure"),
        ({"columns": column(dataType="colour")}, "has not the structure"),
        ({"columns": None}, "has not the structure"),
    ],
)
def test_a_document_of_another_structure_is_refused(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    with pytest.raises(DatasetJsonError) as caught:
        read_dataset_json(changed(tmp_path, **changes))
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[" * 100_000, b"[]", b"null", b""])
@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
def test_what_is_not_the_format_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetJsonError, match=r"a\.n?d?json"):
        read_dataset_json(tmp_path / name)


def test_infinity_has_no_json() -> None:
    endless = Dataset.of("A", "", (Variable("A", "a", VariableType.FLOAT),), {"A": [float("inf")]})
    with pytest.raises(DatasetJsonError, match="not finite"):
        dataset_json(endless, created=CREATED)
