"""Exports of our own dictionary: into a data set, and out again so that REDCap can import them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.errors import CohortError
from cimara.cohort.model import data_model
from cimara.cohort.reading import typed_frame
from cimara.cohort.redcap.export import is_our_export, read_export, write_export

LESION = {
    "patient_id": "AB01-P0001", "lesion_id": "AB01-P0001-L01", "first_seen_day": "0", "location": "frontal",
    "side": "left", "origin": "new", "source": "chart", "curator": "ab", "entered_day": "9",
}  # fmt: skip
PATIENT = {"patient_id": "AB01-P0001", "sex": "female", "age_at_anchor": "61", "race": "white;other"}
BASE = {"record_id": "1", "pat_patient_id": "AB01-P0001"}


def dataset(**tables: list[dict[str, str]]) -> Dataset:
    """A data set of rows of text, by table name; `record` and `instance` are where a row came from."""
    frames, origins = {}, {}
    for table, rows in tables.items():
        entity = data_model().by_table[table]
        text = pl.DataFrame([{**row} for row in rows], infer_schema_length=None)
        origin = plain_origin(text.height)
        if "instance" in text.columns:
            origin = origin.with_columns(record=text["record"], instance=text["instance"].cast(pl.Int64))
        frames[entity.name], _ = typed_frame(entity, text.select(pl.exclude("record", "instance")), origin)
        origins[entity.name] = origin
    return Dataset(frames, origins)


def cells(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_rows(path: Path, *rows: dict[str, str]) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)
    return path


def rules(held: Dataset) -> list[tuple[str, str]]:
    return held.findings.select("severity", "rule").rows()


def test_codes_become_the_words_of_the_model(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "e.csv",
        {**BASE, "pat_sex": "2", "pat_race___1": "0", "pat_race___5": "1", "pat_race___6": "1"},
    )
    row = read_export(path).frame("Patient").row(0, named=True)
    assert (row["sex"], row["race"]) == ("male", ["white", "other"])


def test_missing_codes_become_reasons(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "e.csv",
        {**BASE, "pat_sex": "UNK", "pat_age_at_anchor": "NASK", "pat_race___1": "0", "pat_race___nd": "1"},
    )
    row = read_export(path).frame("Patient").row(0, named=True)
    assert (row["sex__why"], row["age_at_anchor__why"], row["race__why"]) == ("UNK", "NASK", "ND")
    assert (row["sex"], row["age_at_anchor"], row["race"]) == (None, None, None)


def test_each_row_knows_its_record_its_instance_and_its_row_in_the_file(tmp_path: Path) -> None:
    path = write_export(
        dataset(patient=[PATIENT], brain_lesion=[{**LESION, "record": "17", "instance": "4"}]),
        tmp_path / "e.csv",
    )
    origin = read_export(path).origin("BrainLesion").row(0, named=True)
    assert origin == {"file": "e.csv", "sheet": None, "row": 2, "record": "17", "instance": 4}


def test_the_record_is_named_after_the_patient_unless_the_rows_came_from_another(tmp_path: Path) -> None:
    assert {
        row["record_id"] for row in cells(write_export(dataset(patient=[PATIENT]), tmp_path / "a.csv"))
    } == {"AB01-P0001"}
    known = dataset(patient=[PATIENT], brain_lesion=[{**LESION, "record": "17", "instance": "1"}])
    assert {row["record_id"] for row in cells(write_export(known, tmp_path / "b.csv"))} == {"17"}


def test_a_site_is_a_record_of_its_own_name(tmp_path: Path) -> None:
    site = {"site_id": "AB01", "country": "NL", "dag_name": "North Clinic", "data_cut": "2026-Q1"}
    path = write_export(dataset(site=[site], patient=[PATIENT]), tmp_path / "e.csv", dag="north_clinic")
    assert [row["record_id"] for row in cells(path)] == ["AB01-P0001", "AB01"]
    held = read_export(path)
    assert held.frame("Site").row(0, named=True)["dag_name"] == "North Clinic"
    assert held.frame("Patient").height == 1


def test_the_group_that_the_form_of_the_site_names_is_the_one_that_is_checked(tmp_path: Path) -> None:
    site = {"site_id": "AB01", "country": "NL", "dag_name": "North Clinic", "data_cut": "2026-Q1"}
    path = write_export(dataset(site=[site], patient=[PATIENT]), tmp_path / "e.csv", dag="south_clinic")
    assert rules(read_export(path)).count(("error", "DAG")) == 2
    assert ("error", "DAG") not in rules(read_export(path, site="South Clinic"))


def test_a_group_that_is_missing_in_the_form_of_the_site_is_not_checked(tmp_path: Path) -> None:
    site = {"site_id": "AB01", "country": "NL", "dag_name": "UNK", "data_cut": "2026-Q1"}
    path = write_export(dataset(site=[site], patient=[PATIENT]), tmp_path / "e.csv", dag="south_clinic")
    assert ("error", "DAG") not in rules(read_export(path))


def test_instances_stay_and_new_rows_get_the_next(tmp_path: Path) -> None:
    rows = [
        {**LESION, "record": "1", "instance": "3"},
        {**LESION, "lesion_id": "AB01-P0001-L02", "record": "1", "instance": None},
        {**LESION, "lesion_id": "AB01-P0001-L03", "record": "1", "instance": "1"},
        {**LESION, "lesion_id": "AB01-P0001-L04", "record": "1", "instance": "3"},
    ]
    path = write_export(dataset(brain_lesion=rows), tmp_path / "e.csv")  # type: ignore[arg-type]
    held = {row["les_lesion_id"][-3:]: row["redcap_repeat_instance"] for row in cells(path)}
    assert held == {"L03": "1", "L01": "3", "L02": "4", "L04": "5"}


def test_both_repeat_columns_are_there_even_if_nothing_repeats(tmp_path: Path) -> None:
    head = cells(write_export(dataset(patient=[PATIENT]), tmp_path / "e.csv"))[0]
    assert list(head)[:3] == ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]


def test_a_patient_is_one_base_row_with_all_forms_that_do_not_repeat(tmp_path: Path) -> None:
    death = {"patient_id": "AB01-P0001", "day": "100", "cause": "both"}
    rows = cells(write_export(dataset(patient=[PATIENT], death=[death]), tmp_path / "e.csv"))
    assert [(row["pat_sex"], row["dea_day"]) for row in rows] == [("1", "100")]


def test_the_longitudinal_form_puts_each_form_into_its_event(tmp_path: Path) -> None:
    death = {"patient_id": "AB01-P0001", "day": "100", "cause": "both"}
    path = write_export(dataset(patient=[PATIENT], death=[death]), tmp_path / "e.csv", longitudinal=True)
    assert [(row["redcap_event_name"], row["dea_day"]) for row in cells(path)] == [
        ("baseline_arm_1", ""),
        ("follow_up_arm_1", "100"),
    ]
    assert read_export(path).n_rows == {"Patient": 1, "Death": 1}


def test_rows_in_an_event_that_our_set_up_does_not_have_stop_the_export(tmp_path: Path) -> None:
    path = write_export(dataset(patient=[PATIENT]), tmp_path / "e.csv", longitudinal=True)
    path.write_text(path.read_text().replace("baseline_arm_1", "week_8_arm_1"))
    held = read_export(path)
    assert ("error", "EVENT") in rules(held)
    assert held.findings.filter(pl.col("rule") == "EVENT")["table"].to_list() == ["Patient"]
    assert read_export(path, events={"patient": ["week_8_arm_1"]}).n_rows == {"Patient": 1}
    assert ("info", "EVENT") in rules(read_export(path, ignore_events=["week_8_arm_1"]))


def test_a_form_is_complete_when_all_that_is_required_has_a_value_or_a_reason(tmp_path: Path) -> None:
    rows = [
        LESION,
        {**LESION, "lesion_id": "AB01-P0001-L02", "side": None},
        {**LESION, "lesion_id": "AB01-P0001-L03", "side": "UNK"},
    ]
    path = write_export(dataset(brain_lesion=rows), tmp_path / "e.csv")  # type: ignore[arg-type]
    assert [row["brain_lesion_complete"] for row in cells(path)] == ["2", "0", "2"]


def test_decimals_are_written_with_the_places_of_their_field(tmp_path: Path) -> None:
    size = {
        "patient_id": "AB01-P0001",
        "scan_id": "S",
        "lesion_id": "L",
        "longest_mm": "20",
        "vol_total_cm3": "4.1",
    }
    row = cells(write_export(dataset(lesion_measurement=[size]), tmp_path / "e.csv"))[0]
    assert (row["mea_longest_mm"], row["mea_vol_total_cm3"]) == ("20.0", "4.10")


def test_two_rows_of_a_form_that_does_not_repeat_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="Patient has several rows of 1 record"):
        write_export(dataset(patient=[PATIENT, PATIENT]), tmp_path / "e.csv")


def test_a_row_without_a_patient_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="1 rows of BrainLesion have no patient_id"):
        write_export(dataset(brain_lesion=[LESION, {**LESION, "patient_id": None}]), tmp_path / "e.csv")  # type: ignore[dict-item]


def test_an_unknown_code_of_a_checkbox_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="unknown codes in 1 rows"):
        write_export(dataset(patient=[{**PATIENT, "race": "white;green"}]), tmp_path / "e.csv")


def test_a_data_set_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="no rows"):
        write_export(Dataset({}), tmp_path / "e.csv")


def test_rows_of_two_patients_in_one_record_are_an_error(tmp_path: Path) -> None:
    path = write_export(dataset(patient=[PATIENT], brain_lesion=[LESION]), tmp_path / "e.csv")
    lines = path.read_text().splitlines()
    lines[2] = lines[2].replace("AB01-P0001,AB01-P0001-L01", "AB01-P0002,AB01-P0002-L01")
    path.write_text("\n".join([*lines, ""]))
    held = read_export(path)
    assert held.findings.select("severity", "rule", "table", "field", "row").rows() == [
        ("warning", "STATUS", "Patient", "patient_complete", 1),
        ("error", "RECORD_PATIENT", "BrainLesion", "patient_id", 2),
    ]


def test_an_unknown_code_is_left_for_the_checks(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "e.csv", {**BASE, "pat_sex": "7"})
    held = read_export(path)
    assert (held.frame("Patient")["sex"].to_list(), rules(held)) == (["7"], [])


def test_a_cell_that_is_no_number_is_a_finding_with_its_row(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "e.csv", {**BASE, "pat_age_at_anchor": "old"})
    assert read_export(path).findings.select("rule", "table", "field", "row").rows() == [
        ("TYPE", "Patient", "age_at_anchor", 1)
    ]


def test_findings_name_entities_and_fields_of_the_model(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "e.csv",
        {**BASE, "pat_race___1": "1", "pat_race___unk": "1"},
    )
    assert read_export(path).findings.select("rule", "table", "field").rows() == [
        ("CHECKBOX", "Patient", "race")
    ]


def test_a_day_is_the_one_that_redcap_counted_where_none_was_typed(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "e.csv",
        {
            **BASE,
            "pat_anchor_date": "2020-01-01",
            "pat_last_contact_date": "2020-01-31",
            "pat_last_contact_calc": "30",
            "pat_last_contact_day": "",
            "pat_last_cns_imaging_day": "UNK",
            "pat_last_cns_imaging_calc": "",
        },
    )
    held = read_export(path)
    row = held.frame("Patient").row(0, named=True)
    assert (row["last_contact_day"], row["last_cns_imaging_day__why"]) == (30, "UNK")
    assert rules(held) == [("warning", "DATES")]
    assert "date" not in "".join(held.frame("Patient").columns)


def test_the_order_of_dates_that_are_not_read_does_not_matter(tmp_path: Path) -> None:
    row = {**BASE, "pat_last_contact_date": "03/02/2020", "pat_last_contact_calc": "30"}
    held = read_export(write_rows(tmp_path / "e.csv", row))
    assert held.frame("Patient")["last_contact_day"].to_list() == [30]


def test_a_day_that_was_typed_and_counted_otherwise_is_an_error_and_stays_as_typed(tmp_path: Path) -> None:
    row = {**BASE, "pat_last_contact_calc": "30", "pat_last_contact_day": "31"}
    held = read_export(write_rows(tmp_path / "e.csv", row))
    assert rules(held) == [("error", "DATE_ENTRY")]
    assert held.frame("Patient")["last_contact_day"].to_list() == [31]


def test_ticked_codes_are_written_without_the_reason_that_stands_beside_them(tmp_path: Path) -> None:
    held = dataset(patient=[{**PATIENT, "race__why": "UNK"}])
    row = cells(write_export(held, tmp_path / "e.csv"))[0]
    assert (row["pat_race___5"], "pat_race___unk" in row) == ("1", False)


def test_an_export_of_another_project_is_refused(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "e.csv", {"record_id": "1", "age": "3"})
    with pytest.raises(CohortError, match="no field of the CIMARa dictionary"):
        read_export(path)


def test_an_export_of_some_forms_gives_those(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "e.csv",
        {
            "record_id": "1",
            "les_lesion_id": "AB01-P0001-L01",
            "redcap_repeat_instrument": "brain_lesion",
            "redcap_repeat_instance": "1",
        },
    )
    assert list(read_export(path).tables) == ["BrainLesion"]


def test_the_json_of_the_api_is_read_as_its_csv(tmp_path: Path) -> None:
    path = write_export(dataset(patient=[PATIENT], brain_lesion=[LESION]), tmp_path / "e.csv")
    (tmp_path / "e.json").write_text(json.dumps(cells(path)))
    one, two = read_export(path), read_export(tmp_path / "e.json")
    assert one.frame("BrainLesion").equals(two.frame("BrainLesion"))
    assert one.frame("Patient").equals(two.frame("Patient"))


def test_labels_in_cells_and_header_are_read_back(tmp_path: Path) -> None:
    held = dataset(patient=[{**PATIENT, "ethnicity": "NAVU"}], brain_lesion=[LESION])
    path = write_export(held, tmp_path / "e.csv", labels=True, header_labels=True)
    text = path.read_text()
    assert "Sex" in text.splitlines()[0]
    assert "Female" in text
    assert "Missing: not available any more" in text
    back = read_export(path)
    assert back.frame("Patient")["ethnicity__why"].to_list() == ["NAVU"]
    assert back.frame("BrainLesion")["location"].to_list() == ["frontal"]


@pytest.mark.parametrize("labels", [False, True])
def test_an_export_is_known_by_its_header(tmp_path: Path, labels: bool) -> None:
    held = dataset(patient=[PATIENT], brain_lesion=[LESION])
    assert is_our_export(write_export(held, tmp_path / "e.csv", labels=labels, header_labels=labels))
    assert not is_our_export(write_rows(tmp_path / "other.csv", {"record_id": "1", "age": "3"}))
    assert not is_our_export(tmp_path / "nothing.csv")


def test_the_same_data_set_gives_the_same_file(tmp_path: Path) -> None:
    held = dataset(patient=[PATIENT], brain_lesion=[LESION])
    assert (
        write_export(held, tmp_path / "a.csv").read_bytes()
        == write_export(held, tmp_path / "b.csv").read_bytes()
    )
