"""Gray's test: whether the cumulative incidence of a cause is the same in all groups

Every cause is tested unless --cause names one.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli.outcomes.answers import (
    Answer,
    add_answer_arguments,
    chi_square,
    count,
    decimals,
    deliver,
    head,
    table_lines,
)
from cimara.cli.outcomes.survival_rows import add_flag, add_row_arguments, read_competing


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes gray`."""
    add_row_arguments(parser, "strata", "cause", "weights", "cluster")
    add_flag(parser, "group", required=True)
    parser.add_argument(
        "--rho", type=float, default=0.0, metavar="R", help="power of 1 - F; above 0 early times count more"
    )
    add_answer_arguments(parser)


def run(args: Namespace) -> int:
    """Print the groups' events and scores and the test of each cause; 1 when there are warnings."""
    import polars as pl

    from cimara.cli.outcomes.log_rank import with_test
    from cimara.outcomes.comparisons.gray import gray_test

    read = read_competing(args)
    rows = read.rows
    causes = (args.cause,) if args.cause else rows.causes
    tests = [gray_test(rows, cause=cause, rho=args.rho) for cause in causes]
    cells = [
        [test.cause, str(group), count(n), count(events), decimals(score, 2)]
        for test in tests
        for group, n, events, score in test.table().iter_rows()
    ]
    lines = [
        *head(
            read.titled("Gray's test of cumulative incidence"), rows, f"rho {args.rho:g}" if args.rho else ""
        ),
        *table_lines(("cause", rows.group_column, "n", "events", "score"), cells, texts=2),
        "",
        *(chi_square(test.cause, test.statistic, test.df, test.p) for test in tests),
    ]
    frames = [
        with_test(test.table(), {"statistic": test.statistic, "df": test.df, "p": test.p}).select(
            pl.lit(test.cause).alias("cause"), pl.all()
        )
        for test in tests
    ]
    answer = Answer(
        method="gray",
        lines=lines,
        tables={"groups": pl.concat(frames)},
        n=int(tests[0].n.sum()),
        events={test.cause: float(test.events.sum()) for test in tests},
        warnings=[one for test in tests for one in test.warnings],
        r_call=tests[0].r_call,
        options={"rho": args.rho, "strata": list(rows.strata_columns)},
    )
    return deliver(answer, args)
