"""answer the questions in a folder that was brought from the coordinating centre, without any connection

For a hospital that can't open a connection. Shows in words what would leave; whoever releases it types the
number of the job. Answers are written beside the questions, to be carried back. The ledger keeps person,
time and hash.
Exit code: 0 all answered, 1 something was kept or a file does not count, 2 nothing could be read.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.federation.asking import add_person, ask
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation respond`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the site's kit")
    parser.add_argument("folder", type=Path, metavar="DIR", help="the job's folder, as the centre sent it")
    parser.add_argument("--site", default="", metavar="ID", help="id of the site (default: the kit's)")
    add_person(parser)


def run(args: Namespace) -> int:
    """Ask, answer, and say which files to carry back."""
    return told(lambda: _respond(args))


def _respond(args: Namespace) -> int:
    from cimara.federation.site.by_hand import answer

    done = answer(args.kit, args.folder, ask, person=args.by, site=args.site)
    for path in done.written:
        print(f"carry back: {path}")
    for job in done.declined:
        note(f"job {job}: kept here; nothing left")
    for one in done.findings:
        note(str(one))
    if not (done.written or done.declined or done.findings):
        note("the folder asks nothing of this site now")
    return EXIT_FINDINGS if done.declined or done.findings else EXIT_OK
