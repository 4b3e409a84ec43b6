"""check a site's data, and write a report that says what to mend first

Reads a REDCap export, a folder of tables or a workbook, or a site's own files through --mapping. Writes
report.html (for people; one file that opens offline), report.json and findings.csv into --out. No text value
and no name stands in them. Exit code: 0 ready to submit, 1 errors in the data, 2 files that cannot be used,
3 refused for identifiers.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_FINDINGS, EXIT_IDENTIFIERS, EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.report.build import Report
    from cimara.cohort.report.groups import Group

FIRST = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort validate`."""
    parser.add_argument("path", type=Path, metavar="PATH", help="export, folder of tables, or workbook")
    parser.add_argument("--mapping", type=Path, metavar="CSV", help="mapping of the site's own files")
    parser.add_argument(
        "--study", type=Path, metavar="TOML", help="study file: which fields are needed, by what"
    )
    parser.add_argument(
        "--against", type=Path, metavar="PATH", help="the version before, to show what changed"
    )
    parser.add_argument(
        "--others", type=Path, metavar="JSON", help="list of reports (report.json) of other sites"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the report")
    parser.add_argument("--json", action="store_true", help="print report.json instead of the summary")


def run(args: Namespace) -> int:
    """Read, check, scan, write, and say what to mend first."""
    from cimara.cohort.deid.scan import scan
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.report.build import validate
    from cimara.cohort.report.json import report_json
    from cimara.cohort.report.others import read_others
    from cimara.cohort.report.output import HTML, write_report

    study, analyses = _study(args.study)
    dataset = read_any(args.path, args.mapping, needed=_pairs(analyses))
    report = validate(
        dataset,
        study=study,
        others=read_others(args.others) if args.others else (),
        against=read_any(args.against, args.mapping) if args.against else None,
        identifiers=scan(dataset),
        analyses=analyses,
    )
    write_report(report, args.out)
    if args.json:
        sys.stdout.write(report_json(report).decode())
    else:
        _print(report)
        print(f"report: {args.out / HTML}")
    if report.identifiers is not None and report.identifiers.refused:
        return EXIT_IDENTIFIERS
    return EXIT_OK if report.ok else EXIT_FINDINGS


def _study(path: Path | None) -> tuple[str, dict[str, list[str]]]:
    """Id of the study, and the fields that each analysis, the cohort and the origin need."""
    if path is None:
        return "", {}
    from cimara.cohort.study.needed import needed_fields
    from cimara.cohort.study.reading import read_study

    study = read_study(path)
    analyses: dict[str, list[str]] = {}
    for one in needed_fields(study):
        for reason in one.by:
            analyses.setdefault(reason or "variables", []).append(f"{one.entity}.{one.field}")
    return study.id, analyses


def _pairs(analyses: dict[str, list[str]]) -> set[tuple[str, str]]:
    """Entity and field of everything that an analysis needs."""
    parted = (name.partition(".") for names in analyses.values() for name in names)
    return {(entity, field) for entity, _, field in parted}


def _print(report: Report) -> None:
    """Counts, and the first things to mend."""
    from cimara.cohort.report.words import PLURALS, counted

    told = ", ".join(counted(count, *PLURALS[name]) for name, count in report.counts.items())
    print(
        f"{report.site or 'data'}: {report.patients:,} patients, {sum(report.rows.values()):,} rows; {told}"
    )
    if report.identifiers is not None:
        for hit in report.identifiers.hard:
            print(f"identifier: {hit}. {hit.hint}")
        if report.identifiers.soft:
            print(
                f"{counted(len(report.identifiers.soft), 'soft hit')} of the identifier scan; see the report"
            )
    for place, group in enumerate(report.to_do[:FIRST], start=1):
        print(f"{place}. {_told(group)}")
    if len(report.to_do) > FIRST:
        print(f"and {len(report.to_do) - FIRST:,} more in the report")
    for text in report.unused:
        print(f"not used: {text}")


def _told(group: Group) -> str:
    from cimara.cohort.report.words import counted, row_place, short_message

    first = group.rows.row(0, named=True)
    needed = f" (needed by {', '.join(group.analyses)})" if group.analyses else ""
    example = f"{row_place(first)}: {short_message(first['message'])}"
    parts = (
        f"{group.severity} {group.where}{needed}, {counted(group.count, 'finding')}",
        example,
        first["hint"],
    )
    return ". ".join(part.rstrip(".") for part in parts if part)
