"""say all that is wrong with a study file at once, and the hash that sites sign

Reads the file with the endpoint definitions beside it. Every fault is named by line, with the nearest valid
name. --fields lists the fields of the data model that the study needs, and what each is needed for.
Exit code: 0 the file can be used, 2 it can't.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK
from cimara.cli.study.faults import checked_or_told


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara study check`."""
    parser.add_argument("study", type=Path, metavar="STUDY", help="study file, TOML")
    parser.add_argument("--fields", action="store_true", help="list the fields that the study needs")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(args: Namespace) -> int:
    """Check, and print what the study is."""
    from cimara.studies.needed import study_needs

    checked = checked_or_told(args.study)
    if checked is None:
        return EXIT_BAD_INPUT
    study, needed = checked.study, study_needs(checked)
    if args.json:
        content = {
            "id": study.id,
            "hash": checked.hash,
            "unit": str(study.cohort.unit),
            "expires": str(study.governance.expires),
            "variables": [one.name for one in study.variables],
            "analyses": [one.id for one in study.analyses],
            "endpoints": {name: one.fingerprint for name, one in checked.definitions.items()},
            "fields": [{"field": f"{one.entity}.{one.field}", "for": list(one.by)} for one in needed],
        }
        print(json.dumps(content, indent=1, ensure_ascii=False))
        return EXIT_OK
    print(f"{study.id}: {study.title}")
    print(
        f"{len(study.variables)} variables, {len(study.endpoints)} endpoints, "
        f"{len(study.analyses)} analyses; "
        f"{len(needed)} fields of the data model needed; expires {study.governance.expires}"
    )
    for name, one in checked.definitions.items():
        print(f"endpoint {name}: {one.label} ({one.id} {one.version}, fingerprint {one.fingerprint[:16]})")
    for field in needed if args.fields else ():
        reasons = ", ".join(one for one in field.by if one) or "no analysis"
        print(f"needs {field.entity}.{field.field} for {reasons}")
    print(f"hash to sign {checked.hash}")
    return EXIT_OK
