"""The arguments that the verbs of `cimara response` share, and the study that they name."""

from __future__ import annotations

import csv
import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from cimara.response.model import Finding
    from cimara.response.reading.reported import Reported
    from cimara.response.reading.tidy import Reading

SDTM_FILES = {
    "tu": "tumour identification",
    "tr": "tumour results",
    "rs": "reported responses",
    "adsl": "subject-level analysis data (start dates)",
    "supptu": "qualifiers of TU",
    "supptr": "qualifiers of TR",
    "cm": "concomitant medication (steroids)",
    "pr": "procedures (local and later therapy)",
    "xv": "visits, as written by cimara",
    "xc": "clinical state, as written by cimara",
    "xl": "RANO-LM forms, as written by cimara",
    "xa": "decisions, as written by cimara",
}
"""Data sets of an SDTM package, each with an argument of its name."""


class InputError(CimaraError):
    """Arguments that name no study."""


def add_input_arguments(parser: ArgumentParser) -> None:
    """`--tidy DIR`, or `--tu FILE --tr FILE` with what else there is of SDTM."""
    source = parser.add_argument_group("input", "tidy tables, or SDTM as CSV, Parquet, XPT or Dataset-JSON")
    source.add_argument("--tidy", type=Path, metavar="DIR", help="folder of tidy tables")
    for name, what in SDTM_FILES.items():
        source.add_argument(f"--{name}", type=Path, metavar="FILE", help=what)


def add_policy_argument(parser: ArgumentParser) -> None:
    """`--policy`: a preset, or a TOML file."""
    parser.add_argument("--policy", default="rano_bm", help="preset or TOML file (default: %(default)s)")


def add_out_argument(parser: ArgumentParser, what: str) -> None:
    """`--out DIR`."""
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"folder to write {what} to")


def read_input(args: Namespace) -> tuple[Reading, Reported]:
    """The study that the arguments name, and what RS reports. Raises InputError, TableError, DatasetError."""
    from cimara.response.reading.reported import Reported
    from cimara.response.reading.sdtm import SdtmPackage, load_sdtm
    from cimara.response.reading.tidy import load_tidy

    given = {name: path for name in SDTM_FILES if (path := getattr(args, name)) is not None}
    if args.tidy is not None:
        if given:
            raise InputError("both tidy tables and SDTM are named", expected="one of them")
        return load_tidy(args.tidy), Reported()
    if "tu" not in given or "tr" not in given:
        raise InputError("no study is named", expected="--tidy DIR, or --tu FILE and --tr FILE")
    return load_sdtm(SdtmPackage(**given))


def write_rejected(reading: Reading, folder: Path) -> None:
    """Write `rejected.csv` where rows were rejected."""
    if reading.n_rejected:
        folder.mkdir(parents=True, exist_ok=True)
        reading.write_rejected(folder / "rejected.csv")


def write_findings(findings: tuple[Finding, ...], path: Path) -> None:
    """Write findings as CSV, one a row."""
    from dataclasses import asdict, fields

    from cimara.response.model import Finding

    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [field.name for field in fields(Finding)])
        writer.writeheader()
        writer.writerows(asdict(finding) for finding in findings)


def told(finding: Finding) -> str:
    """A finding as `file row 3 column x: what is wrong. What to do`, as a rejected row's text already is."""
    if finding.text.startswith(finding.file) and finding.file:
        return finding.text if finding.hint in finding.text else f"{finding.text}. {finding.hint}"
    place = f"{finding.file} row {finding.row}" if finding.row else finding.file
    place += f" column {finding.column}" if finding.column else ""
    text = f"{place}: {finding.text}" if place else finding.text
    return f"{text}. {finding.hint}" if finding.hint else text


def note(text: str) -> None:
    """Say something on stderr, where it doesn't mix with results."""
    print(f"cimara: {text}", file=sys.stderr)
