"""call the response at every visit, and the best response of every patient

Writes timepoints.csv, lesions.csv, best.csv and findings.csv to a folder, and rejected.csv where rows could
not be used. Exits with 0, with 1 when rows were rejected (the rest is derived), with 2 when a file can't be
read at all.

    cimara response derive --tidy DIR --policy rano_bm --out DIR
    cimara response derive --tu tu.xpt --tr tr.xpt --adsl adsl.xpt --policy recist11 --out DIR --adrs csv
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.response.adrs_file import FORMS, write_adrs
from cimara.cli.response.inputs import (
    add_input_arguments,
    add_policy_argument,
    note,
    read_input,
    told,
    write_rejected,
)
from cimara.cli.response.policies import read_policy
from cimara.cli.trials.progress import shown

if TYPE_CHECKING:
    from cimara.response.policy import Policy
    from cimara.response.reading.tidy import Reading
    from cimara.response.results import ResultTables

SHOWN = 10
"""Findings that are told in full; findings.csv has all."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response derive`."""
    add_input_arguments(parser)
    add_policy_argument(parser)
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder to write the tables to"
    )
    parser.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="DATE", help="only decisions made by this day"
    )
    parser.add_argument("--adrs", choices=FORMS, help="write ADRS, too, in this form")
    parser.add_argument("--study-id", default="STUDY", metavar="ID", help="STUDYID of ADRS")
    parser.add_argument("--engine", default="reference", help="engine (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="what was derived, as JSON")


def run(args: Namespace) -> int:
    """Read, derive, write, and say what came of it."""
    from cimara.response.study import derive_study

    policy = read_policy(args.policy)
    with shown() as show:
        show("reading", 0, None)
        reading, _ = read_input(args)
        show("deriving", 0, len(reading.study.patients))
        tables = derive_study(reading.study, policy, engine=args.engine, as_of=args.as_of)
    files = tables.write_csv(args.out)
    write_rejected(reading, args.out)
    if args.adrs:
        where = {"adsl": args.adsl, "study_id": args.study_id}
        files.append(write_adrs(tables, reading.study, args.out, args.adrs, **where))
    if args.json:
        print(msgspec.json.encode(_report(reading, tables, policy, files)).decode())
    else:
        _print(reading, tables, policy, args.out)
    return EXIT_FINDINGS if reading.n_rejected else EXIT_OK


def _report(reading: Reading, tables: ResultTables, policy: Policy, files: list[Path]) -> dict[str, object]:
    return {
        "policy": {"label": policy.label, "hash": policy.hash},
        "patients": len(reading.study.patients),
        "timepoints": len(tables.timepoints),
        "rejected": reading.n_rejected,
        "findings": Counter(tables.findings["code"]),
        "best": Counter(tables.best["bor"]),
        "files": [str(path) for path in files],
    }


def _print(reading: Reading, tables: ResultTables, policy: Policy, folder: Path) -> None:
    """Best responses by evaluator; findings go to stderr."""
    from cimara.response.model import Finding

    print(
        f"{len(reading.study.patients):,} patients, {len(tables.timepoints):,} time points, by {policy.label}"
    )
    for evaluator in sorted(set(tables.best["evaluator"])):
        own = Counter(tables.best.filter(tables.best["evaluator"] == evaluator)["bor"])
        print(f"  {evaluator:<16} {'  '.join(f'{word} {n}' for word, n in own.most_common())}")
    print(f"written to {folder}")
    for code, n in Counter(tables.findings["code"]).most_common():
        note(f"finding {code}: {n:,}")
    placed = tables.findings.filter(tables.findings["row"].is_not_null()).sort(
        "severity", maintain_order=True
    )
    for text in list(dict.fromkeys(told(Finding(**row)) for row in placed.to_dicts()))[:SHOWN]:
        note(text)
    if reading.n_rejected:
        note(f"{reading.n_rejected:,} rows were rejected: {folder / 'rejected.csv'}")
