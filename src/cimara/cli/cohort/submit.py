"""check a site's data and store it as the site's next version

Reads what `cimara cohort validate` reads, scans it for identifiers and checks it. Data with errors are put on
record as rejected, with their report; data with identifiers are not stored at all. Either way what is current
stays current. The same content again makes no second version. Exit code: 0 stored, 1 errors in the data or
soft hits that a person must judge, 2 files or a store that cannot be used, 3 refused for identifiers.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_FINDINGS, EXIT_IDENTIFIERS, EXIT_OK
from cimara.cli.cohort.stores import (
    add_answer,
    add_author,
    add_place,
    answered,
    counts_text,
    opened,
    print_json,
    print_version,
    sha256_text,
)

if TYPE_CHECKING:
    from cimara.cohort.dataset import Dataset
    from cimara.cohort.deid.hits import Hit
    from cimara.cohort.report.build import Report
    from cimara.cohort.store.store import Store

FIRST = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort submit`."""
    parser.add_argument("path", type=Path, metavar="PATH", help="export, folder of tables, or workbook")
    add_place(parser)
    add_author(parser)
    parser.add_argument("--mapping", type=Path, metavar="CSV", help="mapping of the site's own files")
    parser.add_argument(
        "--study-hash",
        type=sha256_text,
        metavar="HEX",
        help="hash of the study file, for the record",
    )
    parser.add_argument("--accept", metavar="REASON", help="why soft hits are no identifiers, for the record")
    add_answer(parser)


def run(args: Namespace) -> int:
    """Read, scan, check, store."""
    from cimara.cohort.deid.acceptance import checked_reason
    from cimara.cohort.deid.scan import scan
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.report.build import validate

    accepted = checked_reason(args.accept) if args.accept is not None else ""
    store = opened(args)
    dataset = read_any(args.path, args.mapping)
    identifiers = scan(dataset, site=args.site)
    if identifiers.refused:
        return _refused(args, identifiers.hard, "may not be stored: it holds identifiers", EXIT_IDENTIFIERS)
    if identifiers.soft and not accepted:
        what = "was not stored: say with --accept REASON why these are no identifiers, or remove them"
        return _refused(args, identifiers.soft, what, EXIT_FINDINGS)
    report = validate(
        dataset, study=args.study, site=args.site, against=_before(args, store), identifiers=identifiers
    )
    return _stored(args, store, dataset, report, accepted)


def _before(args: Namespace, store: Store) -> Dataset | None:
    """The current version of the site, to report what changed."""
    held = store.current(args.study)
    if not held:
        print(f"cimara: {args.study} has no version in this store yet", file=sys.stderr)
    return store.read(args.study, args.site) if args.site in held else None


def _stored(args: Namespace, store: Store, dataset: Dataset, report: Report, accepted: str) -> int:
    from cimara.cohort.report.json import report_json
    from cimara.cohort.store.errors import RejectedError

    mapping = hashlib.sha256(args.mapping.read_bytes()).hexdigest() if args.mapping else ""
    try:
        made = store.submit(
            dataset,
            report.counts,
            report_json(report),
            study=args.study,
            site=args.site,
            author=args.author,
            now=dt.datetime.now(dt.UTC),
            mapping_hash=mapping,
            study_hash=args.study_hash or "",
            soft_hit_reason=accepted,
        )
    except RejectedError as error:
        return _rejected(args, report, error)
    told = answered(args, store, made)
    print_json(told) if args.json else print_version(told, "is stored, and current")
    return EXIT_OK


def _rejected(args: Namespace, report: Report, error: Exception) -> int:
    if args.json:
        print_json({"study": args.study, "site": args.site, "rejected": True, "report_counts": report.counts})
        return EXIT_FINDINGS
    print(f"{args.site} of {args.study}: rejected, {counts_text(report.counts)}; the current version stays")
    for group in report.to_do[:FIRST]:
        hint = f": {group.hint}" if group.hint else ""
        print(f"  {group.count:,} x {group.where}{hint}")
    mapping = f" --mapping {args.mapping}" if args.mapping else ""
    print(f"The whole report: cimara cohort validate {args.path}{mapping} --out FOLDER")
    return EXIT_FINDINGS


def _refused(args: Namespace, hits: Sequence[Hit], what: str, code: int) -> int:
    """Say which columns were hit; nothing is stored, not even that there was an upload."""
    if args.json:
        shown = [
            {"rule": one.rule, "table": one.table, "column": one.column, "count": one.count} for one in hits
        ]
        print_json({"study": args.study, "site": args.site, "refused": True, "hits": shown})
        return code
    print(f"{args.path.name} {what}")
    for hit in hits:
        print(f"  {hit}. {hit.hint}")
    return code
