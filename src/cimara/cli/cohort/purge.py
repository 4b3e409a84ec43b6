"""remove a patient or a version for good, by order of two people

Tables and reports that hold the data are replaced by tombstones; hashes stay on record, and versions that had
a patient who is purged can no longer be read. It cannot be undone. The two names go on record; that they are
who they say is for the people who run the store to ensure. Exit code: 0, or 2 where nothing can be purged.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK
from cimara.cli.cohort.stores import act, add_answer, add_author, add_place, opened, print_json


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort purge`."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--patient", default="", metavar="ID", help="patient id, as UT01-P0031")
    what.add_argument("--version", type=int, metavar="N", help="number of the version")
    add_place(parser)
    add_author(parser, reason="why it is purged")
    parser.add_argument(
        "--approved-by",
        nargs=2,
        required=True,
        metavar=("NAME", "NAME"),
        help="the two people who ordered it",
    )
    add_answer(parser)


def run(args: Namespace) -> int:
    """Purge and say what can no longer be read."""
    made = opened(args).purge(
        args.study,
        args.site,
        patient=args.patient,
        version=args.version,
        approved_by=(args.approved_by[0], args.approved_by[1]),
        **act(args),
    )
    if args.json:
        print_json({"study": args.study, "site": args.site, "versions": made.versions, "files": made.files})
        return EXIT_OK
    numbers = ", ".join(str(one) for one in made.versions)
    print(f"{args.site} of {args.study}: purged; versions that can no longer be read: {numbers}")
    print(f"  {made.files:,} files are tombstones; hashes stay on record")
    if made.still_used:
        print(f"  {made.still_used:,} files stay, since another version has the same table")
    return EXIT_OK
