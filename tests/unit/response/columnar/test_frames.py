"""Typed frames become arrays only where the reader would take every row without a word."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.response.columnar import derive_frames
from cimara.response.columnar.from_frames import frame_records
from cimara.response.columnar.hashes import input_hashes
from cimara.response.fingerprint import input_hash
from cimara.response.policy import Policy
from cimara.response.reading.tidy import read_tidy
from cimara.response.study import derive_study
from cimara.response.synth.arrays import synth_arrays

RANO = Policy.preset("rano_bm")
TABLES = synth_arrays(6, 4, 3, 5).tables()
FIRST_ROW = pl.int_range(pl.len()) == 0


def changed(table: str, column: str, value: pl.Expr) -> dict[str, pl.DataFrame]:
    """The tables with one cell changed."""
    cell = pl.when(FIRST_ROW).then(value).otherwise(pl.col(column)).alias(column)
    return {**TABLES, table: TABLES[table].with_columns(cell)}


NOT_PLAIN = {
    "a size with two decimals": changed("measurements", "ld_mm", pl.lit(12.34)),
    "a size below 0": changed("measurements", "ld_mm", pl.lit(-1.0)),
    "a word in other letters": changed("measurements", "status", pl.lit("measured")),
    "a measured lesion without a size": changed("measurements", "ld_mm", pl.lit(None)),
    "an unknown visit": changed("measurements", "visit_id", pl.lit("W99")),
    "an unknown patient": changed("clinical", "patient_id", pl.lit("nobody")),
    "a visit that stands twice": changed("visits", "visit_id", pl.lit("W8")),
    "a patient without a start": changed("patients", "start_date", pl.lit(None)),
    "a date as text": {**TABLES, "visits": TABLES["visits"].with_columns(pl.col("date").cast(pl.String()))},
    "a column that nobody knows": {**TABLES, "visits": TABLES["visits"].with_columns(colour=pl.lit("red"))},
    "blanks around an id": changed("lesions", "lesion_id", pl.lit(" B1")),
}


def test_clean_frames_become_arrays() -> None:
    assert frame_records(TABLES) is not None


@pytest.mark.parametrize("what", NOT_PLAIN)
def test_other_frames_are_read_row_by_row(what: str) -> None:
    tables = NOT_PLAIN[what]
    assert frame_records(tables) is None
    ours, reference = derive_frames(tables, RANO), derive_study(read_tidy(tables), RANO)
    for name, table in reference.tables().items():
        assert ours.tables()[name].equals(table)


def test_hashes_are_those_of_the_objects_whatever_the_order_of_rows() -> None:
    shuffled = {name: table.sample(fraction=1.0, shuffle=True, seed=4) for name, table in TABLES.items()}
    patients = read_tidy(TABLES).patients
    wanted = {patient.patient_id: input_hash(patient) for patient in patients}
    for tables in (TABLES, shuffled):
        found = frame_records(tables)
        assert found is not None
        own = dict(zip(found.records.patient_ids, input_hashes(found.records, found.cells), strict=True))
        assert own == wanted


def test_implausible_sizes_are_named_as_the_reader_names_them() -> None:
    tables = changed("measurements", "ld_mm", pl.lit(301.0))
    assert frame_records(tables) is not None
    ours, reference = derive_frames(tables, RANO), derive_study(read_tidy(tables), RANO)
    assert "SIZE_IMPLAUSIBLE" in reference.findings["code"]
    assert ours.findings.equals(reference.findings)


def test_order_of_rows_does_not_matter() -> None:
    shuffled = {
        name: table if name == "patients" else table.sample(fraction=1.0, shuffle=True, seed=9)
        for name, table in TABLES.items()
    }
    ours, straight = derive_frames(shuffled, RANO), derive_frames(TABLES, RANO)
    assert ours.timepoints.equals(straight.timepoints)
    assert ours.best.equals(straight.best)


def test_without_lesions_the_rest_is_the_same() -> None:
    ours, whole = derive_frames(TABLES, RANO, with_lesions=False), derive_frames(TABLES, RANO)
    assert ours.lesions.height == 0
    assert ours.lesions.schema == whole.lesions.schema
    assert ours.timepoints.equals(whole.timepoints)
    assert ours.best.equals(whole.best)
