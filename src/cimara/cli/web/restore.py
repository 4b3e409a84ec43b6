"""put a backup back, whole or not at all

Stop the portal first. Refuses a database that is not empty, a file whose hash differs, a backup of newer
software. Brings an older schema up to date, verifies the audit trail, notes the restore in it, and prints the
rows of each table. Ends with 1 when files of the study store are missing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """What to put back, and whether over what is there."""
    parser.add_argument("file", metavar="FILE", help="tar that `cimara web backup` wrote")
    parser.add_argument(
        "--replace", action="store_true", help="replace the database and files that are there"
    )


def run(args: Namespace) -> int:
    """Restore."""
    command = import_module("cimara_web.commands").run_command
    return int(command("restore", file=args.file, replace=args.replace))
