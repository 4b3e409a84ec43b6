from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cohort.harmonise.site_files import (
    ANCHOR,
    PATIENTS,
    faults_of,
    messages,
    patient_field,
    site_data,
)

SEX = "Patient,sex,complete,recode,,x,,"


def test_direct_takes_the_cell_as_it_stands(tmp_path: Path) -> None:
    values, _ = patient_field(
        tmp_path, "Patient,age_at_anchor,complete,direct,,x", "nr,x\n1,61\n2,\n3,70.0", "age_at_anchor"
    )
    assert values == [61, None, 70]


def test_direct_takes_the_first_column_that_is_filled(tmp_path: Path) -> None:
    values, _ = patient_field(
        tmp_path, 'Patient,age_at_anchor,complete,direct,,"x, y"', "nr,x,y\n1,,50\n2,40,50", "age_at_anchor"
    )
    assert values == [50, 40]


def test_direct_text_in_a_number_field_is_a_finding_with_its_row_and_without_its_text(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, "Patient,age_at_anchor,complete,direct,,x", p="nr,x\n1,61\n2,sixty")
    (message,) = messages(found, "TYPE")
    assert "row 2" in message
    assert "sixty" not in message


def test_recode_turns_codes_into_codes_and_reasons(tmp_path: Path) -> None:
    values, why = patient_field(
        tmp_path, SEX + "1=female; 2=male; 9=@UNK", "nr,x\n1,1\n2,2.0\n3,9\n4,", "sex"
    )
    assert values == ["female", "male", None, None]
    assert why == [None, None, "UNK", None]


def test_recode_does_not_mind_upper_and_lower_case(tmp_path: Path) -> None:
    values, _ = patient_field(tmp_path, SEX + "f=female; M=male", "nr,x\n1,F\n2,m", "sex")
    assert values == ["female", "male"]


def test_recode_of_blank_and_of_all_others(tmp_path: Path) -> None:
    values, why = patient_field(
        tmp_path, SEX + "1=female; @blank=@NASK; @else=other", "nr,x\n1,1\n2,\n3,7", "sex"
    )
    assert values == ["female", None, "other"]
    assert why == [None, "NASK", None]


def test_recode_splits_a_cell_with_several_codes(tmp_path: Path) -> None:
    row = "Patient,race,complete,recode,,x,,A=asian; W=white; @split=slash"
    values, _ = patient_field(tmp_path, row, "nr,x\n1,W/A\n2,A\n3,", "race")
    assert values == [["asian", "white"], ["asian"], None]


def test_one_code_may_stand_for_several(tmp_path: Path) -> None:
    row = "Patient,race,complete,recode,,x,,mixed=white+asian"
    values, _ = patient_field(tmp_path, row, "nr,x\n1,mixed", "race")
    assert values == [["asian", "white"]]


def test_a_cell_with_one_unlisted_part_has_no_value(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "Patient,race,complete,recode,,x,,A=asian; @split=slash", p="nr,x\n1,A/7\n2,A"
    )
    assert found.frame("Patient")["race"].to_list() == [None, ["asian"]]


def test_unlisted_codes_are_listed_with_counts_and_small_counts_hidden(tmp_path: Path) -> None:
    rows = "\n".join([f"{n},3" for n in range(1, 8)] + ["8,4", "9,1"])
    found = site_data(tmp_path, PATIENTS, SEX + "1=female; 2=male", p=f"nr,x\n{rows}")
    (message,) = messages(found, "RECODE")
    assert "3 (7 rows), 4 (<5 rows)" in message
    assert found.frame("Patient")["sex"].to_list() == [None] * 8 + ["female"]


def test_a_rare_word_that_may_be_a_name_is_not_shown(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, SEX + "female=female; male=male", p="nr,x\n1,Jansen\n2,femal\n3,1234567\n4,X"
    )
    (message,) = messages(found, "RECODE")
    assert "Jansen" not in message
    assert "1234567" not in message
    assert "X (<5 rows), femal (<5 rows), 2 others, not shown" in message


