"""Curves as their definitions have them: a loop over times and rows, to hold the fast engine against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.rows import CompetingRisks, Survival

GROUPS, SITES = 2, 5


@dataclass(frozen=True)
class Options:
    """What generated rows have beside right-censored times in whole days."""

    entry: bool = False
    weights: bool = False
    clusters: bool = False
    ties: bool = True


def made_rows(rng: np.random.Generator, n: int, options: Options) -> CompetingRisks:
    """Rows of two groups and two causes; patients (clusters) stay in one site.

    With delayed entry a few rows of each group are at risk over all the time, so that no risk set is empty.
    """
    cluster = np.sort(rng.integers(0, max(1, n // 2), n)) if options.clusters else None
    patient = np.arange(n) if cluster is None else cluster
    draw = rng.exponential(30, n)
    start = np.floor(rng.uniform(0, 20, n)) if options.entry else np.zeros(n)
    time = start + np.ceil(draw) if options.ties else start + draw
    status = rng.integers(0, 3, n)
    if options.entry:
        start[:6], time[:6], status[:6] = 0.0, time.max() + 1, 0
    group = rng.integers(0, GROUPS, n)
    group[:6] = np.arange(6) % GROUPS
    site = (patient * 7919) % SITES
    return CompetingRisks(
        covariates=np.empty((n, 0), order="F"),
        group=Labels(group, tuple(str(code) for code in range(GROUPS))),
        group_column="arm",
        cluster=cluster,
        weights=rng.uniform(0.3, 3.0, n) if options.weights else None,
        site=Labels(site, tuple(f"site {code}" for code in range(SITES))),
        source_rows=np.arange(1, n + 1),
        time=time,
        start=start if options.entry else None,
        status=status,
        causes=("1", "2"),
    )


@dataclass(frozen=True)
class ByHand:
    """Survival, hazard and incidences of one group at its times, and each row's influence on them."""

    time: np.ndarray
    survival: np.ndarray
    hazard: np.ndarray
    incidence: np.ndarray
    survival_influence: np.ndarray
    hazard_influence: np.ndarray
    incidence_influence: np.ndarray


def by_hand(rows: CompetingRisks) -> ByHand:
    """The definitions of statistics.md 2.1, one time and one row at a time."""
    weight, start = rows.weight(), np.full(rows.n, -1.0) if rows.start is None else rows.start
    times = np.unique(rows.time)
    risk = (start[None, :] < times[:, None]) & (times[:, None] <= rows.time[None, :])
    dies = (rows.time[None, :] == times[:, None])[:, :, None] & (rows.status[None, :, None] == [1, 2])
    n = (risk * weight).sum(axis=1)
    d_k = (dies * weight[None, :, None]).sum(axis=1)
    d, failing = d_k.sum(axis=1), dies.any(axis=2)
    survival = np.cumprod(1 - d / n)
    survival[np.isclose(n, d).cumsum() > 0] = 0.0
    before = np.concatenate(([1.0], survival[:-1]))
    incidence = np.cumsum(before[:, None] * d_k / n[:, None], axis=0)
    left = np.where(np.isclose(n, d), np.inf, n - d)
    influences = [np.zeros((len(times), rows.n)) for _ in range(2)]
    of_causes = np.zeros((2, len(times), rows.n))
    for t in range(len(times)):
        for u in range(t + 1):
            step = risk[u] * d[u] / (n[u] * left[u]) - failing[u] / left[u]
            influences[0][t] += weight * survival[t] * step
            influences[1][t] += weight * (failing[u] / n[u] - risk[u] * d[u] / n[u] ** 2)
            for k in range(2):
                gain = before[u] * (dies[u, :, k] - risk[u] * d_k[u, k] / n[u]) / n[u]
                of_causes[k, t] += weight * (gain + (incidence[t, k] - incidence[u, k]) * step)
    return ByHand(times, survival, np.cumsum(d / n), incidence, *influences, of_causes)


def cluster_se(influence: np.ndarray, cluster: np.ndarray) -> np.ndarray:
    """Root of the sum over clusters of squared influence; `influence` is times x rows."""
    sums = np.stack([influence[:, cluster == one].sum(axis=1) for one in np.unique(cluster)])
    return np.sqrt((sums**2).sum(axis=0))


def group_of(rows: CompetingRisks, code: int) -> CompetingRisks:
    """The rows of one group."""
    assert rows.group is not None
    return rows.take(rows.group.codes == code)


def as_survival(rows: CompetingRisks) -> Survival:
    """Time to the first event of any cause."""
    return rows.all_causes()
