"""compare the responses that RS reports with those derived from the measurements, and say why they differ

Each difference is traced to a mistake that gives the reported response when it is made on purpose. Writes
audit.csv (a row a time point), subjects.csv (a row a patient and evaluator), summary.json and summary.md.
Exits with 0 when all agree, 1 when any differ or rows were rejected, 2 when a file can't be read.

    cimara response audit --tu tu.csv --tr tr.csv --rs rs.csv --policy recist11_literal --out audit
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.response.inputs import add_input_arguments, note, read_input, write_rejected
from cimara.cli.response.policies import read_policy
from cimara.cli.trials.progress import shown

if TYPE_CHECKING:
    from cimara.response.audit.report import AuditReport


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response audit`."""
    add_input_arguments(parser)
    parser.add_argument(
        "--policy", default="recist11_literal", help="preset or TOML file (default: %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to write the report to"
    )
    parser.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="DATE", help="only decisions made by this day"
    )
    parser.add_argument("--json", action="store_true", help="the summary as JSON")


def run(args: Namespace) -> int:
    """Read, audit, write, and say how many differ and why."""
    from cimara.response.audit import audit

    policy = read_policy(args.policy)
    with shown() as show:
        show("reading", 0, None)
        reading, reported = read_input(args)
        show("auditing", 0, len(reported.calls))
        report = audit(reading.study, reported, policy, args.as_of)
    files = report.write(args.out)
    write_rejected(reading, args.out)
    if reading.n_rejected:
        note(f"{reading.n_rejected:,} rows were rejected: {args.out / 'rejected.csv'}")
    if args.json:
        print(msgspec.json.encode(report.summary()).decode())
    else:
        _print(report, files)
    return EXIT_FINDINGS if report.n_disagreements or reading.n_rejected else EXIT_OK


def _print(report: AuditReport, files: list[Path]) -> None:
    from cimara.response.audit.codes import DEFINITIONS

    print(
        f"{len(report.timepoints):,} time points by {report.policy.label}: {report.n_disagreements:,} differ"
    )
    for code, n in report.reasons.most_common():
        print(f"  {n:>6,} {code:<26} {DEFINITIONS[code]}")
    print(f"written: {', '.join(str(path) for path in files)}")