@pytest.mark.parametrize(
    ("field", "unit_from", "unit_to", "cell", "value"),
    [
        ("longest_mm", "cm", "mm", "2.1", 21.0),
        ("longest_mm", "cm", "", "0.07", 0.7),
        ("longest_mm", "um", "mm", "2500", 2.5),
        ("vol_total_cm3", "mm3", "cm3", "4190", 4.19),
        ("vol_total_cm3", "ml", "", "4.195", 4.2),
        ("vol_total_cm3", "CC", "", "3", 3.0),
    ],
)
def test_unit_converts_into_the_unit_of_the_field(
    tmp_path: Path, field: str, unit_from: str, unit_to: str, cell: str, value: float
) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        f"LesionMeasurement,{field},complete,unit,,x,,,{unit_from},{unit_to}",
        p=f"nr,x\n1,{cell}",
    )
    assert found.frame("LesionMeasurement")[field].to_list() == [value]


def test_unit_gray_and_months_and_micrograms(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "SupportiveCourse,dose_mg_day,complete,unit,,x,,,ug/d,mg/d",
        "SupportiveCourse,stop_day,complete,unit,,y,,,months,d",
        "CourseLesion,dose_gy,complete,unit,,z,,,cGy,Gy",
        p="nr,x,y,z\n1,4000,3,2105",
    )
    row = found.frame("SupportiveCourse").row(0, named=True)
    assert (row["dose_mg_day"], row["stop_day"]) == (4.0, 91)
    assert found.frame("CourseLesion")["dose_gy"].to_list() == [21.05]


def test_unit_of_text_is_a_finding_that_names_file_row_and_column(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "LesionMeasurement,longest_mm,complete,unit,,x,,,cm,mm", p="nr,x\n1,2\n2,about 3"
    )
    (finding,) = found.findings.to_dicts()
    assert (finding["file"], finding["row"], finding["field"]) == ("p.csv", 2, "longest_mm")
    assert "text of 7 characters" in finding["message"]


def test_decimal_commas_are_read_where_they_are_declared(tmp_path: Path) -> None:
    rows = ("@source,decimal,complete,,,,,comma", "LesionMeasurement,longest_mm,complete,unit,,x,,,cm,mm")
    found = site_data(tmp_path, PATIENTS, *rows, p='nr,x\n1,"2,15"')
    assert found.frame("LesionMeasurement")["longest_mm"].to_list() == [21.5]


def test_date_to_day_counts_from_the_anchor(tmp_path: Path) -> None:
    row = "Patient,last_contact_day,complete,date_to_day,,x"
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, row, p="nr,brm,x\n1,2020-03-01,2020-03-31\n2,2020-03-01,2020-02-28"
    )
    assert found.frame("Patient")["last_contact_day"].to_list() == [30, -2]


def test_date_to_day_from_a_column_of_its_own_and_of_another_file(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "Patient,last_contact_day,complete,date_to_day,p.csv,x,,anchor = y",
        "Patient,last_cns_imaging_day,complete,date_to_day,p.csv,x,,anchor = q.csv:z",
        p="nr,x,y\n1,2020-03-31,2020-03-01\n2,2020-03-31,2020-03-30",
        q="nr,z\n2,2020-03-21\n1,2020-03-11",
    )
    assert found.frame("Patient")["last_contact_day"].to_list() == [30, 1]
    assert found.frame("Patient")["last_cns_imaging_day"].to_list() == [20, 10]


