"""derive an endpoint from facts, and print its report

--facts is a facts table, or a folder of tidy tables; --dm, --ds, --cm, --pr and --ae are SDTM as CSV,
Parquet, XPT or Dataset-JSON; --response adds folders that `cimara response derive` wrote. --out writes the
endpoint table, --findings what was found wrong with the facts.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.outcomes.definitions import find_endpoint
from cimara.cli.outcomes.study_facts import add_facts_arguments, derive_from, finding_lines


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes derive`."""
    parser.add_argument("endpoint", metavar="ID", help="such as CNSPFS, or a TOML file")
    add_facts_arguments(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="endpoint table, .csv or .parquet")
    parser.add_argument("--findings", type=Path, metavar="FILE", help="findings, .csv")


def run(args: Namespace) -> int:
    """Derive, write, report; 1 when there are findings."""
    from cimara.outcomes import binary_rate

    table = derive_from(find_endpoint(args.endpoint), args)
    if args.out and args.out.suffix == ".parquet":
        table.frame.write_parquet(args.out)
    elif args.out:
        table.frame.write_csv(args.out)
    print("\n".join(table.report.lines()))
    if table.plan.binary:
        rate = binary_rate(table)
        limits = "" if rate.rate is None else f" = {rate.rate:.5f} ({rate.lower:.5f} to {rate.upper:.5f})"
        print(f"rate {rate.x} of {rate.n}{limits}; not evaluable {rate.not_evaluable}")
    if args.findings:
        table.findings.write_csv(args.findings)
    for line in finding_lines(table.findings):
        print(f"cimara: {line}", file=sys.stderr)
    return EXIT_FINDINGS if table.findings.height else EXIT_OK
