"""Cox's proportional hazards model: hazard ratios, tests, concordance, proportionality

The variance is robust where rows have clusters or probability weights. Of competing causes --cause names the
one whose hazard is modelled, the others censored. Rows of one patient with a --start carry covariates that
change with time; name the patient as --id.
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
    significant,
    table_lines,
)
from cimara.cli.outcomes.coefficients import ratio_lines
from cimara.cli.outcomes.survival_rows import RowsRead, add_flag, add_row_arguments, read_survival
from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from cimara.outcomes.models.cox_fit import CoxFit
    from cimara.outcomes.models.proportionality import ProportionalityTest
    from cimara.outcomes.rows import Survival


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes cox`."""
    add_row_arguments(parser, "strata", "cause", "weights", "cluster")
    add_flag(parser, "covariates", required=True)
    parser.add_argument(
        "--ties", choices=("efron", "breslow", "exact"), default="efron", help="events at one time (efron)"
    )
    parser.add_argument("--robust", action="store_true", help="robust variance without clusters too")
    parser.add_argument(
        "--small-sample",
        choices=("none", "cr1"),
        default="none",
        help="cr1: variance and Student's t for few clusters",
    )
    parser.add_argument(
        "--firth", action="store_true", help="penalised likelihood, finite where an estimate is infinite"
    )
    parser.add_argument("--exposure", metavar="A", help="covariate whose proportionality is judged (all)")
    parser.add_argument(
        "--time-scale",
        choices=("km", "identity", "log", "rank"),
        default="km",
        help="scale of time of the test of proportional hazards (km, as cox.zph)",
    )
    add_answer_arguments(parser, figure="a forest of the hazard ratios")


def run(args: Namespace) -> int:
    """Print the model; 1 when there are warnings."""
    read = read_survival(args)
    return deliver(_penalised(read, args) if args.firth else _model(read, args), args)


def _model(read: RowsRead[Survival], args: Namespace) -> Answer:
    from cimara.outcomes.models.concordance import with_concordance

    rows = read.rows
    fit = _fitted(rows, args)
    proportional = _proportional(rows, fit, args)
    fit = with_concordance(fit, rows)
    variance = f"variance {'robust' if fit.robust else 'of the model'}"
    variance += f", {fit.small_sample}" if fit.small_sample != "none" else ""
    lines = [
        *head(
            _title("Cox model", read, args),
            rows,
            f"ties {fit.ties}",
            variance,
            "" if not fit.strata_columns else f"{fit.n_strata} strata",
        ),
        *ratio_lines(fit.table(), "hr", fit.confidence),
        "",
        f"{_counted(rows, fit)}, {count(fit.events)} events",
        *_tests(fit),
        f"concordance {decimals(fit.concordance)} (se {decimals(fit.concordance_se)})",
        *_proportional_lines(proportional, fit),
    ]
    tables = {"coefficients": fit.table()}
    if proportional is not None:
        tables["proportional_hazards"] = proportional.table()
    return Answer(
        method="cox",
        lines=lines,
        tables=tables,
        n=fit.n,
        events=fit.events,
        warnings=(*fit.warnings, *(proportional.warnings if proportional else ())),
        r_call=fit.r_call,
        options={
            "ties": str(fit.ties),
            "robust": fit.robust,
            "small_sample": str(fit.small_sample),
            "conf_level": fit.confidence,
            "strata": list(fit.strata_columns),
            "clusters": fit.clusters,
            "cause": args.cause,
            "loglik_null": fit.loglik_null,
            "loglik": fit.loglik,
            "concordance": fit.concordance,
            "concordance_se": fit.concordance_se,
            "covariance": fit.covariance.tolist(),
        },
        draw=lambda: _forest(fit),
    )


