"""write a workbook that a site can fill: one sheet a form, with drop-downs and limits

`--from` fills it with rows, to be mended and handed in again. `--labels` gives labels in another language: a
CSV with the columns entity, field and label.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_OK


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort template`."""
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.xlsx", help="workbook to write")
    parser.add_argument("--from", dest="source", type=Path, metavar="PATH", help="tables to fill it with")
    parser.add_argument(
        "--mapping", type=Path, metavar="CSV", help="mapping of the tables, if they are a site's own"
    )
    parser.add_argument("--labels", type=Path, metavar="CSV", help="labels in another language")
    parser.add_argument("--json", action="store_true", help="say what was written as JSON")


def run(args: Namespace) -> int:
    """Write the workbook."""
    from cimara.cohort.harmonise.opening import read_any
    from cimara.cohort.template.labels import read_labels
    from cimara.cohort.template.workbook import write_template

    dataset = read_any(args.source, args.mapping) if args.source else None
    write_template(args.out, dataset, read_labels(args.labels) if args.labels else None)
    rows = sum(dataset.n_rows.values()) if dataset else 0
    if args.json:
        print(json.dumps({"file": str(args.out), "rows": rows}))
    else:
        print(f"written to {args.out}" + (f" with {rows} rows" if rows else ""))
    return EXIT_OK
