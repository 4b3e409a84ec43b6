"""build the data folder of a study from the submissions of its sites

Takes the current version of every site that has submitted; each must have signed the study file. Writes rows,
endpoint tables, changes over time, consort.json and provenance.json into --out. `cimara outcomes report STUDY
--data FOLDER` runs the analyses on it. With --at-site one site builds the folder of its own patients, which
stays there: `data` in its cimara_site.toml names it, and a federation asks it for sums.
"""

from __future__ import annotations

import datetime as dt
import json
from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK
from cimara.cli.study.faults import checked_or_told, note
from cimara.cli.study.sources import add_data_arguments, current_data


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study build`."""
    add_data_arguments(parser, "data folder to write")
    parser.add_argument(
        "--at-site", action="store_true", help="one site builds its own folder, for a study over sites"
    )


def run(args: Namespace) -> int:
    """Build, write, and say who is in the study."""
    from cimara.studies.run import build_signed

    checked = checked_or_told(args.study)
    if checked is None:
        return EXIT_BAD_INPUT
    sources = current_data(checked, args.store, args.sites)
    today = dt.datetime.now(dt.UTC).date()
    built = build_signed(checked, sources, today=today, at_site=args.at_site, progress=note)
    built.write(args.out)
    if args.json:
        tables = {one.name: [list(row) for row in one.rows] for one in built.tables}
        content = {
            "study": checked.study.id,
            "hash": checked.hash,
            "tables": tables,
            "remarks": list(built.remarks),
        }
        print(json.dumps(content, indent=1, ensure_ascii=False))
        return EXIT_OK
    for step, kept, out, _ in built.tables[0].rows:
        print(f"{kept:>7,}  {step}" + (f" (left out {out:,})" if out else ""))
    for remark in built.remarks:
        note(remark)
    print(f"written to {args.out}")
    return EXIT_OK
