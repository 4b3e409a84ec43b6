"""Prints a heterogeneity report as lines of text and writes it to a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cimara.trials.atlas.figure import matrix_svg
from cimara.trials.atlas.heterogeneity import Comparison, EndpointReport, Heterogeneity, items_of, value_of
from cimara.trials.atlas.tables import write_csv, write_differences_csv, write_html

LIST_BELOW = 4
"""Reports of fewer endpoints than this list every measure."""


def lines(report: Heterogeneity) -> Iterator[str]:
    """The report for a terminal: an overview, or every measure when few endpoints are asked."""
    atlas = report.atlas
    outcomes = f"{atlas.n_with_outcomes:,} with outcomes, {atlas.n_measures:,} measures"
    yield f"{atlas.n_studies:,} trials, {outcomes}"
    yield atlas.provenance.describe()
    yield ""
    if len(report.endpoints) < LIST_BELOW:
        for entry in report.endpoints:
            yield from _measures(entry)
        return
    yield f"{'endpoint':<9} {'trials':>6} {'measures':>8} {'all stated':>10}  name"
    for entry in report.endpoints:
        share = entry.share_complete
        complete = "not asked" if share is None else f"{share:.0%}"
        counts = f"{entry.n_trials:>6,} {len(entry.rows):>8,} {complete:>10}"
        yield f"{entry.endpoint:<9} {counts}  {entry.endpoint.label}"
    yield ""
    yield "trials that name a response criterion:"
    yield from (f"  {one.label:<24} {n:>5,}" for one, n in report.census.items())


def _measures(entry: EndpointReport) -> Iterator[str]:
    yield f"{entry.endpoint}, {entry.endpoint.label}: {len(entry.rows)} measures of {entry.n_trials} trials"
    for row in entry.rows:
        yield f"  {row.nct_id} {row.use.role} {row.use.ordinal + 1}: {' '.join(row.use.name.split())}"
        items = [f"{item}: {value_of(row.use, item)}" for item in items_of(entry.endpoint)]
        if items:
            yield f"      {'; '.join(items)}"
        if row.use.flags:
            yield f"      check: {', '.join(flag.replace('_', ' ') for flag in row.use.flags)}"
    yield ""


def comparison_lines(found: Comparison) -> Iterator[str]:
    """Two trials for a terminal; a star marks what differs."""
    yield f"{'':<26} {found.first:<40} {found.second}"
    for one in found.items:
        mark = "*" if one.differs else " "
        left, right = (_cell(value) for value in (one.first, one.second))
        yield f"{mark} {one.endpoint:<8} {one.item:<15} {left:<40} {right}"


def _cell(value: str | None) -> str:
    return "no such endpoint" if value is None else " ".join(value.split())


def write_files(
    report: Heterogeneity, folder: Path, comparison: Comparison | None = None
) -> tuple[Path, ...]:
    """Write endpoints.csv, .html, .svg, and differences.csv when two trials are compared."""
    texts = {
        "endpoints.csv": write_csv(report),
        "endpoints.html": write_html(report, comparison=comparison),
        "endpoints.svg": matrix_svg(report),
    }
    if comparison is not None:
        texts["differences.csv"] = write_differences_csv(comparison)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return tuple(folder / name for name in texts)
