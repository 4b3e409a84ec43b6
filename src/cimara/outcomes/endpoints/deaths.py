"""A patient dies once: what becomes of two dates of death, or of two causes of one."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.words import MISSING, FactWord
from cimara.response.model import Finding


def one_death(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Neither of two death dates is used; of two causes on one date none is believed."""
    dated = frame.filter((pl.col("fact") == FactWord.DEATH) & pl.col("date").is_not_null())
    counted = dated.group_by("patient_id").agg(
        days=pl.col("date").n_unique(), causes=pl.col("fields").n_unique()
    )
    twice = counted.filter(pl.col("days") > 1)["patient_id"].sort()
    mixed = counted.filter((pl.col("days") == 1) & (pl.col("causes") > 1))["patient_id"].sort()
    if twice.is_empty() and mixed.is_empty():
        return frame, []
    death = pl.col("fact") == FactWord.DEATH
    unused = death & pl.col("patient_id").is_in(twice.implode())
    doubtful = death & pl.col("patient_id").is_in(mixed.implode())
    cleared = frame.with_columns(
        date=pl.when(unused).then(None).otherwise(pl.col("date")),
        date_flag=pl.when(unused).then(pl.lit(MISSING)).otherwise(pl.col("date_flag")),
        fields=pl.when(doubtful).then(pl.lit("cause=unknown")).otherwise(pl.col("fields")),
    )
    findings = [
        Finding(
            "TWO_DEATH_DATES", "error", "two dates of death; neither is used", patient_id=one, column="date"
        )
        for one in twice
    ]
    findings += [
        Finding("DEATH_CAUSE_CONFLICT", "warning", "two causes of one death; unknown is used", patient_id=one)
        for one in mixed
    ]
    return cleared, findings
