from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from cimara.cohort.harmonise.apply import apply_mapping
from cimara.cohort.harmonise.opening import site_tables
from tests.unit.cohort.harmonise.site_files import PATIENTS, SITE, faults_of, mapping_of, messages, site_data

SEX = "Patient,sex,complete,recode,{},x,,1=male; 2=female"
RECORD = "@source,patient_id,complete,link,,record_id,,{@site}-P{record_id:4}"
REDCAP = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,x,les_no,cyst
1,base_arm_1,,,1,,
1,base_arm_1,lesion,1,,1,1
1,base_arm_1,lesion,2,,2,0
2,base_arm_1,,,2,,
2,fu_arm_1,,,,,
"""


def workbook(path: Path, **sheets: list[list[object]]) -> None:
    book = xlsxwriter.Workbook(str(path))
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    book.close()


def test_a_sheet_of_a_workbook_is_named_behind_the_file(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, PATIENTS, SEX.format("data.xlsx:People"))
    workbook(tmp_path / "data.xlsx", People=[["nr", "x"], [1, 1]], Other=[["a"], [1]])
    tables, _ = site_tables(tmp_path / "data.xlsx", mapping)
    found = apply_mapping(tables, mapping)
    assert found.frame("Patient")["sex"].to_list() == ["male"]
    assert found.origin("Patient").select("file", "sheet", "row").rows() == [("data.xlsx", "People", 1)]
    assert found.unused == ("data.xlsx sheet Other",)


@pytest.mark.parametrize("name", ["data.xlsx", "data.xlsx:Peple"])
def test_a_sheet_that_is_not_there_is_a_fault_that_lists_the_sheets(tmp_path: Path, name: str) -> None:
    mapping = mapping_of(tmp_path, PATIENTS, SEX.format(name))
    workbook(tmp_path / "data.xlsx", People=[["nr", "x"], [1, 1]], Other=[["a"], [1]])
    tables, _ = site_tables(tmp_path / "data.xlsx", mapping)
    with pytest.raises(Exception, match="expected one of People, Other"):
        apply_mapping(tables, mapping)


def test_a_star_in_a_file_name_stands_for_the_date_of_the_export(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, SEX.format("p_*.csv"), p_20240131="nr,x\n1,1")
    assert found.frame("Patient").height == 1


def test_a_name_that_fits_two_files_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, PATIENTS, SEX.format("p_*.csv"), p_1="nr,x\n1,1", p_2="nr,x\n1,1")
    assert "can be any of p_1.csv, p_2.csv" in fault


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, PATIENTS, SEX.format("patient.csv"), patients="nr,x\n1,1")
    assert "Did you mean patients.csv?" in fault


def test_faults_against_the_files_are_told_at_once(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        PATIENTS,
        SEX.format(""),
        "Patient,age_at_anchor,complete,direct,,agee",
        "Patient,brm_synchronous,complete,case_when,,,,sync == 1: 'yes'",
        "Patient,last_contact_day,complete,date_to_day,,x",
        p="nr,x,age\n1,1,50",
    )
    assert [one.split(":")[0] for one in faults] == [
        "row 4, source_field",
        "row 5, expression",
        "row 6, expression",
    ]
    assert "Did you mean age?" in faults[0]


def test_the_delimiter_is_declared(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "@source,delimiter,complete,,,,,semicolon", SEX.format(""), p="nr;x\n1;1"
    )
    assert found.frame("Patient")["sex"].to_list() == ["male"]


def test_settings_of_a_part_go_before_those_of_its_file_and_of_all(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path,
        PATIENTS,
        "@source,date_order,complete,,a.xlsx:S,,,YMD",
        "@source,date_order,complete,,a.xlsx,,,DMY",
        "@source,date_order,complete,,,,,MDY",
    )
    orders = [
        mapping.settings_for(*one).date_order for one in (("b.csv", ""), ("a.xlsx", "T"), ("a.xlsx", "S"))
    ]
    assert orders == ["MDY", "DMY", "YMD"]


def test_base_rows_and_repeating_instruments_of_redcap(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        RECORD,
        "Patient,sex,complete,recode,r.csv,x,base_arm_1,1=male; 2=female",
        "BrainLesion,lesion_id,complete,link,r.csv:lesion,,base_arm_1,{@patient_id}-L{les_no:2}",
        "BrainLesion,cystic,complete,recode,,cyst,,1=yes; 0=no",
        "@source,ignore_events,complete,,,,,fu_arm_1",
        r=REDCAP,
    )
    assert found.frame("Patient")["patient_id"].to_list() == ["UT01-P0001", "UT01-P0002"]
    assert found.frame("BrainLesion").select("lesion_id", "cystic").rows() == [
        ("UT01-P0001-L01", "yes"),
        ("UT01-P0001-L02", "no"),
    ]
    assert found.origin("BrainLesion").select("row", "record", "instance").rows() == [
        (2, "UT01-P0001", 1),
        (3, "UT01-P0001", 2),
    ]
    assert found.findings.is_empty()


def test_an_event_that_nobody_names_is_an_error_with_its_count(tmp_path: Path) -> None:
    row = "Patient,sex,complete,recode,r.csv,x,base_arm_1,1=male; 2=female"
    found = site_data(tmp_path, RECORD, row, r=REDCAP)
    (message,) = messages(found, "EVENT")
    assert "1 rows of event fu_arm_1 were dropped" in message


def test_several_events_need_one_named(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, RECORD, SEX.format("r.csv"), r=REDCAP)
    assert "several events; expected one of base_arm_1, fu_arm_1" in fault


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Patient,sex,complete,recode,r.csv,x,bse_arm_1,1=male", "Did you mean base_arm_1?"),
        (
            "Patient,sex,complete,recode,r.csv:lesions,x,base_arm_1,1=male",
            "no repeating instrument 'lesions'",
        ),
        ("Patient,sex,complete,recode,q.csv:part,x,,1=male", "q.csv has no parts"),
        ("Patient,sex,complete,recode,q.csv,x,base_arm_1,1=male", "has no column redcap_event_name"),
    ],
)
def test_parts_and_events_that_are_not_there_are_faults(tmp_path: Path, row: str, told: str) -> None:
    faults = faults_of(tmp_path, RECORD, row, r=REDCAP, q="record_id,x\n1,1")
    assert any(told in one for one in faults), faults


def test_a_field_of_another_file_is_joined_by_patient(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        SEX.format("p.csv"),
        "Patient,age_at_anchor,complete,direct,q.csv,age",
        p="nr,x\n1,1\n2,2\n3,1",
        q="nr,age\n03,70\n1.0,50",
    )
    assert found.frame("Patient")["age_at_anchor"].to_list() == [50, None, 70]


def test_several_rows_of_a_patient_in_the_joined_file_are_an_error(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        SEX.format("p.csv"),
        "Patient,age_at_anchor,complete,direct,q.csv,age",
        p="nr,x\n1,1\n2,2",
        q="nr,age\n1,50\n1,51\n2,60",
    )
    (message,) = messages(found, "JOIN")
    assert message.startswith("UT01-P0001: q.csv has several rows")
    assert found.frame("Patient")["age_at_anchor"].to_list() == [None, 60]


def test_another_event_of_the_same_file_is_joined_by_patient(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        RECORD,
        "Patient,sex,complete,recode,r.csv,x,base,1=male; 2=female",
        "Patient,last_contact_day,complete,direct,,seen,end",
        r="record_id,redcap_event_name,x,seen\n1,base,1,\n1,end,,400\n2,base,2,",
    )
    assert found.frame("Patient").select("sex", "last_contact_day").rows() == [
        ("male", 400),
        ("female", None),
    ]
    assert found.findings.is_empty()


def test_several_sites_in_one_file(tmp_path: Path) -> None:
    site = "@site,,complete,recode,,center,,Utrecht=UT01; Delft=DE01"
    found = site_data(tmp_path, PATIENTS, SEX.format(""), site=site, p="nr,center,x\n1,Utrecht,1\n1,delft,2")
    assert found.frame("Patient")["patient_id"].to_list() == ["UT01-P0001", "DE01-P0001"]


def test_a_site_that_is_not_listed_is_told_and_its_rows_are_left_out(tmp_path: Path) -> None:
    site = "@site,,complete,recode,,center,,1=UT01"
    found = site_data(tmp_path, PATIENTS, SEX.format(""), site=site, p="nr,center,x\n1,1,1\n2,7,2")
    assert found.frame("Patient").height == 1
    assert "7 (<5 rows)" in messages(found, "RECODE")[0]
    assert len(messages(found, "NO_PATIENT")) == 1


def test_files_and_columns_that_are_not_used_are_listed(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, SEX.format("p.csv"), p="nr,x,phone\n1,1,5", other="a\n1")
    assert set(found.unused) == {"p.csv column phone", "other.csv"}


def test_nth_and_of_choose_a_row_of_each_patient(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "Patient,last_contact_day,complete,direct,,seen",
        "Patient,@rows,complete,,,,,@nth == @of",
        p="nr,seen\n1,10\n2,5\n1,30\n1,20",
    )
    assert found.frame("Patient").select("patient_id", "last_contact_day").rows() == [
        ("UT01-P0002", 5),
        ("UT01-P0001", 20),
    ]


def test_findings_of_reading_the_file_are_kept(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, SEX.format(""), p="nr,x\n1,1\n2,1,7")
    assert found.frame("Patient").height == 1
    assert len(messages(found, "ROW_LENGTH")) == 1


def test_an_empty_table_gives_an_entity_without_rows(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, SEX.format(""), site=SITE, p="nr,x")
    assert found.frame("Patient").height == 0
