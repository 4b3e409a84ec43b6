"""The table of one analysis: a row a risk interval."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cimara.studies.analysis_table import COLUMNS, analysis_table
from tests.unit.studies.small_study import ONSET, built

TWO = "UT01-P0002"


def test_a_treatment_on_day_forty_cuts_the_time_of_a_patient_there(tmp_path: Path) -> None:
    table = analysis_table(built(tmp_path), "A1")
    own = table.frame.filter(pl.col("unit_id") == TWO)
    assert own.select("entry", "time", "event", "bevacizumab").rows() == [
        (0.0, 41.0, 0, 0.0),
        (41.0, 201.0, 1, 1.0),
    ]


def test_the_time_of_all_rows_of_a_patient_is_the_time_followed(tmp_path: Path) -> None:
    made = built(tmp_path)
    table = analysis_table(made, "A1").frame
    total = table.group_by("unit_id").agg((pl.col("time") - pl.col("entry")).sum()).sort("unit_id")
    assert total["time"].to_list() == made.endpoints["death"].frame.sort("patient_id")["aval"].to_list()


def test_columns_are_those_that_estimators_over_sites_take(tmp_path: Path) -> None:
    table = analysis_table(built(tmp_path), "A1")
    assert tuple(table.frame.columns) == (*COLUMNS, "bevacizumab", "age", "grade")
    assert table.causes == ("death",)
    assert set(table.frame["site_id"]) == {"LY02", "UT01"}


def test_units_with_an_empty_cell_are_left_out_and_counted(tmp_path: Path) -> None:
    empty = (
        "attributed(AdverseRadiationEffect.ctcae_grade)",
        f"if(last_contact_day > {ONSET + 150}, 1, null)",
    )
    known = (f'expr = "{empty[0]}"', f'expr = "{empty[1]}"\nknown = "origin_day"')
    table = analysis_table(built(tmp_path, known), "A1")
    assert dict(table.note)["in the study"] == 12
    assert dict(table.note)["with all covariates"] == 10
    assert dict(table.note)["risk intervals"] == table.frame.height
