"""Plain tables with a codebook, and that they are read back."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl

from cimara.cohort.export.mapping_report import Fate, fate_frame
from cimara.cohort.export.tables import codebook_frame, table_fates, write_plain_tables
from cimara.cohort.reading import read_tables, text_frame
from tests.unit.cohort.export.consortium import cohort


def test_csv_tables_are_read_back_with_their_reasons(tmp_path: Path) -> None:
    write_plain_tables(cohort(), tmp_path, title="Demo")
    read = read_tables(tmp_path)
    for name in cohort().n_rows:
        entity = cohort().model.entity(name)
        assert text_frame(entity, read.frame(name)).equals(text_frame(entity, cohort().frame(name))), name


def test_parquet_tables_are_read_back_too(tmp_path: Path) -> None:
    write_plain_tables(cohort(), tmp_path, title="Demo", parquet=True)
    read = read_tables(tmp_path)
    entity = cohort().model.entity("CourseLesion")
    assert text_frame(entity, read.frame("CourseLesion")).equals(
        text_frame(entity, cohort().frame("CourseLesion"))
    )


def test_the_codebook_explains_every_column_that_is_written(tmp_path: Path) -> None:
    write_plain_tables(cohort(), tmp_path, title="Demo")
    book = codebook_frame(cohort())
    for name in cohort().n_rows:
        table = cohort().model.entity(name).table
        columns = pl.read_csv(tmp_path / f"{table}.csv", n_rows=1).columns
        assert book.filter(pl.col("table") == table)["column"].to_list() == columns


def test_the_citation_holds_the_hash_of_every_table(tmp_path: Path) -> None:
    write_plain_tables(cohort(), tmp_path, title="Demo")
    cited = (tmp_path / "CITATION.txt").read_text()
    patients = hashlib.sha256((tmp_path / "patient.csv").read_bytes()).hexdigest()
    assert f"{patients}  patient.csv" in cited


def test_nothing_is_lost_in_plain_tables() -> None:
    assert set(fate_frame(table_fates())["fate"]) == {str(Fate.EXPORTED)}
