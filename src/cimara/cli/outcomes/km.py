"""Kaplan-Meier curves: medians, survival at given times, log-rank test, median follow-up

With --group a curve a group; --strata stratify the log-rank test. Where causes compete, 1 - Kaplan-Meier is
no probability: use `cif`, or name a --cause for its cumulative hazard.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli.outcomes.answers import add_answer_arguments, deliver
from cimara.cli.outcomes.curves import add_curve_arguments, survival_answer
from cimara.cli.outcomes.survival_rows import add_row_arguments, read_rows
from cimara.terms.errors import CimaraError


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes km`."""
    add_row_arguments(parser, "group", "strata", "cause", "weights", "cluster")
    add_curve_arguments(parser)
    add_answer_arguments(parser, figure="the curves over their risk table")


def run(args: Namespace) -> int:
    """Print the curves; 1 when there are warnings."""
    from cimara.outcomes.model_warnings import NotEstimable
    from cimara.outcomes.rows import CompetingRisks

    read = read_rows(args)
    try:
        answer = survival_answer(read, args, cause=args.cause)
    except NotEstimable as refused:
        if not isinstance(read.rows, CompetingRisks) or args.cause is not None:
            raise
        hint = "`cimara outcomes cif` gives its probability; --cause NAME the hazard of one cause."
        raise CimaraError(refused.problem, hint=hint) from None
    return deliver(answer, args)
