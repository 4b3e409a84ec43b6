"""Typed frames become arrays only where the reader would take every row without a word."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.response.columnar import derive_frames, engine
from cimara.response.columnar.from_frames import frame_records
from cimara.response.columnar.hashes import input_hashes
from cimara.response.columnar.shares import shares
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


@pytest.mark.parametrize("most", [2, 3, 6])
def test_a_study_in_shares_is_the_study(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = TABLES["patients"]["patient_id"]
    size = pl.when(pl.col("patient_id") == ids[4]).then(301.0).otherwise("ld_mm").alias("ld_mm")
    marked = pl.col("is_baseline") & (pl.col("patient_id") != ids[3])
    tables = {
        **TABLES,
        "measurements": TABLES["measurements"].with_columns(size),
        "visits": TABLES["visits"].with_columns(is_baseline=marked),
    }
    whole = derive_frames(tables, RANO)
    assert set(whole.findings["patient_id"]) >= {ids[4]}
    monkeypatch.setattr(engine, "CORES", most)
    monkeypatch.setattr(engine, "PATIENTS_IN_SHARE", 1)
    for name, table in derive_frames(tables, RANO).tables().items():
        assert table.equals(whole.tables()[name]), name


@pytest.mark.parametrize(
    ("what", "count"),
    [("in order", 3), ("a table in another order", 1), ("an unknown patient", 1), ("a patient twice", 1)],
)
def test_only_tables_in_the_order_of_patients_are_cut(what: str, count: int) -> None:
    changes = {
        "a table in another order": ("clinical", TABLES["clinical"].reverse()),
        "an unknown patient": ("clinical", NOT_PLAIN["an unknown patient"]["clinical"]),
        "a patient twice": ("patients", pl.concat([TABLES["patients"], TABLES["patients"].head(1)])),
    }
    tables = {**TABLES, **dict([changes[what]] if what in changes else [])}
    found = shares(tables, 3, 1)
    assert len(found) == count
    for name, table in tables.items():
        assert pl.concat([share.tables[name] for share in found]).equals(table)


def test_without_hashes_the_rest_is_the_same() -> None:
    ours, whole = derive_frames(TABLES, RANO, with_hashes=False), derive_frames(TABLES, RANO)
    assert set(ours.timepoints["input_hash"]) == set(ours.best["input_hash"]) == {""}
    assert ours.timepoints.drop("input_hash").equals(whole.timepoints.drop("input_hash"))
    assert ours.best.drop("input_hash").equals(whole.best.drop("input_hash"))


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
