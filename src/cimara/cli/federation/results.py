"""fetch what a job of a federation came to, once it is done

Writes a folder for each analysis with its result, table, curve and page; of a study of charts its report,
report/report.html, too; of a job that failed, status.json with the reason. --to writes the end of the job
where a portal shows it (CIMARA_FEDERATION_JOBS).
Exit code: 0 results are there, 1 the job failed, 2 it is not over, or the server can't be reached.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli.federation.telling import exit_code, print_job, print_written, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation results`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the researcher's kit")
    parser.add_argument("job", metavar="JOB", help="the job, as `submit` printed it")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write")
    parser.add_argument("--to", type=Path, metavar="FOLDER", help="folder of job folders of a portal")


def run(args: Namespace) -> int:
    """Fetch, and say what became of each analysis."""
    return told(lambda: _fetch(args))


def _fetch(args: Namespace) -> int:
    from cimara.federation.centre.told_status import put_for_portal, status_of_folder
    from cimara.federation.transport.nvflare.session import results

    out = results(args.kit, args.job, args.out)
    found = status_of_folder(out)
    if args.to:
        put_for_portal({**found, "job": args.job}, args.to)
    print_job(found)
    print_written(out)
    return exit_code(found)
