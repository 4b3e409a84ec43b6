"""Cox's partial likelihood written out, one event time after another, as textbooks print it."""

from __future__ import annotations

import numpy as np

from cimara.outcomes.rows import Survival


def plain_cox(
    rows: Survival, beta: np.ndarray, ties: str
) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """Log-likelihood, score, information, and the weighted score residual of each row."""
    x, w, p = rows.covariates - rows.covariates.mean(axis=0), rows.weight(), rows.covariates.shape[1]
    start = np.full(rows.n, -np.inf) if rows.start is None else rows.start
    r, stratum = w * np.exp(x @ beta), rows.stratum_codes()
    loglik, information, residuals = 0.0, np.zeros((p, p)), np.zeros((rows.n, p))
    for s, t in sorted(set(zip(stratum[rows.event], rows.time[rows.event], strict=True))):
        risk = (stratum == s) & (start < t) & (t <= rows.time)
        dead = risk & rows.event & (rows.time == t)
        d = int(w[dead].sum()) if rows.weight_kind == "frequency" else int(dead.sum())
        c = w[dead].sum() / d
        loglik += (w * (x @ beta))[dead].sum()
        residuals[dead] += w[dead, None] * x[dead]
        for step in range(d):
            share = np.where(dead, 1 - (step / d if ties == "efron" else 0.0), 1.0) * risk
            own = r * share
            mean = own @ x / own.sum()
            loglik -= c * np.log(own.sum())
            information += c * ((x * own[:, None]).T @ x / own.sum() - np.outer(mean, mean))
            residuals -= c * (own / own.sum())[:, None] * (x - mean)
            residuals[dead] -= mean * (w[dead] / d)[:, None]
    return loglik, residuals.sum(axis=0), information, residuals
