"""Survival rows made for tests: few whole-day times (many ties), clusters inside sites, delayed entry."""

from __future__ import annotations

import numpy as np

from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival


def made_survival(
    seed: int,
    n: int = 120,
    *,
    p: int = 3,
    sites: int = 4,
    days: int = 15,
    delayed: bool = False,
    weights: WeightKind | None = None,
    strata: bool = True,
    whole_days: bool = True,
) -> Survival:
    """Rows of clusters that lie inside sites; the last site has no event, one site a single row."""
    random = np.random.default_rng(seed)
    cluster = np.sort(random.integers(0, max(1, n // 3), n))
    site = (cluster * sites // (cluster.max() + 1)).astype(np.int64)
    site[0], cluster[0] = sites, cluster.max() + 1
    covariates = np.asfortranarray(random.normal(size=(n, p)) + 5.0)
    covariates[:, -1] = random.integers(0, 2, n)
    hazard = np.exp(0.4 * (covariates[:, 0] - 5.0) - 0.3 * covariates[:, -1]) / days
    time = random.exponential(1 / hazard)
    limit = random.uniform(1, 2 * days, n)
    event, time = time <= limit, np.minimum(time, limit)
    time = np.ceil(time) if whole_days else time
    event &= site != sites - 1
    start = np.floor(time * random.uniform(0, 1, n)) * random.integers(0, 2, n) if delayed else None
    if start is not None:
        start = np.where(start < time, start, 0.0)
    given = None
    if weights is WeightKind.FREQUENCY:
        given = random.integers(1, 4, n).astype(np.float64)
    elif weights is WeightKind.PROBABILITY:
        given = random.uniform(0.3, 3, n)
    names = tuple(f"x{column}" for column in range(p))
    labels = Labels(site, tuple(f"site {code}" for code in range(sites + 1)))
    return Survival(
        covariates=covariates,
        names=names,
        terms=names,
        strata=labels if strata else None,
        strata_columns=("site",) if strata else (),
        site=labels,
        cluster=cluster.astype(np.int64),
        weights=given,
        weight_kind=weights or WeightKind.PROBABILITY,
        time=time,
        start=start,
        event=event,
        source_rows=np.arange(1, n + 1),
    )