def test_the_anchor_is_the_first_filled_date_and_says_which_it_is(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        '@anchor,,complete,date_to_day,p.csv,"brm, rt",,"first_brm_dx, first_cns_therapy"',
        "Patient,anchor_event,complete,direct,p.csv,@anchor_event",
        "Patient,anchor_year,complete,direct,,@anchor_year",
        "LocalTherapyCourse,start_day,complete,date_to_day,c.csv,start",
        p="nr,brm,rt\n1,2019-12-31,\n2,,2020-01-05",
        c="nr,start\n2,2020-01-06\n1,2020-01-01",
    )
    assert found.frame("Patient")["anchor_event"].to_list() == ["first_brm_dx", "first_cns_therapy"]
    assert found.frame("Patient")["anchor_year"].to_list() == [2019, 2020]
    assert found.frame("LocalTherapyCourse")["start_day"].to_list() == [1, 1]


def test_a_patient_without_an_anchor_is_told_once_and_has_no_days(tmp_path: Path) -> None:
    row = "Patient,last_contact_day,complete,date_to_day,,x"
    found = site_data(tmp_path, PATIENTS, ANCHOR, row, p="nr,brm,x\n1,,2020-03-31")
    (message,) = messages(found, "ANCHOR")
    assert "UT01-P0001" in message
    assert found.frame("Patient")["last_contact_day"].to_list() == [None]


def test_two_anchor_dates_of_one_patient_are_refused(tmp_path: Path) -> None:
    row = "LocalTherapyCourse,start_day,complete,date_to_day,,x"
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, row, p="nr,brm,x\n1,2020-01-01,2020-03-31\n1,2020-01-02,2020-03-31"
    )
    assert any("more than one anchor date" in one for one in messages(found, "ANCHOR"))
    assert found.frame("LocalTherapyCourse")["start_day"].to_list() == [None, None]


def test_a_checkbox_gathers_what_is_ticked(tmp_path: Path) -> None:
    row = "Patient,race,complete,checkbox,,race,,1=white; 2=asian; -9=@UNK"
    cells = "nr,race___1,race___2,race____9\n1,1,0,0\n2,1,1,0\n3,0,0,1\n4,0,0,0"
    values, why = patient_field(tmp_path, row, cells, "race")
    assert values == [["white"], ["asian", "white"], None, None]
    assert why == [None, None, "UNK", None]


def test_nothing_ticked_is_an_answer_only_on_a_complete_form(tmp_path: Path) -> None:
    row = "Patient,race,complete,checkbox,,race,,1=white; @none=@NA; @complete=f_complete"
    values, why = patient_field(tmp_path, row, "nr,race___1,f_complete\n1,0,2\n2,0,0\n3,1,2", "race")
    assert values == [None, None, ["white"]]
    assert why == ["NA", None, None]


def test_columns_of_ones_own_making_are_checkboxes_too(tmp_path: Path) -> None:
    row = "Patient,race,complete,checkbox,,is_{code},,white=white; asian=asian"
    values, _ = patient_field(tmp_path, row, "nr,is_white,is_asian\n1,x,\n2,no,YES", "race")
    assert values == [["white"], ["asian"]]


def test_a_ticked_answer_that_is_not_listed_is_an_error(tmp_path: Path) -> None:
    row = "Patient,race,complete,checkbox,,race,,1=white"
    found = site_data(tmp_path, PATIENTS, row, p="nr,race___1,race___7\n1,1,1\n2,1,0")
    (message,) = messages(found, "RECODE")
    assert "race___7 is ticked in <5 rows" in message


def test_two_answers_for_a_field_of_one_code_are_an_error(tmp_path: Path) -> None:
    row = "Patient,sex,complete,checkbox,,s,,1=female; 2=male"
    found = site_data(tmp_path, PATIENTS, row, p="nr,s___1,s___2\n1,1,1\n2,0,1")
    assert found.frame("Patient")["sex"].to_list() == [None, "male"]
    assert len(messages(found, "CHECKBOX")) == 1


def test_a_checkbox_cell_that_is_neither_is_an_error(tmp_path: Path) -> None:
    row = "Patient,race,complete,checkbox,,race,,1=white"
    found = site_data(tmp_path, PATIENTS, row, p="nr,race___1\n1,2")
    assert len(messages(found, "CHECKBOX")) == 1


