"""Fine and Gray's model by its formulas, row by row and time by time (statistics.md, section 2.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.rows import CompetingRisks


@dataclass(frozen=True)
class Reference:
    """Log-likelihood, score, information, and each row's influence at some coefficients."""

    loglik: float
    score: np.ndarray
    information: np.ndarray
    influence: np.ndarray


def generated(
    seed: int,
    n: int = 90,
    *,
    days: int = 12,
    strata: int = 1,
    groups: int = 1,
    weights: bool = False,
    entry: bool = False,
    clusters: int = 0,
) -> CompetingRisks:
    """Rows with many ties; three covariates, the last one 0 or 1."""
    random = np.random.default_rng(seed)
    covariates = np.column_stack((random.normal(size=(n, 2)), random.integers(0, 2, n)))
    time = np.ceil(random.exponential(days / 2, n) / np.exp(0.3 * covariates[:, 0])) + 1
    start = np.floor(time * random.uniform(0, 0.8, n) * (random.random(n) < 0.6)) if entry else None
    return CompetingRisks(
        covariates=np.asfortranarray(covariates),
        names=("size", "dose", "adc"),
        terms=("size", "dose", "adc"),
        strata=_labels(random, strata, n) if strata > 1 else None,
        strata_columns=("site",) if strata > 1 else (),
        group=_labels(random, groups, n) if groups > 1 else None,
        group_column="scanner" if groups > 1 else "",
        cluster=random.integers(0, clusters, n) if clusters else None,
        weights=random.uniform(0.5, 2, n) if weights else None,
        time=time,
        start=start,
        status=random.choice(3, n, p=(0.3, 0.4, 0.3)).astype(np.int64),
        causes=("necrosis", "death"),
        source_rows=np.arange(1, n + 1),
    )


def _labels(random: np.random.Generator, count: int, n: int) -> Labels:
    return Labels(random.integers(0, count, n), tuple(f"label {code}" for code in range(count)))


def reference(
    rows: CompetingRisks,
    beta: np.ndarray,
    *,
    after_events: bool = False,
    full: bool = False,
    psi: bool = True,
) -> Reference:
    """Sums over strata of the formulas, written as loops; psi of entry is not part of it."""
    p, n = rows.covariates.shape[1], rows.n
    found = Reference(0.0, np.zeros(p), np.zeros((p, p)), np.zeros((n, p)))
    strata, groups = rows.stratum_codes(), np.zeros(n, int) if rows.group is None else rows.group.codes
    loglik = 0.0
    for stratum in np.unique(strata):
        one = _stratum(rows, np.flatnonzero(strata == stratum), groups, beta, after_events, full, psi)
        loglik += one.loglik
        found.score[:] += one.score
        found.information[:] += one.information
        found.influence[:] += one.influence
    return Reference(loglik, found.score, found.information, found.influence)


def _stratum(rows, own, groups, beta, after_events, full, psi):
    x, weight, time, status = rows.covariates, rows.weight(), rows.time, rows.status
    start = np.full(rows.n, -1.0) if rows.start is None else rows.start
    p = len(beta)
    relative = weight * np.exp(x @ beta)

    def exposed(i, u):
        inside = start[i] < u <= time[i]
        return inside and not (after_events and u == time[i] and status[i] != 0)

    def hazard(g, u):
        dc = sum(weight[i] for i in own if groups[i] == g and time[i] == u and status[i] == 0)
        risk = sum(weight[i] for i in own if groups[i] == g and exposed(i, u))
        return dc, risk

    def carried_weight(g, begin, end):
        if end > max(time[i] for i in own if groups[i] == g):
            return 0.0
        made = 1.0
        for u in sorted({time[i] for i in own if groups[i] == g and status[i] == 0}):
            if begin <= u < end:
                dc, risk = hazard(g, u)
                made *= 1 - dc / risk
        for e in sorted({start[i] for i in own if groups[i] == g and start[i] >= 0}):
            if begin <= e < end:
                came = sum(weight[i] for i in own if groups[i] == g and start[i] == e)
                risk = sum(weight[i] for i in own if groups[i] == g and start[i] <= e < time[i])
                made *= 0.0 if came == risk else 1 / (1 - came / risk)
        return made

    def y(i, t):
        if start[i] < t <= time[i]:
            return 1.0
        late = status[i] == 2 and time[i] < t
        return carried_weight(groups[i], time[i], t) if late else 0.0

    times = sorted({time[i] for i in own if status[i] == 1})
    matrix = {t: np.array([y(i, t) if i in set(own) else 0.0 for i in range(rows.n)]) for t in times}
    loglik, score, information = 0.0, np.zeros(p), np.zeros((p, p))
    influence, mean, jump, jump_of = np.zeros((rows.n, p)), {}, {}, {}
    for t in times:
        at_risk = matrix[t] * relative
        s0, s1 = at_risk.sum(), at_risk @ x
        failing = [i for i in own if time[i] == t and status[i] == 1]
        d = sum(weight[i] for i in failing)
        mean[t], jump[t] = s1 / s0, d / s0
        jump_of[t] = {g: sum(weight[i] for i in failing if groups[i] == g) / s0 for g in set(groups[own])}
        for i in failing:
            loglik += weight[i] * (x[i] @ beta - np.log(s0))
            score += weight[i] * (x[i] - mean[t])
            influence[i] += weight[i] * (x[i] - mean[t])
        information += d * ((x.T * at_risk) @ x / s0 - np.outer(mean[t], mean[t]))
        influence -= (at_risk * jump[t])[:, None] * (x - mean[t])
    if psi:
        for g in set(groups[own]):
            members = [i for i in own if groups[i] == g]
            for u in sorted({time[i] for i in members if status[i] == 0}):
                dc, risk = hazard(g, u)
                q = np.zeros(p)
                for j in members:
                    if status[j] == 2 and time[j] < u:
                        for s in times:
                            if s >= u:
                                step = jump[s] if full else jump_of[s][g]
                                q += relative[j] * matrix[s][j] * (x[j] - mean[s]) * step
                for i in members:
                    if exposed(i, u):
                        jumps = time[i] == u and status[i] == 0
                        influence[i] += weight[i] * q / risk * (jumps - dc / risk)
    return Reference(loglik, score, information, influence)
