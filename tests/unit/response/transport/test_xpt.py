"""XPT v5 holds little, and what it can't hold is refused, not cut."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pyreadstat
import pytest

from cimara.response.transport.dataset import Dataset, DatasetError, Variable, VariableType
from cimara.response.transport.xpt import Transliteration, XptError, read_xpt, write_xpt

TEXT, INTEGER, FLOAT, DATE = VariableType


def one(values: list[object], kind: VariableType = TEXT, name: str = "A", label: str = "a") -> Dataset:
    number = Variable("ROW", "Row", INTEGER)
    columns = {name: values, "ROW": list(range(1, len(values) + 1))}
    variables = (Variable(name, label, kind), number)
    frame = pl.DataFrame(
        {
            name: pl.Series(
                name,
                values,
                dtype={TEXT: pl.String(), INTEGER: pl.Int64(), FLOAT: pl.Float64(), DATE: pl.Date()}[kind],
            ),
            "ROW": pl.Series("ROW", columns["ROW"], dtype=pl.Int64()),
        }
    )
    return Dataset("ADX", "Example", variables, frame)


def test_values_dates_and_descriptions_come_back(tmp_path: Path) -> None:
    variables = (
        Variable("USUBJID", "Subject"),
        Variable("AVAL", "Value", FLOAT),
        Variable("ADT", "Date", DATE),
    )
    columns: dict[str, list[object]] = {
        "USUBJID": ["P1", None],
        "AVAL": [9.8, None],
        "ADT": [dt.date(1959, 12, 31), None],
    }
    dataset = Dataset.of("ADRS", "Response", variables, columns)
    write_xpt(dataset, tmp_path / "adrs.xpt")
    found = read_xpt(tmp_path / "adrs.xpt")
    assert found.frame.equals(dataset.frame)
    assert (found.name, found.label) == ("ADRS", "Response")
    assert [(one.name, one.label, one.type) for one in found.variables] == [
        (one.name, one.label, one.type) for one in variables
    ]
    assert found.variables[2].format == "DATE9"


def test_the_file_is_version_5(tmp_path: Path) -> None:
    write_xpt(one(["x"]), tmp_path / "a.xpt")
    assert (tmp_path / "a.xpt").read_bytes().startswith(b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!")


@pytest.mark.parametrize(
    ("dataset", "told"),
    [
        (one(["x"], name="LONGNAME9"), "column 'LONGNAME9': name longer than 8"),
        (one(["x"], name="lower"), "column 'lower': name longer than 8 characters or not A-Z"),
        (one(["x"], label="l" * 41), "column A: label of 41 characters, at most 40 fit"),
        (one(["x"], label="café"), "column A: label is not ASCII"),
        (one(["x"], label="Response "), "column A: label that ends in a blank, which is lost"),
        (one(["x"], label="a\tb"), "column A: label with a control character"),
        (one(["ok", "x" * 201]), "column A row 2: text of 201 bytes, at most 200 fit"),
        (one(["ok", "café"]), "column A row 2: text is not ASCII"),
        (one(["x "]), "column A row 1: text that is empty or ends in a blank"),
        (one([""]), "column A row 1: text that is empty or ends in a blank"),
        (one(["a\nb"]), "column A row 1: text with a control character"),
        (one([2**53 + 1], INTEGER), "column A row 1: whole number beyond 2^53"),
        (one([-(2**53) - 1], INTEGER), "column A row 1: whole number beyond 2^53"),
        (one([float("inf")], FLOAT), "column A row 1: number that is not finite"),
        (one([1e-71], FLOAT), "column A row 1: number outside"),
        (one([1.1e70], FLOAT), "column A row 1: number outside"),
    ],
)
def test_each_silent_loss_is_refused_with_its_place(dataset: Dataset, told: str, tmp_path: Path) -> None:
    with pytest.raises(XptError) as caught:
        write_xpt(dataset, tmp_path / "a.xpt")
    assert told in str(caught.value)
    assert not (tmp_path / "a.xpt").exists()


def test_a_long_data_set_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(XptError, match="data set name: longer than 8"):
        write_xpt(
            Dataset("TOOLONGNAME", "", (Variable("A", "a"),), pl.DataFrame({"A": ["x"]})), tmp_path / "a.xpt"
        )


def test_a_last_row_of_blanks_would_be_lost_and_is_refused(tmp_path: Path) -> None:
    blank = Dataset.of("A", "", (Variable("A", "a"),), {"A": ["x", None]})
    with pytest.raises(XptError, match="row 2: blank in every column"):
        write_xpt(blank, tmp_path / "a.xpt")


def test_what_just_fits_is_written(tmp_path: Path) -> None:
    write_xpt(one(["x" * 200], label="l" * 40, name="EIGHT_88"), tmp_path / "a.xpt")
    write_xpt(one([2**53, -(2**53)], INTEGER), tmp_path / "b.xpt")
    assert read_xpt(tmp_path / "a.xpt").frame["EIGHT_88"].to_list() == ["x" * 200]
    assert read_xpt(tmp_path / "b.xpt").frame["A"].to_list() == [2.0**53, -(2.0**53)]


def test_all_losses_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(XptError) as caught:
        write_xpt(one(["é"] * 30), tmp_path / "a.xpt")
    assert "row 1:" in str(caught.value)
    assert "and 10 more" in str(caught.value)


def test_transliteration_is_asked_for_and_listed(tmp_path: Path) -> None:
    changes = write_xpt(one(["ok", "Müßig ≥ 5 µm"], label="Größe"), tmp_path / "a.xpt", transliterate=True)
    assert changes == [Transliteration("A", None), Transliteration("A", 2)]
    assert read_xpt(tmp_path / "a.xpt").frame["A"].to_list() == ["ok", "Mussig >= 5 um"]


def test_what_has_no_ascii_is_refused_even_then(tmp_path: Path) -> None:
    with pytest.raises(XptError, match="row 1: text is not ASCII"):
        write_xpt(one(["脳"]), tmp_path / "a.xpt", transliterate=True)


def test_a_file_of_another_writer_is_read(tmp_path: Path) -> None:
    frame = pl.DataFrame({"USUBJID": ["P1", ""], "VISITNUM": [9.2, 3.0]})
    pyreadstat.write_xport(frame, tmp_path / "tr.xpt", table_name="TR", file_format_version=8)
    assert read_xpt(tmp_path / "tr.xpt").frame.to_dict(as_series=False) == {
        "USUBJID": ["P1", None],
        "VISITNUM": [9.2, 3.0],
    }


def test_garbage_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xpt").write_bytes(b"garbage" * 1000)
    with pytest.raises(XptError, match=r"a\.xpt: the file can't be read as SAS transport"):
        read_xpt(tmp_path / "a.xpt")


def test_a_frame_that_differs_from_its_description_is_no_data_set() -> None:
    with pytest.raises(DatasetError, match="not those described"):
        Dataset("A", "", (Variable("A", "a", INTEGER),), pl.DataFrame({"A": ["x"]}))
    with pytest.raises(DatasetError, match="two variables with one name"):
        Dataset("A", "", (Variable("A", "a"), Variable("A", "b")), pl.DataFrame({"A": ["x"]}))
