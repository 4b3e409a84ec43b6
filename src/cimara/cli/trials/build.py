"""make a registry snapshot from downloaded records

Takes API v2 pages, arrays, JSON lines, single studies, legacy XML files, answers of the NCI search API,
other snapshots, and folders or zips of these; each may be gzipped. What a file is, is told by its content.
Every record is stored, listed as a duplicate, or listed as rejected with the reason.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.progress import shown

REJECTS_SHOWN = 20
_TEMPORARY = ".building.sqlite3"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials build`."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="file, folder or zip of records")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("registry.sqlite3"),
        metavar="PATH",
        help="snapshot to write (default: %(default)s); an existing folder gets it under a dated name, "
        "as its current one",
    )
    parser.add_argument(
        "--strict", action="store_true", help="write nothing if any record can't be stored (exit 2)"
    )
    parser.add_argument("--json", action="store_true", help="report as JSON")


def run(args: Namespace) -> int:
    """Build, report; 1 when records were rejected."""
    from cimara.trials.build import IngestPolicy, build_snapshot
    from cimara.trials.publish import publish

    folder = args.out if args.out.is_dir() else None
    with shown() as show:
        report = build_snapshot(
            args.files,
            folder / _TEMPORARY if folder else args.out,
            policy=IngestPolicy(strict=args.strict),
            built_at=datetime.now(UTC).isoformat(timespec="seconds"),
            progress=lambda stage, done: show(stage, done, None),
        )
    path = publish(folder, report.path) if folder else report.path
    for complaint in report.rejects[:REJECTS_SHOWN]:
        print(complaint, file=sys.stderr)
    if args.json:
        print(msgspec.json.encode({**msgspec.to_builtins(report, enc_hook=str), "path": str(path)}).decode())
        return EXIT_FINDINGS if report.rejected else EXIT_OK
    print(f"{path}")
    print(f"  data of       {report.data_date or 'unknown'} ({report.data_date_basis})")
    print(f"  read          {report.read:,}")
    print(f"  stored        {report.stored:,}")
    print(f"  duplicates    {report.duplicates:,}")
    print(f"  rejected      {report.rejected:,}")
    print(f"  content hash  {report.content_hash}")
    for code, count in report.issues.items():
        print(f"  issue {code:<20} {count:,}")
    return EXIT_FINDINGS if report.rejected else EXIT_OK
