"""What a curator reads: the place, the kind of value, what would be right, and nothing of a text."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from cimara.cohort.checks.run import check
from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.findings import FINDINGS, Finding, Severity, finding_frame
from tests.unit.cohort.clean import FIRST, Changes, clean_dataset, table
from tests.unit.cohort.clean_copies import copies


def told(changed: Changes, rule: str) -> dict[str, Any]:
    """The one finding of a rule."""
    found = check(clean_dataset(changed)).filter(pl.col("rule") == rule)
    assert found.height == 1
    return found.row(0, named=True)


def measured(longest: float, volume: float) -> str:
    """The hint of D5."""
    changed = {"LesionMeasurement": {2: {"longest_mm": longest, "vol_total_cm3": volume}}}
    return str(told(changed, "D5")["hint"])


def test_findings_have_their_columns_and_errors_come_first() -> None:
    found = check(clean_dataset({"Patient": {1: {"n_brm_at_anchor": 9}}, "Death": {1: {"cause": None}}}))
    assert dict(found.schema) == {name: kind() for name, kind in FINDINGS.items()}
    assert found["severity"].to_list() == ["error", "warning"]


def test_a_dose_in_cgy_is_named_with_row_record_and_instance() -> None:
    dataset = clean_dataset({"LocalTherapyCourse": {5: {"total_dose_gy": 2000.0, "fractions": 5}}})
    origin = plain_origin(5, "export.csv").with_columns(
        row=pl.lit(210) + pl.int_range(5), record=pl.lit("UT01-P0031"), instance=pl.lit(2, dtype=pl.Int64)
    )
    found = check(Dataset(dataset.tables, {"LocalTherapyCourse": origin})).row(0, named=True)
    assert found["message"] == (
        "LocalTherapyCourse row 214 (record UT01-P0031, instance 2): total_dose_gy is 2000, allowed 0..80"
    )
    assert found["hint"] == "Looks like cGy; enter 20."
    assert (found["rule"], found["file"], found["row"], found["instance"]) == ("D1", "export.csv", 214, 2)
    assert found["value_kind"] == "decimal"


def test_a_dose_in_cgy_without_fractions_is_named_too() -> None:
    found = told({"LocalTherapyCourse": {5: {"total_dose_gy": 3000.0, "fractions": None}}}, "RANGE")
    assert found["hint"] == "Looks like cGy; enter 30."


def test_a_dose_that_is_possible_in_no_unit_has_the_plain_hint() -> None:
    found = told({"CourseLesion": {1: {"dose_gy": 35.0}}}, "D1")
    assert found["message"].endswith("dose_gy is 35 in one fraction of radiosurgery, expected 8..30")
    assert found["hint"] == "Dose per lesion, in Gy, not cGy?"


@pytest.mark.parametrize(
    ("longest", "volume", "hint"),
    [
        (2.0, 4.1, "Diameter in cm? enter 20."),
        (20.0, 4100.0, "Volume in mm3? enter 4.1."),
        (20.0, 9.0, "A body cannot exceed the sphere of its longest diameter; check both."),
        (4.0, 33.0, "Diameter in cm? enter 40; or volume in mm3? enter 0.03."),
    ],
)
def test_the_ratio_of_volume_and_sphere_names_the_slip(longest: float, volume: float, hint: str) -> None:
    assert measured(longest, volume) == hint


@pytest.mark.parametrize(
    ("changed", "hint"),
    [
        ({"LesionMeasurement": {1: {"vol_flair_cm3": 4100.0}}}, "Looks like mm3; enter 4.1."),
        ({"ImagingAssessment": {1: {"slice_mm": 0.1}}}, "Looks like cm; enter 1."),
        ({"CourseLesion": {1: {"isodose_pct": 0.8}}}, "Looks like a fraction of 1; enter 80."),
        (
            {"AdverseRadiationEffect": {1: {"recurred_day": 20190304}}},
            "Looks like a calendar date; enter days from the anchor.",
        ),
        (
            {"Patient": {2: {"age_at_anchor": 93}}},
            "Enter 90 for every age of 90 or more, with age_topcoded = yes.",
        ),
    ],
)
def test_a_value_out_of_range_has_the_likely_slip(changed: Changes, hint: str) -> None:
    assert told(changed, "RANGE")["hint"] == hint


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("Female", "Did you mean female?"),
        ("femal", "Did you mean female?"),
        ("2", "2 is male in REDCap; enter male."),
        ("zzz", "The codes are female, male, other, unknown."),
    ],
)
def test_a_word_that_is_no_code_has_the_code_that_was_meant(word: str, hint: str) -> None:
    assert told({"Patient": {1: {"sex": word}}}, "CODE")["hint"] == hint


def test_a_label_is_known_as_its_code() -> None:
    found = told({"LocalTherapyCourse": {1: {"modality": "Radiosurgery, Gamma Knife"}}}, "CODE")
    assert found["hint"] == "Did you mean srs_gk?"


def test_capitals_do_not_hide_a_code() -> None:
    assert told({"LocalTherapyCourse": {2: {"modality": "HFSRT"}}}, "CODE")["hint"] == "Did you mean hfsrt?"


def test_a_number_that_is_no_code_is_shown_and_a_word_is_not() -> None:
    assert "holds the number 7, which is no code" in told({"Patient": {1: {"sex": "7"}}}, "CODE")["message"]
    assert "holds text of 10 characters" in told({"Patient": {1: {"sex": "Jane Smith"}}}, "CODE")["message"]


SECRETS: list[Changes] = [
    {"Patient": {1: {"sex": "Jane Smith"}}},
    {"Patient": {1: {"sex": None, "sex__why": "Jane Smith"}}},
    {"Patient": {1: {"curator": "Jane Smith"}}},
    {"Patient": {1: {"patient_id": "Jane Smith"}}},
    {"LmdEvent": {1: {"basis": ["Jane Smith"]}}},
    {"BrainLesion": {1: {"lesion_id": "Jane Smith"}}},
    {"LesionMeasurement": {1: {"lesion_id": "Jane Smith"}}},
    {"LocalTherapyCourse": {1: {"modality": "Jane Smith"}}},
    {"SystemicTherapyLine": {1: {"agents": ["Jane Smith"]}}},
]


def test_no_text_of_a_patient_is_told() -> None:
    found = check(copies([(one, {}) for one in SECRETS]))
    assert set(found["file"]) == {str(place) for place in range(len(SECRETS))}
    assert "Jane" not in found.write_csv()


def test_a_record_number_of_the_hospital_is_not_told() -> None:
    dataset = clean_dataset({"Patient": {1: {"sex": None}}})
    for record, shown in (("4711", True), ("12345678", False), ("Smith-1", False)):
        origin = plain_origin(3).with_columns(record=pl.lit(record))
        message = check(Dataset(dataset.tables, {"Patient": origin}))["message"][0]
        assert (f"(record {record})" in message) is shown
        assert (record in message) is shown


LONG_NUMBERS: list[Changes] = [
    {"SupportiveCourse": {1: {"start_day": 19590304}}},
    {"Patient": {1: {"last_contact_day": 19590304}}},
    {"Patient": {1: {"n_brm_at_anchor": 19590304}}},
    {"Patient": {2: {"age_at_anchor": 19590304}}},
    {"PerformanceStatus": {2: {"value": 19590304}}},
    {"CourseLesion": {1: {"fractions": 19590304}}},
    {"CourseLesion": {1: {"v12_cm3": 19590304.0}}},
    {"CourseLesion": {1: {"bed10_gy": 19590304.0}}},
    {"LesionMeasurement": {1: {"longest_mm": 19590304.0}}},
    {"LesionMeasurement": {1: {"vol_enhancing_cm3": 19590304.0}}},
]


def test_a_date_or_number_of_the_hospital_in_a_number_field_is_told_by_its_digits() -> None:
    found = check(copies([(one, {}) for one in LONG_NUMBERS]))
    out_of_range = found.filter(pl.col("rule").is_in(["RANGE", "D1"]))
    assert set(out_of_range["file"]) == {str(place) for place in range(len(LONG_NUMBERS))}
    assert "1959" not in found.write_csv()


def test_an_age_over_the_top_code_is_not_told() -> None:
    message = told({"Patient": {2: {"age_at_anchor": 93}}}, "RANGE")["message"]
    assert message.endswith("age_at_anchor is over 90, allowed 18..90")


def test_a_cell_that_could_not_be_read_is_not_told_to_be_blank() -> None:
    dataset = clean_dataset({"Patient": {1: {"age_at_anchor": None}}})
    unread = Finding(severity=Severity.ERROR, rule="TYPE", table="Patient", field="age_at_anchor", row=1)
    assert check(dataset)["rule"].to_list() == ["REQUIRED"]
    assert check(Dataset(dataset.tables, findings=finding_frame([unread]))).is_empty()


def test_what_a_reader_only_warned_of_is_still_told() -> None:
    dataset = clean_dataset({"Patient": {1: {"age_at_anchor": None}}})
    noted = Finding(severity=Severity.WARNING, rule="STATUS", table="Patient", field="age_at_anchor", row=1)
    assert check(Dataset(dataset.tables, findings=finding_frame([noted])))["rule"].to_list() == ["REQUIRED"]


def test_the_missing_row_is_named_with_the_table_to_add_it_to() -> None:
    found = told({"LesionMeasurement": {1: {"lesion_id": f"{FIRST}-L77"}}}, "K1")
    assert found["hint"] == f"Add {FIRST}-L77 to brain_lesion, or correct lesion_id."


def test_a_table_may_lack_columns_and_a_data_set_tables() -> None:
    frame = table("Patient", [{"patient_id": FIRST}]).select("patient_id", "source")
    found = check(Dataset({"Patient": frame}))
    assert "vital_status is needed and blank" in "".join(found["message"])
    assert check(Dataset({})).is_empty()


def test_not_a_number_is_told_as_such() -> None:
    found = told({"LesionMeasurement": {1: {"longest_mm": float("nan")}}}, "RANGE")
    assert "longest_mm is no finite number" in found["message"]