def test_case_when_takes_the_first_case_that_is_true(tmp_path: Path) -> None:
    row = (
        'AdverseRadiationEffect,ctcae_grade,complete,case_when,,,,"rn_grade is not null: rn_grade; '
        "rn_tx in ('bev','surgery'): 3; else @UNK\""
    )
    found = site_data(tmp_path, PATIENTS, row, p="nr,rn_grade,rn_tx\n1,2,bev\n2,,bev\n3,,\n4,,none")
    frame = found.frame("AdverseRadiationEffect")
    assert frame["ctcae_grade"].to_list() == [2, 3, None, None]
    assert frame["ctcae_grade__why"].to_list() == [None, None, "UNK", "UNK"]


def test_a_condition_that_is_not_known_does_not_decide(tmp_path: Path) -> None:
    row = "Patient,sex,complete,case_when,,,,x == 1: 'female'; not (x == 1): 'male'"
    values, _ = patient_field(tmp_path, row, "nr,x\n1,1\n2,2\n3,", "sex")
    assert values == ["female", "male", None]


def test_a_constant_and_a_constant_reason(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "Patient,source,complete,constant,p.csv,,,registry",
        "Patient,ethnicity,complete,constant,,,,@NASK",
        p="nr\n1",
    )
    row = found.frame("Patient").row(0, named=True)
    assert (row["source"], row["ethnicity"], row["ethnicity__why"]) == ("registry", None, "NASK")


def test_every_fills_all_entities_that_have_no_row_of_their_own(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "@every,source,complete,constant,,,,import",
        "Patient,sex,complete,recode,p.csv,x,,1=male",
        "Patient,source,complete,constant,,,,chart",
        "Death,cause,complete,constant,p.csv,,,unknown",
        p="nr,x\n1,1",
    )
    assert found.frame("Patient")["source"].to_list() == ["chart"]
    assert found.frame("Death")["source"].to_list() == ["import"]
    assert found.frame("BrainLesion").height == 0


def test_an_expression_computes_with_columns(tmp_path: Path) -> None:
    row = 'Patient,n_brm_at_anchor,complete,expression,,,,"coalesce(x, 0) + y"'
    values, _ = patient_field(tmp_path, row, "nr,x,y\n1,2,3\n2,,1\n3,1,", "n_brm_at_anchor")
    assert values == [5, 1, None]


def test_a_cell_that_is_no_number_is_told_and_never_passed_over(tmp_path: Path) -> None:
    row = 'Patient,n_brm_at_anchor,complete,expression,,,,"coalesce(x, 0)"'
    found = site_data(tmp_path, PATIENTS, row, p="nr,x\n1,many\n2,3")
    assert found.frame("Patient")["n_brm_at_anchor"].to_list() == [None, 3]
    assert len(messages(found, "TYPE")) == 1


def test_a_fraction_in_a_whole_number_field_is_told(tmp_path: Path) -> None:
    row = "Patient,n_brm_at_anchor,complete,expression,,,,x / 2"
    found = site_data(tmp_path, PATIENTS, row, p="nr,x\n1,3\n2,4")
    assert found.frame("Patient")["n_brm_at_anchor"].to_list() == [None, 2]
    assert "1.5, expected a whole number" in messages(found, "TYPE")[0]


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1950-06-15", 70),
        ("1950-06-16", 69),
        ("1950-06-14", 70),
        ("1952-02-29", 68),
        ("1950-12-01", 69),
        ("1950-01-31", 70),
    ],
)
def test_years_are_completed_birthdays_at_the_anchor(tmp_path: Path, born: str, age: int) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        ANCHOR,
        'Patient,age_at_anchor,complete,expression,,,,"min(years(dob), 90)"',
        p=f"nr,brm,dob\n1,2020-06-15,{born}",
    )
    assert found.frame("Patient")["age_at_anchor"].to_list() == [age]


