"""write studies out as JSON lines, a table or references

JSON lines give back every record as the registry has it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from cimara.cli import EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, open_registry

FORMATS = ("jsonl", "csv", "ris")


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials export`."""
    parser.add_argument("numbers", nargs="*", metavar="NCT", help="registry numbers (default: all studies)")
    parser.add_argument("--format", choices=FORMATS, default="jsonl", help="form (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="file to write (default: stdout)")
    parser.add_argument("--json", action="store_true", help="report on stderr as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Export, and say on stderr how many."""
    from cimara.trials.export import ExportFormat, export

    form = ExportFormat(args.format)
    with open_registry(args) as snapshot:
        if args.out is None:
            written = export(snapshot, form, sys.stdout, args.numbers or None)
        else:
            with args.out.open("w", encoding="utf-8", newline="") as out:
                written = export(snapshot, form, out, args.numbers or None)
        date, starter = snapshot.meta.data_date, snapshot.meta.starter
    if args.json:
        report = {"written": written, "data_date": date, "starter": starter}
        print(msgspec.json.encode(report).decode(), file=sys.stderr)
        return EXIT_OK
    kind = " (starter records, restated)" if starter else ""
    print(f"cimara: {written:,} studies, data of {date or 'unknown date'}{kind}", file=sys.stderr)
    return EXIT_OK
