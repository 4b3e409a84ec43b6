"""Curves of those still at risk at a landmark, grouped by what was known of them then

Times count from the landmark, unless --keep-times. An event or a censoring exactly then is out; those left
out are counted by reason. With competing causes the curves are cumulative incidences.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import TYPE_CHECKING

from cimara.cli.outcomes.answers import add_answer_arguments, count, deliver, plain, table_lines
from cimara.cli.outcomes.curves import add_curve_arguments, incidence_answer, survival_answer
from cimara.cli.outcomes.survival_rows import RowsRead, add_row_arguments, read_rows

if TYPE_CHECKING:
    from cimara.outcomes.curves.landmark import Landmark
    from cimara.outcomes.rows import CompetingRisks, Survival


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes landmark`."""
    add_row_arguments(parser, "group", "strata", "weights", "cluster")
    parser.add_argument("--landmark", type=float, required=True, metavar="L", help="the time, from the plan")
    parser.add_argument(
        "--keep-times", action="store_true", help="times stay, and everybody enters at the landmark"
    )
    add_curve_arguments(parser)
    add_answer_arguments(parser, figure="the curves over their risk table")


def run(args: Namespace) -> int:
    """Print who is left out and the curves of the others; 1 when there are warnings."""
    from cimara.outcomes.curves.landmark import landmark
    from cimara.outcomes.rows import CompetingRisks

    read = read_rows(args)
    rows, restart = read.rows, not args.keep_times
    made: Landmark[CompetingRisks] | Landmark[Survival]
    if isinstance(rows, CompetingRisks):
        made = landmark(rows, at=args.landmark, restart=restart)
        answer = incidence_answer(RowsRead(made.rows, read.endpoint), args)
    else:
        made = landmark(rows, at=args.landmark, restart=restart)
        answer = survival_answer(RowsRead(made.rows, read.endpoint), args)
    unit, at = rows.unit, plain(args.landmark)
    cells = [
        [row["group"] or "all", row["reason"], count(row["n"])] for row in made.left_out.iter_rows(named=True)
    ]
    told = [
        f"Landmark at {at} {unit}: {made.n} at risk, {made.left_out['n'].sum()} left out",
        *table_lines((rows.group_column or "rows", "left out", "n"), cells, texts=2),
        "",
    ]
    answer = replace(
        answer,
        lines=[*told, *answer.lines],
        tables=dict(answer.tables) | {"left_out": made.left_out},
        options=dict(answer.options) | {"landmark": made.time, "restarted": made.restarted},
        r_call=f"{answer.r_call}  # rows with time > {at}{', time - ' + at if restart else ''}",
    )
    return deliver(answer, args)
