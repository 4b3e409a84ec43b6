"""pack the results of a study into a zip that may leave it

Takes the folder of `cimara study run --out` (or of `cimara outcomes report`). Small counts in its tables, and
in the numbers that figures print, are masked by the study's limits of disclosure; tables with a row an event
are left out. Curves and sentences stay as they are: look at them before you let them go. The portal takes the
zip as the report of an analysis.
Exit code: 0 written, 2 the folder holds no report, or the study file can't be used.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study bundle`."""
    parser.add_argument("out", type=Path, metavar="OUT", help="folder that `cimara study run` wrote")
    parser.add_argument("--to", type=Path, required=True, metavar="ZIP", help="bundle to write")
    parser.add_argument("--study", type=Path, metavar="TOML", help="study file, for its limits of disclosure")


def run(args: Namespace) -> int:
    """Mask, pack, and say what was masked where."""
    from cimara.cohort.study.reading import read_study
    from cimara.studies.bundle import write_bundle

    limits = read_study(args.study).disclosure if args.study else None
    small = write_bundle(args.out, args.to, limits=limits)
    for one in small:
        print(f"masked: {one}")
    print(f"written to {args.to}; {len(small)} small counts masked. Look at the figures before you share it.")
    return EXIT_OK
