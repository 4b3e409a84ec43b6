"""Growth of a lesion that was judged to be radiation necrosis is no local progression."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.words import FactWord

DERIVED_FROM = "LESIONS"
"""`srcdom` of local progressions that response assessment read off a lesion's size at each scan."""

OPEN, NECROSIS = "adjudged=open", "adjudged=rn"


def settled_growth(frame: pl.DataFrame) -> pl.DataFrame:
    """Facts in which a local progression that nobody judged is necrosis, where necrosis explains it.

    A reported progression is explained by probable or confirmed necrosis of that lesion with onset on its
    day; one read off the size is explained from that onset on, since a necrotic lesion stays large. Possible
    necrosis explains nothing, and what was judged to be tumour stays so.
    """
    sure = pl.col("fields").str.contains("certainty=(?:probable|confirmed)")
    onset = pl.col("fields").str.contains("dated=onset", literal=True)
    known = pl.col("date").is_not_null() & (pl.col("lesion_id") != "")
    onsets = (
        frame.filter((pl.col("fact") == FactWord.RN) & sure & onset & known)
        .group_by("patient_id", "lesion_id")
        .agg(_onsets=pl.col("date"))
    )
    if onsets.is_empty():
        return frame
    joined = frame.join(onsets, on=["patient_id", "lesion_id"], how="left", maintain_order="left")
    growth = (pl.col("fact") == FactWord.LOCAL_PD) & pl.col("fields").str.contains(OPEN, literal=True)
    same_day = pl.col("_onsets").list.contains(pl.col("date"))
    later = (pl.col("srcdom") == DERIVED_FROM) & (pl.col("date") >= pl.col("_onsets").list.min())
    explained = growth & (same_day | later).fill_null(False)
    settled = pl.col("fields").str.replace(OPEN, NECROSIS, literal=True)
    return joined.with_columns(fields=pl.when(explained).then(settled).otherwise(pl.col("fields"))).drop(
        "_onsets"
    )
