from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.errors import MappingError
from cimara.cohort.harmonise.mapping import read_mapping
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.harmonise.plans import Status
from tests.unit.cohort.harmonise.site_files import PATIENTS, faults_of, mapping_of

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "cohort" / "mapping.md"
SEX = "Patient,sex,complete,recode,,x,,1=male"


def test_the_mapping_on_the_reference_page_has_no_faults(tmp_path: Path) -> None:
    blocks = PAGE.read_text(encoding="utf-8").split("```\n")
    whole = next(one for one in blocks if one.startswith("target_entity,"))
    path = tmp_path / "utrecht.csv"
    path.write_text(whole, encoding="utf-8")
    mapping = read_mapping(path)
    assert mapping.sites == ("UT01",)
    assert mapping.status("CourseLesion", "v12_cm3") is Status.IMPOSSIBLE
    assert mapping.comments["CourseLesion", "v12_cm3"] == "planning archive lost before 2016"


def test_every_line_of_a_mapping_on_the_reference_page_is_read(tmp_path: Path) -> None:
    lines = [one.strip("`. ") for one in PAGE.read_text(encoding="utf-8").splitlines()]
    rows = [one for one in lines if one.startswith(("CourseLesion,", "Death,", "@every,", "@anchor,"))]
    whole = {one.split(",,,,")[0]: one for one in rows if one.count(",") >= 8}.values()
    split = [
        one
        for one in whole
        if "v12_cm3,impossible" not in one and not one.startswith("@anchor,,complete,date_to_day,data")
    ]
    groups = [
        one.replace("course_id,complete,link,,,,Local", "course_id,complete,link,x.csv,,,Local")
        for one in split
    ]
    assert len(groups) >= 8
    assert not faults_of(tmp_path, PATIENTS, *[one.rstrip(",") for one in groups])


