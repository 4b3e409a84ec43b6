"""show how trials name and define their endpoints, and where they differ

Without options: one line for each endpoint. `--endpoint` lists the measures of some, `--diff` sets two trials
side by side, `--out` writes endpoints.csv, endpoints.html and endpoints.svg to a folder.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from cimara.cli import EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, open_registry
from cimara.terms.endpoint import EndpointId


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials atlas`."""
    parser.add_argument(
        "--endpoint",
        nargs="+",
        default=[],
        choices=list(EndpointId),
        metavar="ID",
        help="such as CNSPFS ICORR",
    )
    parser.add_argument("--trials", nargs="+", default=[], metavar="NCT", help="only these trials")
    parser.add_argument("--diff", nargs=2, default=[], metavar="NCT", help="two trials side by side")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for CSV, HTML and SVG")
    parser.add_argument("--json", action="store_true", help="endpoint uses, or differences, as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Collect the endpoints and print or write the report."""
    from cimara.trials.atlas import Selection, atlas, differences, heterogeneity, resolve_numbers
    from cimara.trials.atlas.report import comparison_lines, lines, write_files

    with open_registry(args) as snapshot:
        pair = resolve_numbers(snapshot, args.diff)
        numbers = frozenset(resolve_numbers(snapshot, args.trials)).union(pair)
        collected = atlas(snapshot, Selection(numbers=numbers))
    report = heterogeneity(collected, [EndpointId(one) for one in args.endpoint])
    comparison = differences(collected, pair[0], pair[1]) if pair else None
    if args.out:
        for path in write_files(report, args.out, comparison):
            print(path)
    elif args.json:
        rows = [row for entry in report.endpoints for row in entry.rows]
        print(msgspec.json.encode(comparison or rows, enc_hook=str).decode())
    else:
        print("\n".join(comparison_lines(comparison) if comparison else lines(report)))
    return EXIT_OK
