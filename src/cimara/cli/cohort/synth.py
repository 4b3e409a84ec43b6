"""make an invented consortium whose true effects are known, and the files that its sites would send

Writes exports, mappings, truth.json, README.txt into --out, a new folder; with --defects also planted.csv,
which lists each error that was planted, and mended/, the exports without them. Exit code: 0 written.
"""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli import EXIT_OK

if TYPE_CHECKING:
    from cimara.cohort.synth.exports import Delivery


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara cohort synth`."""
    parser.add_argument(
        "--seed", type=int, default=1, help="the same seed makes the same (default: %(default)s)"
    )
    parser.add_argument(
        "--scenario",
        choices=("rn_treated", "srs_cohort"),
        default="rn_treated",
        help="radionecrosis treated with bevacizumab, or all who had radiosurgery (default: %(default)s)",
    )
    parser.add_argument("--patients", type=int, default=1700, help="default: %(default)s")
    parser.add_argument("--sites", type=int, default=17, help="at most 26 (default: %(default)s)")
    parser.add_argument(
        "--format",
        choices=("mixed", "redcap", "csv", "wide-xlsx"),
        default="mixed",
        help="how the sites deliver (default: %(default)s)",
    )
    parser.add_argument("--defects", action="store_true", help="plant errors in the exports")
    parser.add_argument("--complete", action="store_true", help="leave no value out")
    parser.add_argument(
        "--seen-at-scans",
        action="store_true",
        help="necrosis gets the day of the next scan, as in practice: later than it is",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="a new folder")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(args: Namespace) -> int:
    """Make, write, and say what stands where."""
    from cimara.cohort.synth.consortium import synth_consortium
    from cimara.cohort.synth.exports import write_exports
    from cimara.cohort.synth.options import Scenario, SynthOptions

    options = SynthOptions(
        seed=args.seed,
        scenario=Scenario(args.scenario),
        patients=args.patients,
        sites=args.sites,
        missing=not args.complete,
        exact_days=not args.seen_at_scans,
    )
    made = synth_consortium(options)
    written = write_exports(made, args.out, formats=args.format, defects=args.defects, progress=_note)
    if args.json:
        print(json.dumps([_told(one, args.out) for one in written]))
        return EXIT_OK
    print(f"{'site':6} {'patients':>8} {'errors':>6}  {'export':20} read it with")
    for one in written:
        print(
            f"{one.site_id:6} {_patients(one):>8} {len(one.planted):>6}  "
            f"{one.kind!s:20} {_command(one, args.out)}"
        )
    errors = sum(len(one.planted) for one in written)
    print(
        f"{sum(map(_patients, written)):,} invented patients of {len(written)} invented sites in {args.out}"
    )
    if errors:
        print(f"{errors} errors are planted and listed in planted.csv; mended/ holds the files without them")
    return EXIT_OK


def _patients(one: Delivery) -> int:
    return one.dataset.frame("Patient").height


def _command(one: Delivery, out: Path) -> str:
    """The command that checks an export, run in the folder."""
    mapping = f" --mapping {one.mapping.relative_to(out)}" if one.mapping else ""
    return f"cimara cohort validate {one.export.relative_to(out)}{mapping} --out reports/{one.site_id}"


def _told(one: Delivery, out: Path) -> dict[str, object]:
    return {
        "site_id": one.site_id,
        "export": str(one.export.relative_to(out)),
        "mended": str(one.mended.relative_to(out)),
        "mapping": str(one.mapping.relative_to(out)) if one.mapping else None,
        "kind": str(one.kind),
        "patients": _patients(one),
        "planted": len(one.planted),
    }


def _note(text: str) -> None:
    print(f"cimara: {text}", file=sys.stderr)
