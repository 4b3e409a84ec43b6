"""A report without a value or a patient's id: where each finding stands, by which rule, what would be right.

A site's own report shows numbers and codes, since it stays at the site. One that a portal keeps does not.
"""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from cimara.cohort.checks.optional import OPTIONAL
from cimara.cohort.report.build import Report
from cimara.cohort.report.html import rule_words

_ID = r"[A-Z]{2}[0-9]{2}-P[0-9]{4,6}(?:-[A-Z][0-9]{2,3})?"
_CONVERTED = r"[Ee]nter -?[0-9][0-9.,]*[0-9]|[Ee]nter -?[0-9]"
"""A hint that works out the right number tells the value by it; `Enter 90 for every age` is a rule's own."""
_TOLD_CODE = r"^.* is (\w+) in REDCap; enter \w+\."


def without_values(report: Report) -> Report:
    """The same report, fit for readers who may not see a value of a patient.

    Patients are numbered within the report, so that counts of patients stay right.
    """
    return replace(report, findings=value_free(report.findings))


def value_free(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings with the rule's words and the kind of the value in the place of the message."""
    kind = (
        pl.when(pl.col("value_kind") != "")
        .then(pl.format("kind of value {}", "value_kind"))
        .otherwise(pl.lit(""))
    )
    blank = pl.col("rule") == OPTIONAL.id
    numbered = pl.col("patient_id").rank("dense").cast(pl.Int64)
    return findings.with_columns(
        message=pl.when(blank).then(pl.col("message").str.replace_all(_ID, "a row")).otherwise(kind),
        hint=_without_values(pl.col("hint")),
        record=pl.lit(""),
        patient_id=pl.when(pl.col("patient_id") == "")
        .then(pl.lit(""))
        .otherwise(pl.format("no. {}", numbered)),
    )


def with_rules(findings: pl.DataFrame) -> pl.DataFrame:
    """Value-free findings as a table to take away: what the rule asks stands beside each."""
    words = rule_words()
    asks = pl.col("rule").replace_strict(
        list(words), list(words.values()), default="", return_dtype=pl.String
    )
    return findings.drop("message", "record", "patient_id").with_columns(rule_says=asks)


def _without_values(hint: pl.Expr) -> pl.Expr:
    """Hints in which no value, converted value or id is left."""
    own = hint.str.starts_with("Enter 90 for every age")
    free = (
        hint.str.replace(_TOLD_CODE, "That number is ${1} in REDCap; enter ${1}.")
        .str.replace_all(_CONVERTED, "enter the converted number")
        .str.replace_all(_ID, "the row that it names")
    )
    return pl.when(own).then(hint).otherwise(free)
