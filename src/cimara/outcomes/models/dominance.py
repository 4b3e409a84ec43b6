"""Pairs counted by order: of later elements, how much weight lies below, and level with, each element.

A wavelet walk: elements lie sorted by value, and from the highest bit of their key to the lowest each block
falls into an early and a late half. Sums over a half are differences of running sums, so that a level is a
handful of array operations and n elements of k distinct keys take O(n log k), without a loop over them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class Dominance:
    """Sums of weights, one entry an element.

    `later_below`, `later_level`: of late weights over elements with a greater key and a smaller, or equal,
    value. `earlier_above`, `earlier_level`: of early weights over elements with a smaller key and a greater,
    or equal, value.
    """

    later_below: FloatArray
    later_level: FloatArray
    earlier_above: FloatArray
    earlier_level: FloatArray


def dominance(key: IntArray, value: IntArray, early: FloatArray, late: FloatArray) -> Dominance:
    """Count pairs of elements by their keys and values.

    Parameters
    ----------
    key, value
        Ranks, 0 or more, one an element; elements of one key are never a pair.
    early, late
        The weight of an element where it is the one of the pair with the smaller, or the greater, key.
    """
    n = len(key)
    found = Dominance(*(np.zeros(n) for _ in range(4)))
    order = np.argsort(value, kind="stable")
    for bit in reversed(range(int(key.max(initial=0)).bit_length())):
        half = (key[order] >> bit) & 1 == 1
        block = key[order] >> (bit + 1)
        _count_level(found, order, half, block, value[order], (early[order], late[order]))
        order = order[_halved(half, block)]
    return found


def _count_level(
    found: Dominance,
    order: IntArray,
    half: BoolArray,
    block: IntArray,
    value: IntArray,
    weights: tuple[FloatArray, FloatArray],
) -> None:
    early = np.concatenate(([0.0], np.cumsum(np.where(half, 0.0, weights[0]))))
    late = np.concatenate(([0.0], np.cumsum(np.where(half, weights[1], 0.0))))
    new_block = block[1:] != block[:-1]
    block_first, block_end = _runs(new_block)
    level_first, level_end = _runs(new_block | (value[1:] != value[:-1]))
    first, second = np.flatnonzero(~half), np.flatnonzero(half)
    at, to = order[first], order[second]
    found.later_below[at] += late[level_first[first]] - late[block_first[first]]
    found.later_level[at] += late[level_end[first]] - late[level_first[first]]
    found.earlier_above[to] += early[block_end[second]] - early[level_end[second]]
    found.earlier_level[to] += early[level_end[second]] - early[level_first[second]]


def _runs(changes: BoolArray) -> tuple[IntArray, IntArray]:
    """Where the run of each element begins and ends, given where neighbours differ."""
    edges = np.concatenate(([0], np.flatnonzero(changes) + 1, [len(changes) + 1]))
    lengths = np.diff(edges)
    return np.repeat(edges[:-1], lengths), np.repeat(edges[1:], lengths)


def _halved(half: BoolArray, block: IntArray) -> IntArray:
    """The order in which each block has its early half first, both halves in the order they had."""
    first, end = _runs(block[1:] != block[:-1])
    late_before = np.concatenate(([0], np.cumsum(half)))
    late_own = late_before[:-1] - late_before[first]
    early_of_block = (end - first) - (late_before[end] - late_before[first])
    early_own = np.arange(len(half)) - first - late_own
    place = first + np.where(half, early_of_block + late_own, early_own)
    order = np.empty(len(half), dtype=np.int64)
    order[place] = np.arange(len(half))
    return order
