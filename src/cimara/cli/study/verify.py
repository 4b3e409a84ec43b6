"""say which sites have signed a study, and whether a data folder stands for what was submitted

With --data and --store, the content hash of every table that the folder was built from is computed anew.
Exit code: 0 all registered sites have signed and the data hold, 1 something does not hold, 2 files that
cannot be used.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from cimara.cli.study.faults import checked_or_told, note

if TYPE_CHECKING:
    from cimara.studies.check import CheckedStudy
    from cimara.studies.verify import Verified


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study verify`."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study file, TOML")
    parser.add_argument("--data", type=Path, metavar="FOLDER", help="data folder that `study build` wrote")
    parser.add_argument("--store", metavar="URL", help="store of submissions, for --data")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Compare signatures and hashes with what they stand for."""
    from cimara.cohort.study.signing import SignatureState
    from cimara.studies.signatures import registered_sites, signatures_of

    if (args.data is None) != (args.store is None):
        note("--data and --store go together")
        return EXIT_BAD_INPUT
    checked = checked_or_told(args.study)
    if checked is None:
        return EXIT_BAD_INPUT
    found = signatures_of(checked, registered_sites(args.study))
    built = _built(checked, args) if args.data else []
    holds = all(one is SignatureState.HOLDS for one in found.values()) and bool(found or built)
    holds = holds and not any(one.problem for one in built)
    if args.json:
        content = {
            "hash": checked.hash,
            "sites": {site: str(state) for site, state in found.items()},
            "data": {one.part: one.problem or "holds" for one in built},
        }
        print(json.dumps(content, indent=1))
    else:
        print(f"{checked.study.id}, hash {checked.hash}")
        for site, state in found.items():
            print(f"{site}: {state}")
        for one in built:
            print(f"data, {one.part}: {one.problem or 'holds'}")
        if not found:
            note("no site is registered in sites.toml, and none has signed")
    return EXIT_OK if holds else EXIT_FINDINGS


def _built(checked: CheckedStudy, args: Namespace) -> list[Verified]:
    from cimara.cohort.store.store import Store
    from cimara.studies.verify import verify_built

    return verify_built(checked, args.data, Store(args.store))
