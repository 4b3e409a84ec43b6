"""Sums over clusters of squared influence on a whole curve, in O(rows log rows + grid).

The influence of a cluster at time t is b(t)' Z(t), where b is the same for all and Z, the cluster's own
sums, changes only when one of its rows enters or leaves. So the sum of Z Z' over clusters is a step function
too, and its jumps add.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.grid import Cells, Span, TimedRows
from cimara.outcomes.named_columns import WeightKind


@dataclass(frozen=True, slots=True)
class Moves:
    """What a cluster's sums gain when its row enters (`entering`) and leaves (`leaving`): rows x sums."""

    where: Span
    entering: FloatArray
    leaving: FloatArray


@dataclass(frozen=True, slots=True)
class Exposed:
    """Rows of one group as influence needs them; `cluster` is None where each stands alone.

    `weight` is that of the row's influence: rows that stand for f independent equal ones add f times their
    square, so theirs is sqrt(f).
    """

    where: Span
    weight: FloatArray
    cause: IntArray
    cluster: IntArray | None


def exposed(cells: Cells, rows: TimedRows, where: Span, group: int) -> Exposed:
    """One group's rows; independent rows that are alike in all that counts are made one."""
    chosen = cells.group_codes(rows) == group
    kept = rows if chosen.all() else rows.take(chosen)
    span, cause = Span(where.entry[chosen], where.exit[chosen]), cells.cause_codes(kept)
    if kept.cluster is not None or kept.id is not None:
        return Exposed(span, kept.weight(), cause, kept.cluster_codes())
    if kept.weights is not None:
        alike = kept.weight_kind is WeightKind.FREQUENCY
        return Exposed(span, np.sqrt(kept.weights) if alike else kept.weights, cause, None)
    if kept.start is not None or not kept.n:
        return Exposed(span, np.ones(kept.n), cause, None)
    causes = len(cells.causes) + 1
    count = np.bincount(span.exit * causes + cause)
    present = np.flatnonzero(count)
    exits, found = np.divmod(present, causes)
    return Exposed(Span(np.full(len(present), -1), exits), np.sqrt(count[present]), found, None)


def cross_products(moves: Moves, cluster: IntArray | None, length: int) -> FloatArray:
    """Sum over clusters of Z Z' at each grid time (length x sums x sums).

    The first of the sums is the weight at risk, which ends at 0: its products are added up from the end, so
    that they are as exact where few are left as where many are.
    """
    index, old, new = _single(moves) if cluster is None else _running(moves, cluster)
    index = np.minimum(index, length)
    size = new.shape[1]
    total = np.zeros((length, size, size))
    for a in range(size):
        for b in range(a, size):
            products = new[:, a] * new[:, b] - old[:, a] * old[:, b]
            jump = np.bincount(index, products, minlength=length + 1)
            added = -np.cumsum(jump[:0:-1])[::-1] if a == 0 else np.cumsum(jump[:-1])
            total[:, a, b] = total[:, b, a] = added
    return total


def squared_influence(loadings: FloatArray, products: FloatArray) -> FloatArray:
    """b' (sum of Z Z') b at each time: the variance; `loadings` is times x sums. Never below 0."""
    return np.asarray(np.maximum(np.einsum("ta,tab,tb->t", loadings, products, loadings), 0.0))


def cluster_sums(values: FloatArray, cluster: IntArray) -> FloatArray:
    """Sums of each column over the rows of a cluster (clusters x columns)."""
    codes = np.unique(cluster, return_inverse=True)[1]
    size = int(codes.max(initial=-1)) + 1
    sums = [np.bincount(codes, column, minlength=size) for column in values.T]
    return np.stack(sums, axis=1).astype(np.float64)


def _single(moves: Moves) -> tuple[IntArray, FloatArray, FloatArray]:
    index = np.concatenate((np.maximum(moves.where.entry, 0), moves.where.exit))
    nothing = np.zeros_like(moves.entering)
    return (
        index,
        np.concatenate((nothing, moves.entering)),
        np.concatenate((moves.entering, moves.entering + moves.leaving)),
    )


def _running(moves: Moves, cluster: IntArray) -> tuple[IntArray, FloatArray, FloatArray]:
    """Each change in the order of its cluster's time, with the cluster's sums before and after it.

    The total of the cluster before is taken off where a cluster begins, so that rounding does not grow with
    the number of clusters.
    """
    if not len(cluster):  # a site with nobody in this group
        return _single(moves)
    index = np.concatenate((np.maximum(moves.where.entry, 0), moves.where.exit))
    changes = np.concatenate((moves.entering, moves.leaving))
    owner = np.concatenate((cluster, cluster))
    order = np.lexsort((index, owner))
    index, changes, owner = index[order], changes[order], owner[order]
    first = np.concatenate(([True], owner[1:] != owner[:-1]))
    begins = np.flatnonzero(first)
    steps = changes.copy()
    steps[begins[1:]] -= np.add.reduceat(changes, begins, axis=0)[:-1]
    new = np.cumsum(steps, axis=0)
    old = np.concatenate((np.zeros((1, new.shape[1])), new[:-1]))
    old[first] = 0.0
    return index, old, new
