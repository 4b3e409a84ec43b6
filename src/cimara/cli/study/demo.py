"""write the demonstration study: exports of invented hospitals, the study file, and its signatures

Seventeen hospitals with 1,700 patients who had radiation necrosis and bevacizumab, none of them real. Their
exports have errors as real ones do; consortium/mended holds them after the hospitals have put these right.
--whole goes on to validation reports, submissions, the harmonisation matrix and the report of the study.
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK
from cimara.cli.study.faults import note


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study demo`."""
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="new folder to write")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed (default: %(default)s)")
    parser.add_argument(
        "--patients", type=int, default=1700, metavar="N", help="patients (default: %(default)s)"
    )
    parser.add_argument("--sites", type=int, default=17, metavar="N", help="hospitals (default: %(default)s)")
    parser.add_argument("--whole", action="store_true", help="walk the whole way to the report")


def run(args: Namespace) -> int:
    """Write the start of the demonstration, or all of it."""
    from cimara.studies.demonstration.whole_way import make_demonstration, start_demonstration

    sizes = {"seed": args.seed, "patients": args.patients, "sites": args.sites}
    if args.whole:
        make_demonstration(args.out, **sizes, now=lambda: dt.datetime.now(dt.UTC), progress=note)
        print(f"written to {args.out / 'out' / 'report' / 'report.html'}")
        return EXIT_OK
    deliveries, study = start_demonstration(
        args.out, **sizes, now=lambda: dt.datetime.now(dt.UTC), progress=note
    )
    kinds = [str(one.kind) for one in deliveries]
    told = ", ".join(f"{kinds.count(kind)} {kind}" for kind in dict.fromkeys(kinds))
    print(f"{len(deliveries)} hospitals, all invented: {told}")
    print(f"exports in {args.out / 'consortium' / 'exports'}, study file {study.path}")
    return EXIT_OK
