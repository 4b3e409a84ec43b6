"""Cox models of multiply imputed data sets as one, by Rubin's rules

FILE holds the completed data sets one below the other; --imputation names the column of their numbers. The
imputing is left to you; its model must hold the event and the Nelson-Aalen hazard.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from cimara.cli.outcomes.answers import (
    Answer,
    add_answer_arguments,
    count,
    decimals,
    deliver,
    head,
    p_text,
    percent,
    plain,
    significant,
    table_lines,
)
from cimara.cli.outcomes.coefficients import ratio_cells
from cimara.cli.outcomes.survival_rows import add_flag, add_row_arguments, read_survival

if TYPE_CHECKING:
    from cimara.outcomes.pooling.rubin import ImputationPool
    from cimara.outcomes.rows import Survival


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes pool-imputations`."""
    add_row_arguments(parser, "strata", "cause", "weights", "cluster")
    add_flag(parser, "covariates", required=True)
    parser.add_argument(
        "--imputation", required=True, metavar="M", help="column of the number of the completed data set"
    )
    parser.add_argument(
        "--ties", choices=("efron", "breslow"), default="efron", help="events at one time (efron)"
    )
    add_answer_arguments(parser)


def run(args: Namespace) -> int:
    """Print the pooled hazard ratios; 1 when there are warnings."""
    from cimara.outcomes.models.cox import cox
    from cimara.outcomes.pooling.rubin import pool_cox

    read = read_survival(args, group=args.imputation)
    completed = _completed(read.rows)
    fits = [cox(one, ties=args.ties, confidence=args.conf_level) for one in completed]
    pool = pool_cox(fits, conf_level=args.conf_level)
    table = _with_ratios(pool)
    level = f"{percent(pool.conf_level)} limits"
    cells = [
        [
            row["name"],
            *ratio_cells(row["hr"], row["hr_lower"], row["hr_upper"]),
            p_text(row["p"]),
            significant(row["estimate"]),
            significant(row["se"]),
            decimals(row["df"], 1),
            f"{decimals(100 * row['fmi'], 1)} %",
        ]
        for row in table.iter_rows(named=True)
    ]
    headings = ("covariate", "HR", level, "p", "coef", "se", "df", "missing information")
    title = f"Cox models of {pool.imputations} completed data sets, pooled by Rubin's rules"
    counts = f"n {count(pool.n or 0)}, {count(pool.events or 0)} events in each; complete-data df "
    lines = [
        *head(title, read.rows, f"ties {args.ties}"),
        *table_lines(headings, cells),
        "",
        f"{counts}{plain(pool.complete_df)}",
    ]
    answer = Answer(
        method="pool_imputations",
        lines=lines,
        tables={"coefficients": table},
        n=pool.n or 0,
        events=pool.events or 0,
        warnings=(*pool.warnings, *(one for fit in fits for one in fit.warnings)),
        r_call=pool.r_call,
        options={
            "imputations": pool.imputations,
            "complete_df": pool.complete_df,
            "conf_level": pool.conf_level,
            "ties": args.ties,
        },
    )
    return deliver(answer, args)


def _completed(rows: Survival) -> list[Survival]:
    """The rows of each completed data set."""
    from dataclasses import replace

    assert rows.group is not None
    alone = replace(rows, group=None, group_column="")
    return [alone.take(rows.group.codes == code) for code in range(len(rows.group.levels))]


def _with_ratios(pool: ImputationPool) -> Any:
    import polars as pl

    return pool.table().with_columns(
        hr=pl.col("estimate").exp(), hr_lower=pl.col("lower").exp(), hr_upper=pl.col("upper").exp()
    )
