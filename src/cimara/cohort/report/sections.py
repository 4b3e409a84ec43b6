"""Sections of the page on completeness, identifiers and what changed since the version before."""

from __future__ import annotations

from typing import Any

import polars as pl

from cimara.cohort.deid.hits import HitKind
from cimara.cohort.findings import Severity
from cimara.cohort.model import MissingReason
from cimara.cohort.report.build import Report
from cimara.cohort.report.completeness import FEWEST_SITES, REASONS
from cimara.cohort.report.markup import Markup, bullets, element, table
from cimara.cohort.report.words import SEVERITY_WORDS, counted

REASON_WORDS = {
    MissingReason.UNKNOWN: "unknown",
    MissingReason.NOT_DONE: "not done",
    MissingReason.NOT_APPLICABLE: "does not apply",
    MissingReason.NOT_ASKED: "not collected",
    MissingReason.NO_LONGER_AVAILABLE: "no longer available",
    MissingReason.IMPOSSIBLE: "source cannot give it",
}
_HARD_WORDS = {HitKind.HARD: "Refuses the data", HitKind.SOFT: "Please judge"}


def completeness_section(report: Report) -> list[Markup]:
    """Fields that are not full, beside the other sites; full ones in one sentence."""
    every = report.completeness
    partly = every.filter((pl.col("percent") < 100) | pl.col("percent").is_null())
    full = every.height - partly.height
    content = [element("p", _full_sentence(full, every.height))]
    if not partly.height:
        return content
    beside = bool((partly["sites"] >= FEWEST_SITES).any())
    heads = [
        "Field",
        "Filled",
        "of rows",
        *(["Other sites: median", "range"] if beside else []),
        "Missing because",
    ]
    rows = [_completeness_row(one, beside=beside) for one in partly.iter_rows(named=True)]
    content.append(table(heads, rows, caption="Completeness by field", numbers=range(1, 5 if beside else 3)))
    note = (
        "Figures of other sites are rounded to 5 %."
        if beside
        else f"Other sites are shown beside these when {FEWEST_SITES} or more have sent theirs."
    )
    return [*content, element("p", note, class_="note")]


def _full_sentence(full: int, every: int) -> str:
    if not every:
        return "No table has a row."
    if full == every:
        return f"All {every:,} required fields are full."
    return f"{full:,} of {every:,} required fields are full; the others:"


def _completeness_row(row: dict[str, Any], *, beside: bool) -> list[str | int | None]:
    percent = "\u2013" if row["percent"] is None else f"{_shown_percent(row['percent'])} %"
    others: list[str | int | None] = []
    if beside:
        shown = row["median"] is not None
        others = (
            [f"{row['median']} %", f"{row['lowest']}\u2013{row['highest']} %"]
            if shown
            else ["\u2013", "\u2013"]
        )
    return [f"{row['table']}.{row['field']}", percent, row["rows"], *others, _missing(row)]


def _shown_percent(percent: float) -> int:
    """Whole per cent; 100 and 0 only where exact."""
    return min(max(round(percent), 1 if percent > 0 else 0), 100 if percent == 100 else 99)


def _missing(row: dict[str, Any]) -> str:
    told = [(row["blank"], "blank without a reason"), (row["said_unknown"], "said to be unknown")]
    told += [(row[str(one)], REASON_WORDS[one]) for one in REASONS]
    return ", ".join(f"{count:,} {words}" for count, words in told if count)


def identifiers_section(report: Report) -> list[Markup]:
    """Hits of the scan, and what it looked for."""
    found = report.identifiers
    if found is None:
        return []
    content = [element("p", _identifiers_sentence(len(found.hard), len(found.soft), found.cells))]
    if found.hits:
        rows = [
            (f"{hit.table} {hit.column}".strip(), _HARD_WORDS[hit.kind], hit.message, hit.hint)
            for hit in found.hits
        ]
        content.append(
            table(("Column", "Meaning", "What was found", "What to do"), rows, caption="Hits of the scan")
        )
    looked = bullets(one.looks_for for one in found.looked_for)
    return [*content, element("details", element("summary", "What the scan looked for"), looked)]


def _identifiers_sentence(hard: int, soft: int, cells: int) -> str:
    told = [counted(hard, "hit") + " that refuse the data"] if hard else []
    told += [counted(soft, "hit") + " to judge"] if soft else []
    return f"{cells:,} cells were scanned: {' and '.join(told) or 'no identifier was found'}."


def changes_section(report: Report) -> list[Markup]:
    """Rows by table that differ from the version before, and problems that are new or gone."""
    if report.changed is None or report.since is None:
        return []
    differ = report.changed.filter(pl.sum_horizontal("added", "changed", "removed") > 0)
    heads = ("Table", "Rows before", "Rows now", "Added", "Changed", "Removed")
    content = [
        table(heads, differ.rows(), caption="Rows that changed", numbers=range(1, 6))
        if differ.height
        else element("p", "No row changed.")
    ]
    moved = report.since.filter((pl.col("new") > 0) | (pl.col("gone") > 0))
    new, gone = (int(report.since[name].sum()) for name in ("new", "gone"))
    content.append(element("p", f"{counted(new, 'problem')} new, {counted(gone, 'problem')} gone."))
    if moved.height:
        places = {
            (one.severity, one.rule, one.where): place for place, one in enumerate(report.groups, start=1)
        }
        rows = [
            (
                _linked(one, places),
                one["rule"],
                SEVERITY_WORDS[Severity(one["severity"])],
                one["new"],
                one["gone"],
                one["still"],
            )
            for one in moved.iter_rows(named=True)
        ]
        told = ("Field", "Rule", "Severity", "New", "Gone", "Still there")
        content.append(table(told, rows, caption="Problems new and gone", numbers=(3, 4, 5)))
    return content


def _linked(problem: dict[str, Any], places: dict[tuple[Severity, str, str], int]) -> str:
    """The field of a problem, with a link to its findings where it is still there."""
    where = ".".join(part for part in (problem["table"], problem["field"]) if part) or "the file"
    place = places.get((Severity(problem["severity"]), problem["rule"], where))
    return element("a", where, href=f"#group-{place}") if place else where
