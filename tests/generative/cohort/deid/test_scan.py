"""What the scan refuses, what it asks a person to judge, and what it leaves alone."""

from __future__ import annotations

import json

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.hits import IdentifierReport
from cimara.cohort.deid.scan import rules, scan
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import RawTable, read_csv
from tests.shared_data import shared_data
from tests.unit.cohort.clean import clean_dataset

CANARY = "Xanthippe Quastenflosser"


def scanned(site: str | None = None, **columns: list[object]) -> IdentifierReport:
    frame = pl.DataFrame(columns).cast(pl.String)
    rows = pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True)
    return scan([RawTable(frame, rows, "site.csv")], site=site)


def hard(report: IdentifierReport) -> set[tuple[str, str]]:
    return {(hit.column, hit.rule) for hit in report.hard}


def soft(report: IdentifierReport) -> set[tuple[str, str]]:
    return {(hit.column, hit.rule) for hit in report.soft}


def test_a_column_named_mrn_is_refused() -> None:
    report = scanned(mrn=["a", "b"], age=[60, 61])
    assert hard(report) == {("mrn", "column_name")}
    assert report.refused


def test_a_record_number_in_an_id_column_is_refused() -> None:
    assert hard(scanned(subject_id=["0012345", "0012346"])) == {("subject_id", "record_number")}


def test_a_name_in_a_text_cell_is_a_soft_hit_with_its_count() -> None:
    (hit,) = scanned(finding=["stable", f"seen by {CANARY}", "stable"]).hits
    assert (str(hit.kind), hit.rule, hit.count) == ("soft", "capitalised_words", 1)


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("write to x@clinic.example", "email"),
        ("1.2.840.113619.2.55.3", "dicom_uid"),
        ("seen on 3.7.2019", "date"),
        ("2019-07", "month_and_year"),
        ("943 476 5919", "national_id"),
        ("[document]", "attachment"),
    ],
)
def test_an_identifier_in_a_cell_is_refused(cell: str, rule: str) -> None:
    assert ("finding", rule) in hard(scanned(finding=["stable", cell]))


def test_an_age_of_91_that_follow_up_gives_is_refused() -> None:
    report = scanned(patient_id=["UT01-P0001"], age_at_anchor=[88], last_contact_day=[1100])
    assert hard(report) == {("age_at_anchor", "derivable_age")}


def test_an_age_just_below_90_at_last_contact_is_not_refused() -> None:
    assert scanned(patient_id=["UT01-P0001"], age_at_anchor=[88], last_contact_day=[730]).clean


def test_stated_ages_over_89_are_refused_and_a_capped_one_is_not() -> None:
    assert hard(scanned(age=[60, 91])) == {("age", "age_over_89")}
    assert hard(scanned(age_in_months=[700, 1090])) == {("age_in_months", "age_over_89")}
    assert scanned(age=[60, 90], age_topcoded=["no", "yes"]).clean
    assert hard(scanned(age=[60, 90], age_topcoded=["no", "no"])) == {("age", "age_over_89")}
    assert soft(scanned(age=[60, 90])) == {("age", "age_of_90")}


def test_a_patient_id_that_is_not_of_the_sites_pattern_is_refused() -> None:
    assert ("patient_id", "id_pattern") in hard(scanned(patient_id=["UT01-P0001", "17"]))
    assert hard(scanned("UT01", patient_id=["UT01-P0001", "LY02-P0001"])) == {("patient_id", "id_pattern")}
    assert scanned("UT01", patient_id=["UT01-P0001"], lesion_id=["UT01-P0001-L01"]).clean


def test_a_reason_in_the_place_of_an_id_is_no_hit() -> None:
    assert scanned("UT01", patient_id=["UT01-P0001"], scan_id=["UNK"]).clean


