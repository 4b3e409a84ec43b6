"""back up the portal into one tar, while it serves

Holds the database, every file of the study store by its hash, the bytes of documents, validation reports
and results, and what is needed to check a restore. Answers of patients, sessions and the cache are left out.
Only its owner may read the file: it holds e-mail addresses. The name of the file goes to stdout, and beside
it lies the head of the audit trail for `cimara web verify-audit`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Where to, and how much."""
    parser.add_argument("folder", metavar="DIR", help="folder for the tar; made when missing")
    parser.add_argument(
        "--with-store", action="store_true", help="the bytes of submissions, too: rows of patients"
    )


def run(args: Namespace) -> int:
    """Back up."""
    command = import_module("cimara_web.commands").run_command
    return int(command("backup", folder=args.folder, with_store=args.with_store))
