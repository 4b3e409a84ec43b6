"""work out GPA, RPA and brain metastasis velocity of every patient

Writes one row a patient: value, band, median survival of the band in months, the items that counted, what is
missing, and the lowest and highest value that are possible where something is. Exit codes: 0 done, 1 cells
that could not be read (the rest is worked out), 2 a file or index that cannot be used.

    cimara cohort indices exports/utrecht.csv --mapping sites/utrecht.csv --out indices.csv
    cimara cohort indices tables/ --index gpa
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_FINDINGS, EXIT_OK

if TYPE_CHECKING:
    import polars as pl

    from cimara.cohort.indices.at_anchor import AnchorOptions

STDOUT = "-"
ALL = "all"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort indices`."""
    parser.add_argument("path", type=Path, metavar="PATH", help="export, workbook, or folder of tables")
    parser.add_argument("--mapping", type=Path, metavar="CSV", help="the site's mapping file")
    parser.add_argument(
        "--index",
        action="append",
        metavar="NAME",
        help="gpa, rpa, bmv, ibmv or all (default); may be repeated",
    )
    parser.add_argument(
        "--window",
        type=int,
        nargs=2,
        default=(-45, 14),
        metavar=("FIRST", "LAST"),
        help="days from the anchor for KPS, extracranial disease, haemoglobin (default: -45 14)",
    )
    parser.add_argument(
        "--prefer", choices=("primary", "cns"), default="primary", help="tissue of the breast subtype"
    )
    parser.add_argument(
        "--ecog",
        choices=("ignore", "bounds"),
        default="ignore",
        help="without a KPS: ignore the ECOG status, or let it limit the KPS to two values",
    )
    parser.add_argument(
        "--seeded-by",
        type=Path,
        metavar="CSV",
        help="patient_id, primary_no: which of several primaries counts",
    )
    parser.add_argument(
        "--out", default=STDOUT, metavar="FILE", help="CSV to write; - for the terminal (default)"
    )
    parser.add_argument("--json", action="store_true", help="the rows as JSON, instead of CSV")


def run(args: Namespace) -> int:
    """Read, work out, write, and say how many have a value."""
    from cimara.cohort.findings import Severity
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.indices.index_rows import INDICES, index_rows, one_row_a_patient

    asked = [name for name in args.index or [ALL] if name != ALL] or list(INDICES)
    dataset = read_any(args.path, args.mapping)
    rows = index_rows(dataset, asked, _options(args))
    table = one_row_a_patient(rows)
    text = table.write_json() + "\n" if args.json else table.write_csv()
    if args.out == STDOUT:
        sys.stdout.write(text)
    else:
        _write(Path(args.out), text)
    for name in asked:
        _note(_told(name, rows))
    errors = dataset.findings.filter(dataset.findings["severity"] == Severity.ERROR).height
    if errors:
        _note(f"{errors:,} cells or rows could not be read; `cimara cohort validate` lists them")
    return EXIT_FINDINGS if errors else EXIT_OK


def _write(path: Path, text: str) -> None:
    from cimara.cohort.errors import CohortError

    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CohortError(
            "cannot be written", where=str(path), expected="a file in a folder that is there"
        ) from error
    print(f"written to {path}")


def _options(args: Namespace) -> AnchorOptions:
    from cimara.cohort.errors import CohortError
    from cimara.cohort.indices.at_anchor import AnchorOptions, EcogUse, Prefer

    first, last = args.window
    if first > last:
        raise CohortError(
            "the window ends before it begins", where="--window", expected="FIRST LAST, such as -45 14"
        )
    seeded = None if args.seeded_by is None else _seeded(args.seeded_by)
    return AnchorOptions((first, last), Prefer(args.prefer), EcogUse(args.ecog), seeded)


def _seeded(path: Path) -> pl.DataFrame:
    import polars as pl

    from cimara.cohort.errors import CohortError
    from cimara.cohort.raw_tables import read_csv

    frame = read_csv(path).frame
    if not {"patient_id", "primary_no"} <= set(frame.columns):
        raise CohortError("a column is missing", where=path.name, expected="patient_id and primary_no")
    return frame.select("patient_id", pl.col("primary_no").cast(pl.Int64, strict=False))


def _told(name: str, rows: pl.DataFrame) -> str:
    """How many have a value, and why the others have none."""
    import polars as pl

    from cimara.cohort.indices.gpa import Note

    own = rows.filter(pl.col("index") == name)
    without = own.filter(pl.col("value").is_null())
    why = pl.when(pl.col("missing") != "").then(pl.format("missing {}", "missing")).otherwise(pl.col("note"))
    counts = without.select(why=why).to_series().value_counts(sort=True)
    reasons = "; ".join(f"{text.replace('_', ' ')}: {n:,}" for text, n in counts.iter_rows())
    told = f"{name}: {own.height - without.height:,} of {own.height:,} patients"
    told = f"{told} ({reasons})" if reasons else told
    by_ecog = without.filter(pl.col("note") == Note.ECOG_ONLY).height
    return (
        f"{told}. {by_ecog:,} have an ECOG status: --ecog bounds lets it limit the KPS" if by_ecog else told
    )


def _note(text: str) -> None:
    print(f"cimara: {text}", file=sys.stderr)
