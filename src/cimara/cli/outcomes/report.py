"""run an analysis plan over derived data, and write the report

Writes report.html (one file, figures inside), results.json, tables, figures and provenance.json into --out.
Finished analyses are reused while data, plan entry and code are unchanged. Exit code: 0 all done, 1 some not
estimable or failed, 2 plan or data that cannot be used.
"""

from __future__ import annotations

import datetime as dt
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from cimara.cli.outcomes.plan_problems import print_problems


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes report`."""
    parser.add_argument("plan", type=Path, metavar="PLAN", help="analysis plan, TOML")
    parser.add_argument(
        "--data", type=Path, required=True, metavar="FOLDER", help="rows, endpoint tables, changes"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder of the report")


def run(args: Namespace) -> int:
    """Run, write, and say what became of each analysis."""
    from cimara.outcomes.report.errors import DataFolderError, PlanError
    from cimara.outcomes.report.output import write_report

    try:
        written = write_report(
            args.plan, args.data, args.out, now=lambda: dt.datetime.now(dt.UTC), progress=_note
        )
    except (PlanError, DataFolderError) as error:
        print_problems(error)
        return EXIT_BAD_INPUT
    for one in written.results:
        made = one.findings
        why = f"{one.code} {one.message}".strip()
        told = made.sentence if made is not None and not why else why
        print(f"{one.analysis.id} {one.status}: {told}")
    print(f"written to {args.out / 'report.html'}")
    return EXIT_OK if written.complete else EXIT_FINDINGS


def _note(text: str) -> None:
    print(f"cimara: {text}", file=sys.stderr)