def test_day_in_an_expression_is_the_day_from_the_anchor(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        ANCHOR,
        "Patient,brm_synchronous,complete,expression,,,,\"if(abs(day(dx)) <= 30, 'yes', 'no')\"",
        p="nr,brm,dx\n1,2020-06-15,2020-05-20\n2,2020-06-15,2019-05-20\n3,2020-06-15,",
    )
    assert found.frame("Patient")["brm_synchronous"].to_list() == ["yes", "no", None]


@pytest.mark.parametrize(
    ("template", "cell", "made"),
    [
        ("{@site}-P{nr:4}", "31", "UT01-P0031"),
        ("{@site}-P{nr:4}", "31.0", "UT01-P0031"),
        ("{@site}-P{nr:4}", "00031", "UT01-P0031"),
        ("{@site}-P{nr:4}", "123456", "UT01-P123456"),
        ("{@site}-P{nr:#4}", "BM-2/31", "UT01-P0031"),
        ("{nr}", "UT01-P0007", "UT01-P0007"),
        ("{@site}-P{@row:4}", "x", "UT01-P0001"),
    ],
)
def test_link_makes_patient_ids(tmp_path: Path, template: str, cell: str, made: str) -> None:
    found = site_data(
        tmp_path,
        f"@source,patient_id,complete,link,,nr,,{template}",
        "Patient,source,complete,constant,,,,chart",
        p=f"nr,x\n{cell},1",
    )
    assert found.frame("Patient")["patient_id"].to_list() == [made]


def test_a_row_whose_patient_is_not_known_is_left_out_and_told(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "Patient,source,complete,constant,,,,chart", p="nr,x\n1,1\nA7,1\n,1\n4,1"
    )
    assert found.frame("Patient")["patient_id"].to_list() == ["UT01-P0001", "UT01-P0004"]
    assert [one.split(":")[0] for one in messages(found, "NO_PATIENT")] == ["p.csv row 2", "p.csv row 3"]


def test_children_make_the_same_id_as_their_parent(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "BrainLesion,lesion_id,complete,link,les.csv,,,{@patient_id}-L{no:2}",
        "CourseLesion,lesion_id,complete,link,rt.csv,,,{@patient_id}-L{lesion:2}",
        les="nr,no\n1,1\n1,2",
        rt="nr,lesion\n1,2.0\n1,",
    )
    assert found.frame("BrainLesion")["lesion_id"].to_list() == ["UT01-P0001-L01", "UT01-P0001-L02"]
    assert found.frame("CourseLesion")["lesion_id"].to_list() == ["UT01-P0001-L02", None]


def test_nth_counts_the_rows_of_a_patient(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "LocalTherapyCourse,course_id,complete,link,,,,{@patient_id}-C{@nth:2}",
        "LocalTherapyCourse,@rows,complete,,,,,kind == 'srs'",
        rt="nr,kind\n1,srs\n2,srs\n1,wbrt\n1,srs",
    )
    assert found.frame("LocalTherapyCourse")["course_id"].to_list() == [
        "UT01-P0001-C01",
        "UT01-P0002-C01",
        "UT01-P0001-C02",
    ]


LOOK_UP = (
    "@source,date_order,complete,,rt.csv,,,DMY",
    "LocalTherapyCourse,course_id,complete,link,courses.csv,,,{@patient_id}-C{no:2}",
    "CourseLesion,course_id,complete,link,rt.csv,,,LocalTherapyCourse where srs = given",
)


def test_a_parent_is_found_by_what_the_rows_share_whatever_the_order_of_its_date(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        *LOOK_UP,
        courses="nr,no,srs\n1,1,2020-02-01\n1,2,2020-05-01\n2,1,2020-02-01",
        rt="nr,given\n1,01/05/2020\n2,01/02/2020\n1,1/2/2020",
    )
    assert found.frame("CourseLesion")["course_id"].to_list() == [
        "UT01-P0001-C02",
        "UT01-P0002-C01",
        "UT01-P0001-C01",
    ]


