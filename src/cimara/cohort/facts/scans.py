"""Scans as facts of endpoint derivation: those that were done, those that could be judged, what was called.

A contract test holds the columns to `cimara.outcomes.endpoints.facts.FACTS`, which stands a floor above.
"""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.facts.calendar import as_date

TEXT = pl.String()
FACT_COLUMNS: dict[str, pl.DataType] = {
    "patient_id": TEXT,
    "lesion_id": TEXT,
    "fact": TEXT,
    "date": pl.Date(),
    "date_flag": TEXT,
    "compartment": TEXT,
    "criterion": TEXT,
    "evaluator": TEXT,
    "fields": TEXT,
    "srcdom": TEXT,
    "srcvar": TEXT,
    "srcseq": pl.Int64(),
    "adjudications": TEXT,
    "policy_hash": TEXT,
    "site": TEXT,
}
"""Columns of the table of facts."""

CRITERIA = ("rano_bm", "irano")
RESPONSES = ("CR", "PR")
NOT_EVALUABLE, MRI = "NE", "mri"


def adequate_scans(dataset: Dataset) -> pl.DataFrame:
    """MRI scans of the brain with contrast that were not read as not evaluable."""
    return dataset.frame("ImagingAssessment").filter(_is_adequate())


def _is_adequate() -> pl.Expr:
    evaluable = (pl.col("intracranial_response") != NOT_EVALUABLE).fill_null(True)
    return (pl.col("modality") == MRI) & (pl.col("contrast") == "yes") & evaluable


def scan_facts(dataset: Dataset) -> pl.DataFrame:
    """Facts of the CNS from each MRI: ANY_SCAN, ADEQUATE_SCAN, PD and RESPONSE, with `FACT_COLUMNS`.

    A scan is adequate when it was given contrast and not read as NE (design): a new lesion or growth would
    have been seen. PD, CR and PR are those that the site called by RANO-BM or iRANO; calls by other criteria
    stay out, since endpoint definitions name theirs. They are added below the frame of `Facts.from_tables`.
    Where responses are derived from measurements, those facts take the place of these.
    """
    # In one chunk: polars 2.1 panics in `format` over an empty selection of a frame of many chunks.
    scans = dataset.frame("ImagingAssessment").rechunk().with_row_index("row", offset=1)
    mri = scans.filter(pl.col("modality") == MRI)
    called = pl.col("intracranial_response")
    adequate = scans.filter(_is_adequate())
    by_criterion = mri.filter(pl.col("criteria").is_in(CRITERIA))
    return pl.concat(
        [
            _facts(mri, "ANY_SCAN"),
            _facts(adequate, "ADEQUATE_SCAN"),
            _facts(by_criterion.filter(called == "PD"), "PD", fields=pl.lit("kind=investigator;word=PD")),
            _facts(
                by_criterion.filter(called.is_in(RESPONSES)), "RESPONSE", fields=pl.format("word={}", called)
            ),
        ]
    )


def _facts(scans: pl.DataFrame, word: str, fields: pl.Expr | None = None) -> pl.DataFrame:
    """A called response is of its criterion; that a scan was done is of none."""
    made = scans.select(
        "patient_id",
        fact=pl.lit(word),
        date=as_date(pl.col("day")),
        compartment=pl.lit("CNS"),
        criterion=pl.lit("") if fields is None else pl.col("criteria"),
        fields=pl.lit("") if fields is None else fields,
        srcdom=pl.lit("IMAGING"),
        srcvar=pl.lit("DAY"),
        srcseq=pl.col("row").cast(pl.Int64),
    )
    return made.select(
        [
            (pl.col(name) if name in made.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in FACT_COLUMNS.items()
        ]
    )
