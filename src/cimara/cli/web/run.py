"""serve the portal and do its regular work beside it, for a small installation

One process starts both, starts the regular work again when it ends, and ends when the server ends. Refuses
the same as `cimara web serve`. With more than one machine, use `serve` and a timer for `tick` instead.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen, with how many processes."""
    parser.add_argument("--bind", metavar="WHERE", default="127.0.0.1:8000", help="HOST:PORT or unix:PATH")
    parser.add_argument(
        "--workers", type=int, metavar="N", default=2, help="processes (default: %(default)s)"
    )


def run(args: Namespace) -> int:
    """Check, then serve and tick."""
    command = import_module("cimara_web.commands").run_command
    return int(command("run", bind=args.bind, workers=args.workers))
