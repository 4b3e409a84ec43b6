"""bring the portal's database up to date"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Whether to change anything."""
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a step is missing")


def run(args: Namespace) -> int:
    """Migrate, or look whether it is needed."""
    command = import_module("cimara_web.commands").run_command
    return int(command("migrate", interactive=False, check_unapplied=args.check, verbosity=1))