def test_all_faults_are_told_at_once_each_with_its_row(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        PATIENTS,
        "Patint,sex,complete,recode,,x,,1=male",
        "Patient,sexe,complete,recode,,x,,1=male",
        "Patient,sex,complet,recode,,x,,1=male",
        "Patient,race,complete,recod,,x,,1=asian",
    )
    assert [one.split(":")[0] for one in faults] == [
        "row 3, target_entity",
        "row 4, target_field",
        "row 5, status",
        "row 6, rule",
    ]
    assert all("Did you mean" in one for one in faults)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("brain_lesion,cystic,complete,direct,,x", "Did you mean BrainLesion?"),
        (",sex,complete,direct,,x", "no entity is named"),
        ("Patient,,complete,direct,,x", "no field is named"),
        ("Patient,sex,,direct,,x", "no status is given"),
        ("Patient,sex,complete,,,x", "no rule is given"),
        ("Patient,sex,impossible,recode,,x,,1=male", "impossible has no rule"),
        ("Patient,sex,undetermined,recode,,x,,1=male", "undetermined has no rule"),
        ("Patient,*,complete,direct,,x", "complete for all fields at once"),
        ("Patient,patient_id,complete,link,,nr,,{nr}", "expected @source, patient_id"),
        ("CourseLesion,bed10_gy,complete,direct,,x", "bed10_gy is derived"),
        ("Patient,sex,complete,direct", "no column is named"),
        ("Patient,sex,complete,direct,,x,,1=male", "direct has no expression"),
        ("Patient,sex,complete,recode,,x", "the list of codes is empty"),
        ("Patient,sex,complete,recode,,x,,1=femal", "'femal' is no code of sex; did you mean female?"),
        ("Patient,sex,complete,recode,,x,,1=male; 1.0=female", "the code 1.0 stands twice"),
        ("Patient,sex,complete,recode,,x,,male", "no code and value in 'male' at character 1"),
        ("Patient,sex,complete,recode,,x,,1=male; 9=@UKN", "@UKN is no reason"),
        ("Patient,sex,complete,recode,,x,,9=@IMP", "@IMP is what the status impossible gives"),
        ("Patient,sex,complete,recode,,x,,1=male; @other=female", "there is no @other"),
        ("Patient,sex,complete,recode,,x,,1=male; @split=comma", "sex holds one code"),
        ("Patient,race,complete,recode,,x,,1=white; @split=dash", "@split=dash; expected one of comma"),
        ("Patient,age_at_anchor,complete,recode,,x,,1=young", "'young' is no number"),
        ("Patient,age_at_anchor,complete,recode,,x,,1=50.5", "50.5 is no whole number"),
        ("Patient,sex,complete,unit,,x,,,cm,mm", "sex is no number"),
        ("CourseLesion,dose_gy,complete,unit,,x,,,cgray,Gy", "no unit 'cgray'"),
        ("CourseLesion,dose_gy,complete,unit,,x", "no unit is given"),
        ("CourseLesion,dose_gy,complete,unit,,x,,,cm,Gy", "cm measures length"),
        ("CourseLesion,dose_gy,complete,unit,,x,,,Gy,cGy", "dose_gy is in Gy"),
        ("CourseLesion,fractions,complete,unit,,x,,,days", "no unit is given"),
        ("Patient,sex,complete,date_to_day,,x", "sex is no day"),
        ("Death,day,complete,date_to_day,,x,,origin = y", "'origin = y' is no setting of a date"),
        ("Death,day,complete,date_to_day,,x,,order = DYM", "'DYM' is no order of dates"),
        ("Death,day,complete,date_to_day,,x,,partial = 15", "partial is no reason"),
        ('Patient,race,complete,checkbox,,"a, b",,1=white', "a checkbox has one base name"),
        ("Patient,race,complete,checkbox,,a,,@none=@NA", "no code is listed"),
        ("Patient,race,complete,checkbox,,a,,1=white; @complete=f_complete", "@complete without @none"),
        ("Patient,race,complete,checkbox,,a,,1=white; @nothing=@NA", "there is no @nothing"),
        ("Patient,sex,complete,case_when", "no case is given"),
        ("Patient,sex,complete,case_when,,,,x == 1", "'x == 1' is no case"),
        ("Patient,sex,complete,case_when,,,,else 'male'", "is no case"),
        ("Patient,sex,complete,case_when,,,,x == 1: 'man'", "'man' is no code of sex"),
        ("Patient,sex,complete,case_when,,,,x = 1: 'male'", "Equality is `==`"),
        ("Patient,sex,complete,case_when,,,,x == 1: 'male'; else @IMP", "@IMP"),
        ("Patient,sex,complete,constant,,x,,male", "a constant reads no column"),
        ("Patient,sex,complete,constant", "no value is given"),
        ("Patient,sex,complete,constant,,,,man", "'man' is no code of sex"),
        ("Patient,curator,complete,constant,,,,Dr Jansen", "does not have the form of curator"),
        ("Patient,sex,complete,expression,,,,if(x == 1", "character 10: the expression ends"),
        ("Patient,sex,complete,expression,,,,any(Death: day > 1)", "cannot be asked in a mapping"),
        (
            "Patient,sex,complete,expression,,,,\"if(x == 1, 'man', 'female')\"",
            "character 12: 'man' is no code",
        ),
        ('Patient,age_at_anchor,complete,expression,,"x, y",,x + z', "differ in y, z"),
        ("Patient,age_at_anchor,complete,expression,,,,years(x + 1)", "years() of a value"),
        ("Patient,age_at_anchor,complete,expression,,,,@nht + 1", "there is no @nht"),
        ("BrainLesion,lesion_id,complete,link,,,,{@patient_id-L1", "no braces, or some that do not fit"),
        ("BrainLesion,lesion_id,complete,link,,,,L1", "no braces"),
        ("BrainLesion,lesion_id,complete,link,,,,{@record}", "there is no @record"),
        ("BrainLesion,lesion_id,complete,link,,,,{@n:2}", "which has no groups"),
        ("BrainLesion,cystic,complete,recode,,met{n}_c,,1=yes", "which has no groups"),
        (
            "CourseLesion,course_id,complete,link,,,,BrainLesion where a = b",
            "does not refer to 'BrainLesion'",
        ),
        ("CourseLesion,course_id,complete,link,,,,LocalTherapyCourse where a", "'a' is no pair"),
        ("Patient,sex,complete,split_rows,,x,,n = 1..3", "makes rows, not a field"),
        ("Patient,@rows,complete,recode,,x,,1=male", "recode for @rows"),
        ("Patient,@rows,impossible", "impossible for @rows"),
        ("Patient,@rows,complete,split_rows,,,,1..3", "no groups are given"),
        ("Patient,@rows,complete,split_rows,,,,n = 3..1", "0 groups"),
        ("Patient,@rows,complete,,,,,x ==", "character 5"),
        ("@sources,rows,complete,,,,,x == 1", "Did you mean @source?"),
        ("@source,row,complete,,,,,x == 1", "Did you mean rows?"),
        ("@source,rows,complete", "rows has no value"),
        ("@source,delimiter,complete,,,,,;", "no such delimiter"),
        ('@source,decimal,complete,,,,,","', "no such decimal sign"),
        ("@source,date_order,complete,,,,,D/M/Y", "is no order of dates"),
        ("@source,missing,complete,,,,,-9=UNK", "write -9=@UNK"),
        ("@source,blank,complete,,,,,UNK", "no reason is given"),
        ("@source,patient_id,complete,direct,,nr,,{nr}", "direct for patient_id"),
        ("@every,sauce,complete,constant,,,,chart", "Did you mean source?"),
        ("@anchor,,complete,direct,,x,,first_brm_dx", "direct for the anchor"),
        ("@anchor,,complete,date_to_day,,x,,first_mri", "first_mri: no event"),
        ('@anchor,,complete,date_to_day,,"x, y",,first_brm_dx', "1 events for 2 columns"),
        ("@site,,complete,constant,,,,UT02", "row 1 has @site already"),
    ],
)
def test_a_fault_is_named_with_what_would_be_right(tmp_path: Path, row: str, told: str) -> None:
    faults = faults_of(tmp_path, PATIENTS, row)
    assert any(told in one and one.startswith("row 3, ") for one in faults), faults


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("", "no row says which site it is"),
        ("@site,,complete,constant,,,,Utrecht", "no site id"),
        ("@site,,complete,recode,,a,,1=Utrecht", "Utrecht: no site id"),
        ('@site,,complete,recode,,"a, b",,1=UT01', "2 columns"),
        ("@site,,complete,direct,,a", "direct for the site"),
    ],
)
def test_the_site_is_named(tmp_path: Path, site: str, told: str) -> None:
    assert any(told in one for one in faults_of(tmp_path, PATIENTS, SEX, site=site))


