"""Facts of one patient that cannot both be true: life or scans after death, progression before the start."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.words import SEEN_ON_SCANS, FactWord
from cimara.response.model import Finding

_TEXTS = {
    "ALIVE_AFTER_DEATH": "last known alive after the death",
    "SCAN_AFTER_DEATH": "a scan after the death",
    "PD_BEFORE_START": "progression before randomisation or treatment start",
}

DECIDED = "dated=decision"


def contradictions(frame: pl.DataFrame) -> list[Finding]:
    """One finding for each dated fact that another contradicts, with its table, row and column.

    Alive one day after death is a warning, since both dates may be told for one night; the rest are errors.
    A scan may be judged after the death; its own day is what counts. No derivation uses such a fact: death
    ends every clock before it, and the start comes after it.
    """
    dated = frame.filter(pl.col("date").is_not_null())
    death = _first(dated, [FactWord.DEATH], "death")
    start = _first(dated, [FactWord.RANDOMISATION, FactWord.TREATMENT_START], "start")
    late = dated.join(death, on="patient_id", how="inner").filter(pl.col("date") > pl.col("death"))
    scan = pl.col("fact").is_in([str(one) for one in sorted(SEEN_ON_SCANS)])
    decision = pl.col("fields").str.contains(DECIDED, literal=True)
    early = dated.filter(pl.col("fact") == FactWord.PD).join(start, on="patient_id", how="inner")
    return [
        *_told(late.filter(pl.col("fact") == FactWord.LAST_ALIVE), "ALIVE_AFTER_DEATH"),
        *_told(late.filter(scan & ~decision), "SCAN_AFTER_DEATH"),
        *_told(early.filter(pl.col("date") < pl.col("start")), "PD_BEFORE_START"),
    ]


def _first(dated: pl.DataFrame, words: list[FactWord], name: str) -> pl.DataFrame:
    chosen = dated.filter(pl.col("fact").is_in([str(one) for one in words]))
    return chosen.group_by("patient_id").agg(pl.col("date").min().alias(name))


def _told(rows: pl.DataFrame, code: str) -> list[Finding]:
    one_day = (
        (pl.col("date") - pl.col("death")).dt.total_days() == 1
        if code == "ALIVE_AFTER_DEATH"
        else pl.lit(False)
    )
    columns = ("patient_id", "lesion_id", "srcdom", "srcseq", "srcvar")
    told = rows.with_columns(mild=one_day).select(*columns, "mild").unique().sort(columns, nulls_last=True)
    return [
        Finding(
            code,
            "warning" if mild else "error",
            _TEXTS[code],
            patient_id=patient,
            lesion_id=lesion,
            file=file,
            row=row,
            column=column,
        )
        for patient, lesion, file, row, column, mild in told.iter_rows()
    ]
