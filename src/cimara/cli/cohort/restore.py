"""make an older version of a site's data current again

It becomes a new version with the content of the older one; nothing is lost, and patients who were withdrawn
since stay out. Exit code: 0, or 2 where there is no such version.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli import EXIT_OK
from cimara.cli.cohort.stores import (
    act,
    add_answer,
    add_author,
    add_place,
    answered,
    opened,
    print_json,
    print_version,
)


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort restore`."""
    parser.add_argument("version", type=int, metavar="VERSION", help="number of the version to restore")
    add_place(parser)
    add_author(parser, reason="why it is restored")
    add_answer(parser)


def run(args: Namespace) -> int:
    """Restore and say what is current."""
    store = opened(args)
    made = store.restore(args.study, args.site, args.version, **act(args))
    told = answered(args, store, made)
    if args.json:
        print_json(told)
    else:
        print_version(told, f"is current, with the content of version {args.version}")
    return EXIT_OK
