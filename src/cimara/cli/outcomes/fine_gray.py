"""Fine and Gray's model: subdistribution hazard ratios of one cause, the others counted

It says how covariates go with the probability of the cause. What acts on its hazard is said by
`cox --cause`; show both.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from cimara.cli.outcomes.answers import Answer, add_answer_arguments, count, deliver, head
from cimara.cli.outcomes.coefficients import ratio_lines
from cimara.cli.outcomes.survival_rows import add_flag, add_row_arguments, read_competing
from cimara.terms.errors import CimaraError


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes fine-gray`."""
    add_row_arguments(parser, "strata", "weights", "cluster")
    add_flag(parser, "covariates", required=True)
    add_flag(parser, "cause")
    parser.add_argument(
        "--censoring-groups", metavar="G", help="column in whose levels censoring is estimated apart"
    )
    parser.add_argument(
        "--small-sample",
        choices=("none", "cr1"),
        default="none",
        help="cr1: variance and Student's t for few clusters",
    )
    add_answer_arguments(parser)


def run(args: Namespace) -> int:
    """Print the model; 1 when there are warnings."""
    from cimara.outcomes.models.fine_gray import fine_gray

    read = read_competing(args, group=args.censoring_groups)
    rows = read.rows
    if args.cause is None and not read.endpoint:
        raise CimaraError("no cause is named", where="--cause", expected=", ".join(rows.causes))
    cause = args.cause or rows.causes[0]
    fit = fine_gray(
        rows,
        cause=cause,
        censoring_groups=args.censoring_groups is not None,
        small_sample=args.small_sample,
        confidence=args.conf_level,
    )
    counts = (
        f"n {count(fit.n)}, {count(fit.events)} events of {cause}, {count(fit.competing)} of other causes"
    )
    lines = [
        *head(
            read.titled(f"Fine-Gray model of {cause}"),
            rows,
            f"censoring by {fit.group_column}" if fit.group_column else "",
            f"variance {fit.options.small_sample}" if args.small_sample != "none" else "",
            "" if not fit.strata_columns else f"{fit.n_strata} strata",
        ),
        *ratio_lines(fit.table(), "shr", args.conf_level),
        "",
        counts,
    ]
    answer = Answer(
        method="fine_gray",
        lines=lines,
        tables={"coefficients": fit.table()},
        n=fit.n,
        events={cause: fit.events, "other causes": fit.competing},
        warnings=fit.warnings,
        r_call=fit.r_call,
        options={
            "cause": cause,
            "conf_level": args.conf_level,
            "censor_ties": str(fit.options.censor_ties),
            "weight_variance": fit.options.weight_variance,
            "small_sample": str(fit.options.small_sample),
            "strata": list(fit.strata_columns),
            "clusters": fit.clusters,
            "loglik_null": fit.loglik_null,
            "loglik": fit.loglik,
            "covariance": fit.covariance.tolist(),
        },
    )
    return deliver(answer, args)
