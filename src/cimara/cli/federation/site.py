"""take part in federated studies: run the site of a kit until it is stopped

Opens one connection to the server of the federation, and none from outside is needed. What may leave is said
by house/cimara_site.toml in the kit, which is read before every answer. Ctrl-C or SIGTERM ends it; started
again, it goes on where it was.
Exit code: 2 the kit can't be started; else what NVFlare ends with.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation site`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the site's kit")


def run(args: Namespace) -> int:
    """Become the site."""
    return told(lambda: _serve(args.kit))


def _serve(kit: Path) -> int:
    from cimara.federation.transport.nvflare.processes import serve_site

    note(f"site of {kit}; Ctrl-C stops it")
    serve_site(kit)
    return EXIT_OK
