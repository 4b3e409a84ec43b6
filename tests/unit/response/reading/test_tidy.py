"""The tidy tables: what each row becomes, and what happens to a row that can't be one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from cimara.response.model import Measurement, Patient, Study
from cimara.response.reading.tidy import Reading, load_tidy, read_tidy
from cimara.terms.response import Answer, Assessable, LesionState, SizeStatus
from cimara.terms.table_files import TableError

PATIENTS = "patient_id,start_date\nP1,2024-01-10\nP2,2024-02-01\n"
VISITS = (
    "patient_id,visit_id,date,is_baseline\nP1,BL,2024-01-05,yes\nP1,W8,2024-03-05,no\nP2,BL,2024-01-30,yes\n"
)
LESIONS = (
    "patient_id,lesion_id,compartment,role\nP1,L1,BRAIN,TARGET\nP1,L2,BRAIN,NON-TARGET\nP2,L1,BRAIN,target\n"
)
MEASURED = "patient_id,lesion_id,visit_id,date,status,ld_mm,state,reason\n"


def read(folder: Path, **tables: str) -> Reading:
    base = {"patients": PATIENTS, "visits": VISITS, "lesions": LESIONS}
    for name, content in (base | tables).items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return load_tidy(folder)


def codes(reading: Reading) -> list[str]:
    return [finding.code for finding in reading.study.findings]


def patient(reading: Reading, patient_id: str = "P1") -> Patient:
    return next(one for one in reading.study.patients if one.patient_id == patient_id)


def only(reading: Reading) -> Measurement:
    (measurement,) = patient(reading).measurements
    return measurement


def test_a_size_becomes_tenths_of_a_millimetre(tmp_path: Path) -> None:
    found = only(read(tmp_path, measurements=MEASURED + "P1,L1,W8,,MEASURED,9.8,,\n"))
    assert (found.ld, found.status, found.date) == (98, SizeStatus.MEASURED, dt.date(2024, 3, 5))
    assert found.evaluator == "INV"


def test_a_column_in_centimetres_is_converted(tmp_path: Path) -> None:
    rows = "P1,L1,BL,,MEASURED,1.6 cm,,\nP1,L1,W8,,MEASURED,2 cm,,\n"
    found = patient(read(tmp_path, measurements=MEASURED + rows)).measurements
    assert [measurement.ld for measurement in found] == [160, 200]


def test_two_units_in_one_column_are_an_error(tmp_path: Path) -> None:
    rows = "P1,L1,BL,,MEASURED,16,,\nP1,L1,W8,,MEASURED,1.6 cm,,\n"
    reading = read(tmp_path, measurements=MEASURED + rows)
    assert codes(reading) == ["TWO_UNITS"]
    assert [seen.status for seen in patient(reading).measurements] == [
        SizeStatus.MEASURED,
        SizeStatus.NOT_EVALUABLE,
    ]


def test_a_size_of_many_decimals_is_rounded_and_noted(tmp_path: Path) -> None:
    reading = read(tmp_path, measurements=MEASURED + "P1,L1,W8,,MEASURED,9.85,,\n")
    assert only(reading).ld == 99
    assert codes(reading) == ["SIZE_ROUNDED"]


def test_a_mix_up_of_units_is_suspected_above_300_mm(tmp_path: Path) -> None:
    reading = read(tmp_path, measurements=MEASURED + "P1,L1,W8,,MEASURED,301,,\n")
    assert only(reading).ld == 3010
    assert codes(reading) == ["SIZE_IMPLAUSIBLE"]


@pytest.mark.parametrize("size", ["-3", "NaN", "inf", "abcde", "12,5", "1e3", "12 inch", "1 6"])
def test_a_bad_size_leaves_its_lesion_not_assessed_at_that_visit(tmp_path: Path, size: str) -> None:
    rows = f'P1,L1,BL,,MEASURED,16,,\nP1,L1,W8,,MEASURED,"{size}",,\n'
    reading = read(tmp_path, measurements=MEASURED + rows)
    seen = patient(reading).measurements
    assert [one.status for one in seen] == [SizeStatus.MEASURED, SizeStatus.NOT_EVALUABLE]
    assert seen[1].reason == "row rejected: measurements.csv row 2, CELL_UNREADABLE"
    assert seen[1].ld is None
    assert all(size not in str(finding).replace("'", "") for finding in reading.study.findings)


def test_a_rejected_row_of_a_lesion_judged_in_words_is_not_evaluable_in_words(tmp_path: Path) -> None:
    reading = read(tmp_path, measurements=MEASURED + "P1,L2,W8,,,,gone,\n")
    assert only(reading).state is LesionState.NE


def test_a_state_alone_needs_no_status(tmp_path: Path) -> None:
    found = only(read(tmp_path, measurements=MEASURED + "P1,L2,W8,,,,present,\n"))
    assert (found.status, found.state) == (None, LesionState.PRESENT)


def test_not_done_is_a_status_with_its_reason(tmp_path: Path) -> None:
    found = only(read(tmp_path, measurements=MEASURED + "P1,L1,W8,,not done,,,moved\n"))
    assert (found.status, found.ld, found.reason) == (SizeStatus.NOT_DONE, None, "moved")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P9,L1,W8,,MEASURED,9,,", "UNKNOWN_PATIENT"),
        ("P1,L1,W9,,MEASURED,9,,", "UNKNOWN_VISIT"),
        ("P1,L9,W8,,MEASURED,9,,", "UNKNOWN_LESION"),
        ("P1,L1,W8,,MEASURED,,,", "SIZE_MISSING"),
        ("P1,L1,W8,,,9,,", "STATUS_MISSING"),
        ("P1,L1,W8,,,,,", "STATUS_MISSING"),
        ("P1,L1,W8,,NOT_DONE,9,,", "SIZE_WITHOUT_SCAN"),
        ("P1,L1,W8,,NOT_EVALUABLE,9,,", "SIZE_WITHOUT_SCAN"),
        ("P1,L1,W8,2025,MEASURED,9,,", "DATE_UNDATED"),
        ("P1,L1,W8,,SMALLISH,9,,", "CELL_UNREADABLE"),
        (",L1,W8,,MEASURED,9,,", "VALUE_MISSING"),
        ("P1,L1,W8", "ROW_LENGTH"),
    ],
)
def test_an_impossible_measurement_is_an_error_row_and_the_rest_goes_on(
    tmp_path: Path, row: str, code: str
) -> None:
    reading = read(tmp_path, measurements=MEASURED + f"{row}\nP2,L1,BL,,MEASURED,9,,\n")
    assert codes(reading) == [code]
    assert reading.study.findings[0].severity == "error"
    assert (reading.study.findings[0].file, reading.study.findings[0].row) == ("measurements.csv", 1)
    assert len(patient(reading, "P2").measurements) == 1


def test_a_start_date_is_not_imputed_and_other_patients_go_on(tmp_path: Path) -> None:
    reading = read(tmp_path, patients="patient_id,start_date\nP1,2024-01\nP2,2024-02-01\n")
    assert [one.patient_id for one in reading.study.patients] == ["P2"]
    assert "START_DATE_PARTIAL" in codes(reading)


def test_a_patient_stands_once(tmp_path: Path) -> None:
    reading = read(tmp_path, patients=PATIENTS + "P1,2024-05-05\n")
    assert patient(reading).start_date == dt.date(2024, 1, 10)
    assert codes(reading) == ["DUPLICATE_PATIENT"]


def test_a_therapy_of_the_start_month_began_at_the_start(tmp_path: Path) -> None:
    header = "patient_id,start_date,immunotherapy,immunotherapy_start\n"
    table = header + "P1,2024-01-10,Y,2024-01\nP2,2024-02-01,,2024\n"
    reading = read(tmp_path, patients=table)
    assert patient(reading).immunotherapy is Answer.YES
    assert patient(reading).immunotherapy_start == dt.date(2024, 1, 10)
    assert patient(reading, "P2").immunotherapy_start is None
    assert codes(reading) == ["DATE_IMPUTED_DAY", "DATE_UNDATED"]


def test_a_visit_stands_once(tmp_path: Path) -> None:
    reading = read(tmp_path, visits=VISITS + "P1,W8,2024-03-05,no\n")
    assert len(patient(reading).visits) == 2
    assert codes(reading) == ["DUPLICATE_VISIT"]


def test_one_visit_id_on_two_dates_is_two_visits(tmp_path: Path) -> None:
    rows = "P1,L1,W8,2024-03-05,MEASURED,9,,\nP1,L1,W8,2024-06-05,MEASURED,12,,\nP1,L1,W8,,MEASURED,12,,\n"
    reading = read(tmp_path, visits=VISITS + "P1,W8,2024-06-05,no\n", measurements=MEASURED + rows)
    assert [visit.date.month for visit in patient(reading).visits] == [1, 3, 6]
    assert [seen.date.month for seen in patient(reading).measurements] == [3, 6]
    assert codes(reading) == ["VISIT_SPLIT", "AMBIGUOUS_VISIT"]


def test_a_visit_before_baseline_is_noted_and_kept(tmp_path: Path) -> None:
    reading = read(tmp_path, visits=VISITS + "P1,SCREEN,2023-12-01,no\n")
    assert len(patient(reading).visits) == 3
    assert [(finding.code, finding.row) for finding in reading.study.findings] == [
        ("VISIT_BEFORE_BASELINE", 4)
    ]


def test_a_partial_visit_date_takes_the_date_of_a_measurement_that_agrees(tmp_path: Path) -> None:
    visits = "patient_id,visit_id,date\nP1,W8,2024-03\n"
    reading = read(tmp_path, visits=visits, measurements=MEASURED + "P1,L1,W8,2024-03-07,MEASURED,9,,\n")
    assert patient(reading).visits[0].date == dt.date(2024, 3, 7)
    assert codes(reading) == []


def test_a_partial_visit_date_is_imputed_to_the_end_of_its_month(tmp_path: Path) -> None:
    reading = read(tmp_path, visits="patient_id,visit_id,date\nP1,W8,2024-03\n")
    assert patient(reading).visits[0].date == dt.date(2024, 3, 31)
    assert codes(reading) == ["DATE_IMPUTED_DAY"]


def test_a_partial_measurement_date_takes_that_of_its_visit(tmp_path: Path) -> None:
    reading = read(tmp_path, measurements=MEASURED + "P1,L1,W8,2024-03,MEASURED,9,,\n")
    assert only(reading).date == dt.date(2024, 3, 5)


def test_a_scan_not_done_leaves_its_part_not_assessable(tmp_path: Path) -> None:
    visits = "patient_id,visit_id,date,brain_assessable,lm_assessable\nP1,W8,2024-03-05,not done,partial\n"
    (visit,) = patient(read(tmp_path, visits=visits)).visits
    assert visit.brain_assessable is Assessable.NONE
    assert visit.lm_assessable is Assessable.PARTIAL
    assert visit.body_assessable is Assessable.ALL
    assert visit.is_baseline is None


def test_a_visit_without_measurements_is_kept(tmp_path: Path) -> None:
    assert len(patient(read(tmp_path)).visits) == 2


def test_a_lesion_stands_once_for_each_evaluator(tmp_path: Path) -> None:
    table = "patient_id,lesion_id,evaluator,compartment\nP1,L1,,BRAIN\nP1,L1,R1,BRAIN\nP1,L1,INV,BRAIN\n"
    reading = read(tmp_path, lesions=table)
    assert [lesion.evaluator for lesion in patient(reading).lesions] == ["INV", "R1"]
    assert codes(reading) == ["DUPLICATE_LESION"]


def test_a_lesion_that_another_evaluator_listed_is_known(tmp_path: Path) -> None:
    rows = "patient_id,lesion_id,visit_id,evaluator,status,ld_mm\nP1,L1,W8,R1,MEASURED,9\n"
    assert only(read(tmp_path, measurements=rows)).evaluator == "R1"


def test_a_new_lesion_makes_its_lesion_known(tmp_path: Path) -> None:
    new = "patient_id,lesion_id,visit_id,certainty,compartment,projections\nP1,N1,W8,unequivocal,BRAIN,2\n"
    reading = read(tmp_path, new_lesions=new, measurements=MEASURED + "P1,N1,W8,,MEASURED,6,,\n")
    assert only(reading).lesion_id == "N1"
    assert patient(reading).new_lesions[0].projections == 2


def test_an_id_with_a_semicolon_is_refused(tmp_path: Path) -> None:
    table = "patient_id,lesion_id,compartment,parent_ids\nP1,L1;L2,BRAIN,\nP1,L3,BRAIN,L1; L2\n"
    reading = read(tmp_path, lesions=table)
    assert codes(reading) == ["CELL_UNREADABLE"]
    assert patient(reading).lesions[0].parent_ids == ("L1", "L2")


CLINICAL = "patient_id,visit_id,status,kps,dex_mg_per_day,steroid_trend,attributable\n"


def test_clinical_state_stands_once_a_visit_and_unknown_is_a_value(tmp_path: Path) -> None:
    rows = "P1,W8,worse,70,4.5,INCREASED,tumor\nP1,W8,stable,,,,\nP1,BL,unknown,,,,\n"
    reading = read(tmp_path, clinical=CLINICAL + rows)
    first, second = patient(reading).clinical
    assert (first.status, first.kps, first.dex_mg_per_day, first.attributable) == ("WORSE", 70, 4.5, "tumour")
    assert (second.status, second.dex_mg_per_day) == ("UNKNOWN", None)
    assert codes(reading) == ["DUPLICATE_CLINICAL"]


FORM = "patient_id,visit_id,reference_visit_id,region,item,reference,followup,change,n1x_mm,n1y_mm,csf\n"


def test_rows_of_a_scorecard_become_one_form(tmp_path: Path) -> None:
    rows = "P1,W8,BL,brain,nodules,1,present,improved,6,5.5,NEGATIVE\nP1,W8,BL,spine,linear,absent,,,,,\n"
    (form,) = patient(read(tmp_path, lm_forms=FORM + rows)).lm_forms
    first, second = form.items
    assert (first.reference, first.followup, first.change, first.sizes) == ("1", "1", "improved", ((60, 55),))
    assert (second.reference, second.followup, second.change) == ("0", "", "")
    assert form.csf == "NEGATIVE"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("P1,W8,BL,brain,nodules,1,1,worse,,,", "DUPLICATE_ITEM"),
        ("P1,W8,XX,brain,linear,1,1,worse,,,", "UNKNOWN_VISIT"),
        ("P1,W8,BL,brain,linear,1,1,worse,6,,", "SIZE_MISSING"),
        ("P1,W8,BL,brain,linear,1,1,worse,,,POSITIVE", "FORM_CONFLICT"),
    ],
)
def test_a_scorecard_row_that_contradicts_is_refused(tmp_path: Path, row: str, code: str) -> None:
    reading = read(tmp_path, lm_forms=FORM + f"P1,W8,BL,brain,nodules,1,1,worse,,,NEGATIVE\n{row}\n")
    assert codes(reading) == [code]
    assert len(patient(reading).lm_forms[0].items) == 1


EVENTS = "event_id,patient_id,kind,decided_on,visit_id\n"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("E1,P1,RADIATION_NECROSIS,2024-06-01,", "DUPLICATE_EVENT"),
        ("E2,P1,RADIATION_NECROSIS,2024-06,", "DATE_UNDATED"),
        ("E2,P1,RADIATION_NECROSIS,2024-06-01,W9", "UNKNOWN_VISIT"),
        ("E2,P1,SOMETHING,2024-06-01,", "CELL_UNREADABLE"),
        ("E2,P1,MEASUREMENT_CORRECTED,2024-06-01,", "VALUE_UNFIT"),
        ("E2,P1,READER_DECISION,2024-06-01,", "VALUE_UNFIT"),
    ],
)
def test_an_adjudication_needs_an_id_of_its_own_and_a_whole_date(tmp_path: Path, row: str, code: str) -> None:
    reading = read(tmp_path, adjudications=EVENTS + f"E1,P1,NEW_LESION_CONFIRMED,2024-05-01,W8\n{row}\n")
    assert codes(reading) == [code]
    assert [event.event_id for event in patient(reading).adjudications] == ["E1"]


def test_extra_columns_are_listed(tmp_path: Path) -> None:
    reading = read(tmp_path, patients="patient_id,start_date,shoe\nP1,2024-01-10,42\nP2,2024-02-01,\n")
    assert [finding.text for finding in reading.study.findings] == [
        "patients.csv: columns that are not read, kept aside: shoe"
    ]


def test_rejected_rows_are_written_with_their_cells(tmp_path: Path) -> None:
    reading = read(tmp_path, measurements=MEASURED + "P1,L1,W8,,MEASURED,wide,,\n")
    reading.write_rejected(tmp_path / "rejected.csv")
    (row,) = pl.read_csv(tmp_path / "rejected.csv").to_dicts()
    assert (row["table"], row["row"], row["column"]) == ("measurements", 1, "ld_mm")
    assert '"ld_mm": "wide"' in row["cells"]


def test_the_hash_of_each_file_is_kept(tmp_path: Path) -> None:
    study = read(tmp_path).study
    assert set(study.source) == {"patients.csv", "visits.csv", "lesions.csv"}
    assert all(len(digest) == 64 for digest in study.source.values())


def test_the_problems_of_all_files_come_in_one_error(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").write_text("patient_id;start_date\n")
    (tmp_path / "lesions.csv").write_bytes(b"\0\0")
    with pytest.raises(TableError) as caught:
        read_tidy(tmp_path)
    assert "table visits is missing" in str(caught.value)
    assert "lesions.csv: the file is binary" in str(caught.value)
    assert "parted by semicolons" in str(caught.value)


def test_two_files_of_one_table_are_refused(tmp_path: Path) -> None:
    (tmp_path / "patients.csv").touch()
    (tmp_path / "patients.parquet").touch()
    with pytest.raises(TableError, match="two files of one table: patients"):
        read_tidy(tmp_path)


def test_an_unknown_frame_is_refused() -> None:
    with pytest.raises(TableError, match="no table is called people"):
        read_tidy({"people": pl.DataFrame()})


def test_a_study_is_made_from_a_folder_and_from_objects(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert Study.from_tidy(tmp_path) == reading.study
    assert Study.from_objects(reading.study.patients).patients == reading.study.patients
    with pytest.raises(Exception, match="a patient id stands twice"):
        Study.from_objects([patient(reading), patient(reading)])