def test_a_mapping_says_how_patients_are_known(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, SEX)
    assert "how a patient's id is made" in fault


def test_a_field_is_named_once_in_a_block(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, PATIENTS, SEX, SEX)
    assert fault.startswith("row 4, target_field: row 3 has Patient.sex already")


def test_settings_for_all_are_named_once(tmp_path: Path) -> None:
    every = "@every,source,complete,constant,,,,chart"
    assert "row 3 has @every source already" in faults_of(tmp_path, PATIENTS, every, every)[0]
    star = "Patient,*,impossible"
    assert "row 3 has Patient * already" in faults_of(tmp_path, PATIENTS, star, star)[0]


def test_a_block_names_its_source_once_any_row_does(tmp_path: Path) -> None:
    rows = ("Patient,sex,complete,recode,p.csv,x,,1=male", "Death,cause,complete,recode,,x,,1=other")
    (fault,) = faults_of(tmp_path, PATIENTS, *rows)
    assert "no row of Death names a source" in fault


def test_a_missing_column_of_the_mapping_is_named(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(
        "target_entity,target_field,status,rules\nPatient,sex,complete,direct\n", encoding="utf-8"
    )
    with pytest.raises(MappingError) as error:
        read_mapping(path)
    assert len(error.value.faults) == 9
    assert "no column rule. Is it rules?" in str(error.value)


def test_a_row_with_an_unquoted_comma_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(
        tmp_path, PATIENTS, "Patient,sex,complete,expression,,,,if(x == 1, 'male', 'female'),,,,,,"
    )
    assert "needs quotation marks" in fault


def test_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no such file"):
        read_mapping(tmp_path / "none.csv")


def test_notes_and_blank_rows_are_skipped(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, "# Utrecht, version 3", PATIENTS, ",,,", SEX)
    assert [one.entity.name for one in mapping.blocks] == ["Patient"]


def test_an_entity_without_a_row_is_undetermined_and_one_that_is_impossible_is_all_so(tmp_path: Path) -> None:
    mapping = mapping_of(
        tmp_path, PATIENTS, SEX, "BrainLesion,*,impossible", "@every,source,complete,constant,,,,chart"
    )
    assert mapping.status("Patient", "sex") is Status.COMPLETE
    assert mapping.status("Patient", "source") is Status.COMPLETE
    assert mapping.status("Patient", "race") is Status.UNDETERMINED
    assert mapping.status("Death", "day") is Status.UNDETERMINED
    assert {mapping.status("BrainLesion", name) for name in ("patient_id", "source", "cystic")} == {
        Status.IMPOSSIBLE
    }


def test_the_how_to_makes_a_data_set_without_a_finding(tmp_path: Path) -> None:
    page = (PAGE.parents[2] / "how-to" / "map-a-sites-files.md").read_text(encoding="utf-8")
    data, head, rows = (
        "\n".join(line.strip() for line in one.split("```")[0].strip().splitlines())
        for one in page.split("```text")[1:4]
    )
    (tmp_path / "mapping.csv").write_text(f"{head}\n{rows}\n", encoding="utf-8")
    (tmp_path / "brm.csv").write_text(data + "\n", encoding="utf-8")
    found = read_any(tmp_path / "brm.csv", tmp_path / "mapping.csv")
    assert found.findings.is_empty()
    assert found.frame("Patient")["last_contact_day"].to_list() == [400, 91]
    assert found.frame("CourseLesion")["dose_gy"].to_list() == [20.0, 18.0, 27.0]
