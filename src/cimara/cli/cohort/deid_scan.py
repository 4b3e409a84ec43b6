"""look for identifiers in a file or folder, before it leaves the site

Looks into every table below PATH (CSV, Parquet, workbook) and refuses attachments. It names columns, rules
and counts, never a value, and says what it looked for. Exit code: 0 nothing found, or soft hits accepted
with a reason; 1 soft hits that a person must judge; 2 a path that cannot be read; 3 refused for identifiers.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_FINDINGS, EXIT_IDENTIFIERS, EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.deid.hits import Hit, IdentifierReport


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort deid-scan`."""
    parser.add_argument("path", type=Path, metavar="PATH", help="file or folder, as it would leave the site")
    parser.add_argument("--site", metavar="ID", help="site that every patient id must begin with (UT01)")
    parser.add_argument(
        "--dictionary", type=Path, metavar="CSV", help="the site's REDCap dictionary, for `Identifier? = y`"
    )
    parser.add_argument(
        "--accept", metavar="REASON", help="why the soft hits are no identifiers; is recorded"
    )
    parser.add_argument(
        "--small-cells", action="store_true", help="tell classes of fewer than 5 patients too"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: Namespace) -> int:
    """Scan, judge, print."""
    from cimara.cohort.deid.acceptance import checked_reason
    from cimara.cohort.deid.dictionary import identifier_fields
    from cimara.cohort.deid.folder import scan_path

    reason = checked_reason(args.accept) if args.accept is not None else ""
    marked = identifier_fields(args.dictionary) if args.dictionary else ()
    report = scan_path(args.path, site=args.site, redcap_identifiers=marked)
    cells = _small_cells(args.path) if args.small_cells else None
    if args.json:
        print(json.dumps({**report.as_json(reason), **({"small_cells": cells} if cells else {})}, indent=1))
    else:
        _print(report, reason)
        if cells:
            _print_cells(cells)
    if report.refused:
        return EXIT_IDENTIFIERS
    return EXIT_FINDINGS if report.soft and not reason else EXIT_OK


def _print(report: IdentifierReport, reason: str) -> None:
    rows = sum(rows for _, rows, _ in report.tables)
    print(f"tables: {len(report.tables):,}; rows: {rows:,}; cells looked at: {report.cells:,}")
    print("looked for:")
    for rule in report.looked_for:
        print(f"  {rule.id}: {rule.looks_for}")
    _print_hits("REFUSED, remove these:", report.hard)
    _print_hits("accepted:" if reason else "please judge:", report.soft)
    print(_verdict(report, reason))


def _verdict(report: IdentifierReport, reason: str) -> str:
    if report.refused:
        return "REFUSED: nothing of this may leave the site"
    if not report.soft:
        return "no identifier was found"
    if reason:
        return f"soft hits accepted: {reason}"
    return "nothing certain was found; if the soft hits are no identifiers, say why with --accept REASON"


def _print_hits(heading: str, hits: Sequence[Hit]) -> None:
    if not hits:
        return
    print(heading)
    for hit in hits:
        print(f"  {hit}")
        print(f"    {hit.hint}")


def _small_cells(path: Path) -> dict[str, object]:
    from cimara.cohort.deid.small_cells import small_cells
    from cimara.cohort.reading import read_tables

    found = small_cells(read_tables(path))
    return {
        "k": found.k,
        "patients": found.patients,
        "classes": found.n_classes,
        "small": found.classes.to_dicts(),
        "overall": found.overall,
    }


def _print_cells(cells: dict[str, object]) -> None:
    small = cells["small"]
    assert isinstance(small, list)
    print(
        f"{len(small):,} of {cells['classes']:,} classes have fewer than {cells['k']} patients "
        "(site, sex, 10-year age, primary, 2-year anchor)"
    )
    fixes: dict[str, int] = {}
    for one in small:
        fixes[one["fix"]] = fixes.get(one["fix"], 0) + 1
    for fix, count in sorted(fixes.items(), key=lambda pair: -pair[1]):
        print(f"  {count:,} classes: {fix}")
    print(f"for all at once: {cells['overall'] or 'no generalisation is enough'}")
