"""A name in every cell of a table, one table at a time: no file of the report repeats it."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.deid.scan import scan
from cimara.cohort.model import data_model
from cimara.cohort.raw_tables import RawTable
from cimara.cohort.reading import dataset_of, text_frame
from cimara.cohort.report.build import validate
from cimara.cohort.report.output import write_report
from tests.many import MANY
from tests.unit.cohort.clean import clean_dataset

CANARY = "Xanthippe"
TABLES = (
    [entity.table for entity in data_model().entities]
    if MANY
    else ["site", "patient", "primary_tumour", "course_lesion", "omics_assay"]
)


@pytest.mark.parametrize("table", TABLES)
def test_no_text_of_a_cell_stands_in_any_file_of_the_report(table: str, tmp_path: Path) -> None:
    clean = clean_dataset()
    raw = []
    for name in clean.n_rows:
        entity = clean.model.entity(name)
        text = text_frame(entity, clean.frame(name))
        if entity.table == table:
            text = text.with_columns(pl.lit(CANARY).alias(column) for column in text.columns)
        rows = pl.int_range(1, text.height + 1, dtype=pl.Int64, eager=True)
        raw.append(RawTable(text, rows, f"{entity.table}.csv"))
    dataset = dataset_of(raw)
    report = validate(dataset, against=clean, identifiers=scan(dataset))
    assert report.errors
    paths = write_report(report, tmp_path)
    assert [path.name for path in paths if CANARY.lower() in path.read_text().lower()] == []
