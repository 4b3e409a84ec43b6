from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.reading import write_tables
from tests.unit.cohort.harmonise.site_files import PATIENTS, mapping_of, site_data

SEX = "Patient,sex,complete,recode,,x,,1=male"


def some_patients(folder: Path) -> Dataset:
    return site_data(folder, PATIENTS, SEX, p="nr,x\n1,1\n2,1")


def test_a_folder_of_our_tables_is_read_without_a_mapping(tmp_path: Path) -> None:
    write_tables(some_patients(tmp_path), tmp_path / "ours")
    assert read_any(tmp_path / "ours").frame("Patient")["sex"].to_list() == ["male", "male"]


def test_one_of_our_tables_is_read_by_its_name(tmp_path: Path) -> None:
    (path,) = write_tables(some_patients(tmp_path), tmp_path / "ours")
    assert read_any(path).frame("Patient").height == 2


def test_an_export_of_our_dictionary_is_known_by_its_variables(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("record_id,pat_patient_id,pat_sex\n1,UT01-P0001,2\n", encoding="utf-8")
    assert read_any(path).frame("Patient")["sex"].to_list() == ["male"]


def test_files_of_a_site_need_a_mapping(tmp_path: Path) -> None:
    data = tmp_path / "site"
    data.mkdir()
    (data / "people.csv").write_text("nr,x\n1,1\n", encoding="utf-8")
    with pytest.raises(CohortError, match="need a mapping"):
        read_any(data)
    mapping_of(tmp_path, PATIENTS, SEX)
    (data / "letter.pdf").write_bytes(b"%PDF")
    found = read_any(data, tmp_path / "mapping.csv")
    assert found.frame("Patient")["sex"].to_list() == ["male"]
    assert found.unused == ("letter.pdf",)


def test_a_workbook_that_is_not_ours_asks_for_a_mapping(tmp_path: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "book.xlsx"))
    book.add_worksheet("Sheet1").write_row(0, 0, ["a", "b"])
    book.close()
    with pytest.raises(CohortError, match="need a mapping"):
        read_any(tmp_path / "book.xlsx")


def test_nothing_there_and_nothing_in_it_are_told(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no such file or folder"):
        read_any(tmp_path / "none")
    mapping = mapping_of(tmp_path, PATIENTS, SEX)
    (tmp_path / "empty").mkdir()
    with pytest.raises(CohortError, match="no table is in it"):
        read_any(tmp_path / "empty", mapping)


def test_a_broken_file_that_nobody_names_is_passed_over_and_listed(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, PATIENTS, "Patient,sex,complete,recode,p.csv,x,,1=male")
    data = tmp_path / "site"
    data.mkdir()
    (data / "p.csv").write_text("nr,x\n1,1\n", encoding="utf-8")
    (data / "notes.csv").write_text("", encoding="utf-8")
    assert read_any(data, mapping).unused == ("notes.csv: the file is empty",)
    (data / "p.csv").write_text("nr;x\n1;1\n", encoding="utf-8")
    with pytest.raises(CohortError, match="parted by semicolons"):
        read_any(data, mapping)
