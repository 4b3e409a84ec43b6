"""Rows are checked once, when they are made; every fault names its row and column, never its value."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from cimara.outcomes.frame_columns import RowError
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks, IntervalCensored, Survival, dropped_of

FRAME = pl.DataFrame(
    {
        "patient": ["P1", "P2", "P3", "P4", "P5"],
        "days": [10, 20, 30, 40, 50],
        "death": [1, 0, 1, 1, 0],
        "status": [1, 0, 2, 1, 0],
        "age": [61.0, None, 55.0, 48.0, 70.0],
        "histology": ["lung", "breast", "lung", None, "melanoma"],
        "site": ["A", "A", "B", "B", "B"],
        "weight": [1.0, 2.0, 0.0, 0.5, 1.0],
    }
)


def survival(frame: Any = FRAME, **named: Any) -> Survival:
    return Survival.from_frame(frame, time="days", event="death", **named)


def with_cell(column: str, value: Any) -> pl.DataFrame:
    """The frame with one column changed in its second row."""
    values = FRAME[column].to_list()
    values[1] = value
    return FRAME.with_columns(pl.Series(column, values, strict=False))


def test_rows_with_an_empty_cell_are_left_out_and_counted_by_column() -> None:
    rows = survival(covariates=["age", "histology"])
    assert rows.n == 3
    assert rows.dropped == {"age": 1, "histology": 1}
    assert rows.source_rows.tolist() == [1, 3, 5]


def test_empty_cells_can_be_an_error_that_names_them() -> None:
    with pytest.raises(RowError) as told:
        survival(covariates=["age", "histology"], missing="error")
    assert told.value.problems == ("row 2, age: an empty cell", "row 4, histology: an empty cell")


def test_a_column_that_is_not_named_costs_no_row() -> None:
    assert survival().n == 5


def test_labels_become_indicators_against_the_first_level() -> None:
    rows = survival(covariates=["histology"])
    assert rows.names == ("histology=lung", "histology=melanoma")
    assert rows.terms == ("histology", "histology")
    assert rows.covariates.tolist() == [[1, 0], [0, 0], [1, 0], [0, 1]]


def test_the_reference_level_can_be_named_and_an_empty_level_is_listed() -> None:
    levels = {"histology": ["lung", "breast", "melanoma", "renal"]}
    rows = survival(covariates=["histology"], levels=levels)
    assert rows.names == ("histology=breast", "histology=melanoma", "histology=renal")
    assert rows.empty_levels == ("histology=renal",)


def test_a_label_outside_the_named_levels_is_a_fault_of_its_row() -> None:
    with pytest.raises(RowError, match="row 5, histology: a label that is not among the levels"):
        survival(covariates=["histology"], levels={"histology": ["lung", "breast"]})


def test_several_columns_of_strata_are_crossed() -> None:
    rows = survival(strata=["site", "death"])
    assert rows.strata is not None
    assert rows.strata_present() == (
        "site=A, death=0",
        "site=A, death=1",
        "site=B, death=0",
        "site=B, death=1",
    )


def test_whole_numbers_as_labels_sort_as_numbers() -> None:
    rows = survival(FRAME.with_columns(arm=pl.Series([10, 2, 10, 2, 1])), group="arm")
    assert rows.group is not None
    assert rows.group.levels == ("1", "2", "10")


@pytest.mark.parametrize(
    ("frame", "told"),
    [
        (with_cell("days", -1), "row 2, days: a time that is negative or infinite"),
        (with_cell("days", float("inf")), "row 2, days: a time that is negative or infinite"),
        (with_cell("death", 2), "row 2, death: an event that is neither 0 nor 1"),
        (with_cell("death", 0.5), "row 2, death: an event that is neither 0 nor 1"),
        (FRAME.rename({"days": "weeks"}), "days: there is no such column"),
        (FRAME.with_columns(pl.col("days").cast(pl.String)), "days: text in a column of numbers"),
    ],
)
def test_what_cannot_be_analysed_is_named(frame: pl.DataFrame, told: str) -> None:
    with pytest.raises(RowError) as error:
        survival(frame)
    assert error.value.problems == (told,)


def test_no_value_of_the_data_is_in_a_message() -> None:
    with pytest.raises(RowError) as error:
        survival(with_cell("days", -987654))
    assert "987654" not in str(error.value)


def test_one_and_two_as_in_r_are_refused_with_a_hint() -> None:
    with pytest.raises(RowError, match="Recode 2 as 1"):
        survival(FRAME.with_columns(death=pl.col("death") + 1))


def test_booleans_are_events() -> None:
    assert survival(FRAME.with_columns(pl.col("death").cast(pl.Boolean))).event.sum() == 3


def test_an_entry_must_lie_before_its_exit() -> None:
    frame = FRAME.with_columns(entry=pl.Series([0, 20, 5, 0, 60]))
    with pytest.raises(RowError) as error:
        survival(frame, start="entry")
    assert error.value.problems == (
        "row 2, entry: an entry that is not before the exit",
        "row 5, entry: an entry that is not before the exit",
    )


INTERVALS = {
    "patient": ["P1"] * 2 + ["P2"] * 2,
    "entry": [0, 10, 0, 15],
    "days": [10, 20, 10, 20],
    "death": [0, 1, 0, 1],
}


def test_intervals_of_one_id_may_touch_and_have_gaps() -> None:
    assert survival(pl.DataFrame(INTERVALS), start="entry", id="patient").n == 4


def test_overlapping_intervals_of_one_id_are_named() -> None:
    frame = pl.DataFrame({**INTERVALS, "entry": [0, 9, 0, 15]})
    with pytest.raises(RowError, match="row 2, days: overlaps another interval of the same patient"):
        survival(frame, start="entry", id="patient")


def test_nobody_goes_on_after_a_terminal_event() -> None:
    frame = pl.DataFrame({**INTERVALS, "death": [1, 1, 0, 1]})
    with pytest.raises(RowError, match="row 2, days: goes on after the event of the same patient"):
        survival(frame, start="entry", id="patient")
    assert survival(frame, start="entry", id="patient", terminal=False).n == 4


def test_rows_of_weight_zero_are_left_out_and_counted() -> None:
    rows = survival(weights="weight")
    assert rows.n == 4
    assert rows.zero_weight == 1
    assert rows.robust_by_default


def test_frequencies_are_whole_and_leave_the_variance_alone() -> None:
    with pytest.raises(RowError, match="row 4, weight: a frequency that is not whole"):
        survival(weights="weight", weight_kind="frequency")
    doubled = survival(FRAME.with_columns(weight=pl.lit(2)), weights="weight", weight_kind="frequency")
    assert doubled.weight_kind is WeightKind.FREQUENCY
    assert not doubled.robust_by_default


def test_a_negative_weight_is_a_fault() -> None:
    with pytest.raises(RowError, match="row 2, weight: a negative or infinite weight"):
        survival(with_cell("weight", -1.0), weights="weight")


def test_clusters_make_the_variance_robust() -> None:
    assert survival(cluster="site").robust_by_default
    assert not survival().robust_by_default


def test_causes_have_names_in_the_order_of_their_codes() -> None:
    rows = CompetingRisks.from_frame(FRAME, time="days", status="status", causes={1: "necrosis", 2: "death"})
    assert rows.causes == ("necrosis", "death")
    assert rows.status.tolist() == [1, 0, 2, 1, 0]
    assert rows.cause_specific("necrosis").event.tolist() == [True, False, False, True, False]
    assert rows.all_causes().event.sum() == 3


def test_a_status_that_is_not_listed_is_a_fault() -> None:
    with pytest.raises(RowError, match="row 3, status: a status that is not a listed cause"):
        CompetingRisks.from_frame(FRAME, time="days", status="status", causes=[1])


def test_an_unknown_cause_names_those_there_are() -> None:
    rows = CompetingRisks.from_frame(FRAME, time="days", status="status")
    with pytest.raises(RowError, match="The causes are 1, 2"):
        rows.cause("relapse")


def test_an_empty_upper_limit_is_not_seen_yet() -> None:
    frame = pl.DataFrame({"lower": [0, 2, 3], "upper": [2, None, 3]})
    rows = IntervalCensored.from_frame(frame, lower="lower", upper="upper")
    assert rows.upper.tolist() == [2.0, np.inf, 3.0]


def test_limits_in_the_wrong_order_are_a_fault() -> None:
    frame = pl.DataFrame({"lower": [0, 5], "upper": [2, 3]})
    with pytest.raises(RowError, match="row 2, upper: an upper limit below the lower"):
        IntervalCensored.from_frame(frame, lower="lower", upper="upper")


@pytest.mark.parametrize("kind", ["polars", "pandas", "pyarrow"])
def test_frames_of_three_libraries_make_the_same_rows(kind: str) -> None:
    frames: dict[str, Any] = {
        "polars": FRAME,
        "pandas": pd.DataFrame(FRAME.to_dict(as_series=False)),
        "pyarrow": FRAME.to_arrow(),
    }
    rows, wanted = (
        survival(frame, covariates=["age", "histology"], strata="site", cluster="patient")
        for frame in (frames[kind], FRAME)
    )
    assert rows.covariates.tolist() == wanted.covariates.tolist()
    assert rows.time.tolist() == wanted.time.tolist()
    assert rows.strata_present() == wanted.strata_present()
    assert rows.dropped == wanted.dropped


def test_parts_keep_all_levels_and_every_row_once() -> None:
    rows = survival(site="site", strata="site")
    parts = rows.by_site()
    assert [part.strata_present() for part in parts] == [("A",), ("B",)]
    assert np.concatenate([part.source_rows for part in parts]).tolist() == [1, 2, 3, 4, 5]
    assert parts[0].strata is not None
    assert parts[0].strata.levels == ("A", "B")


def test_a_patient_is_never_split_between_parts() -> None:
    rows = survival(FRAME.with_columns(patient=pl.lit("P1")), cluster="patient", site="site")
    with pytest.raises(RowError, match="its rows lie in more than one part"):
        rows.by_site()


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(RowError, match="no complete row is left"):
        survival(FRAME.with_columns(age=pl.lit(None, dtype=pl.Float64)), covariates=["age"])


def test_parts_count_what_was_left_out_once() -> None:
    rows = survival(covariates=["age"], weights="weight", site="site")
    parts = rows.by_site()
    assert dropped_of(parts) == dropped_of([rows]) == {"age": 1}
    assert sum(part.zero_weight for part in parts) == rows.zero_weight == 1


def test_what_to_do_about_a_time_that_cannot_be_is_said() -> None:
    with pytest.raises(RowError, match="Times count from the start of the clock"):
        survival(with_cell("days", -1))
