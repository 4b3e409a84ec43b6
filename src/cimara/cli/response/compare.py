"""derive a study by two policies, and list the time points that change

Exits with 0 when no response changes and with 1 when any does.

    cimara response compare --tidy DIR --policy recist11 --policy recist11_literal
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.response.inputs import InputError, add_input_arguments, note, read_input
from cimara.cli.response.policies import read_policy
from cimara.cli.trials.progress import shown

if TYPE_CHECKING:
    import polars as pl

    from cimara.response.policy import Policy

SHOWN = 40


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response compare`."""
    add_input_arguments(parser)
    parser.add_argument(
        "--policy", action="append", default=[], help="preset or TOML file; give it twice", metavar="POLICY"
    )
    parser.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="DATE", help="only decisions made by this day"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write every changed time point as CSV")
    parser.add_argument("--json", action="store_true", help="the same as JSON")


def run(args: Namespace) -> int:
    """Derive twice, and print what changes."""
    from cimara.response.audit.changes import changed_rows
    from cimara.response.study import derive_study

    if len(args.policy) != 2:
        raise InputError(f"{len(args.policy)} policies are named", expected="--policy twice")
    first, second = (read_policy(name) for name in args.policy)
    with shown() as show:
        show("reading", 0, None)
        reading, _ = read_input(args)
        show("deriving", 0, 2 * len(reading.study.patients))
        tables = [derive_study(reading.study, policy, as_of=args.as_of) for policy in (first, second)]
    changes = changed_rows(tables[0].timepoints, tables[1].timepoints)
    if args.csv is not None:
        changes.write_csv(args.csv)
        note(f"written to {args.csv}")
    if args.json:
        fields = {name: list(values) for name, values in first.differences(second).items()}
        print(msgspec.json.encode({"fields": fields, "changes": changes.to_dicts()}).decode())
    else:
        _print(first, second, changes, len(tables[0].timepoints))
    return EXIT_FINDINGS if len(changes) else EXIT_OK


def _print(first: Policy, second: Policy, changes: pl.DataFrame, n: int) -> None:
    print(f"{first.label} -> {second.label}: {len(changes):,} of {n:,} time points change")
    for name, (own, other) in first.differences(second).items():
        if name != "label":
            print(f"  {name}: {own} -> {other}")
    for row in changes.head(SHOWN).to_dicts():
        place = f"{row['patient_id']} {row['visit_id']} {row['evaluator']}"
        print(f"{place:<40} {row['response_a'] or '-'} -> {row['response_b'] or '-'}")
        print(f"    {row['rule_id_a'] or '-'}: {row['reasons_a'] or '-'}")
        print(f"    {row['rule_id_b'] or '-'}: {row['reasons_b'] or '-'}")
    if len(changes) > SHOWN:
        print(f"and {len(changes) - SHOWN:,} more (--csv writes them all)")
