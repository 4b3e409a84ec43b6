"""show one study: who may join, the words that say so, and where

Takes a registry number or an alias of one. `--criteria` shows the whole criteria text with the deciding
words marked, `--raw` the record as the registry has it.
"""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace

import msgspec

from cimara.cli import EXIT_OK
from cimara.cli.trials.registry import add_registry_argument, open_registry

SITES_SHOWN = 15


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara trials show`."""
    parser.add_argument("number", metavar="NCT", help="registry number, any case")
    parser.add_argument("--criteria", action="store_true", help="the criteria text, deciding words marked")
    parser.add_argument("--sites", action="store_true", help=f"all sites, not only {SITES_SHOWN}")
    parser.add_argument("--raw", action="store_true", help="the record as it came")
    parser.add_argument("--json", action="store_true", help="what was read, as JSON")
    add_registry_argument(parser)


def run(args: Namespace) -> int:
    """Find the study and print it."""
    from cimara.trials.describe import describe

    with open_registry(args) as snapshot:
        study = snapshot.study(args.number)
        issues = tuple(snapshot.issues(study.nct_id))
    if args.raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(study.raw + b"\n")
    elif args.json:
        found = msgspec.to_builtins(study, enc_hook=str)
        del found["raw"]
        print(msgspec.json.encode(found | {"issues": msgspec.to_builtins(issues)}).decode())
    else:
        sites = len(study.sites) if args.sites else SITES_SHOWN
        for line in describe(study, issues, snapshot.meta, criteria=args.criteria, sites=sites):
            print(line)
    return EXIT_OK
