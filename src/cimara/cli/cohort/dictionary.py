"""write the study's REDCap project, or check the data dictionary of any project

`--out FOLDER` writes dictionary.csv, repeating.csv, missing_codes.txt and README.txt, which says what to
click in which order; with --sites also dags.csv, with --longitudinal also events.csv and form_events.csv.
`--check PATH` reads a data dictionary (CSV, JSON or .xlsx), or a folder with one, and says what is in it and
what is wrong.
Exit code: 0 fine, 1 the dictionary has errors, 2 a file that cannot be used.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort dictionary`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=Path, metavar="FOLDER", help="write the study's project into this folder")
    what.add_argument("--check", type=Path, metavar="PATH", help="check this dictionary, or folder with one")
    parser.add_argument(
        "--sites", type=Path, metavar="FILE", help="data access groups: a name a line, or a column dag_name"
    )
    parser.add_argument(
        "--date-entry", action="store_true", help="curators type dates; REDCap counts the days"
    )
    parser.add_argument("--longitudinal", action="store_true", help="spread the forms over three events")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: Namespace) -> int:
    """Write or check, and say what there is."""
    return _write(args) if args.out else _check(args)


def _write(args: Namespace) -> int:
    from cimara.cohort.redcap.dictionary import write_project
    from cimara.cohort.redcap.sites import read_sites

    paths = write_project(
        args.out,
        groups=read_sites(args.sites) if args.sites else (),
        date_entry=args.date_entry,
        longitudinal=args.longitudinal,
    )
    if args.json:
        print(json.dumps({"files": [str(path) for path in paths]}, indent=2))
        return EXIT_OK
    for path in paths:
        print(f"written: {path}")
    print(f"Next: follow the steps of {args.out / 'README.txt'}.")
    return EXIT_OK


def _check(args: Namespace) -> int:
    from dataclasses import asdict

    from cimara.cohort.redcap.project import read_project
    from cimara.cohort.redcap.summary import summary_of, summary_text

    if args.sites or args.date_entry or args.longitudinal:
        print("cimara: --sites, --date-entry and --longitudinal go with --out", file=sys.stderr)
        return EXIT_BAD_INPUT
    summary = summary_of(read_project(args.check))
    if args.json:
        print(json.dumps(asdict(summary), indent=2, ensure_ascii=False))
    else:
        print(summary_text(summary))
    return EXIT_FINDINGS if summary.errors else EXIT_OK
