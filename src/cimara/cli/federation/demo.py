"""run a whole federation on this machine: server and sites as processes of their own, on invented patients

Makes kits, starts the processes with mutual TLS on the loopback, runs the demonstration study, compares every
estimate with the pooled one, and stops all that it started. Needs the extra `federation` (NVFlare).
Exit code: 0 federated and pooled estimates agree, 1 one does not, 2 it could not run.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.federation.telling import Once, note, told

ALIKE = 1e-10
"""Largest difference of a federated number from the pooled one, relative above 1."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara federation demo`."""
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="new folder to keep all of it in")
    parser.add_argument("--sites", type=int, default=3, metavar="N", help="3 to 17 (default: %(default)s)")


def run(args: Namespace) -> int:
    """Run it, and print estimates beside pooled ones."""
    return told(lambda: _demonstrate(args))


def _demonstrate(args: Namespace) -> int:
    from cimara.federation.demonstration import run_demonstration, table_text

    found = run_demonstration(args.sites, args.out, progress=Once())
    print(table_text(found))
    if args.out:
        note(f"kits, study, ledgers and results are in {args.out}")
    return EXIT_OK if all(one.difference <= ALIKE for one in found) else EXIT_FINDINGS
