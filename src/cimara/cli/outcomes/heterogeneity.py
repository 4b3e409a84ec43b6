"""Whether sites agree on an exposure: stratified estimate, test, estimates by site, one left out

The estimate is the likelihood stratified by site. The mean of the sites is beside it to be looked at.
"""

from __future__ import annotations

import math
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
    percent,
    significant,
    table_lines,
)
from cimara.cli.outcomes.coefficients import ratio_cells, ratio_lines, ratio_text
from cimara.cli.outcomes.survival_rows import add_flag, add_row_arguments, read_survival
from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cimara.outcomes.pooling.heterogeneity import Heterogeneity
    from cimara.outcomes.pooling.meta_analysis import SitePool


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes heterogeneity`."""
    add_row_arguments(parser, "strata", "cause", "weights", "cluster")
    add_flag(parser, "site", required=True)
    add_flag(parser, "covariates")
    parser.add_argument("--exposure", required=True, metavar="A", help="the covariate in question")
    parser.add_argument(
        "--method", choices=("reml", "dl"), default="reml", help="of the variance between sites (reml)"
    )
    parser.add_argument(
        "--prediction",
        choices=("k-1", "riley"),
        default="k-1",
        help="degrees of freedom of its interval (k-1)",
    )
    add_answer_arguments(parser, figure="a forest of the sites")


def run(args: Namespace) -> int:
    """Print the estimate, what sites add, and their pool; 1 when there are warnings."""
    from cimara.outcomes.pooling.heterogeneity import heterogeneity

    covariates = args.covariates or (args.exposure,)
    if args.exposure not in covariates:
        covariates = (args.exposure, *covariates)
    read = read_survival(args, covariates=covariates)
    found = heterogeneity(
        read.rows, exposure=_column(read.rows.names, args), method=args.method, prediction=args.prediction
    )
    fit = found.fit
    lines = [
        *head(
            read.titled(f"Cox model stratified by {args.site}"),
            read.rows,
            f"hazard of {args.cause}" if args.cause else "",
        ),
        *ratio_lines(fit.table(), "hr", fit.confidence),
        "",
        f"n {count(fit.n)}, {count(fit.events)} events, {len(found.by_site)} sites",
        *_interaction(found, args.site),
        "",
        *_sites(found, args.site),
        *_pool(found.pool),
    ]
    tables = {"sites": found.table(), "coefficients": fit.table()}
    if found.pool is not None:
        tables["pool"] = found.pool.table()
    pooled = found.pool
    answer = Answer(
        method="heterogeneity",
        lines=lines,
        tables=tables,
        n=found.n,
        events=found.events,
        warnings=(*found.warnings, *(pooled.warnings if pooled else ())),
        r_call=found.r_call,
        options={
            "exposure": found.exposure,
            "site": args.site,
            "robust": found.robust,
            "score_test": [found.score.statistic, found.score.df, found.score.p],
            "tau2": None if pooled is None else pooled.tau2,
            "i2": None if pooled is None else pooled.i2,
            "q": None if pooled is None else pooled.q,
        },
        draw=(lambda: _forest(found, pooled)) if pooled is not None else None,
    )
    return deliver(answer, args)


def _column(names: tuple[str, ...], args: Namespace) -> str:
    """The model's column of the exposure; of text with two levels the one that is not the reference."""
    own = [name for name in names if name == args.exposure or name.startswith(f"{args.exposure}=")]
    if len(own) == 1:
        return own[0]
    raise CimaraError(
        "an exposure of several levels has no single coefficient" if own else "no such covariate",
        where=args.exposure,
        expected="a column of numbers, or of two levels",
    )


def _interaction(found: Heterogeneity, site: str) -> list[str]:
    robust = "robust score" if found.robust else "score"
    tests = [(f"{found.exposure} x {site}, {robust}", found.score)]
    if found.likelihood_ratio is not None:
        tests.append((f"{found.exposure} x {site}, likelihood ratio", found.likelihood_ratio))
    return [chi_square(name, test.statistic, test.df, test.p) for name, test in tests]


def _sites(found: Heterogeneity, site: str) -> list[str]:
    """A line a site: its own hazard ratio, and that of all others."""
    headings = (site, "n", "events", "HR", "log HR", "se", "HR without it", "")
    cells = [
        [
            one.site,
            count(one.n),
            count(one.events),
            ratio_text(_exp(one.estimate)),
            significant(one.estimate),
            significant(one.se),
            ratio_text(_exp(one.without)),
            one.why_not,
        ]
        for one in found.by_site
    ]
    return table_lines(headings, cells)


def _pool(pool: SitePool | None) -> list[str]:
    """The random-effects mean of the sites, what lies between them, and where a new site's may lie."""
    if pool is None:
        return ["no mean of sites: fewer than two have an estimate"]
    level = f"{percent(pool.conf_level)} limits"
    mean, between = ratio_cells(_exp(pool.mean), _exp(pool.lower), _exp(pool.upper))
    _, new = ratio_cells(_exp(pool.mean), _exp(pool.prediction_lower), _exp(pool.prediction_upper))
    return [
        "",
        f"mean of {pool.n_sites} sites: HR {mean}, {level} {between}, "
        f"p {_equal(p_text(pool.p))}; a new site {new}",
        f"between sites: tau2 {significant(pool.tau2)}, I2 {decimals(100 * pool.i2, 0)} %, "
        f"Q {decimals(pool.q, 2)} on {pool.q_df} df, p {_equal(p_text(pool.q_p))}",
    ]


def _exp(value: float | None) -> float | None:
    return None if value is None else math.exp(value)


def _equal(told: str) -> str:
    return told if told.startswith("<") else f"= {told}"


def _forest(found: Heterogeneity, pool: SitePool) -> Figure:
    from cimara.outcomes.figures.forest import plot_forest
    from cimara.outcomes.figures.forest_rows import site_sections

    return plot_forest(
        site_sections(pool, found.table()), conf_level=pool.conf_level, title=f"{found.exposure} by site"
    )[0]
