"""What differs between two versions, by key."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.diff import diff, shown
from cimara.cohort.store.store import Store
from tests.unit.cohort.store.small import CLEAN, REPORT, SITE, STUDY, WHO, frame, patients


def labs(*rows: tuple[str, int, float | None, str | None]) -> Dataset:
    ids, days, values, reasons = zip(*rows, strict=True)
    return Dataset(
        {
            "LabResult": frame(
                "LabResult",
                patient_id=ids,
                analyte=["ldh"] * len(rows),
                day=days,
                value=values,
                value__why=reasons,
            )
        }
    )


def test_equal_data_sets_differ_in_nothing() -> None:
    shuffled = Dataset({name: one.reverse() for name, one in patients(9).tables.items()})
    assert diff(patients(9), shuffled).same


def test_a_changed_cell_is_named_by_key_with_before_and_after() -> None:
    made = diff(
        labs(("UT01-P0001", 3, 1.5, None), ("UT01-P0002", 3, 2.0, None)),
        labs(("UT01-P0001", 3, 1.25, None), ("UT01-P0002", 3, 2.0, None)),
    )
    assert made.changed.rows() == [
        ("LabResult", "UT01-P0001 / ldh / 3", "UT01-P0001", "value", "1.50", "1.25")
    ]
    assert made.added.is_empty()
    assert made.removed.is_empty()


def test_a_reason_that_changed_is_a_changed_cell() -> None:
    made = diff(labs(("UT01-P0001", 3, None, "UNK")), labs(("UT01-P0001", 3, None, "ND")))
    assert made.changed.select("before", "after").row(0) == ("\\N\\RUNK", "\\N\\RND")


def test_a_changed_key_is_a_row_removed_and_a_row_added() -> None:
    made = diff(labs(("UT01-P0001", 3, 1.5, None)), labs(("UT01-P0001", 4, 1.5, None)))
    assert made.removed["key"].to_list() == ["UT01-P0001 / ldh / 3"]
    assert made.added["key"].to_list() == ["UT01-P0001 / ldh / 4"]
    assert made.changed.is_empty()


def test_a_table_that_came_or_went_is_rows_added_or_removed() -> None:
    without = Dataset({name: one for name, one in patients(2).tables.items() if name != "LabResult"})
    assert diff(without, patients(2)).counts().rows() == [("LabResult", 2, 0, 0)]
    assert diff(patients(2), without).counts().rows() == [("LabResult", 0, 2, 0)]


def test_rows_of_one_key_are_told_apart_by_their_number() -> None:
    twice = labs(("UT01-P0001", 3, 1.5, None), ("UT01-P0001", 3, 2.0, None))
    made = diff(twice, labs(("UT01-P0001", 3, 1.5, None)))
    assert made.removed.height == 1
    assert made.changed.is_empty()


def test_counts_are_by_table() -> None:
    made = diff(patients(3, age=61), patients(4, age=62))
    assert made.counts().rows() == [
        ("LabResult", 1, 0, 0),
        ("Patient", 1, 0, 3),
        ("SystemicTherapyLine", 1, 0, 0),
    ]
    assert diff(patients(1), patients(1)).counts().rows() == []


def test_a_store_compares_with_the_current_version_by_default(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    for count in (2, 3, 5):
        store.submit(patients(count), CLEAN, REPORT, **WHO)
    assert store.diff(STUDY, SITE, 1).added.filter(pl.col("table") == "Patient").height == 3
    assert store.diff(STUDY, SITE, 2, 1).removed.filter(pl.col("table") == "Patient").height == 1


@pytest.mark.parametrize(("value", "told"), [("secret", "text of 6 characters"), (None, "\\N")])
def test_a_text_is_shown_by_its_length(value: str | None, told: str) -> None:
    one = Dataset({"Death": frame("Death", patient_id=["UT01-P0001"], rule_used=["rule a"], day=[3])})
    other = Dataset({"Death": frame("Death", patient_id=["UT01-P0001"], rule_used=[value], day=[4])})
    found = shown(diff(one, other).changed)
    assert found.select("field", "before", "after").rows() == [
        ("day", "3", "4"),
        ("rule_used", "text of 6 characters", told),
    ]