def test_no_parent_and_two_parents_are_errors_with_their_row(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        *LOOK_UP,
        courses="nr,no,srs\n1,1,2020-02-01\n1,2,2020-02-01\n2,1,2020-02-01",
        rt="nr,given\n1,01/02/2020\n2,02/02/2020\n2,",
    )
    assert found.frame("CourseLesion")["course_id"].to_list() == [None, None, None]
    told = sorted(messages(found, "PARENT"))
    assert [one[:12] for one in told] == ["rt.csv row 1", "rt.csv row 2"]
    assert "several rows" in told[0]
    assert "no row" in told[1]


WIDE = (
    PATIENTS,
    "CourseLesion,@rows,complete,split_rows,p.csv,,,n = 1..3",
    "CourseLesion,dose_gy,complete,unit,,met{n}_dose,,,cGy,Gy",
    "CourseLesion,lesion_id,complete,link,,,,{@patient_id}-L{@n:2}",
    "CourseLesion,fractions,complete,direct,,fx",
    'CourseLesion,v12_cm3,complete,expression,,,,"if(met{n}_fx == 1, met{n}_v12, null)"',
)


def test_split_rows_makes_a_row_of_each_group_that_is_filled(tmp_path: Path) -> None:
    cells = "nr,fx,met1_dose,met1_fx,met1_v12,met2_dose,met2_fx,met2_v12,met3_dose,met3_fx\n"
    found = site_data(tmp_path, *WIDE, p=cells + "1,1,2000,1,3.2,2700,3,9,,\n2,5,,,,,,,2500,5")
    frame = found.frame("CourseLesion")
    assert frame["lesion_id"].to_list() == ["UT01-P0001-L01", "UT01-P0001-L02", "UT01-P0002-L03"]
    assert frame["dose_gy"].to_list() == [20.0, 27.0, 25.0]
    assert frame["v12_cm3"].to_list() == [3.2, None, None]
    assert frame["fractions"].to_list() == [1, 1, 5]
    assert found.origin("CourseLesion")["row"].to_list() == [1, 1, 2]


def test_the_columns_that_decide_whether_a_group_is_filled_may_be_named(tmp_path: Path) -> None:
    rows = [one.replace("split_rows,p.csv,", "split_rows,p.csv,met{n}_dose") for one in WIDE]
    cells = "nr,fx,met1_dose,met1_fx,met1_v12,met2_dose,met2_fx,met2_v12,met3_dose,met3_fx\n"
    found = site_data(tmp_path, *rows, p=cells + "1,1,2000,1,3.2,,3,9,,")
    assert found.frame("CourseLesion").height == 1


def test_groups_may_be_words_and_conditions_are_on_the_split_rows(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        'Biomarker,@rows,complete,split_rows,p.csv,,,"n = egfr, alk"',
        "Biomarker,@rows,complete,,,,,`{n}_result` != 'not tested'",
        "Biomarker,marker,complete,recode,,@n,,egfr=EGFR; alk=ALK",
        "Biomarker,result,complete,recode,,`{n}_result`,,pos=positive; neg=negative",
        "Biomarker,biomarker_no,complete,link,,,,{@nth}",
        p="nr,egfr_result,alk_result\n1,pos,neg\n2,not tested,pos",
    )
    frame = found.frame("Biomarker")
    assert frame.select("marker", "result", "biomarker_no").rows() == [
        ("EGFR", "positive", 1),
        ("ALK", "negative", 2),
        ("ALK", "positive", 1),
    ]


def test_a_column_that_no_group_has_is_a_fault(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, *WIDE, p="nr,fx,met1_dose,met1_fx\n1,1,2000,1")
    assert "met{n}_v12 for any group" in fault


