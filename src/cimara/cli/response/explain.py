"""say in sentences why each response of a patient is what it is

cimara response explain --tidy DIR --policy rano_bm --patient P1 --visit W8
"""

from __future__ import annotations

import datetime as dt
from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

import msgspec

from cimara.cli import EXIT_OK
from cimara.cli.response.inputs import add_input_arguments, add_policy_argument, read_input
from cimara.cli.response.policies import read_policy
from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from cimara.response.policy import Policy
    from cimara.response.rows import PatientResult, TimepointRow


class NotFoundError(CimaraError):
    """A patient, visit or evaluator that the study has not."""


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara response explain`."""
    add_input_arguments(parser)
    add_policy_argument(parser)
    parser.add_argument("--patient", required=True, metavar="ID", help="whose responses")
    parser.add_argument("--visit", metavar="ID", help="one visit (default: all)")
    parser.add_argument("--evaluator", metavar="NAME", help="one evaluator (default: all)")
    parser.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="DATE", help="only decisions made by this day"
    )
    parser.add_argument("--json", action="store_true", help="the same as JSON")


def run(args: Namespace) -> int:
    """Derive one patient and print the sentences."""
    from cimara.response.reference import derive

    policy = read_policy(args.policy)
    reading, _ = read_input(args)
    known = {patient.patient_id: patient for patient in reading.study.patients}
    if args.patient not in known:
        raise NotFoundError(
            "no such patient", where="--patient", expected=f"one of the {len(known)} patient ids of the study"
        )
    result = derive(known[args.patient], policy, args.as_of)
    rows = _chosen(result, args)
    if args.json:
        print(msgspec.json.encode([_data(row, policy) for row in rows]).decode())
    else:
        _print(result, rows, policy)
    return EXIT_OK


def _chosen(result: PatientResult, args: Namespace) -> list[TimepointRow]:
    rows = list(result.rows)
    for name, field in (("visit", "visit_id"), ("evaluator", "evaluator")):
        wanted = getattr(args, name)
        there = {getattr(row, field): None for row in rows}
        if wanted is not None and wanted not in there:
            raise NotFoundError(f"no such {name}", where=f"--{name}", expected=" or ".join(there) or None)
        rows = [row for row in rows if wanted in (None, getattr(row, field))]
    return rows


def _data(row: TimepointRow, policy: Policy) -> dict[str, object]:
    from cimara.response.explain import explain

    return {
        "visit_id": row.visit_id,
        "date": row.date,
        "evaluator": row.evaluator,
        "response": row.response,
        "original": row.original,
        "rule_id": row.rule_id,
        "reasons": row.reasons,
        "flags": row.flags,
        "sentence": explain(row, policy),
    }


def _print(result: PatientResult, rows: list[TimepointRow], policy: Policy) -> None:
    from cimara.response.explain import explain

    print(f"{result.patient_id}, {policy.label}")
    evaluator = ""
    for row in rows:
        if row.evaluator != evaluator:
            evaluator = row.evaluator
            print(f"\n{evaluator}")
        print(f"  {row.visit_id:<10} {row.date}  {explain(row, policy)}")
        if row.original != row.response:
            print(f"{'':24} On the day it was called {row.original}.")
        if row.flags:
            print(f"{'':24} Flags: {', '.join(row.flags)}.")
    for finding in result.findings:
        print(f"\nfinding {finding.code}: {finding.text}")
