"""What the commands on a store of submissions have in common: arguments, answers, tables."""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cimara.cohort.store.store import Store
    from cimara.cohort.store.submitting import Submission


def add_place(parser: ArgumentParser, *, site: bool = True) -> None:
    """Which store, study and site."""
    parser.add_argument("--store", required=True, metavar="URL", help="folder, or an s3://, gs://, az:// URL")
    parser.add_argument("--study", required=True, metavar="ID", help="study, as rn-bev-1")
    parser.add_argument("--site", required=site, metavar="ID", help="site, as UT01")


def add_answer(parser: ArgumentParser) -> None:
    """How the answer is printed."""
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")


def add_author(parser: ArgumentParser, *, reason: str = "") -> None:
    """Who acts; with `reason`, what to say why."""
    parser.add_argument("--author", required=True, metavar="NAME", help="who does this (name or pseudonym)")
    parser.add_argument("--key", type=Path, metavar="PEM", help="private key that signs the line on record")
    if reason:
        parser.add_argument("--reason", required=True, metavar="TEXT", help=f"{reason}; no patient's id")


def opened(args: Namespace) -> Store:
    """The store that is named, with the key of the writer if one is given."""
    from cimara.cohort.store.store import Store
    from cimara.cohort.study.keys import read_key

    key = getattr(args, "key", None)
    return Store(args.store, signing_key=read_key(key) if key else None)


def act(args: Namespace) -> dict[str, Any]:
    """Who acts, when, and why."""
    return {"author": args.author, "now": dt.datetime.now(dt.UTC), "reason": args.reason}


def answered(args: Namespace, store: Store, made: Submission) -> dict[str, Any]:
    """What became of a version that was to be made."""
    version = store.version(args.study, args.site, made.version)
    return {
        "study": args.study,
        "site": args.site,
        "version": made.version,
        "existing": made.existing,
        "content_hash": made.content_hash,
        "release_id": made.release_id,
        "rows": {name: one.rows for name, one in version.tables.items()},
        "report_counts": version.line.report_counts,
        "left_out": len(made.left_out),
        "cut_off": made.cut_off,
    }


def print_version(told: Mapping[str, Any], did: str) -> None:
    """The answer for people; `did` says what made the version."""
    name = f"{told['site']} version {told['version']} of {told['study']}"
    print(f"{name} has this content already; nothing was added" if told["existing"] else f"{name} {did}")
    tables = told["rows"]
    patients = patients_text(tables.get("Patient", 0))
    print(f"  rows     {sum(tables.values()):,} in {len(tables)} tables, of {patients}")
    if told["report_counts"]:
        print(f"  report   {counts_text(told['report_counts'])}")
    print(f"  content  {told['content_hash']}")
    print(f"  cite as  {told['release_id']}")
    if told["left_out"]:
        print(f"  left out {patients_text(told['left_out'])} withdrawn earlier")
    if told["cut_off"]:
        print(f"  note     {told['cut_off']:,} bytes that an interrupted write had left were cut off")


def counts_text(counts: Mapping[str, int]) -> str:
    """Errors and warnings in words."""
    shown = {name: count for name, count in counts.items() if name in ("errors", "warnings")}
    return ", ".join(f"{count:,} {name[:-1] if count == 1 else name}" for name, count in shown.items())


def patients_text(count: int) -> str:
    """A number of patients in words."""
    return f"{count:,} patient{'' if count == 1 else 's'}"


def print_json(told: object) -> None:
    """An answer for programs."""
    print(json.dumps(told, indent=1))


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[str] = ()) -> None:
    """A plain table; columns named in `right` are set flush right."""
    told = [[f"{one:,}" if isinstance(one, int) else str(one) for one in row] for row in rows]
    cells = [list(header), *told]
    widths = [max(len(row[place]) for row in cells) for place in range(len(header))]
    for row in cells:
        aligned = [
            cell.rjust(width) if name in right else cell.ljust(width)
            for name, cell, width in zip(header, row, widths, strict=True)
        ]
        print("  ".join(aligned).rstrip())


def sha256_text(text: str) -> str:
    """An argument that is a SHA-256 in hexadecimal."""
    if len(text) != 64 or set(text) - set("0123456789abcdef"):
        raise ArgumentTypeError("not a SHA-256: 64 hexadecimal digits")
    return text
