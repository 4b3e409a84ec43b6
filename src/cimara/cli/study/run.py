"""run a study the whole way: from the submissions of its sites to the report

Builds the data folder as `study build` does, runs every analysis of the study file, and writes --out/data and
--out/report, whose report.html is one file with the figures inside. With --federated no pooled data folder is
made: --out/sites/ID/data is what each site builds by itself, and the report has the same estimates.
Exit code: 0 all analyses done, 1 some not estimable or failed, 2 refused, or files that cannot be used.
"""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from cimara.cli.outcomes.plan_problems import print_problems
from cimara.cli.study.faults import checked_or_told, note
from cimara.cli.study.sources import add_data_arguments, current_data


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study run`."""
    add_data_arguments(parser, "folder to write data and report into")
    parser.add_argument(
        "--federated",
        action="store_true",
        help="each site builds its own folder, and only masked sums come together: the sites' houses are "
        "played in this process, with their guards and ledgers",
    )


def run(args: Namespace) -> int:
    """Run, write, and say what became of each analysis."""
    from cimara.outcomes.report.errors import DataFolderError, PlanError
    from cimara.studies.federated import run_federated
    from cimara.studies.run import run_study

    checked = checked_or_told(args.study)
    if checked is None:
        return EXIT_BAD_INPUT
    sources = current_data(checked, args.store, args.sites)
    try:
        made = run_federated if args.federated else run_study
        done = made(checked, sources, args.out, now=lambda: dt.datetime.now(dt.UTC), progress=note)
    except (PlanError, DataFolderError) as error:
        print_problems(error)
        return EXIT_BAD_INPUT
    report = done.report
    results = report.results
    said = [(one, f"{one.code} {one.message}".strip()) for one in results]
    lines = [(one, why or (one.findings.sentence if one.findings else "")) for one, why in said]
    if args.json:
        analyses = [{"id": one.analysis.id, "status": str(one.status), "said": text} for one, text in lines]
        content = {
            "study": checked.study.id,
            "hash": checked.hash,
            "analyses": analyses,
            "out": str(args.out),
        }
        print(json.dumps(content, indent=1, ensure_ascii=False))
    else:
        for one, text in lines:
            print(f"{one.analysis.id} {one.status}: {text}")
        print(f"written to {report.folder / 'report.html'}")
    return EXIT_OK if report.complete else EXIT_FINDINGS
