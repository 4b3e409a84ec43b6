"""read who with brain metastases or leptomeningeal disease each record takes

Reads API v2 JSON, JSON lines and the other registry forms, gzipped or not, and writes one row a record:
policies, intervals, steroid limits, scans, and the words of the criteria that decide, with their place in
the text (half-open, in Unicode code points). With --against a label file, says how well both agree.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.progress import shown

QUOTE_SHOWN = 60


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials read`."""
    parser.add_argument(
        "inputs", nargs="+", type=Path, metavar="INPUT", help="file, folder or zip of records"
    )
    parser.add_argument("--out", type=Path, metavar="CSV", help="write all columns to this CSV file")
    parser.add_argument("--against", type=Path, metavar="CSV", help="labels made by hand, to compare with")
    parser.add_argument("--json", action="store_true", help="print rows (or scores) as JSON")


def run(args: Namespace) -> int:
    """Read, write, compare; 1 when a record could not be read."""
    from cimara.trials import labels

    truth = labels.load_labels(args.against) if args.against else None
    rows: list[dict[str, str]] = []
    problems = 0
    with shown() as show:
        for read in labels.read_records(args.inputs):
            if read.row is None:
                problems += 1
                print(f"cimara: READ {read.where}: {read.problem}", file=sys.stderr)
                continue
            rows.append(dict(read.row))
            show("reading", len(rows), None)
    if args.out:
        labels.write_labels(rows, args.out)
        print(f"cimara: {len(rows):,} records read into {args.out}", file=sys.stderr)
    if truth is not None:
        _print_scores(labels.score({row["nct_id"]: row for row in rows}, truth), as_json=args.json)
    elif args.json:
        print(msgspec.json.encode(rows).decode())
    elif not args.out:
        _print_table(rows)
    return EXIT_FINDINGS if problems else EXIT_OK


def _print_table(rows: list[dict[str, str]]) -> None:
    layout = "{:<12} {:<16} {:<14} {:<7} {}"
    print(layout.format("trial", "brain metastases", "leptomeningeal", "sure", "words"))
    for row in rows:
        quote = " ".join(row["quote"].split())
        shown_quote = quote if len(quote) <= QUOTE_SHOWN else quote[: QUOTE_SHOWN - 1] + "…"
        policies = (row["nct_id"], row["brm_policy"], row["lmd_policy"], row["confidence"])
        print(layout.format(*policies, shown_quote))


def _print_scores(scores: object, *, as_json: bool) -> None:
    from cimara.trials.labels import Scores, Share

    assert isinstance(scores, Scores)
    if as_json:
        plain = msgspec.to_builtins(
            {
                **{name: getattr(scores, name) for name in Scores.__slots__},
                "confusion": [
                    {"label": label, "read": read, "trials": count}
                    for (label, read), count in sorted(scores.confusion.items())
                ],
            }
        )
        print(msgspec.json.encode(plain).decode())
        return

    def line(name: str, share: Share) -> str:
        low, high = share.interval
        return f"{name:<22} {share.value:.3f}  ({share.hits} of {share.total}; 95 % {low:.3f} to {high:.3f})"

    print(line("BrM accuracy", scores.brm_accuracy))
    print(f"{'BrM macro-F1':<22} {scores.brm_macro_f1:.3f}")
    print(line("LMD accuracy", scores.lmd_accuracy))
    print(f"{'LMD macro-F1':<22} {scores.lmd_macro_f1:.3f}")
    print(line("unsafe-permissive", scores.unsafe_permissive))
    print(line("over-permissive", scores.over_permissive))
    print(line("lost opportunity", scores.lost_opportunity))
    for name, share in scores.fields.items():
        print(line(name, share))
    if scores.missed:
        print("differ: " + ", ".join(scores.missed))
