"""Cumulative incidence of competing causes (Aalen-Johansen), with Gray's test of the groups

Every cause is shown, and those free of events. --strata stratify Gray's test.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli.outcomes.answers import add_answer_arguments, deliver
from cimara.cli.outcomes.curves import add_curve_arguments, incidence_answer
from cimara.cli.outcomes.survival_rows import add_row_arguments, read_competing


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes cif`."""
    add_row_arguments(parser, "group", "strata", "weights", "cluster")
    add_curve_arguments(parser)
    parser.add_argument(
        "--variance",
        choices=("ij", "delta", "cmprsk"),
        default="ij",
        help="ij: as R's survfit, clusters and weights too; cmprsk: as cmprsk::cuminc",
    )
    add_answer_arguments(parser, figure="all causes over their risk table")
    parser.add_argument("--stacked", action="store_true", help="the figure's causes stacked, a panel a group")


def run(args: Namespace) -> int:
    """Print the incidences; 1 when there are warnings."""
    return deliver(incidence_answer(read_competing(args), args), args)