def test_two_blocks_of_one_entity_stand_below_each_other(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "PerformanceStatus,scale,complete,constant,,,,KPS,,,base",
        "PerformanceStatus,value,complete,direct,p.csv,kps,,,,,base",
        "PerformanceStatus,scale,complete,constant,,,,ECOG,,,fu",
        "PerformanceStatus,value,complete,direct,p.csv,ecog,,,,,fu",
        p="nr,kps,ecog\n1,90,1",
    )
    assert found.frame("PerformanceStatus").select("scale", "value").rows() == [("KPS", 90), ("ECOG", 1)]


def test_impossible_is_imp_in_every_row_and_undetermined_is_blank(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "CourseLesion,dose_gy,complete,direct,,x",
        "CourseLesion,v12_cm3,impossible,,,,,,,,,archive lost",
        "CourseLesion,gi,undetermined",
        p="nr,x\n1,20\n2,18",
    )
    frame = found.frame("CourseLesion")
    assert frame["v12_cm3__why"].to_list() == ["IMP", "IMP"]
    assert frame["v12_cm3"].to_list() == [None, None]
    assert "gi__why" not in frame.columns


def test_star_speaks_for_the_fields_without_a_row(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "CourseLesion,dose_gy,complete,direct,,x",
        "CourseLesion,*,impossible",
        p="nr,x\n1,20",
    )
    row = found.frame("CourseLesion").row(0, named=True)
    assert (row["dose_gy"], row["pci__why"], row["patient_id"]) == (20.0, "IMP", "UT01-P0001")


def test_an_undetermined_field_blocks_when_the_study_needs_it(tmp_path: Path) -> None:
    rows = (PATIENTS, "CourseLesion,dose_gy,complete,direct,,x", "CourseLesion,v12_cm3,impossible")
    needed = [
        ("CourseLesion", "dose_gy"),
        ("CourseLesion", "v12_cm3"),
        ("CourseLesion", "gi"),
        ("Patient", "sex"),
    ]
    found = site_data(tmp_path, *rows, needed=needed, p="nr,x\n1,20")
    told = found.findings.select("severity", "rule", "field").rows()
    assert told == [
        ("info", "IMPOSSIBLE", "v12_cm3"),
        ("error", "UNDETERMINED", "gi"),
        ("error", "UNDETERMINED", "sex"),
    ]


def test_nothing_blocks_what_the_study_does_not_need(tmp_path: Path) -> None:
    found = site_data(tmp_path, PATIENTS, "CourseLesion,gi,complete,direct,,x", p="nr,x\n1,2.5")
    assert found.findings.is_empty()


def test_missing_codes_pass_through_every_rule(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "@source,missing,complete,,,,,-9=@UNK; n/a=@ND",
        "@source,blank,complete,,,,,@NASK",
        "CourseLesion,dose_gy,complete,direct,,x",
        "CourseLesion,gtv_cm3,complete,unit,,x,,,mm3,cm3",
        "CourseLesion,cavity,complete,recode,,x,,20=yes; 18=no",
        "CourseLesion,pci,complete,expression,,,,x / 100",
        "CourseLesion,gi,complete,case_when,,,,x > 1: x",
        p="nr,x\n1,20\n2,-9.0\n3,N/A\n4,",
    )
    frame = found.frame("CourseLesion")
    for name in ("dose_gy", "gtv_cm3", "cavity", "pci", "gi"):
        assert frame[f"{name}__why"].to_list() == [None, "UNK", "ND", "NASK"], name
    assert found.findings.is_empty()


def test_a_recode_that_lists_a_missing_code_goes_first(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "@source,missing,complete,,,,,9=@UNK", SEX + "1=male; 9=@NASK", p="nr,x\n1,9"
    )
    assert found.frame("Patient")["sex__why"].to_list() == ["NASK"]


