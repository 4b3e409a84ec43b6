"""ask the sites of a federation for analyses of a study that they have signed

Signs an order with the researcher's key of the kit and sends it to the server; prints the number of the job.
Only analyses that stand in the study file can be asked for; no code travels.
--drop writes the questions as files instead, in a folder that people carry to the sites and back.
Exit code: 0 the order was sent, or the questions written; 2 refused, or no connection.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation submit`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the researcher's kit")
    parser.add_argument("study", metavar="STUDY", help="id of the study, in house/studies of the kit")
    parser.add_argument("--analyses", nargs="+", default=[], metavar="ID", help="these only (default: all)")
    parser.add_argument(
        "--drop", type=Path, metavar="FOLDER", help="write files to be carried; no connection"
    )


def run(args: Namespace) -> int:
    """Send the order, and print the job."""
    return told(lambda: _drop(args) if args.drop else _submit(args))


def _drop(args: Namespace) -> int:
    from cimara.federation.site.by_hand import begin

    done = begin(args.kit, args.study, args.analyses, args.drop)
    print(done.job)
    note(f"carry {args.drop / done.job} to each site and back")
    note(f"then `cimara federation resume {args.kit} {done.job} --drop {args.drop}`")
    return EXIT_OK


def _submit(args: Namespace) -> int:
    from cimara.federation.transport.nvflare.session import submit

    job = submit(args.kit, args.study, args.analyses)
    print(job)
    note(f"`cimara federation status {args.kit} {job}` tells how far it is")
    return EXIT_OK
