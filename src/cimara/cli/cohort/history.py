"""show every version of a study's data: who, when, what, and which is current

With --check every line, file and hash is verified. Exit code: 0 clean, 1 damage, 2 a store that cannot be
used.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.cohort.stores import (
    add_answer,
    add_place,
    counts_text,
    opened,
    patients_text,
    print_json,
    print_table,
    sha256_text,
)

if TYPE_CHECKING:
    from cimara.cohort.store.check import Check
    from cimara.cohort.store.manifest import Line
    from cimara.cohort.store.versions import HistoryRow

HEADER = (
    "line",
    "site",
    "version",
    "state",
    "when (UTC)",
    "who",
    "what",
    "rows",
    "content",
    "report",
    "why",
)
FLUSH_RIGHT = ("line", "version", "rows")
SHOWN = 10
"""Digits of a hash that are shown; --json has them all."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort history`."""
    add_place(parser, site=False)
    parser.add_argument("--check", action="store_true", help="verify every line, file and hash")
    parser.add_argument(
        "--trust", action="append", default=[], metavar="KEY", help="public key (ed25519:...); with --check"
    )
    parser.add_argument(
        "--noted",
        type=sha256_text,
        metavar="HEX",
        help="last line as noted earlier; with --check",
    )
    add_answer(parser)


def run(args: Namespace) -> int:
    """Read, check if asked, print."""
    store = opened(args)
    found = _checked(args) if args.check else None
    damaged = found is not None and not found.clean
    rows = () if damaged else store.history(args.study, args.site)
    if args.json:
        told = {"study": args.study, "lines": [_object(row) for row in rows]}
        print_json(told if found is None else {**told, "check": _check_object(found)})
    else:
        _print(args.study, rows)
        if found is not None:
            _print_check(found)
    return EXIT_FINDINGS if damaged else EXIT_OK


def _checked(args: Namespace) -> Check:
    from cimara.cohort.study.keys import PublicKey

    trusted = [PublicKey.of_text(one) for one in args.trust]
    return opened(args).check(args.study, trusted=trusted, noted_line=args.noted or "")


def _print(study: str, rows: tuple[HistoryRow, ...]) -> None:
    if not rows:
        return
    print(f"{study}: {len(rows):,} lines")
    print_table(HEADER, [_cells(row) for row in rows], FLUSH_RIGHT)


def _cells(row: HistoryRow) -> tuple[object, ...]:
    line = row.line
    return (
        line.seq,
        line.site_id,
        "" if line.version is None else line.version,
        row.state,
        line.time_utc[:16].replace("T", " "),
        line.author,
        _what(line),
        line.rows if line.tables else "",
        line.content_hash[:SHOWN],
        counts_text(line.report_counts),
        line.reason or line.soft_hit_reason,
    )


def _what(line: Line) -> str:
    if line.restored_from is not None:
        told = f"restored version {line.restored_from}"
    elif line.approved_by:
        told = f"purged by order of {' and '.join(line.approved_by)}"
    else:
        told = {
            "accepted": "submitted",
            "withdrawn": "patient withdrawn",
            "unlocked": "withdrawal undone",
        }.get(line.kind, str(line.kind))
    left = f", without {patients_text(line.left_out)} withdrawn earlier" if line.left_out else ""
    cut = f", after {line.cut_off:,} bytes of an unfinished line" if line.cut_off else ""
    return told + left + cut


def _object(row: HistoryRow) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(row.line), "state": str(row.state), "release_id": row.release_id}


def _check_object(found: Check) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(found), "clean": found.clean}


def _print_check(found: Check) -> None:
    for problem in found.problems:
        print(f"DAMAGED {problem}")
    for one in found.leftovers:
        print(f"left behind, harmless: {one}")
    verdict = "clean" if found.clean else f"{len(found.problems):,} problems"
    print(f"checked {found.lines:,} lines and {found.files:,} files: {verdict}")
    print(f"last line {found.last_line}")
    print("Note it elsewhere: --check --noted HEX shows later that no line was taken from the end.")
