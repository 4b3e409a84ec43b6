"""run the server of a federation until it is stopped

It passes on messages that it can't read: sums are masked between the sites. Ctrl-C or SIGTERM ends it; jobs
go on from their last complete round with `cimara federation resume`.
Exit code: 2 the kit can't be started; else what NVFlare ends with.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.federation.telling import note, told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation server`."""
    parser.add_argument("kit", type=Path, metavar="KIT", help="folder of the server's kit")


def run(args: Namespace) -> int:
    """Become the server."""
    return told(lambda: _serve(args.kit))


def _serve(kit: Path) -> int:
    from cimara.federation.transport.nvflare.processes import serve_server

    note(f"server of {kit}; Ctrl-C stops it")
    serve_server(kit)
    return EXIT_OK
