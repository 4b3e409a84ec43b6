"""take a patient out of a site's data from the next version on

Earlier versions keep the rows, so that what was computed from them can be repeated; `cimara cohort purge`
takes them away, too. The patient stays out of every later upload until --undo. Exit code: 0, or 2 where the
current version has no such patient.
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
    """Arguments of `cimara cohort withdraw`."""
    parser.add_argument("patient", metavar="PATIENT", help="patient id, as UT01-P0031")
    add_place(parser)
    add_author(parser, reason="why the patient is withdrawn")
    parser.add_argument("--undo", action="store_true", help="the patient may be submitted again")
    add_answer(parser)


def run(args: Namespace) -> int:
    """Withdraw, or let back in."""
    store = opened(args)
    if args.undo:
        store.readmit(args.study, args.site, args.patient, **act(args))
        if args.json:
            print_json({"study": args.study, "site": args.site, "readmitted": True})
        else:
            print("the withdrawal is undone; the rows come back with the next submission or restoration")
        return EXIT_OK
    told = answered(args, store, store.withdraw(args.study, args.site, args.patient, **act(args)))
    told["left_out"] = 0
    if args.json:
        print_json(told)
    else:
        print_version(told, "is current, without the patient")
        print("Earlier versions still hold the rows; `cimara cohort purge` takes them away for good.")
    return EXIT_OK
