"""Which time points change when one policy takes the place of another."""

from __future__ import annotations

import polars as pl

KEYS = ("patient_id", "evaluator", "visit_id", "place")
COMPARED = ("date", "response", "rule_id", "reasons", "target", "nontarget", "new_lesion")
_PLACE = pl.int_range(pl.len()).over("patient_id", "evaluator", "visit_id").alias("place")


def changed_rows(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Time points whose response differs between two `timepoints` tables, or that only one of them has.

    Columns: patient_id, evaluator, visit_id, then `<name>_a` of the first and `<name>_b` of the second table
    for date, response, rule_id, reasons and parts.
    """
    columns = [*KEYS, *COMPARED]
    one = first.with_columns(_PLACE).select(columns).rename({name: f"{name}_a" for name in COMPARED})
    other = second.with_columns(_PLACE).select(columns).rename({name: f"{name}_b" for name in COMPARED})
    both = one.join(other, on=KEYS, how="full", coalesce=True, maintain_order="left_right")
    paired = [f"{name}_{side}" for name in COMPARED for side in "ab"]
    changed = both.filter(pl.col("response_a").ne_missing(pl.col("response_b")))
    return changed.select("patient_id", "evaluator", "visit_id", *paired)
