"""Writes a report into a folder: report.html for people, report.json and findings.csv for machines."""

from __future__ import annotations

from pathlib import Path

from cimara.cohort.report.build import Report
from cimara.cohort.report.html import page
from cimara.cohort.report.json import report_json
from cimara.cohort.report.travelling import without_formulas

HTML, JSON, CSV = "report.html", "report.json", "findings.csv"


def write_report(report: Report, folder: Path) -> tuple[Path, ...]:
    """Write the three files, replacing older ones; gives their paths. Equal reports give equal bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / HTML, folder / JSON, folder / CSV)
    paths[0].write_text(page(report), encoding="utf-8")
    paths[1].write_bytes(report_json(report))
    without_formulas(report.findings).write_csv(paths[2])
    return paths
