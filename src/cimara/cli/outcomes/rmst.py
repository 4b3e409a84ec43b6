"""Restricted mean survival time to a horizon, its difference and ratio between groups

With competing causes it is the mean time lost to each cause by then, the area under its incidence.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cimara.cli.outcomes.answers import (
    Answer,
    add_answer_arguments,
    count,
    deliver,
    head,
    limits,
    p_text,
    percent,
    plain,
    significant,
    table_lines,
)
from cimara.cli.outcomes.survival_rows import RowsRead, add_row_arguments, read_rows

if TYPE_CHECKING:
    from cimara.outcomes.curves.contrasts import Contrast
    from cimara.outcomes.rows import CompetingRisks, Survival

MEASURES = {
    "difference": "difference of means",
    "ratio": "ratio of means",
    "rmtl_ratio": "ratio of time lost",
}


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes rmst`."""
    add_row_arguments(parser, "group", "weights", "cluster")
    parser.add_argument("--tau", type=float, required=True, metavar="TAU", help="the horizon, from the plan")
    parser.add_argument("--reference", metavar="G", help="group the others are set against (the first)")
    add_answer_arguments(parser)


def run(args: Namespace) -> int:
    """Print the means and their contrasts; 1 when there are warnings."""
    from cimara.outcomes.rows import CompetingRisks

    read = read_rows(args)
    if isinstance(read.rows, CompetingRisks):
        return deliver(_time_lost(RowsRead(read.rows, read.endpoint), args), args)
    return deliver(_mean(RowsRead(read.rows, read.endpoint), args), args)


def _mean(read: RowsRead[Survival], args: Namespace) -> Answer:
    from cimara.outcomes.curves.rmst import rmst

    rows = read.rows
    fit = rmst(rows, tau=args.tau, conf_level=args.conf_level, reference=args.reference)
    cells = [
        [
            arm.group or "all",
            count(arm.n),
            count(arm.events),
            significant(arm.rmst),
            significant(arm.se),
            limits(arm.lower, arm.upper, significant),
            significant(arm.time_lost),
        ]
        for arm in fit.arms
    ]
    level = f"{percent(fit.conf_level)} limits"
    title = f"Restricted mean survival time to {plain(fit.tau)} {rows.unit}"
    headings = (rows.group_column or "rows", "n", "events", "mean", "se", level, "time lost")
    lines = [
        *head(read.titled(title), rows, f"standard error {fit.variance}"),
        *table_lines(headings, cells),
        *_contrast_lines([("", one) for one in fit.contrasts], level),
    ]
    return Answer(
        method="rmst",
        lines=lines,
        tables={"estimates": fit.table()},
        n=fit.n,
        events=fit.events,
        warnings=fit.warnings,
        r_call=fit.r_call,
        options={"tau": fit.tau, "reference": fit.reference, "variance": fit.variance, "unit": rows.unit},
    )


def _time_lost(read: RowsRead[CompetingRisks], args: Namespace) -> Answer:
    from cimara.outcomes.curves.rmtl import restricted_time_lost

    rows = read.rows
    fit = restricted_time_lost(rows, tau=args.tau, conf_level=args.conf_level, reference=args.reference)
    cells = [
        [
            one.cause,
            one.group or "all",
            count(one.n),
            count(one.events),
            significant(one.time_lost),
            significant(one.se),
            limits(one.lower, one.upper, significant),
        ]
        for one in fit.lost
    ]
    level = f"{percent(fit.conf_level)} limits"
    title = f"Restricted mean time lost by {plain(fit.tau)} {rows.unit}"
    headings = ("cause", rows.group_column or "rows", "n", "events", "time lost", "se", level)
    lines = [
        *head(read.titled(title), rows, f"standard error {fit.variance}"),
        *table_lines(headings, cells, texts=2),
        *_contrast_lines(fit.contrasts, level),
    ]
    return Answer(
        method="restricted_time_lost",
        lines=lines,
        tables={"estimates": fit.table()},
        n=fit.n,
        events=fit.events,
        warnings=fit.warnings,
        r_call=fit.r_call,
        options={"tau": fit.tau, "reference": fit.reference, "variance": fit.variance, "unit": rows.unit},
    )


def _contrast_lines(
    contrasts: list[tuple[str, Contrast]] | tuple[tuple[str, Contrast], ...], level: str
) -> list[str]:
    """A line a contrast; of time lost where a cause is named."""
    if not contrasts:
        return []
    cells = []
    for cause, one in contrasts:
        measure = (
            MEASURES[one.measure].replace("of means", "of time lost") if cause else MEASURES[one.measure]
        )
        cells.append(
            [
                f"{cause}: {measure}" if cause else measure,
                f"{one.group} against {one.reference}",
                significant(one.estimate),
                limits(one.lower, one.upper, significant),
                p_text(one.p),
            ]
        )
    return ["", *table_lines(("contrast", "groups", "estimate", level, "p"), cells, texts=2)]