def test_numeric_codes_of_the_model_are_recognised(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "ImagingAssessment,field_t,complete,direct,,x", p="nr,x\n1,3\n2,1.5\n3,0.50"
    )
    assert found.frame("ImagingAssessment")["field_t"].to_list() == ["3.0", "1.5", "0.5"]


def test_site_has_one_row_of_constants(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "Site,country,complete,constant,,,,NL",
        "Patient,sex,complete,recode,p.csv,x,,1=male",
        p="nr,x\n1,1\n2,1",
    )
    assert found.frame("Site").select("site_id", "country").rows() == [("UT01", "NL")]


def test_origins_name_the_sites_own_file_and_row(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, "@source,rows,complete,,,,,keep == 1", SEX + "1=male", p="nr,x,keep\n1,1,0\n2,1,1"
    )
    assert found.origin("Patient").select("file", "row").rows() == [("p.csv", 2)]
    assert "1 rows were left out" in messages(found, "ROWS")[0]


def test_a_checkbox_of_a_wide_group(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        "AdverseRadiationEffect,@rows,complete,split_rows,p.csv,,,n = 1..2",
        "AdverseRadiationEffect,basis,complete,checkbox,,rn{n}_basis,,1=pathology; 2=pet",
        "AdverseRadiationEffect,are_id,complete,link,,,,{@patient_id}-A{@n:2}",
        p="nr,rn1_basis___1,rn1_basis___2,rn2_basis___1,rn2_basis___2\n1,1,1,0,1\n2,,,1,0",
    )
    assert found.frame("AdverseRadiationEffect").select("are_id", "basis").rows() == [
        ("UT01-P0001-A01", ["pathology", "pet"]),
        ("UT01-P0001-A02", ["pet"]),
        ("UT01-P0002-A02", ["pathology"]),
    ]


def test_a_finding_in_a_wide_group_names_the_group(tmp_path: Path) -> None:
    cells = "nr,fx,met1_dose,met1_fx,met1_v12,met2_dose,met2_fx,met2_v12\n1,1,2000,1,3.2,high,1,many"
    told = messages(site_data(tmp_path, *WIDE, p=cells), "TYPE")
    assert sorted(one.split(",")[0] for one in told) == [
        "p.csv row 1 group 2: column met{n}_dose holds text of 4 characters",
        "p.csv row 1 group 2: column met{n}_v12 holds text of 4 characters",
    ]


def test_a_date_in_a_wide_group_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    found = site_data(
        tmp_path,
        PATIENTS,
        ANCHOR,
        "BrainLesion,@rows,complete,split_rows,,,,n = 1..2",
        "BrainLesion,first_seen_day,complete,date_to_day,,d{n}",
        p="nr,brm,d1,d2\n1,2020-01-01,2020-01-02,2020-13-13",
    )
    assert messages(found, "DATE") == ["p.csv row 1 group 2: column d{n} is no date (10 characters)"]


def test_a_case_that_does_not_apply_reads_no_cell(tmp_path: Path) -> None:
    row = "Patient,n_brm_at_anchor,complete,case_when,,,,kind == 'count': x; kind == 'words': y"
    found = site_data(tmp_path, PATIENTS, row, p="nr,kind,x,y\n1,count,3,\n2,words,three,3\n3,words,,four")
    assert found.frame("Patient")["n_brm_at_anchor"].to_list() == [3, 3, None]
    assert [one.split(":")[0] for one in messages(found, "TYPE")] == ["p.csv row 3"]


def test_a_case_may_lead_to_no_value(tmp_path: Path) -> None:
    row = "Patient,sex,complete,case_when,,,,\"x == 1: null; x == 2: if(y == 1, 'male', null)\""
    values, _ = patient_field(tmp_path, row, "nr,x,y\n1,1,1\n2,2,1\n3,2,2", "sex")
    assert values == [None, "male", None]
