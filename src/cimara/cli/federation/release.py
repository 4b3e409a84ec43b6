"""release by hand the answers that wait at a site, whose policy says release = "ask"

Shows in words what would leave; whoever releases it types the number of the job. Until then the job waits.
Person, time and hash stand in the ledger.
Exit code: 0 released, or nothing waits; 2 kept, or no kit.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.asking import add_person, ask
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation release`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the site's kit")
    add_person(parser)


def run(args: Namespace) -> int:
    """Ask about each job that waits."""
    return told(lambda: _release(args))


def _release(args: Namespace) -> int:
    from cimara.federation.site.by_hand import release

    count = release(args.kit, ask, person=args.by)
    what = "1 answer" if count == 1 else f"{count} answers"
    note(f"{what} released" if count else "nothing waits to be released")
    return EXIT_OK
