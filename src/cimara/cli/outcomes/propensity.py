"""Propensity of treatment, the weights it makes, and the balance they leave; no outcome is read

--weights-out writes the rows with their propensity and weight, for --weights of `km`, `cif`, `rmst`, `cox`.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli.outcomes.answers import (
    Answer,
    add_answer_arguments,
    count,
    decimals,
    deliver,
    p_text,
    significant,
    suffixed,
    table_lines,
)
from cimara.cli.outcomes.survival_rows import FILE_HELP, add_flag, add_table_arguments, numbers, read_table
from cimara.terms.errors import CimaraError

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure

    from cimara.outcomes.causal.balance import Balance
    from cimara.outcomes.causal.propensity import PropensityModel
    from cimara.outcomes.causal.weights import TreatmentWeights
    from cimara.outcomes.model_warnings import ModelWarning

PROPENSITY, WEIGHT = "propensity", "weight"


def add_arguments(parser: ArgumentParser) -> None:
    """Arguments of `cimara outcomes propensity`."""
    parser.add_argument("file", type=Path, metavar="FILE", help=FILE_HELP)
    parser.add_argument("--treatment", required=True, metavar="A", help="column of 0 and 1")
    add_flag(parser, "covariates", required=True)
    add_flag(parser, "site")
    parser.add_argument(
        "--site-effect",
        choices=("none", "fixed", "stratum"),
        default="none",
        help="fixed: an intercept a site; stratum: a model a site (none)",
    )
    add_table_arguments(parser)
    parser.add_argument(
        "--estimand",
        choices=("overlap", "ate", "stabilised_ate", "att"),
        default="overlap",
        help="whose average effect the weights are for (overlap: no extreme weights)",
    )
    parser.add_argument(
        "--truncate", type=numbers, metavar="LOW,HIGH", help="quantiles of the weights, only if planned"
    )
    parser.add_argument(
        "--weights-out", type=suffixed(".csv", ".parquet"), metavar="FILE", help="the rows with their weights"
    )
    add_answer_arguments(parser, figure="a Love plot of the balance")


def run(args: Namespace) -> int:
    """Print model, weights and balance; 1 when there are warnings."""
    from cimara.outcomes.causal.balance import balance
    from cimara.outcomes.causal.propensity import propensity
    from cimara.outcomes.causal.treatment import Treatment
    from cimara.outcomes.causal.weights import treatment_weights

    frame = read_table(args)
    rows = Treatment.from_frame(
        frame,
        treatment=args.treatment,
        covariates=args.covariates,
        levels=dict(args.levels),
        site=args.site,
        missing=args.missing,
        source=str(args.file),
    )
    model = propensity(rows, site_effect=args.site_effect)
    weights = treatment_weights(rows, model, estimand=args.estimand, truncation=_pair(args.truncate))
    balanced = balance(weights.applied_to(rows))
    if args.weights_out is not None:
        _write_weights(frame, weights, args.weights_out)
    title = f"Propensity of {args.treatment}: logistic model"
    counts = f"n {count(model.n)}, {count(model.treated)} treated, {count(model.n - model.treated)} not"
    lines = [title, counts, "", *_model_lines(model), *_weight_lines(weights), *_balance_lines(balanced)]
    answer = Answer(
        method="propensity",
        lines=lines,
        tables={"balance": balanced.table(), "model": model.table(), "weights": weights.table()},
        n=model.n,
        events={},
        warnings=(*model.warnings, *_dropped(rows.dropped), *weights.warnings, *balanced.warnings),
        r_call=f"{model.r_call}; {weights.r_call}",
        options={
            "treatment": args.treatment,
            "estimand": str(weights.estimand),
            "truncation": weights.truncation,
            "site_effect": str(model.site_effect),
        },
        draw=lambda: _love(balanced),
    )
    return deliver(answer, args)


def _pair(quantiles: tuple[float, ...] | None) -> tuple[float, float] | None:
    if quantiles is None:
        return None
    if len(quantiles) != 2:
        raise CimaraError("not a pair of quantiles", where="--truncate", expected="such as 0.01,0.99")
    return quantiles[0], quantiles[1]


def _model_lines(model: PropensityModel) -> list[str]:
    cells = [
        [
            row["term"],
            significant(row["coef"]),
            significant(row["se"]),
            decimals(row["z"], 2),
            p_text(row["p"]),
        ]
        for row in model.table().iter_rows(named=True)
    ]
    return [*table_lines(("term", "log odds", "se", "z", "p"), cells), ""]


def _weight_lines(weights: TreatmentWeights) -> list[str]:
    cells = [
        [
            row["arm"],
            count(row["n"]),
            significant(row["sum"]),
            significant(row["least"]),
            significant(row["greatest"]),
            decimals(row["effective"], 1),
        ]
        for row in weights.table().iter_rows(named=True)
    ]
    headings = (f"{weights.estimand} weights", "n", "sum", "least", "greatest", "effective n")
    return [*table_lines(headings, cells), ""]


def _balance_lines(balanced: Balance) -> list[str]:
    """Standardised mean differences and variance ratios, raw and weighted."""
    cells = [
        [
            row["covariate"],
            decimals(row["raw_smd"]),
            decimals(row["smd"]),
            decimals(row["raw_variance_ratio"], 2),
            decimals(row["variance_ratio"], 2),
        ]
        for row in balanced.table().iter_rows(named=True)
    ]
    headings = ("standardised difference", "raw", "weighted", "variance ratio raw", "weighted")
    return table_lines(headings, cells)


def _dropped(dropped: Mapping[str, int]) -> tuple[ModelWarning, ...]:
    """What is said of rows without a cell that the model needs."""
    from cimara.outcomes.model_warnings import Concern, ModelWarning

    if not dropped:
        return ()
    each = ", ".join(f"{number} for {column}" for column, number in dropped.items())
    said = f"{sum(dropped.values())} rows with an empty cell were left out, and get no weight: {each}"
    return (ModelWarning(Concern.ROWS_DROPPED, said, tuple(dropped)),)


def _write_weights(frame: pl.DataFrame, weights: TreatmentWeights, path: Path) -> None:
    """The rows of the file with their propensity and weight; empty where a row is incomplete."""
    import polars as pl

    if not path.parent.is_dir():
        raise CimaraError("no such folder", where=str(path.parent))
    taken = {PROPENSITY, WEIGHT} & set(frame.columns)
    if taken:
        raise CimaraError("the file has such a column already", where=", ".join(sorted(taken)))
    found = pl.DataFrame(
        {"row": weights.source_rows, PROPENSITY: weights.probability, WEIGHT: weights.weights}
    )
    whole = frame.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    made = whole.join(found, on="row", how="left", maintain_order="left").drop("row")
    if path.suffix == ".parquet":
        made.write_parquet(path)
    else:
        made.write_csv(path)


def _love(balanced: Balance) -> Figure:
    from cimara.outcomes.figures.love import plot_love

    return plot_love(balanced)[0]
