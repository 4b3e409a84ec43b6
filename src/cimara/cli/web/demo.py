"""the portal on this machine, with the starter registry

Makes a local secret and a SQLite database in the var folder (CIMARA_VAR, by default `var` here), then serves
on loopback until stopped with Ctrl-C.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Where to listen."""
    parser.add_argument("--bind", metavar="HOST:PORT", default="127.0.0.1:8000", help="default: %(default)s")


def run(args: Namespace) -> int:
    """Prepare and serve."""
    return int(import_module("cimara_web.commands").run_demo(bind=args.bind))
