"""Makes findings fit to travel: an id that is not of the data model's form is told by its length only."""

from __future__ import annotations

import polars as pl

SAFE_ID = r"^(?:[A-Z]{2}[0-9]{2}-P[0-9]{4,6}(?:-[A-Z][0-9]{2,3})?|[0-9]{1,5}|)$"
"""Ids of the data model, and record numbers too short to be a hospital's."""
SHORTEST = 3
"""A shorter id stands in too many words to be looked for in messages."""
_FORMULA = r"^[=+\-@\t\r]"


def fit_to_travel(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings in which no record or patient id of a foreign form is left, also not inside messages."""
    foreign = [~pl.col(name).str.contains(SAFE_ID) for name in ("record", "patient_id")]
    if not findings.select(pl.any_horizontal(foreign).any()).item():
        return findings
    shown = {name: _hidden(name) for name in ("record", "patient_id")}
    texts = {
        text: _without(_without(pl.col(text), "record", shown["record"]), "patient_id", shown["patient_id"])
        for text in ("message", "hint")
    }
    return findings.with_columns(**texts).with_columns(**shown)


def _hidden(name: str) -> pl.Expr:
    told = pl.format("({} characters)", pl.col(name).str.len_chars())
    return pl.when(pl.col(name).str.contains(SAFE_ID)).then(pl.col(name)).otherwise(told)


def _without(text: pl.Expr, name: str, shown: pl.Expr) -> pl.Expr:
    """The text with a foreign id replaced by its length."""
    foreign = ~pl.col(name).str.contains(SAFE_ID) & (pl.col(name).str.len_chars() >= SHORTEST)
    return pl.when(foreign).then(text.str.split(pl.col(name)).list.join(shown)).otherwise(text)


def without_formulas(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings of which no text is a formula to a spreadsheet: such a one gets an apostrophe before it."""
    texts = [pl.col(name) for name, kind in findings.schema.items() if kind == pl.String]
    return findings.with_columns(
        [pl.when(~one.str.contains(_FORMULA)).then(one).otherwise(pl.lit("'") + one) for one in texts]
    )
