"""count who with CNS disease may join: by tumour, phase, sponsor class, year or status

Counts carry Wilson intervals, and `--out` writes CSV, Markdown, HTML and SVG with the trials of each cell.
`--diff OLD NEW` lists the trials whose policy changed between two snapshots, with both sentences.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

import msgspec

from cimara.cli import EXIT_FINDINGS, EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, open_registry
from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.terms.tumour import tumours
from cimara.trials.atlas.selection import Selection
from cimara.trials.survey import Dimension, YearOf, schemas


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials survey`."""
    by = f"some of {', '.join(Dimension)}; several are crossed"
    parser.add_argument("--by", nargs="+", default=[], choices=list(Dimension), metavar="BY", help=by)
    parser.add_argument("--schema", choices=list(schemas()), default="cimara", help="columns of which survey")
    parser.add_argument(
        "--year-of", choices=list(YearOf), default=YearOf.START, help="date that gives the year"
    )
    parser.add_argument("--merge-required", action="store_true", help="count `required` under active")
    parser.add_argument(
        "--confusion", type=Path, metavar="CSV", help="truth, read, n: re-weigh by read errors"
    )
    parser.add_argument(
        "--tumour", nargs="+", default=[], choices=list(tumours()), metavar="ID", help="such as lung"
    )
    parser.add_argument("--phase", nargs="+", default=[], choices=list(Phase), metavar="PHASE")
    parser.add_argument("--status", nargs="+", default=[], choices=list(OverallStatus), metavar="STATUS")
    parser.add_argument("--type", nargs="+", default=[], choices=list(StudyType), metavar="TYPE")
    parser.add_argument("--country", nargs="+", default=[], metavar="ISO2", help="with a site there")
    parser.add_argument("--diff", nargs=2, type=Path, metavar=("OLD", "NEW"), help="two snapshots")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for the files")
    parser.add_argument("--json", action="store_true", help="every cell with its trials as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Count, or compare, and print or write."""
    population = Selection(
        tumours=frozenset(args.tumour),
        phases=frozenset(map(Phase, args.phase)),
        statuses=frozenset(map(OverallStatus, args.status)),
        study_types=frozenset(map(StudyType, args.type)),
        countries=frozenset(code.upper() for code in args.country),
    )
    return _compare(args, population) if args.diff else _count(args, population)


def _count(args: Namespace, population: Selection) -> int:
    from cimara.trials.survey import survey
    from cimara.trials.survey.files import write_survey
    from cimara.trials.survey.sensitivity import read_confusion
    from cimara.trials.survey.tables import caption, tables, write_text

    confusion = read_confusion(args.confusion) if args.confusion else None
    options = {"by": args.by, "year_of": args.year_of, "schema": args.schema}
    with open_registry(args) as snapshot:
        found = survey(snapshot, population, merge_required=args.merge_required, **options)
    if args.out:
        for path in write_survey(found, args.out, confusion):
            print(path)
    elif args.json:
        print(msgspec.json.encode(found, enc_hook=str).decode())
    else:
        print(write_text(list(tables(found, confusion, brief=True)), caption(found)), end="")
    return EXIT_OK


def _compare(args: Namespace, population: Selection) -> int:
    from cimara.trials.snapshot import Snapshot
    from cimara.trials.survey import survey_diff
    from cimara.trials.survey.files import write_diff
    from cimara.trials.survey.tables import diff_note, diff_table, write_markdown

    with Snapshot.open(args.diff[0]) as old, Snapshot.open(args.diff[1]) as new:
        found = survey_diff(old, new, population)
    if args.out:
        for path in write_diff(found, args.out):
            print(path)
    elif args.json:
        print(msgspec.json.encode(found, enc_hook=str).decode())
    else:
        print(write_markdown([diff_table(found)], diff_note(found)), end="")
    return EXIT_FINDINGS if found.changes else EXIT_OK
