"""compare two entries of the same charts: agreement of every field, and where they differ

With `--draw SHARE` it draws the patients for a second entry instead, and prints their ids. Exit code: 0 the
two agree, 1 they differ somewhere.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort compare`."""
    parser.add_argument("first", type=Path, metavar="FIRST", help="tables of the first curator")
    parser.add_argument("second", type=Path, nargs="?", metavar="SECOND", help="tables of the second curator")
    parser.add_argument(
        "--mapping", type=Path, metavar="CSV", help="mapping of both, if they are a site's own"
    )
    parser.add_argument("--draw", type=float, metavar="SHARE", help="draw this share of patients (0.05)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the draw (default: %(default)s)")
    parser.add_argument(
        "--out", type=Path, metavar="FOLDER", help="folder for agreement.csv, differences.csv"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def run(args: Namespace) -> int:
    """Draw, or compare and print."""
    from cimara.cohort.double_entry.agreement import compare, draw_sample
    from cimara.cohort.harmonise.opening import read_any

    first = read_any(args.first, args.mapping)
    if args.draw is not None:
        drawn = draw_sample(first, args.draw, args.seed)
        print(json.dumps(drawn) if args.json else "\n".join(drawn))
        return EXIT_OK
    if args.second is None:
        print("cimara: name the tables of the second curator, or --draw a share of patients")
        return EXIT_BAD_INPUT
    found = compare(first, read_any(args.second, args.mapping))
    if args.out:
        args.out.mkdir(parents=True, exist_ok=True)
        found.agreement.write_csv(args.out / "agreement.csv")
        found.differences.write_csv(args.out / "differences.csv")
    differ = found.differences.height + sum(
        map(len, (*found.only_first.values(), *found.only_second.values()))
    )
    if args.json:
        print(
            json.dumps(
                {
                    "agreement": found.agreement.to_dicts(),
                    "differences": found.differences.height,
                    "adjudicate": int(found.differences["adjudicate"].sum()),
                    "only_first": found.only_first,
                    "only_second": found.only_second,
                }
            )
        )
    else:
        _print(found, args.out)
    return EXIT_FINDINGS if differ else EXIT_OK


def _print(found: object, out: Path | None) -> None:
    from cimara.cohort.double_entry.agreement import Comparison

    assert isinstance(found, Comparison)
    print(
        f"{'field':44} {'n':>5} {'same':>6}  kappa (95 % interval), or mean difference (limits of agreement)"
    )
    for row in found.agreement.sort("agreed", "entity", "field").iter_rows(named=True):
        print(f"{row['entity'] + '.' + row['field']:44} {row['n']:>5} {row['agreed']:>6.1%}  {_beyond(row)}")
    for called, alone in (("first", found.only_first), ("second", found.only_second)):
        for entity, keys in alone.items():
            print(f"only in the {called} entry: {len(keys)} rows of {entity}")
    board = int(found.differences["adjudicate"].sum())
    print(f"{found.differences.height} cells differ, {board} of them for the adjudication board")
    if out:
        print(f"written to {out / 'differences.csv'}")


def _beyond(row: dict[str, float | None]) -> str:
    if row["kappa"] is not None:
        return f"{row['kappa']:.2f} ({row['kappa_lower']:.2f} to {row['kappa_upper']:.2f})"
    if row["limit_lower"] is not None:
        return f"{row['mean_difference']:+.2f} ({row['limit_lower']:.2f} to {row['limit_upper']:.2f})"
    return ""
