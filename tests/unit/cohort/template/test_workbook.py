"""The workbook that a site fills in place of REDCap: what is written in it is read back."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.errors import CohortError
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import read_workbook
from cimara.cohort.reading import read_tables, text_frame, typed_frame
from cimara.cohort.template.labels import read_labels
from cimara.cohort.template.workbook import CODES, GUIDE, header_of, write_template

CELLS: dict[str, dict[str, list[str | None]]] = {
    "Patient": {
        "patient_id": ["ZZ01-P0001", "ZZ01-P0002"],
        "sex": ["female", "UNK"],
        "age_at_anchor": ["61", "ND"],
        "race": ["asian;white", None],
        "last_contact_day": ["-3", "400"],
    },
    "LesionMeasurement": {
        "patient_id": ["ZZ01-P0001"],
        "scan_id": ["ZZ01-P0001-S01"],
        "lesion_id": ["ZZ01-P0001-L01"],
        "longest_mm": ["12.5"],
        "vol_total_cm3": ["0.07"],
    },
}


def dataset(cells: dict[str, dict[str, list[str | None]]] = CELLS) -> Dataset:
    tables = {}
    for name, columns in cells.items():
        text = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
        tables[name] = typed_frame(data_model().entity(name), text, plain_origin(text.height))[0]
    return Dataset(tables)


def test_rows_that_were_filled_in_are_read_back_with_their_reasons(tmp_path: Path) -> None:
    given = dataset()
    write_template(tmp_path / "site.xlsx", given)
    read = read_tables(tmp_path / "site.xlsx")
    assert read.findings.is_empty()
    assert read.unused == ()
    for name in given.tables:
        entity = data_model().entity(name)
        assert text_frame(entity, read.frame(name)).equals(text_frame(entity, given.frame(name)))


def test_an_empty_workbook_has_a_sheet_an_entity_with_all_fields_and_units(tmp_path: Path) -> None:
    write_template(tmp_path / "site.xlsx")
    sheets = {table.sheet: table.frame.columns for table in read_workbook(tmp_path / "site.xlsx")}
    assert list(sheets)[:2] == [GUIDE, CODES]
    for entity in data_model().entities:
        assert sheets[entity.table] == [header_of(field) for field in entity.fields]
    assert "longest_mm [mm]" in sheets["lesion_measurement"]
    assert "start_day [days from the anchor]" in sheets["local_therapy_course"]


def test_every_code_and_every_reason_of_a_curator_stands_in_the_code_lists(tmp_path: Path) -> None:
    write_template(tmp_path / "site.xlsx")
    codes = next(one for one in read_workbook(tmp_path / "site.xlsx") if one.sheet == CODES).frame
    for entity in data_model().entities:
        for field in entity.fields:
            if field.enum:
                listed = codes[field.enum].drop_nulls().to_list()
                assert listed == [*field.code_names, "UNK", "ND", "NA", "NASK", "NAVU"]


def test_labels_of_another_language_are_read_by_entity_and_field(tmp_path: Path) -> None:
    (tmp_path / "es.csv").write_text("entity,field,label\nPatient,sex,Sexo\n")
    assert read_labels(tmp_path / "es.csv") == {("Patient", "sex"): "Sexo"}


def test_a_label_of_a_field_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "es.csv").write_text("entity,field,label\nPatient,sexo,Sexo\n")
    with pytest.raises(CohortError, match="sex"):
        read_labels(tmp_path / "es.csv")
