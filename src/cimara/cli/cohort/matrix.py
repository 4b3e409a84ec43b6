"""show which site can give which variable, and how many sites each analysis can count on

Reads one mapping file a site, and with --data the sites' own files, of which it shows how far each variable
is filled. --study puts the variables that its analyses need first. --out writes matrix.html, matrix.csv and
matrix.json. Exit code: 0 done, 1 errors in the data, 2 a mapping or file that cannot be used.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_FINDINGS, EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.dataset import Dataset
    from cimara.cohort.harmonise.mapping import Mapping

FIRST = 5


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort matrix`."""
    parser.add_argument(
        "mappings", type=Path, nargs="+", metavar="MAPPING", help="mapping file of a site, CSV"
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        default=[],
        metavar="PATH",
        help="file or folder of a site; once for each mapping, in their order",
    )
    parser.add_argument("--study", type=Path, metavar="TOML", help="study file: which analyses need what")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="folder for matrix.html, .csv and .json")
    parser.add_argument("--json", action="store_true", help="print matrix.json instead of the table")


def run(args: Namespace) -> int:
    """Read mappings and data, and show the matrix."""
    from cimara.cohort.errors import CohortError
    from cimara.cohort.harmonise.mapping import read_mapping
    from cimara.cohort.harmonise.matrix import matrix
    from cimara.cohort.harmonise.matrix_forms import as_json, as_text, write_matrix

    if args.data and len(args.data) != len(args.mappings):
        raise CohortError(
            f"{len(args.data)} times --data for {len(args.mappings)} mappings",
            expected="--data once for each mapping, in their order, or not at all",
        )
    mappings = [read_mapping(one) for one in args.mappings]
    analyses = _analyses(args.study)
    dataset = _data(args.data, mappings) if args.data else None
    found = matrix(mappings, dataset=dataset, analyses=analyses)
    sys.stdout.write(as_json(found).decode() if args.json else as_text(found))
    if args.out is not None:
        write_matrix(found, args.out)
        print(f"cimara: written to {args.out / 'matrix.html'}", file=sys.stderr)
    return _tell(dataset)


def _analyses(path: Path | None) -> dict[str, list[tuple[str, str]]]:
    """The fields that each analysis needs; those of the cohort and the origin are needed by all."""
    if path is None:
        return {}
    from cimara.cohort.study.needed import needed_fields
    from cimara.cohort.study.reading import read_study

    study = read_study(path)
    needed = needed_fields(study)
    shared = [(one.entity, one.field) for one in needed if set(one.by) & {"cohort", "origin", ""}]
    return {
        analysis.id: shared + [(one.entity, one.field) for one in needed if analysis.id in one.by]
        for analysis in study.analyses
    }


def _data(paths: list[Path], mappings: list[Mapping]) -> Dataset:
    from cimara.cohort.dataset import pooled
    from cimara.cohort.harmonise.opening import read_any

    read = []
    for path, mapping in zip(paths, mappings, strict=True):
        print(f"cimara: reading {path.name} by {mapping.file}", file=sys.stderr)
        read.append(read_any(path, mapping))
    return pooled(read)


def _tell(dataset: Dataset | None) -> int:
    """Say what reading found; the validation report has all of it."""
    from cimara.cohort.findings import Severity

    if dataset is None:
        return EXIT_OK
    errors = dataset.findings.filter(severity=str(Severity.ERROR))
    for message in errors["message"].head(FIRST):
        print(f"cimara: {message}", file=sys.stderr)
    if errors.height > FIRST:
        print(
            f"cimara: and {errors.height - FIRST:,} more; `cimara cohort validate` shows all", file=sys.stderr
        )
    return EXIT_FINDINGS if errors.height else EXIT_OK
