"""Survival and incidence curves as the commands `km`, `cif` and `landmark` answer them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from cimara.cli.outcomes.answers import (
    Answer,
    chi_square,
    count,
    decimals,
    head,
    limits,
    percent,
    plain,
    table_lines,
)
from cimara.cli.outcomes.survival_rows import RowsRead, numbers

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

    from cimara.outcomes.comparisons.gray import GrayTest
    from cimara.outcomes.comparisons.log_rank import LogRankTest
    from cimara.outcomes.curves.incidence_curve import AalenJohansenFit
    from cimara.outcomes.curves.survival_curve import KaplanMeierFit
    from cimara.outcomes.model_warnings import ModelWarning
    from cimara.outcomes.rows import CompetingRisks, Survival

FOLLOW_UP = "median follow-up (reverse Kaplan-Meier)"


def add_curve_arguments(parser: ArgumentParser) -> None:
    """How a curve is drawn and where it is read."""
    parser.add_argument(
        "--conf-type",
        choices=("log", "log-log", "plain", "logit", "arcsin"),
        default="log",
        help="scale of the limits (log, as R; SAS has log-log)",
    )
    parser.add_argument("--at", type=numbers, default=(), metavar="6,12", help="times at which to read it")


def survival_answer(
    read: RowsRead[Survival | CompetingRisks], args: Namespace, *, cause: str | None = None
) -> Answer:
    """Kaplan-Meier curves of the groups: medians, values at --at, and their log-rank test."""
    from cimara.outcomes.curves.kaplan_meier import kaplan_meier

    rows = read.rows
    fit = kaplan_meier(
        rows,
        conf_type=args.conf_type,
        conf_level=args.conf_level,
        cause=cause,
        cause_specific=cause is not None,
    )
    test, refusal = _log_rank(rows) if not fit.cause_specific else (None, "")
    name = f"Nelson-Aalen cumulative hazard of {fit.cause_specific}" if fit.cause_specific else "Kaplan-Meier"
    scale = f"{percent(fit.conf_level)} limits on the {fit.conf_type} scale, standard error {fit.variance}"
    lines = [
        *head(read.titled(name), rows, "" if fit.cause_specific else scale, stratified=False),
        *(_without_medians(fit, rows) if fit.cause_specific else _medians(fit, rows)),
        *_values(fit, rows, args.at),
        *([_tested(test)] if test else [refusal] if refusal else []),
        *_follow_up(rows),
    ]
    tables = {"curve": fit.at(args.at) if args.at else fit.table(), "quantiles": fit.quantiles()}
    if fit.cause_specific:
        del tables["quantiles"]
    return Answer(
        method="kaplan_meier",
        lines=lines,
        tables=tables | ({} if test is None else {"log_rank": _test_frame(test)}),
        n=fit.n,
        events=fit.events,
        warnings=(*fit.warnings, *(test.warnings if test else ())),
        r_call=fit.r_call,
        options={
            "conf_type": str(fit.conf_type),
            "conf_level": fit.conf_level,
            "variance": fit.variance,
            "cause_specific": fit.cause_specific,
            "unit": rows.unit,
        },
        draw=lambda: _survival_figure(fit, test, read),
    )


def _survival_figure(
    fit: KaplanMeierFit, test: LogRankTest | None, read: RowsRead[Survival | CompetingRisks]
) -> Figure:
    from cimara.outcomes.figures.kaplan_meier import plot_kaplan_meier

    endpoint = read.endpoint or "event-free survival"
    return plot_kaplan_meier(fit, endpoint=endpoint, unit=read.rows.unit, log_rank=test)[0]


def _medians(fit: KaplanMeierFit, rows: Survival | CompetingRisks) -> list[str]:
    """A line a group: rows, events, median with its limits."""
    cells = []
    for curve in fit.curves:
        median = curve.median
        reached = [
            "not reached" if one is None else plain(one) for one in (median.time, median.lower, median.upper)
        ]
        n, events = _counts(curve.counted.at([curve.last_time]), curve.n)
        cells.append([curve.group or "all", n, events, reached[0], f"{reached[1]} to {reached[2]}"])
    headings = (rows.group_column or "rows", "n", "events", "median", f"{percent(fit.conf_level)} limits")
    bounds = [
        f"{curve.group or 'all'}: no events; the probability of one by {plain(bound.time)} {rows.unit} "
        f"is below {decimals(bound.probability)} with {percent(bound.conf_level)} confidence"
        for curve in fit.curves
        if (bound := curve.no_event_bound) is not None
    ]
    return [*table_lines(headings, cells), *bounds, ""]


def _without_medians(fit: KaplanMeierFit, rows: Survival | CompetingRisks) -> list[str]:
    cells = [
        [curve.group or "all", *_counts(curve.counted.at([curve.last_time]), curve.n)] for curve in fit.curves
    ]
    return [*table_lines((rows.group_column or "rows", "n", "events"), cells), ""]


def _counts(counted: pl.DataFrame, n: int) -> tuple[str, str]:
    return count(n), count(counted["events"][0])


def _values(fit: KaplanMeierFit, rows: Survival | CompetingRisks, times: tuple[float, ...]) -> list[str]:
    """A line a group and time asked for."""
    if not times:
        return []
    group, level = rows.group_column or "rows", percent(fit.conf_level)
    if fit.cause_specific:
        headings = (group, "time", "at risk", "events by then", "cumulative hazard", "se")
        cells = [
            [*_counted(row), decimals(row["cumulative_hazard"]), decimals(row["cumulative_hazard_se"])]
            for row in fit.at(times).iter_rows(named=True)
        ]
    else:
        headings = (group, "time", "at risk", "events by then", "survival", f"{level} limits")
        cells = [
            [*_counted(row), decimals(row["survival"]), limits(row["lower"], row["upper"])]
            for row in fit.at(times).iter_rows(named=True)
        ]
    return [*table_lines(headings, cells), ""]


def _counted(row: dict[str, object]) -> list[str]:
    """Group, time, rows at risk and events so far."""
    time, at_risk, events = (float(str(row[name])) for name in ("time", "at_risk", "events"))
    return [str(row["group"]) or "all", plain(time), count(at_risk), count(events)]


def _log_rank(rows: Survival | CompetingRisks) -> tuple[LogRankTest | None, str]:
    """The log-rank test of the groups, or a line that says why there is none."""
    from cimara.outcomes.comparisons.log_rank import log_rank
    from cimara.outcomes.model_warnings import NotEstimable
    from cimara.outcomes.rows import Survival

    if rows.group is None or not isinstance(rows, Survival):
        return None, ""
    try:
        return log_rank(rows), ""
    except NotEstimable as refused:
        return None, f"no log-rank test: {refused}"


def _tested(test: LogRankTest) -> str:
    strata = f", stratified by {', '.join(test.strata_columns)}" if test.strata_columns else ""
    return chi_square(f"log-rank{strata}", test.statistic, test.df, test.p)


def _test_frame(test: LogRankTest | GrayTest) -> pl.DataFrame:
    import polars as pl

    return pl.DataFrame({"statistic": [test.statistic], "df": [test.df], "p": [test.p]})


def _follow_up(rows: Survival | CompetingRisks) -> list[str]:
    """How long the rows were followed."""
    from cimara.outcomes.curves.follow_up import follow_up

    parts = []
    for curve in follow_up(rows).curves:
        middle = curve.median.time
        told = "not reached" if middle is None else f"{plain(middle)} {rows.unit}"
        parts.append(f"{rows.group_column}={curve.group} {told}" if curve.group else told)
    return [f"{FOLLOW_UP}: {', '.join(parts)}"]


def incidence_answer(read: RowsRead[CompetingRisks], args: Namespace) -> Answer:
    """Cumulative incidences of all causes, their values at --at, and Gray's test of each."""
    from cimara.outcomes.curves.aalen_johansen import aalen_johansen

    rows = read.rows
    fit = aalen_johansen(
        rows,
        variance=getattr(args, "variance", "ij"),
        conf_type=args.conf_type,
        conf_level=args.conf_level,
    )
    tests, refusals, warnings = _gray(rows)
    scale = f"{percent(fit.conf_level)} limits on the {fit.conf_type} scale, standard error {fit.variance}"
    lines = [
        *head(read.titled("Cumulative incidence (Aalen-Johansen)"), rows, scale, stratified=False),
        *_incidence_counts(fit, rows),
        *_incidence_values(fit, rows, args.at),
        *(chi_square(f"Gray's test, {one.cause}", one.statistic, one.df, one.p) for one in tests),
        *refusals,
        *_follow_up(rows),
    ]
    tables = {"curve": fit.at(args.at) if args.at else fit.table()}
    if tests:
        tables["gray"] = gray_frame(tests)
    return Answer(
        method="aalen_johansen",
        lines=lines,
        tables=tables,
        n=fit.n,
        events=fit.events,
        warnings=(*fit.warnings, *warnings),
        r_call=fit.r_call,
        options={
            "conf_type": str(fit.conf_type),
            "conf_level": fit.conf_level,
            "variance": fit.variance,
            "unit": rows.unit,
        },
        draw=lambda: _incidence_figure(fit, tests, read, getattr(args, "stacked", False)),
    )


