"""show what changed between two versions of a site's data

Cells by key with before and after, rows added and removed. A text is shown by its length only. Exit code: 0,
or 2 where a version cannot be read.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cimara.cli import EXIT_OK
from cimara.cli.cohort.stores import add_answer, add_place, opened, print_json, print_table

if TYPE_CHECKING:
    import polars as pl

MOST = 20


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort diff`."""
    parser.add_argument("before", type=int, metavar="BEFORE", help="number of the earlier version")
    parser.add_argument(
        "after", type=int, nargs="?", metavar="AFTER", help="the later one (default: current)"
    )
    add_place(parser)
    parser.add_argument("--all", action="store_true", help=f"every cell and row, not the first {MOST}")
    add_answer(parser)


def run(args: Namespace) -> int:
    """Read both, compare, print."""
    from cimara.cohort.store.diff import shown

    store = opened(args)
    after = store.version(args.study, args.site, args.after).number
    made = store.diff(args.study, args.site, args.before, after)
    changed = shown(made.changed)
    if args.json:
        told = {
            "changed": changed.to_dicts(),
            "added": made.added.to_dicts(),
            "removed": made.removed.to_dicts(),
        }
        print_json({"study": args.study, "site": args.site, "before": args.before, "after": after, **told})
        return EXIT_OK
    print(f"{args.site} of {args.study}: version {args.before} to version {after}")
    if made.same:
        print("no difference")
        return EXIT_OK
    print_table(
        ("table", "rows added", "rows removed", "cells changed"),
        made.counts().rows(),
        ("rows added", "rows removed", "cells changed"),
    )
    came, went = (_patients(part) for part in (made.added, made.removed))
    print(f"patients added {came:,}, removed {went:,}")
    most = None if args.all else MOST
    _print("changed cells", changed.drop("patient_id"), most)
    _print("added rows", made.added.drop("patient_id"), most)
    _print("removed rows", made.removed.drop("patient_id"), most)
    return EXIT_OK


def _patients(rows: pl.DataFrame) -> int:
    return int((rows["table"] == "Patient").sum())


def _print(title: str, frame: pl.DataFrame, most: int | None) -> None:
    if frame.is_empty():
        return
    print(f"\n{title}")
    print_table(frame.columns, frame.head(most or frame.height).rows())
    if most is not None and frame.height > most:
        print(f"and {frame.height - most:,} more; --all shows them")
