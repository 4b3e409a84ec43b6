"""Asks a person on a terminal whether an answer may leave: who says yes types the number of the job."""

from __future__ import annotations

import sys
from argparse import ArgumentParser


def add_person(parser: ArgumentParser) -> None:
    """Who releases: it stands in the ledger."""
    parser.add_argument("--by", required=True, metavar="NAME", help="who releases; the ledger keeps the name")


def ask(job: str, lines: tuple[str, ...]) -> str:
    """Show what would leave in a job, and read a line; the end of the input is a no."""
    print(f"Job {job} would take out of this house:")
    for one in lines:
        print(f"  {one}")
    print(f"Type {job} to release it; anything else keeps it here: ", end="", flush=True)
    return sys.stdin.readline().strip()
