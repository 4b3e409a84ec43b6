"""Log-rank test of groups and its family: Gehan, Tarone-Ware, Fleming-Harrington, trend, pairs

Of competing causes --cause names the one whose hazard is compared; `gray` compares probabilities.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cimara.cli.outcomes.answers import (
    Answer,
    add_answer_arguments,
    chi_square,
    count,
    decimals,
    deliver,
    head,
    p_text,
    plain,
    table_lines,
)
from cimara.cli.outcomes.survival_rows import add_flag, add_row_arguments, numbers, read_survival

if TYPE_CHECKING:
    import polars as pl

    from cimara.outcomes.comparisons.log_rank import LogRankTest
    from cimara.outcomes.rows import Survival

Further = tuple[list[str], "dict[str, pl.DataFrame]"]


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes log-rank`."""
    add_row_arguments(parser, "strata", "cause", "weights", "cluster")
    add_flag(parser, "group", required=True)
    parser.add_argument(
        "--weighting",
        choices=("log-rank", "gehan", "tarone-ware", "fleming-harrington"),
        default="log-rank",
        help="what an event time counts (log-rank: all alike)",
    )
    parser.add_argument("--rho", type=float, default=0.0, metavar="R", help="power of S, as survdiff's (0)")
    parser.add_argument("--gamma", type=float, default=0.0, metavar="G", help="power of 1 - S (0)")
    parser.add_argument(
        "--trend", type=numbers, nargs="?", const=(), metavar="1,2,3", help="test for a trend over the groups"
    )
    parser.add_argument(
        "--pairs",
        nargs="?",
        const="holm",
        choices=("holm", "bonferroni", "benjamini-hochberg", "none"),
        metavar="ADJUST",
        help="compare each two groups; p adjusted by holm, bonferroni, benjamini-hochberg or none",
    )
    add_answer_arguments(parser)


def run(args: Namespace) -> int:
    """Print observed and expected events and the test; 1 when there are warnings."""
    from cimara.outcomes.comparisons.log_rank import log_rank

    read = read_survival(args)
    rows = read.rows
    test = log_rank(rows, weighting=args.weighting, rho=args.rho, gamma=args.gamma)
    cells = [
        [str(group), count(n), count(events), decimals(observed, 2), decimals(expected, 2)]
        for group, n, events, observed, expected in test.table().iter_rows()
    ]
    name = str(test.weighting)
    title = "Log-rank test" if name == "log-rank" else f"Log-rank family, {name} weights"
    if name == "fleming-harrington":
        name += f" ({test.rho:g}, {test.gamma:g})"
    trend, trend_tables = _trend(test, args)
    pairs, pair_tables = _pairs(rows, args)
    lines = [
        *head(read.titled(title), rows, f"hazard of {args.cause}" if args.cause else ""),
        *table_lines((test.group_column, "n", "events", "observed", "expected"), cells),
        "",
        chi_square(name, test.statistic, test.df, test.p),
        *trend,
        *pairs,
    ]
    whole = {"statistic": test.statistic, "df": test.df, "p": test.p}
    answer = Answer(
        method="log_rank",
        lines=lines,
        tables={"groups": with_test(test.table(), whole)} | trend_tables | pair_tables,
        n=int(test.n.sum()),
        events=float(test.events.sum()),
        warnings=test.warnings,
        r_call=test.r_call,
        options={"weighting": name, "strata": list(test.strata_columns), "cause": args.cause} | whole,
    )
    return deliver(answer, args)


def with_test(groups: pl.DataFrame, whole: dict[str, float]) -> pl.DataFrame:
    """The groups with their test on every row, so that a CSV holds both."""
    import polars as pl

    return groups.with_columns(**{name: pl.lit(value) for name, value in whole.items()})


def _trend(test: LogRankTest, args: Namespace) -> Further:
    if args.trend is None:
        return [], {}
    from cimara.outcomes.comparisons.trend import trend_test

    found = trend_test(test, args.trend or None)
    scores = ", ".join(plain(one) for one in found.scores)
    line = chi_square(f"trend over {scores}", found.statistic, found.df, found.p)
    return [f"{line}, z {decimals(found.z, 2)}"], {"trend": found.table()}


def _pairs(rows: Survival, args: Namespace) -> Further:
    if args.pairs is None:
        return [], {}
    from cimara.outcomes.comparisons.pairwise import pairwise_log_rank

    found = pairwise_log_rank(
        rows, adjustment=args.pairs, weighting=args.weighting, rho=args.rho, gamma=args.gamma
    )
    table = found.table()
    cells = [
        [first, second, decimals(statistic, 2), p_text(p), p_text(adjusted)]
        for first, second, statistic, p, adjusted in table.iter_rows()
    ]
    headings = (rows.group_column, "versus", "chi-square", "p", f"p, {found.adjustment}")
    return ["", *table_lines(headings, cells, texts=2)], {"pairs": table}
