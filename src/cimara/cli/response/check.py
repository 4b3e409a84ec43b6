"""read a study's tables and say what is wrong with them

Exits with 0 when nothing was found, 1 with findings, 2 when a file can't be read at all. Messages name file,
row and column, never a value. Nothing is derived.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.response.inputs import (
    add_input_arguments,
    add_out_argument,
    read_input,
    told,
    write_findings,
    write_rejected,
)

if TYPE_CHECKING:
    from cimara.response.model import Finding
    from cimara.response.reading.tidy import Reading

SHOWN_PER_CODE = 10


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response check`."""
    add_input_arguments(parser)
    add_out_argument(parser, "findings.csv and rejected.csv")
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: Namespace) -> int:
    """Read and report."""
    reading, _ = read_input(args)
    findings = reading.study.findings
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        write_findings(findings, args.out / "findings.csv")
        write_rejected(reading, args.out)
    if args.json:
        print(msgspec.json.encode(_report(reading)).decode())
    else:
        _print_report(reading)
    return EXIT_FINDINGS if findings else EXIT_OK


def _report(reading: Reading) -> dict[str, object]:
    return {
        "patients": len(reading.study.patients),
        "tables": [
            {
                "file": table.file,
                "read": table.n_read,
                "used": len(table.rows),
                "rejected": len(table.rejected),
                "extra_columns": table.extra_columns,
                "sha256": table.sha256,
            }
            for table in reading.tables
        ],
        "findings": Counter(finding.code for finding in reading.study.findings),
    }


def _print_report(reading: Reading) -> None:
    print(f"{len(reading.study.patients):,} patients")
    for table in reading.tables:
        counts = f"{table.n_read:>9,} rows read {len(table.rows):>9,} used {len(table.rejected):>7,} rejected"
        print(f"  {table.file:<24}{counts}")
    by_code: dict[str, list[Finding]] = {}
    for finding in reading.study.findings:
        by_code.setdefault(finding.code, []).append(finding)
    for code, found in by_code.items():
        sign = "!" if found[0].severity == "error" else "?"
        print(f"{sign} {code}: {len(found):,}")
        for finding in found[:SHOWN_PER_CODE]:
            print(f"    {told(finding)}")
        if len(found) > SHOWN_PER_CODE:
            print(f"    and {len(found) - SHOWN_PER_CODE:,} more (--out writes them all)")
    if not by_code:
        print("  nothing found amiss")
