"""Findings: what is wrong, in which file, row and column, by which rule, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    """An error stops a submission, a warning asks to be looked at, information is for the record."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


FINDINGS: dict[str, type[pl.DataType]] = {
    "severity": pl.String,
    "rule": pl.String,
    "table": pl.String,
    "field": pl.String,
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "record": pl.String,
    "instance": pl.Int64,
    "patient_id": pl.String,
    "value_kind": pl.String,
    "message": pl.String,
    "hint": pl.String,
}
"""Columns of the table of findings. `table` is the entity; `row` counts from 1 below the header of `file`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One finding. `message` shows codes and numbers; of a text only its length, since reports travel."""

    severity: Severity
    rule: str
    table: str = ""
    field: str = ""
    file: str = ""
    sheet: str = ""
    row: int | None = None
    record: str = ""
    instance: int | None = None
    patient_id: str = ""
    value_kind: str = ""
    message: str = ""
    hint: str = ""


def finding_frame(findings: Iterable[Finding] = ()) -> pl.DataFrame:
    """Findings as a table."""
    return pl.DataFrame([astuple(one) for one in findings], schema=FINDINGS, orient="row")


def shaped(frame: pl.DataFrame) -> pl.DataFrame:
    """A frame with the columns of findings in order; what it lacks is empty, what is more is dropped."""
    return frame.select(
        [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in FINDINGS.items()
        ]
    ).with_columns(pl.col(pl.String).fill_null(""))


def joined(frames: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Several tables of findings as one."""
    return pl.concat([finding_frame(), *frames])