def _fitted(rows: Survival, args: Namespace) -> CoxFit:
    from cimara.outcomes.models.cox import cox
    from cimara.outcomes.models.cox_exact import cox_exact

    if args.ties == "exact":
        return cox_exact(rows, confidence=args.conf_level)
    return cox(
        rows,
        ties=args.ties,
        robust=True if args.robust else None,
        small_sample=args.small_sample,
        confidence=args.conf_level,
    )


def _title(method: str, read: RowsRead[Survival], args: Namespace) -> str:
    title = read.titled(method)
    return f"{title}, hazard of {args.cause}" if args.cause else title


def _counted(rows: Survival, fit: CoxFit) -> str:
    """How many rows there are; of intervals also how many patients."""
    if rows.id is None:
        return f"n {count(fit.n)}"
    return f"{count(fit.n)} rows of {len(set(rows.id.tolist())):,} patients"


def _tests(fit: CoxFit) -> list[str]:
    """Tests of all coefficients at once; of a robust fit those that hold for it, none without a df."""
    named = [("Wald", fit.wald)]
    if fit.robust_score is not None:
        named.append(("robust score", fit.robust_score))
    else:
        named = [("likelihood ratio", fit.likelihood_ratio), *named, ("score", fit.score)]
    return [chi_square(name, test.statistic, test.df, test.p) for name, test in named if test.df]


def _proportional(rows: Survival, fit: CoxFit, args: Namespace) -> ProportionalityTest | None:
    """The test of proportional hazards, where there is a coefficient to test."""
    from cimara.outcomes.models.proportionality import proportionality

    if not fit.estimable.any() or args.ties == "exact":
        return None
    if args.exposure is not None and args.exposure not in fit.terms:
        raise CimaraError(
            "not a covariate of the model", where="--exposure", expected=", ".join(dict.fromkeys(fit.terms))
        )
    return proportionality(rows, fit, time_scale=args.time_scale, exposure=args.exposure)


def _proportional_lines(test: ProportionalityTest | None, fit: CoxFit) -> list[str]:
    if test is None:
        why = "the test is not worked out for exact ties" if fit.estimable.any() else "no finite coefficient"
        return [f"proportional hazards: not tested, {why}"]
    cells = [
        [row["name"], decimals(row["chisq"], 2), str(row["df"]), p_text(row["p"])]
        for row in test.table().iter_rows(named=True)
        if row["of"] != "term" or row["df"] > 1
    ]
    scale = f"proportional hazards, {test.time_scale} scale"
    return ["", *table_lines((scale, "chi-square", "df", "p"), cells)]


def _forest(fit: CoxFit) -> Figure:
    from cimara.outcomes.figures.forest import plot_forest
    from cimara.outcomes.figures.forest_rows import ForestRow, ForestSection

    rows = tuple(ForestRow.of_fit(name, fit, name) for name in fit.names)
    return plot_forest([ForestSection(rows=rows)], conf_level=fit.confidence, title="Hazard ratios")[0]


def _penalised(read: RowsRead[Survival], args: Namespace) -> Answer:
    """Firth's penalised model."""
    from cimara.outcomes.models.firth import firth

    rows = read.rows
    fit = firth(rows, ties=args.ties, confidence=args.conf_level)
    test = fit.likelihood_ratio
    lines = [
        *head(_title("Cox model, Firth's penalised likelihood", read, args), rows, f"ties {fit.ties}"),
        *ratio_lines(fit.table(), "hr", fit.confidence),
        "",
        f"n {count(fit.n)}, {count(fit.events)} events; limits and p by the profile likelihood",
        chi_square("penalised likelihood ratio", test.statistic, test.df, test.p),
        f"log-likelihood {significant(fit.loglik, 7)}",
    ]
    return Answer(
        method="firth",
        lines=lines,
        tables={"coefficients": fit.table()},
        n=fit.n,
        events=fit.events,
        warnings=fit.warnings,
        r_call=fit.r_call,
        options={"ties": str(fit.ties), "conf_level": fit.confidence, "cause": args.cause},
    )
