"""What is wrong with a site's table is told by column and a band of rows, never by a value."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.errors import Code, FederationError
from cimara.federation.tables.columns import Trouble, band
from cimara.federation.tables.studies import SimulatedStudy, table_study

N = 60
CANARY = 7313
ASKED: dict[str, Any] = {
    "id": "A1", "estimator": "cox_strat", "time": "t", "event": "e", "patient": "pid", "cluster": "pid",
    "weights": "w",
    "covariates": [
        {"name": "age", "centre": 60, "scale": 10}, {"name": "sex", "levels": ["F", "M"]}
    ],
}  # fmt: skip


def _study(**changed: Any) -> SimulatedStudy:
    asked = {name: value for name, value in (ASKED | changed).items() if value is not None}
    return table_study([asked], sites=["NL01", "NL02"])


def _table(**changed: Any) -> pl.DataFrame:
    dice = np.random.default_rng(4)
    columns: dict[str, Any] = {
        "pid": list(range(N)), "t": dice.integers(1, 900, N).tolist(),
        "e": dice.integers(0, 2, N).tolist(), "w": [1.5] * N,
        "age": dice.normal(60, 8, N).tolist(), "sex": ["F", "M"] * (N // 2), "start": [0.0] * N,
    }  # fmt: skip
    return pl.DataFrame(columns | changed, strict=False)


def _with(column: str, *values: Any) -> pl.DataFrame:
    """The table with some cells of a column changed."""
    good = _table()[column].to_list()
    return _table(**{column: [*values, *good[len(values) :]]})


def _faults(study: SimulatedStudy, table: pl.DataFrame) -> list[tuple[Trouble, str, str]]:
    work = study.analyses["A1"]
    with pytest.raises(FederationError) as refused:
        work.prepare(table)
    assert refused.value.code in (Code.BAD_TABLE, Code.UNIT_MISMATCH)
    assert str(CANARY) not in str(refused.value)
    return [(one.trouble, one.column, one.rows) for one in work.faults(table)]


def test_a_sound_table_has_no_faults() -> None:
    work = _study().analyses["A1"]
    assert work.faults(_table()) == ()
    assert work.prepare(_table()).facts.patients == N


def test_a_count_is_told_as_one_of_three_bands() -> None:
    assert [band(count) for count in (1, 9, 10, 49, 50, 5000)] == ["<10", "<10", "10-49", "10-49"] + [
        "50+"
    ] * 2


@pytest.mark.parametrize(
    ("table", "trouble", "column", "rows"),
    [
        (_table().drop("age"), Trouble.NO_COLUMN, "age", ""),
        (_table(age=["old"] * N), Trouble.NOT_NUMBERS, "age", ""),
        (_with("t", -CANARY), Trouble.BAD_TIME, "t", "<10"),
        (_with("t", *[float("inf")] * 12), Trouble.BAD_TIME, "t", "10-49"),
        (_with("e", *[CANARY] * 51), Trouble.BAD_EVENT, "e", "50+"),
        (_with("w", -CANARY), Trouble.BAD_WEIGHT, "w", "<10"),
        (_with("w", 0), Trouble.BAD_WEIGHT, "w", "<10"),
        (_with("sex", f"{CANARY}"), Trouble.BAD_LEVEL, "sex", "<10"),
        (_with("age", *[CANARY] * 11), Trouble.FAR_OFF, "age", "10-49"),
        (_table(age=[0, 1] * (N // 2)), Trouble.TWO_VALUES, "age", ""),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_each_fault_of_a_table_is_found_before_anything_is_sent(
    table: pl.DataFrame, trouble: Trouble, column: str, rows: str
) -> None:
    assert (trouble, column, rows) in _faults(_study(), table)


def test_values_far_off_alone_are_a_mismatch_of_units() -> None:
    with pytest.raises(FederationError) as refused:
        _study().analyses["A1"].prepare(_with("age", *[900.0] * 11))
    assert refused.value.code is Code.UNIT_MISMATCH


def test_one_far_value_in_a_hundred_is_no_mismatch() -> None:
    dice = np.random.default_rng(5)
    table = pl.concat([_table(pid=[f"{place}-{one}" for one in range(N)]) for place in range(4)])
    ages = dice.normal(60, 8, 4 * N)
    ages[0] = 300.0
    assert _study().analyses["A1"].faults(table.with_columns(age=pl.Series(ages))) == ()


def test_an_entry_at_or_after_the_exit_is_a_fault() -> None:
    late = _table().with_columns(start=pl.col("t"))
    assert (Trouble.LATE_ENTRY, "start", "50+") in _faults(_study(start="start"), late)


def test_rows_of_one_patient_must_not_overlap() -> None:
    twice = pl.concat([_table(), _table().head(4)])
    assert (Trouble.OVERLAP, "pid", "<10") in _faults(_study(start="start"), twice)


def test_a_patient_with_two_rows_needs_a_cluster_or_entry_times() -> None:
    twice = pl.concat([_table(), _table().head(3)])
    assert (Trouble.REPEATED, "pid", "<10") in _faults(_study(cluster=None), twice)
    assert _study().analyses["A1"].faults(twice) == ()


def test_a_status_must_be_a_listed_cause() -> None:
    study = _study(event=None, status="e", causes={1: "progression"}, estimator="aalen_johansen")
    assert (Trouble.BAD_STATUS, "e", "<10") in _faults(study, _with("e", CANARY))


def test_all_rows_of_a_table_are_of_one_site_of_the_study() -> None:
    study = _study(site="house", estimator="site_panel")
    two = _table().with_columns(house=pl.Series(["NL01", "NL02"] * (N // 2)))
    assert (Trouble.SEVERAL_SITES, "house", "") in _faults(study, two)
    assert (Trouble.BAD_LEVEL, "house", "50+") in _faults(study, _table(house=["UT09"] * N))


def test_rows_with_an_empty_cell_are_left_out_and_counted_by_their_first() -> None:
    table = _table(
        age=[None, None, float("nan"), *_table()["age"].to_list()[3:]],
        sex=[None, "F", "F", None, *_table()["sex"].to_list()[4:]],
    )
    facts = _study().analyses["A1"].prepare(table).facts
    assert facts.dropped == dict.fromkeys(("t", "e"), 0) | {"age": 3, "sex": 1, "pid": 0, "w": 0}
    assert facts.rows == N - 4


def test_a_coordinator_counts_nothing_under_the_same_names() -> None:
    work = _study().analyses["A1"]
    ours, theirs = work.empty().facts, work.prepare(_table()).facts
    assert list(ours.levels) == list(theirs.levels) == ["sex=F", "sex=M"]
    assert list(ours.dropped) == list(theirs.dropped)
    assert (ours.patients, ours.rows, ours.largest, ours.units) == (0, 0, 0.0, frozenset())


def test_patients_without_an_id_are_known_again_by_what_their_rows_say() -> None:
    study = _study(patient=None, cluster=None)
    first = study.analyses["A1"].prepare(_table()).facts.units
    again = study.analyses["A1"].prepare(_table().reverse()).facts.units
    other = study.analyses["A1"].prepare(_with("t", 12)).facts.units
    assert first == again
    assert len(first ^ other) == 2


def test_the_event_of_interest_is_counted_first() -> None:
    study = _study(
        event=None, status="e", causes={1: "progression", 2: "death"}, cause="death",
        estimator="fine_gray", weights=None,
    )  # fmt: skip
    facts = study.analyses["A1"].prepare(_with("e", *[2] * 20)).facts
    assert list(facts.events) == ["death", "progression"]