def _incidence_figure(
    fit: AalenJohansenFit, tests: tuple[GrayTest, ...], read: RowsRead[CompetingRisks], stacked: bool
) -> Figure:
    from cimara.outcomes.figures.cumulative_incidence import plot_cumulative_incidence

    layout = "stacked" if stacked else "side_by_side"
    endpoint = read.endpoint or "event"
    return plot_cumulative_incidence(fit, endpoint=endpoint, unit=read.rows.unit, layout=layout, gray=tests)[
        0
    ]


def _incidence_counts(fit: AalenJohansenFit, rows: CompetingRisks) -> list[str]:
    """A line a group: rows and events of each cause."""
    cells = [
        [curve.group or "all", count(curve.n), *(count(one) for one in curve.events.sum(axis=0))]
        for curve in fit.curves
    ]
    return [*table_lines((rows.group_column or "rows", "n", *fit.causes), cells), ""]


def _incidence_values(fit: AalenJohansenFit, rows: CompetingRisks, times: tuple[float, ...]) -> list[str]:
    """A line a group, cause and time asked for."""
    if not times:
        return []
    level = percent(fit.conf_level)
    headings = ("cause", rows.group_column or "rows", "time", "at risk", "probability", f"{level} limits")
    cells = [
        [
            str(row["cause"]),
            row["group"] or "all",
            plain(row["time"]),
            count(row["at_risk"]),
            decimals(row["probability"]),
            limits(row["lower"], row["upper"]),
        ]
        for row in fit.at(times).iter_rows(named=True)
    ]
    return [*table_lines(headings, cells, texts=2), ""]


def _gray(
    rows: CompetingRisks,
) -> tuple[tuple[GrayTest, ...], list[str], tuple[ModelWarning, ...]]:
    """Gray's test of each cause, and a line for each that cannot be made."""
    from cimara.outcomes.comparisons.gray import gray_test
    from cimara.outcomes.model_warnings import NotEstimable

    tests: list[GrayTest] = []
    refusals = []
    for cause in rows.causes if rows.group is not None else ():
        try:
            tests.append(gray_test(rows, cause=cause))
        except NotEstimable as refused:
            refusals.append(f"no Gray's test of {cause}: {refused}")
    return tuple(tests), refusals, tuple(one for test in tests for one in test.warnings)


def gray_frame(tests: tuple[GrayTest, ...]) -> pl.DataFrame:
    """One row a cause: chi-square, degrees of freedom, p."""
    import polars as pl

    rows = [(one.cause, one.statistic, one.df, one.p) for one in tests]
    schema = {"cause": pl.String, "statistic": pl.Float64, "df": pl.Int64, "p": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
