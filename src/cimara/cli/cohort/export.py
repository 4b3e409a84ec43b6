"""export a cohort: FHIR bundles (mCODE, CodeX RT), OMOP CDM tables, a cBioPortal study, or plain tables

PATH holds a cohort's tables; with --store the current submissions of a study are exported instead. Every
export writes mapping_report.csv, which says of each field whether it was exported, what was lost, or that the
form has no place for it. cBioPortal gets only what passes the disclosure filter.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.dataset import Dataset

TARGETS = ("fhir", "omop", "cbioportal", "tables", "parquet")


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort export`."""
    parser.add_argument("path", type=Path, nargs="?", metavar="PATH", help="tables of the cohort")
    parser.add_argument("--to", choices=TARGETS, required=True, help="form of the export")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="folder to write to")
    parser.add_argument("--mapping", type=Path, metavar="CSV", help="mapping, if the tables are a site's own")
    parser.add_argument(
        "--store", metavar="URL", help="store of submissions to take the current versions from"
    )
    parser.add_argument("--study", default="cohort", help="id of the study (default: %(default)s)")
    parser.add_argument("--title", default="", help="title of the export")
    parser.add_argument(
        "--min-n",
        type=int,
        default=10,
        metavar="N",
        help="smallest group that leaves (cBioPortal; at least 10)",
    )
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")


def run(args: Namespace) -> int:
    """Read, export, say where it is."""
    dataset = _dataset(args)
    paths = _write(args, dataset)
    report = args.out / "mapping_report.csv"
    patients = dataset.frame("Patient").height
    if args.json:
        print(json.dumps({"folder": str(args.out), "files": len(paths), "patients": patients}))
    else:
        print(f"{patients} patients written to {args.out} ({len(paths)} files); what was lost: {report}")
    return EXIT_OK


def _dataset(args: Namespace) -> Dataset:
    from cimara.cohort.dataset import pooled
    from cimara.cohort.errors import CohortError
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.store.store import Store

    if args.store:
        store = Store(args.store)
        return pooled(store.read(args.study, site) for site in store.current(args.study))
    if args.path is None:
        raise CohortError("nothing to export", expected="a PATH, or --store URL with --study ID")
    return read_any(args.path, args.mapping)


def _write(args: Namespace, dataset: Dataset) -> list[Path]:
    title = args.title or f"Cohort {args.study}"
    if args.to == "fhir":
        from cimara.cohort.export.fhir.writing import write_fhir

        return write_fhir(dataset, args.out)
    if args.to == "omop":
        from cimara.cohort.export.omop.writing import write_omop

        return write_omop(dataset, args.out)
    if args.to == "cbioportal":
        from cimara.cohort.export.cbioportal.writing import write_cbioportal

        return write_cbioportal(
            dataset, args.out, study=args.study, title=title, description=title, min_n=args.min_n
        )
    from cimara.cohort.export.tables import write_plain_tables

    return write_plain_tables(dataset, args.out, title=title, parquet=args.to == "parquet")
