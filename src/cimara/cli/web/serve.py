"""serve the portal, for production

Every setting comes from the environment. Refuses to start with a weak secret, with pending migrations, or
with debug pages on an address that others can reach.
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
    """Check and serve."""
    return int(
        import_module("cimara_web.commands").run_command("serve", bind=args.bind, workers=args.workers)
    )
