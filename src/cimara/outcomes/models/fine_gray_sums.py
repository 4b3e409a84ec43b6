"""From sums over the weighted risk sets to log-likelihood, score, information and influence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.models.fine_gray_part import FineGrayPart


def usable(sums: FloatArray) -> bool:
    """False where a relative hazard has overflowed or vanished."""
    return bool(np.isfinite(sums).all() and (sums[:, 0] > 0).all())


def log_likelihood(
    coefficients: FloatArray, of_events: FloatArray, sums: FloatArray, events: FloatArray
) -> float:
    """Log partial likelihood, ties as Breslow; `of_events` holds weight and covariates of the events."""
    return float(of_events[1:] @ coefficients - events @ np.log(sums[:, 0]))


def score_of(of_events: FloatArray, sums: FloatArray, events: FloatArray) -> FloatArray:
    """Covariates of the events less the mean covariates of their risk sets (p)."""
    return np.asarray(of_events[1:] - (events / sums[:, 0]) @ sums[:, 1:])


def increments_of(sums: FloatArray, events: FloatArray) -> FloatArray:
    """Baseline increments d/S0, and times the mean covariates (m x (p + 1))."""
    return np.asarray(sums * (events / sums[:, 0] ** 2)[:, None])


def squared_means(sums: FloatArray, events: FloatArray) -> FloatArray:
    """Sum over events of the products of mean covariates (p x p): the last term of the information."""
    means = sums[:, 1:] / sums[:, :1]
    return np.asarray((means * events[:, None]).T @ means)


def evaluated(part: FineGrayPart, coefficients: FloatArray) -> dict[str, FloatArray]:
    """Log-likelihood, score and information of one part; -infinity where they overflow."""
    with np.errstate(over="ignore", invalid="ignore"):
        relative = part.relative(coefficients)
        sums = part.risk_sums(relative)
    if not usable(sums):
        p = len(coefficients)
        return {"loglik": np.array([-np.inf]), "score": np.zeros(p), "information": np.zeros((p, p))}
    of_events, events = part.event_sums(), part.at.weight_of_events
    squares = part.squares(relative, increments_of(sums, events))
    return {
        "loglik": np.array([log_likelihood(coefficients, of_events, sums, events)]),
        "score": score_of(of_events, sums, events),
        "information": squares - squared_means(sums, events),
    }


def carried_of(part: FineGrayPart, relative: FloatArray, options: FineGrayOptions) -> list[FloatArray]:
    """Sums of the carried rows at the places of each hazard behind the censoring weights."""
    return [part.carried_sums(nuisance, relative) for nuisance in part.nuisances(options)]


def influence_of(
    part: FineGrayPart,
    relative: FloatArray,
    sums: FloatArray,
    carried: Sequence[FloatArray],
    options: FineGrayOptions,
) -> Iterator[tuple[slice, FloatArray]]:
    """Each row's eta + psi, times its weight, in chunks of rows (which, and rows x p)."""
    tables = [
        (nuisance, nuisance.table(part.at, sums, own, options.censoring_variance))
        for nuisance, own in zip(part.nuisances(options), carried, strict=True)
        if nuisance.size and part.at.size
    ]
    spread = part.matrix.spread(increments_of(sums, part.at.weight_of_events))
    for rows, found in part.influence(relative, sums, spread):
        for nuisance, table in tables:
            found += nuisance.weighing(part.places, rows, part.weights, options.censor_ties) @ table
        yield rows, found