def test_ids_dealt_in_order_of_years_are_a_soft_hit() -> None:
    ids = [f"UT01-P{one:04d}" for one in range(1, 21)]
    years = [2010 + one // 4 for one in range(20)]
    assert soft(scanned(patient_id=ids, anchor_year=years)) == {("patient_id", "id_tells_year")}
    mixed = [years[one * 7 % 20] for one in range(20)]
    assert scanned(patient_id=ids, anchor_year=mixed).clean


def test_an_id_that_is_the_number_of_another_column_is_a_soft_hit() -> None:
    ids = [f"UT01-P{one:04d}" for one in range(1, 21)]
    assert soft(scanned(patient_id=ids, line=list(range(1, 21)))) == {("patient_id", "id_equals_column")}


def test_years_alone_are_soft_but_for_the_anchors() -> None:
    assert soft(scanned(year=[1990, 1991])) == {("year", "year")}
    assert soft(scanned(x1=[1990, 1991, 1992, 1993, 1994])) == {("x1", "year")}
    assert scanned(anchor_year=[1990, 1991]).clean


def test_excel_dates_are_soft_only_where_the_name_says_date() -> None:
    assert soft(scanned(op_date=[43649, 43700])) == {("op_date", "serial_date")}
    assert scanned(platelets=[43649, 43700]).clean


def test_redcaps_own_identifier_mark_refuses() -> None:
    frame = pl.DataFrame({"x1": ["a"], "x2": ["b"]})
    report = scan([RawTable(frame, pl.Series([1]), "site.csv")], redcap_identifiers=["X1"])
    assert hard(report) == {("x1", "redcap_identifier")}


def test_a_column_named_after_an_identifier_that_only_says_yes_or_no_is_soft() -> None:
    assert soft(scanned(phone=["yes", "no"])) == {("phone", "empty_identifier_column")}


def test_some_numbers_that_pass_a_check_by_chance_are_soft() -> None:
    numbers = [f"23456789{tail:02d}" for tail in range(11, 90)]
    found = {rule for column, rule in soft(scanned(sample=numbers))}
    assert "national_id_like" in found
    assert not scanned(sample=numbers).hard


def test_a_header_that_is_a_cell_is_refused_and_not_repeated() -> None:
    report = scanned(**{"1961-03-05": ["x"], "side": ["left"]})
    assert [hit.rule for hit in report.hard] == ["header_holds_values"]
    assert "1961" not in json.dumps(report.as_json())


def test_no_value_stands_in_the_report() -> None:
    cells = [CANARY, "q.canary@clinic.example", "1961-03-05", "943 476 5919", "(415) 555-2671"]
    report = scanned(name=cells, patient_id=cells, notes=cells)
    assert report.refused
    text = json.dumps(report.as_json()) + " ".join(map(str, report.hits))
    for value in (*cells, "Quasten", "canary", "1961", "5919", "2671"):
        assert value not in text


def test_the_report_says_what_it_looked_for_also_when_clean() -> None:
    report = scanned(side=["left", "right"])
    assert report.clean
    assert report.looked_for == rules()
    assert report.tables == (("site.csv", 2, 1),)


def test_a_clean_data_set_of_every_entity_has_no_hit() -> None:
    assert scan(clean_dataset()).hits == ()


def test_a_name_in_the_place_of_a_code_is_found_in_a_data_set() -> None:
    clean = clean_dataset()
    spoilt = clean.frame("Patient").with_columns(sex=pl.lit(CANARY))
    report = scan(Dataset({**clean.tables, "Patient": spoilt}))
    assert soft(report) == {("sex", "capitalised_words")}


def test_no_field_of_the_data_model_is_taken_for_an_identifier() -> None:
    fields = [field for entity in data_model().entities for field in entity.fields]
    columns = {name: [None] for field in fields for name in (field.name, field.redcap_name)}
    assert scanned(**columns).clean


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("file", "refused", "judged"),
    [
        ("r_survival/cgd.csv", {("random", "date")}, {"center"}),
        ("r_survival/mgus2.csv", {("age", "age_over_89")}, {"dxyr"}),
        ("r_survival/rotterdam.csv", set(), {"age", "year"}),
        ("r_survival/colon.csv", set(), set()),
        ("r_survival/lung.csv", set(), set()),
        ("pda/covid.csv", {("age", "age_over_89")}, set()),
        ("pda/lung2.csv", set(), set()),
        ("pda/LOS.csv", set(), set()),
        ("pda/odach_cc.csv", set(), set()),
    ],
)
def test_other_peoples_data(file: str, refused: set[tuple[str, str]], judged: set[str]) -> None:
    report = scan([read_csv(shared_data(f"cohort/{file}"))])
    assert hard(report) == refused
    assert {hit.column for hit in report.soft} == judged
