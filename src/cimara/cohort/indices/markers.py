"""Receptor and gene status of a patient's tumour, and the breast subtype with the tissue that told it."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.point_tables import rows_of

POSITIVE, NEGATIVE = "positive", "negative"
HUNDREDTHS = 100
TISSUES = ("primary", "extracranial_met", "cns")
"""Tissues that can tell a receptor, in the order in which they are asked; fluids cannot."""

SUBTYPES = {
    (NEGATIVE, NEGATIVE): "basal",
    (POSITIVE, NEGATIVE): "luminal_a",
    (NEGATIVE, POSITIVE): "her2",
    (POSITIVE, POSITIVE): "luminal_b",
}
"""Subtype of hormone receptor and HER2 status, as the Breast GPA names them (Sperduto 2020)."""


def marker_readings(dataset: Dataset) -> pl.DataFrame:
    """Results that read as positive or negative by `tables/markers.csv`, with patient, marker, tissue, day.

    What is recorded as a word counts before a number beside it. Equivocal results are left out.
    """
    reading = pl.lit(None, dtype=pl.String)
    hundredths = (pl.col("value") * HUNDREDTHS).round()
    for row in reversed(rows_of("markers")):
        own = pl.col("marker") == row["marker"]
        if row["result"]:
            told = own & (pl.col("result") == row["result"])
        else:
            lowest, highest = (round(float(row[name]) * HUNDREDTHS) for name in ("lowest", "highest"))
            told = own & pl.col("result").is_null() & (pl.col("unit") == row["unit"])
            told &= hundredths.is_between(lowest, highest)
        reading = pl.when(told.fill_null(False)).then(pl.lit(row["reading"])).otherwise(reading)
    found = dataset.frame("Biomarker").with_columns(reading=reading)
    return found.filter(pl.col("reading").is_not_null()).select(
        "patient_id", "marker", "tissue", "day", "reading"
    )


def gene_status(dataset: Dataset, markers: tuple[str, ...], name: str) -> pl.DataFrame:
    """Positive where any test of the genes was, in any tissue on any day; else negative where one was."""
    found = marker_readings(dataset).filter(pl.col("marker").is_in(list(markers)))
    any_positive = (pl.col("reading") == POSITIVE).any()
    return found.group_by("patient_id", maintain_order=True).agg(
        pl.when(any_positive).then(pl.lit(POSITIVE)).otherwise(pl.lit(NEGATIVE)).alias(name)
    )


def subtypes(dataset: Dataset, *, cns_first: bool = False) -> pl.DataFrame:
    """Columns patient_id, subtype, subtype_or (the two that it may be) and tissue.

    Receptors of one subtype are of one tissue, each the result nearest to the anchor. The first tissue with
    both hormone receptor and HER2 status is taken; where none has both, the first with either, and the two
    subtypes that are left stand beside each other.
    """
    order = ("cns", "primary", "extracranial_met") if cns_first else TISSUES
    read = marker_readings(dataset).filter(
        pl.col("marker").is_in(["ER", "PR", "HER2"]) & pl.col("tissue").is_in(list(order))
    )
    by = ["patient_id", "tissue", "marker"]
    near = read.sort(
        *by, pl.col("day").abs(), "day", pl.col("reading") == NEGATIVE, nulls_last=True, maintain_order=True
    ).unique(by, keep="first", maintain_order=True)
    wide = near.group_by("patient_id", "tissue", maintain_order=True).agg(
        _of_marker("ER"), _of_marker("PR"), _of_marker("HER2")
    )
    status = wide.with_columns(hr=_hormone_receptor())
    place = pl.col("tissue").replace_strict({name: i for i, name in enumerate(order)}, return_dtype=pl.Int64)
    lacking = pl.any_horizontal(pl.col("hr", "HER2").is_null())
    usable = status.filter(pl.any_horizontal(pl.col("hr", "HER2").is_not_null()))
    chosen = usable.sort("patient_id", lacking, place).unique("patient_id", keep="first", maintain_order=True)
    return chosen.select(
        "patient_id", subtype=_subtype(NEGATIVE), subtype_or=_subtype(POSITIVE), tissue="tissue"
    )


def _of_marker(name: str) -> pl.Expr:
    return pl.col("reading").filter(pl.col("marker") == name).first().alias(name)


def _hormone_receptor() -> pl.Expr:
    """Positive where either is; negative where both are known to be; else not known."""
    positive = (pl.col("ER") == POSITIVE).fill_null(False) | (pl.col("PR") == POSITIVE).fill_null(False)
    negative = (pl.col("ER") == NEGATIVE) & (pl.col("PR") == NEGATIVE)
    return pl.when(positive).then(pl.lit(POSITIVE)).when(negative).then(pl.lit(NEGATIVE))


def _subtype(unknown_as: str) -> pl.Expr:
    """The subtype when what is not known is taken as `unknown_as`."""
    hr, her2 = (pl.col(name).fill_null(unknown_as) for name in ("hr", "HER2"))
    found = pl.lit(None, dtype=pl.String)
    for (hormone, growth), name in SUBTYPES.items():
        found = pl.when((hr == hormone) & (her2 == growth)).then(pl.lit(name)).otherwise(found)
    return found
