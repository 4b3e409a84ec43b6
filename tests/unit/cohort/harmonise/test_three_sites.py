"""Three hospitals keep the same patients in their own way; their mappings give one and the same data set."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cimara.cohort.dataset import Dataset
from cimara.cohort.harmonise.apply import apply_mapping
from cimara.cohort.harmonise.opening import site_tables
from tests.unit.cohort.harmonise.site_files import mapping_of

ONE, TWO = "UT01-P0001", "UT01-P0002"
A, B, C = f"{ONE}-L01", f"{ONE}-L02", f"{TWO}-L01"
TRUTH: dict[str, tuple[tuple[str, ...], list[tuple[object, ...]]]] = {
    "Patient": (
        ("patient_id", "sex", "last_contact_day", "race", "n_brm_at_anchor"),
        [(ONE, "female", 400, ["white"], 2), (TWO, "male", 91, ["asian", "white"], None)],
    ),
    "BrainLesion": (
        ("lesion_id", "first_seen_day", "cystic"),
        [(A, 0, "yes"), (B, 0, "no"), (C, 0, None)],
    ),
    "LocalTherapyCourse": (
        ("course_id", "start_day", "total_dose_gy"),
        [(f"{ONE}-C01", 9, 20.0), (f"{TWO}-C01", 12, 27.0)],
    ),
    "CourseLesion": (
        ("course_id", "lesion_id", "dose_gy", "fractions", "v12_cm3"),
        [
            (f"{ONE}-C01", A, 20.0, 1, 3.2),
            (f"{ONE}-C01", B, 18.0, 1, 9.45),
            (f"{TWO}-C01", C, 27.0, 3, None),
        ],
    ),
    "LesionMeasurement": (("lesion_id", "longest_mm"), [(A, 21.0), (B, 7.5), (C, 33.4)]),
    "Death": (("patient_id", "day", "cause"), [(TWO, 91, "neurologic")]),
}
REASONS = {("Patient", "n_brm_at_anchor"): [None, "UNK"], ("BrainLesion", "cystic"): [None, None, "UNK"]}


def assert_truth(found: Dataset) -> None:
    for entity, (fields, rows) in TRUTH.items():
        assert found.frame(entity).select(fields).rows() == rows, entity
    for (entity, field), reasons in REASONS.items():
        assert found.frame(entity)[f"{field}__why"].to_list() == reasons
    assert found.findings.is_empty(), found.findings["message"].to_list()


WIDE_MAPPING = """
@source,patient_id,complete,link,,Record,,{@site}-P{Record:#4}
@source,date_order,complete,,brm.xlsx,,,DMY
@source,missing,complete,,,,,?=@UNK
@anchor,,complete,date_to_day,brm.xlsx:Wide,Brain mets found,,first_brm_dx
Patient,sex,complete,recode,brm.xlsx:Wide,Gender,,F=female; M=male
Patient,last_contact_day,complete,date_to_day,,"Died, Last seen"
Patient,race,complete,recode,,Race,,W=white; A=asian; @split=slash
Patient,n_brm_at_anchor,complete,direct,,N mets
BrainLesion,@rows,complete,split_rows,brm.xlsx:Wide,met{n}_diam,,n = 1..12
BrainLesion,lesion_id,complete,link,,,,{@patient_id}-L{@n:2}
BrainLesion,first_seen_day,complete,date_to_day,,Brain mets found
BrainLesion,cystic,complete,recode,,met{n}_cystic,,Y=yes; N=no
LocalTherapyCourse,course_id,complete,link,brm.xlsx:Wide,,,{@patient_id}-C01
LocalTherapyCourse,start_day,complete,date_to_day,,RT date
LocalTherapyCourse,total_dose_gy,complete,unit,,met1_dose,,,cGy,Gy
CourseLesion,@rows,complete,split_rows,brm.xlsx:Wide,,,n = 1..12
CourseLesion,course_id,complete,link,,,,{@patient_id}-C01
CourseLesion,lesion_id,complete,link,,,,{@patient_id}-L{@n:2}
CourseLesion,dose_gy,complete,unit,,met{n}_dose,,,cGy,Gy
CourseLesion,fractions,complete,direct,,met{n}_fx
CourseLesion,v12_cm3,complete,expression,,,,"if(met{n}_fx == 1, met{n}_v12, null)"
LesionMeasurement,@rows,complete,split_rows,brm.xlsx:Wide,,,n = 1..12
LesionMeasurement,lesion_id,complete,link,,,,{@patient_id}-L{@n:2}
LesionMeasurement,longest_mm,complete,unit,,met{n}_diam,,,cm,mm
Death,@rows,complete,,brm.xlsx:Wide,,,Died is not null
Death,day,complete,date_to_day,,Died
Death,cause,complete,recode,,Cause,,brain=neurologic; body=systemic
"""
GROUP = ("diam", "cystic", "dose", "fx", "v12")


def write_wide(folder: Path) -> Path:
    """One sheet, cm and cGy, day before month, twelve groups of columns for the metastases."""
    path = folder / "brm.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Wide")
    head = ["Record", "Gender", "Race", "N mets", "Brain mets found", "RT date", "Last seen", "Died", "Cause"]
    sheet.write_row(0, 0, head + [f"met{n}_{part}" for n in range(1, 13) for part in GROUP])
    first = ["BM/1", "F", "W", 2, "03/02/2020", "12/02/2020", "09/03/2021", "", ""]
    second = ["BM/2", "M", "W/A", "?", "05/06/2020", "17/06/2020", "", "04/09/2020", "brain"]
    sheet.write_row(1, 0, [*first, 2.1, "Y", 2000, 1, 3.2, 0.75, "N", 1800, 1, 9.45])
    sheet.write_row(2, 0, [*second, 3.34, "?", 2700, 3, 14])
    book.close()
    return path


REDCAP_MAPPING = """
@source,patient_id,complete,link,,study_no,,{@site}-P{study_no:4}
@source,missing,complete,,,,,-99=@UNK
@anchor,,complete,date_to_day,export.csv,dt_brm,baseline_arm_1,first_brm_dx
Patient,sex,complete,recode,export.csv,sex,baseline_arm_1,1=female; 2=male
Patient,last_contact_day,complete,date_to_day,export.csv,"dt_death, dt_last",followup_arm_1
Patient,race,complete,checkbox,export.csv,race,baseline_arm_1,5=white; 2=asian
Patient,n_brm_at_anchor,complete,direct,export.csv,n_mets,baseline_arm_1
BrainLesion,lesion_id,complete,link,export.csv:lesion,,baseline_arm_1,{@patient_id}-L{les_no:2}
BrainLesion,first_seen_day,complete,date_to_day,,les_date
BrainLesion,cystic,complete,recode,,les_cyst,,1=yes; 0=no
LocalTherapyCourse,course_id,complete,link,export.csv:rt,,baseline_arm_1,{@patient_id}-C{rt_no:2}
LocalTherapyCourse,start_day,complete,date_to_day,,rt_date
LocalTherapyCourse,total_dose_gy,complete,direct,,rt_dose
CourseLesion,course_id,complete,link,,,,LocalTherapyCourse where rt_date = les_rt
CourseLesion,lesion_id,complete,link,export.csv:lesion,,baseline_arm_1,{@patient_id}-L{les_no:2}
CourseLesion,dose_gy,complete,direct,,les_dose
CourseLesion,fractions,complete,direct,,les_fx
CourseLesion,v12_cm3,complete,expression,,,,"if(les_fx == 1, les_v12, null)"
LesionMeasurement,lesion_id,complete,link,export.csv:lesion,,baseline_arm_1,{@patient_id}-L{les_no:2}
LesionMeasurement,longest_mm,complete,direct,,les_mm
Death,@rows,complete,,export.csv,,followup_arm_1,dt_death is not null
Death,day,complete,date_to_day,,dt_death
Death,cause,complete,case_when,,,,cns_death == 1: 'neurologic'; else @UNK
"""
REDCAP = """
study_no,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,race___2,race___5,n_mets,dt_brm,dt_last,dt_death,cns_death,les_no,les_date,les_cyst,les_mm,les_rt,les_dose,les_fx,les_v12,rt_no,rt_date,rt_dose
1,baseline_arm_1,,,1,0,1,2,2020-02-03,,,,,,,,,,,,,,
1,followup_arm_1,,,,0,0,,,2021-03-09,,,,,,,,,,,,,
1,baseline_arm_1,lesion,1,,,,,,,,,1,2020-02-03,1,21,2020-02-12,20,1,3.2,,,
1,baseline_arm_1,lesion,3,,,,,,,,,2,2020-02-03,0,7.5,2020-02-12,18,1,9.45,,,
1,baseline_arm_1,rt,1,,,,,,,,,,,,,,,,,1,2020-02-12,20
2,baseline_arm_1,,,2,1,1,-99,2020-06-05,,,,,,,,,,,,,,
2,followup_arm_1,,,,0,0,,,,2020-09-04,1,,,,,,,,,,,
2,baseline_arm_1,lesion,1,,,,,,,,,1,2020-06-05,-99,33.4,2020-06-17,27,3,14,,,
2,baseline_arm_1,rt,1,,,,,,,,,,,,,,,,,1,2020-06-17,27
"""

TABLES_MAPPING = """
@source,patient_id,complete,link,,pt,,{pt}
@anchor,,complete,date_to_day,patients.csv,brm_date,,first_brm_dx
Patient,sex,complete,direct,patients.csv,sex
Patient,last_contact_day,complete,date_to_day,,last_date
Patient,race,complete,direct,,race
Patient,n_brm_at_anchor,complete,recode,,n,,"0=0; 1=1; 2=2; unknown=@UNK"
BrainLesion,lesion_id,complete,link,lesions.csv,,,{@patient_id}-{lesion}
BrainLesion,first_seen_day,complete,date_to_day,,seen
BrainLesion,cystic,complete,recode,,cyst,,true=yes; false=no; @blank=@UNK
LocalTherapyCourse,course_id,complete,link,courses.csv,,,{@patient_id}-C{@nth:2}
LocalTherapyCourse,start_day,complete,date_to_day,,start
LocalTherapyCourse,total_dose_gy,complete,expression,,,,per_fraction * n
CourseLesion,course_id,complete,link,targets.csv,,,LocalTherapyCourse where start = start
CourseLesion,lesion_id,complete,link,,,,{@patient_id}-{lesion}
CourseLesion,dose_gy,complete,direct,,dose
CourseLesion,fractions,complete,direct,,n
CourseLesion,v12_cm3,complete,unit,,v12_mm3,,,mm3,cm3
LesionMeasurement,lesion_id,complete,link,lesions.csv,,,{@patient_id}-{lesion}
LesionMeasurement,longest_mm,complete,direct,,mm
Death,day,complete,date_to_day,deaths.csv,date
Death,cause,complete,direct,,why
"""
TABLES = {
    "patients": "pt,sex,race,n,brm_date,last_date\n"
    "UT01-P0001,female,white,2,2020-02-03,2021-03-09\n"
    "UT01-P0002,male,white;asian,unknown,2020-06-05,2020-09-04",
    "lesions": "pt,lesion,seen,cyst,mm\nUT01-P0001,L01,2020-02-03,TRUE,21.0\n"
    "UT01-P0001,L02,2020-02-03,FALSE,7.5\nUT01-P0002,L01,2020-06-05,,33.4",
    "courses": "pt,start,per_fraction,n\nUT01-P0001,2020-02-12,20,1\nUT01-P0002,2020-06-17,9,3",
    "targets": "pt,start,lesion,dose,n,v12_mm3\nUT01-P0001,2020-02-12,L01,20,1,3200\n"
    "UT01-P0001,2020-02-12,L02,18,1,9450\nUT01-P0002,2020-06-17,L01,27,3,",
    "deaths": "pt,date,why\nUT01-P0002,2020-09-04,neurologic",
}


def write_redcap(folder: Path) -> Path:
    path = folder / "export.csv"
    path.write_text(REDCAP.strip() + "\n", encoding="utf-8")
    return path


def write_tables_of_site(folder: Path) -> Path:
    held = folder / "database"
    held.mkdir()
    for name, text in TABLES.items():
        (held / f"{name}.csv").write_text(text + "\n", encoding="utf-8")
    return held


@pytest.mark.parametrize(
    ("mapping", "write"),
    [(WIDE_MAPPING, write_wide), (REDCAP_MAPPING, write_redcap), (TABLES_MAPPING, write_tables_of_site)],
    ids=["wide workbook", "REDCap export", "folder of tables"],
)
def test_three_ways_of_keeping_the_same_patients_give_the_same_data_set(
    tmp_path: Path, mapping: str, write: object
) -> None:
    read = mapping_of(tmp_path, *mapping.strip().splitlines())
    tables, _ = site_tables(write(tmp_path), read)  # type: ignore[operator]
    assert_truth(apply_mapping(tables, read))


def test_instances_of_redcap_are_kept_as_origin_and_never_made_an_id(tmp_path: Path) -> None:
    read = mapping_of(tmp_path, *REDCAP_MAPPING.strip().splitlines())
    tables, _ = site_tables(write_redcap(tmp_path), read)
    found = apply_mapping(tables, read)
    assert found.origin("BrainLesion")["instance"].to_list() == [1, 3, 1]
    assert found.frame("BrainLesion")["lesion_id"].str.tail(3).to_list() == ["L01", "L02", "L01"]
    assert found.frame("BrainLesion").schema["first_seen_day"] == pl.Int64
