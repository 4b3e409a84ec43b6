"""check that no event of the audit trail was changed, removed or cut off

Walks the chain from its first event and names the first one that is not as it was written; exit code 1 then.
A head that was kept elsewhere, such as that of the last backup, also shows a tail that was cut off:
a JSON file, {"seq": 12, "hash": "64 hex digits"}.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from importlib import import_module


def add_arguments(parser: ArgumentParser) -> None:
    """Which heads the chain must pass through."""
    parser.add_argument(
        "--head",
        dest="heads",
        action="append",
        default=[],
        metavar="FILE",
        help="a head that was kept elsewhere; may be given several times",
    )


def run(args: Namespace) -> int:
    """Walk the chain."""
    return int(import_module("cimara_web.commands").run_command("verify_audit", heads=args.heads))
