"""Text becomes typed tables: every cell a value, a reason or a finding, and nothing is lost going back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.cohort.dataset import plain_origin
from cimara.cohort.errors import CohortError
from cimara.cohort.model import data_model
from cimara.cohort.reading import half_up, read_tables, rounded, text_frame, typed_frame, write_tables
from tests.unit.cohort.clean import TABLES, clean_dataset


def typed(entity: str, **columns: list[str | None]) -> tuple[pl.DataFrame, pl.DataFrame]:
    text = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return typed_frame(data_model().entity(entity), text, plain_origin(text.height))


def values(entity: str, field: str, *cells: str | None) -> list[object]:
    return typed(entity, **{field: list(cells)})[0][field].to_list()


def refused(path: Path) -> str:
    with pytest.raises(CohortError) as error:
        read_tables(path)
    return str(error.value)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("2.25", 2.3), ("2.35", 2.4), ("-2.25", -2.3), ("2.2499", 2.2), ("2.4", 2.4), (".5", 0.5)],
)
def test_numbers_are_rounded_half_up_to_their_places(cell: str, value: float) -> None:
    assert values("LesionMeasurement", "longest_mm", cell) == [value]


def test_a_number_is_the_float_that_its_text_stands_for() -> None:
    cells = [f"{tenths / 10}" for tenths in range(1_500)]
    assert values("LesionMeasurement", "longest_mm", *cells) == [float(cell) for cell in cells]
    beside_a_reason = values("LesionMeasurement", "longest_mm", *cells, "UNK", "7.77")
    assert beside_a_reason == [*(float(cell) for cell in cells), None, 7.8]


def test_halves_go_away_from_zero() -> None:
    frame = pl.DataFrame({"n": [0.5, 1.5, -0.5, 0.49, 2.675 * 100]})
    assert frame.select(half_up(pl.col("n"))).to_series().to_list() == [1, 2, -1, 0, 268]
    assert frame.select(rounded(pl.lit(24.0) / 10, 1)).item() == 2.4


@pytest.mark.parametrize(("cell", "value"), [("12", 12), ("-3", -3), ("+4", 4), ("12.0", 12), ("12.", 12)])
def test_whole_numbers_are_read_as_spreadsheets_write_them(cell: str, value: int) -> None:
    assert values("BrainLesion", "first_seen_day", cell, "0") == [value, 0]


@pytest.mark.parametrize(
    "cell", ["12.5", "1e3", "nan", "inf", "2019-03-04", "twelve", "1 2", "0x1F", "1_000"]
)
def test_what_is_no_whole_number_is_told(cell: str) -> None:
    frame, findings = typed(
        "BrainLesion", patient_id=["UT01-P0001", "UT01-P0002"], first_seen_day=["3", cell]
    )
    assert frame["first_seen_day"].to_list() == [3, None]
    told = findings.row(0, named=True)
    assert (told["rule"], told["table"], told["field"], told["row"]) == (
        "TYPE",
        "BrainLesion",
        "first_seen_day",
        2,
    )
    assert told["patient_id"] == "UT01-P0002"
    assert f"is text of {len(cell)} characters, expected a whole number" in told["message"]
    assert cell not in told["message"]


@pytest.mark.parametrize("cell", ["1e3", "nan", "-inf", "2.5 mm", "1,234.5", "."])
def test_what_is_no_number_is_told(cell: str) -> None:
    frame, findings = typed("LesionMeasurement", longest_mm=[cell, "2.5"])
    assert frame["longest_mm"].to_list() == [None, 2.5]
    assert findings.select("rule", "row").rows() == [("TYPE", 1)]


def test_a_decimal_comma_has_its_own_hint() -> None:
    assert typed("LesionMeasurement", longest_mm=["2,5"])[1]["hint"].to_list() == [
        "Write decimals after a point."
    ]


def test_a_reason_in_the_place_of_a_value_is_kept_beside_it() -> None:
    frame, findings = typed("Patient", sex=["female", "NASK", None], age_at_anchor=["UNK", "62", None])
    assert frame["sex"].to_list() == ["female", None, None]
    assert frame["sex__why"].to_list() == [None, "NASK", None]
    assert frame["age_at_anchor"].to_list() == [None, 62, None]
    assert frame["age_at_anchor__why"].to_list() == ["UNK", None, None]
    assert findings.is_empty()


def test_a_reason_in_its_own_column_is_kept() -> None:
    frame, _ = typed("Patient", sex=["female", None], sex__why=[None, "ND"])
    assert frame["sex__why"].to_list() == [None, "ND"]


def test_a_reason_without_the_column_of_values_is_kept() -> None:
    frame, _ = typed("Patient", patient_id=["UT01-P0001"], race__why=["NASK"])
    assert frame["race"].to_list() == [None]
    assert frame["race__why"].to_list() == ["NASK"]


def test_a_column_without_reasons_has_none_beside_it() -> None:
    frame, _ = typed("Patient", sex=["female"])
    assert "sex__why" not in frame.columns


def test_a_column_that_is_not_there_is_blank_and_typed() -> None:
    frame, _ = typed("Patient", patient_id=["UT01-P0001"])
    assert frame["last_contact_day"].to_list() == [None]
    assert frame.schema["race"] == pl.List(pl.String)
    assert frame.columns[:3] == ["patient_id", "sex", "age_at_anchor"]


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("mri", ["mri"]),
        ("clinical; mri", ["mri", "clinical"]),
        ("mri;mri;;", ["mri"]),
        ("autopsy;mri", ["mri", "autopsy"]),
        (";", None),
        (None, None),
    ],
)
def test_several_codes_stand_once_in_the_order_of_the_schema_unknown_ones_last(
    cell: str | None, codes: list[str] | None
) -> None:
    assert values("LmdEvent", "basis", cell) == [codes]


def test_an_unknown_code_is_kept_for_the_checks() -> None:
    assert values("Patient", "sex", "femme") == ["femme"]


def test_a_table_without_rows_has_every_column() -> None:
    frame, findings = typed("Patient", patient_id=[])
    assert frame.height == 0
    assert "vital_status" in frame.columns
    assert findings.is_empty()


def test_writing_and_reading_give_the_same_tables(tmp_path: Path) -> None:
    dataset = clean_dataset()
    assert len(write_tables(dataset, tmp_path)) == len(TABLES)
    again = read_tables(tmp_path)
    assert again.findings.is_empty()
    assert again.unused == ()
    for name in TABLES:
        assert_frame_equal(again.frame(name), dataset.frame(name), check_column_order=False)


def test_text_keeps_trailing_zeros_and_reasons() -> None:
    frame, _ = typed("LesionMeasurement", longest_mm=["20", "UNK", "-0.5", "0.04"])
    text = text_frame(data_model().entity("LesionMeasurement"), frame)
    assert text["longest_mm"].to_list() == ["20.0", "UNK", "-0.5", "0.0"]


def test_parquet_is_read_as_csv_is(tmp_path: Path) -> None:
    dataset = clean_dataset()
    dataset.frame("CourseLesion").write_parquet(tmp_path / "course_lesion.parquet")
    assert_frame_equal(
        read_tables(tmp_path).frame("CourseLesion"), dataset.frame("CourseLesion"), check_column_order=False
    )


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "patient.parquet").write_bytes(b"PAR1 and no more")
    assert "the Parquet file is damaged" in refused(tmp_path)


def test_a_file_or_column_of_no_use_is_listed_with_what_was_meant(tmp_path: Path) -> None:
    (tmp_path / "patient.csv").write_text("patient_id,sexe\nUT01-P0001,female\n")
    (tmp_path / "brain_lesions.csv").write_text("lesion_id,a\n1,2\n")
    dataset = read_tables(tmp_path)
    assert set(dataset.unused) == {
        "brain_lesions.csv; did you mean brain_lesion?",
        "patient.csv column sexe; did you mean sex?",
    }


def test_rows_know_their_file_and_number(tmp_path: Path) -> None:
    (tmp_path / "patient.csv").write_text("patient_id,sex\nUT01-P0001,female\nlost row\nUT01-P0002,male\n")
    dataset = read_tables(tmp_path)
    assert dataset.origin("Patient").select("file", "row").rows() == [("patient.csv", 1), ("patient.csv", 3)]
    assert dataset.findings.select("table", "rule", "row").rows() == [("Patient", "ROW_LENGTH", 2)]


def test_a_folder_without_a_table_of_the_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n")
    assert "no table of the data model" in refused(tmp_path)
    assert "no such folder" in refused(tmp_path / "nowhere")


def test_two_tables_of_one_entity_are_refused(tmp_path: Path) -> None:
    for name in ("patient.csv", "Patient.csv"):
        (tmp_path / name).write_text("patient_id,sex\nUT01-P0001,female\n")
    assert "two tables are of Patient" in refused(tmp_path)


def test_two_columns_of_one_field_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lesion_measurement.csv").write_text("longest_mm,longest_mm [mm]\n1,2\n")
    assert "two columns are of one field: longest_mm" in refused(tmp_path)


def test_namibia_is_a_country_and_no_reason() -> None:
    entity = data_model().entity("Site")
    frame, findings = typed_frame(entity, pl.DataFrame({"country": ["NA"]}), plain_origin(1))
    assert frame["country"].to_list() == ["NA"]
    assert findings.is_empty()
