"""run a federated study in this process, over a folder with the table of each site

For simulation, and for data that are pooled anyway: messages are signed, checked, masked and put into ledgers
as between hospitals; only the network is missing. The folder holds NL01.csv or NL01.parquet for site NL01.
--out gets job/ with status.json and a folder for each result, and sites/ with the ledger of each site.
Exit code: 0 all analyses done, 1 some failed, 2 refused, or files that can't be used.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli.federation.studies import site_tables, table_study
from cimara.cli.federation.telling import Progress, exit_code, print_job, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation run`."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study file over flat tables, TOML")
    parser.add_argument("--tables", type=Path, required=True, metavar="FOLDER", help="a table for each site")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="new folder to write")
    parser.add_argument("--analyses", nargs="+", default=[], metavar="ID", help="these only (default: all)")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Run, and say what became of each analysis."""
    return told(lambda: _run(args))


def _run(args: Namespace) -> int:
    from cimara.federation.centre.told_status import status_of_folder
    from cimara.federation.planning.plan import chosen
    from cimara.federation.running import run_job
    from cimara.federation.transport.local import local

    study, tables = table_study(args.study), site_tables(args.tables)
    wanted = tuple(one.id for one in chosen(study, args.analyses))
    done = run_job(study, wanted, transport=local(tables, folder=args.out), progress=Progress())
    found = status_of_folder(done.folder)
    if args.json:
        print(json.dumps(found, indent=1, ensure_ascii=False))
    else:
        print_job(found)
        print(f"written to {done.folder}")
    return exit_code(found)
