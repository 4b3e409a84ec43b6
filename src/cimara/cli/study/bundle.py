"""pack the results of a study into a zip that may leave it

Takes the folder of `cimara study run --out`, of `cimara outcomes report`, or of `cimara federation results
--out`. Small counts in its tables, and in the numbers that figures print, are masked by the study's limits of
disclosure; tables with a row an event are left out. Curves and sentences stay as they are: look at them
before you let them go. The portal takes the zip as the report of an analysis.
Exit code: 0 written, 2 the folder holds no report, or the study file can't be used.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.study.disclosure import Disclosure


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study bundle`."""
    parser.add_argument(
        "out", type=Path, metavar="OUT", help="folder that `study run` or `federation results` wrote"
    )
    parser.add_argument("--to", type=Path, required=True, metavar="ZIP", help="bundle to write")
    parser.add_argument("--study", type=Path, metavar="TOML", help="study file, for its limits of disclosure")


def run(args: Namespace) -> int:
    """Mask, pack, and say what was masked where."""
    from cimara.studies.bundle import write_bundle
    from cimara.studies.federated_bundle import result_folder, write_federated_bundle

    limits = _limits(args.study) if args.study else None
    has_report = (args.out / "report" / "results.json").is_file()
    write = write_federated_bundle if result_folder(args.out) and not has_report else write_bundle
    small = write(args.out, args.to, limits=limits)
    for one in small:
        print(f"masked: {one}")
    print(f"written to {args.to}; {len(small)} small counts masked. Look at the figures before you share it.")
    return EXIT_OK


def _limits(study: Path) -> Disclosure:
    """The limits of a study file, of charts or over flat tables."""
    from cimara.cli.federation.studies import is_table_study
    from cimara.cohort.study.reading import read_study
    from cimara.federation.tables.studies import read_table_study

    return (read_table_study if is_table_study(study) else read_study)(study).disclosure
