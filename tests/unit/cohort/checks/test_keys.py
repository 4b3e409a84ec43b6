"""Keys across tables where ids look alike: the row that is named decides, not how its id begins."""

from __future__ import annotations

import polars as pl

from cimara.cohort.checks.run import check
from tests.unit.cohort.clean import FIRST, PATIENTS, SECOND, Changes, Row, clean_dataset

LONGER = f"{FIRST}0"
"""A patient whose id begins with that of another."""
LESION: Row = {"location": "dural", "side": "left", "origin": "new", "first_seen_day": 100}


def test_a_lesion_of_a_patient_whose_id_is_longer_is_not_ones_own() -> None:
    patient = {**PATIENTS[1], "patient_id": LONGER, "n_brm_at_anchor": 0}
    lesion = {**LESION, "patient_id": LONGER, "lesion_id": f"{LONGER}-L01"}
    found = check(
        clean_dataset(
            {"ProgressionEvent": {1: {"lesion_id": f"{LONGER}-L01"}}},
            {"Patient": [patient], "BrainLesion": [lesion]},
        )
    )
    assert found.select("rule", "table", "field").rows() == [("K2", "ProgressionEvent", "lesion_id")]
    assert f"patient_id is {FIRST}, and lesion_id is of {LONGER}" in found["message"][0]


def test_a_lesion_that_is_named_after_another_patient_is_of_the_patient_of_its_row() -> None:
    lesion = {**LESION, "patient_id": SECOND, "lesion_id": f"{FIRST}-L09"}
    found = check(
        clean_dataset({"ProgressionEvent": {1: {"lesion_id": f"{FIRST}-L09"}}}, {"BrainLesion": [lesion]})
    )
    assert set(found["rule"]) == {"PREFIX", "K2"}
    assert found.filter(pl.col("rule") == "K2")["table"].to_list() == ["ProgressionEvent"]


def test_a_row_without_a_key_is_blank_and_no_double() -> None:
    changed: Changes = {
        "LabResult": {1: {"day": None}, 2: {"day": None, "analyte": "haemoglobin", "unit": "g_dl"}}
    }
    assert check(clean_dataset(changed))["rule"].to_list() == ["REQUIRED", "REQUIRED"]


def test_each_further_row_of_a_key_names_the_first() -> None:
    row = {"patient_id": FIRST, "analyte": "ldh", "value": 2.0, "unit": "ratio_uln", "day": 0}
    found = check(clean_dataset(added={"LabResult": [row, row]}))
    assert found.select("rule", "row").rows() == [("K1", 5), ("K1", 6)]
    assert all(message.endswith("as in row 2") for message in found["message"])
