"""Sums over all subsets of d of n rows: the elementary symmetric polynomial of their relative hazards.

Up to a factor it is the chance that n independent coins show d heads, whatever common tilt their odds are
given. The tilt that expects d heads keeps every number near 1; the generating functions of neighbouring sets
of coins, with the first two moments of the covariates, are multiplied in pairs until one set is left. All
chances are positive, so that nothing cancels, and e_d of thousands of rows neither over- nor underflows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray

TILT_STEPS = 12


@dataclass(frozen=True, slots=True)
class SubsetSums:
    """Logarithm of the sum over subsets; mean (p) and covariance (p x p) of the covariates summed in one."""

    log_sum: float
    mean: FloatArray
    covariance: FloatArray


def subset_sums(linear: FloatArray, covariates: FloatArray, size: int) -> SubsetSums:
    """Of all subsets of `size` rows: logarithm of the sum of their exp(sum x'beta), with mean and covariance.

    Parameters
    ----------
    linear, covariates
        x'beta (n) and x (n x p).
    size
        d, at least 1 and at most n.

    The mean (p) and covariance (p x p) are those of the sum of the covariates over a subset drawn with
    probability proportional to its exp(sum x'beta).
    """
    n, p = covariates.shape
    if size >= n:
        return SubsetSums(float(linear.sum()), covariates.sum(axis=0), np.zeros((p, p)))
    log_odds = linear + _tilt(linear, size)
    chance = 1 / (1 + np.exp(-log_odds))
    centre = chance @ covariates / chance.sum()
    coins = _coins(chance, 1 / (1 + np.exp(log_odds)), covariates - centre)
    heads = _all_heads(coins, size)
    likely = float(heads.mass[0, size])
    mean = heads.first[0, size] / likely
    second = heads.second[0, size] / likely
    log_sum = np.log(likely) + np.logaddexp(0, log_odds).sum() - size * (log_odds[0] - linear[0])
    covariance = (second + second.T) / 2 - np.outer(mean, mean)
    return SubsetSums(float(log_sum), mean + size * centre, covariance)


@dataclass(frozen=True, slots=True)
class _Heads:
    """For m sets of coins and k = 0, 1, ... heads: the chance of k, and with it moments of the sum of x.

    `second` (m x k x p x p) is right in its symmetric part only, which is all that is read of it.
    """

    mass: FloatArray
    first: FloatArray
    second: FloatArray


def _coins(heads: FloatArray, tails: FloatArray, covariates: FloatArray) -> _Heads:
    """Each row a set of one coin."""
    n, p = covariates.shape
    first = np.zeros((n, 2, p))
    first[:, 1] = heads[:, None] * covariates
    second = np.zeros((n, 2, p, p))
    second[:, 1] = first[:, 1, :, None] * covariates[:, None, :]
    return _Heads(np.column_stack((tails, heads)), first, second)


def _all_heads(coins: _Heads, most: int) -> _Heads:
    """All coins as one set, by merging neighbours in pairs; an odd one out waits for the next level."""
    while len(coins.mass) > 1:
        even = len(coins.mass) // 2 * 2
        merged = _merged(_every(coins, 0, even), _every(coins, 1, even), most)
        coins = merged if even == len(coins.mass) else _appended(merged, _every(coins, even, None))
    return coins


def _every(coins: _Heads, first: int, end: int | None) -> _Heads:
    return _Heads(coins.mass[first:end:2], coins.first[first:end:2], coins.second[first:end:2])


def _appended(merged: _Heads, odd: _Heads) -> _Heads:
    """Sets of more coins than the odd one have more counts of heads: the odd one has chance 0 of those."""
    more = merged.mass.shape[1] - odd.mass.shape[1]

    def joined(many: FloatArray, one: FloatArray) -> FloatArray:
        padded = np.pad(one, [(0, 0), (0, more)] + [(0, 0)] * (one.ndim - 2))
        return np.concatenate((many, padded))

    return _Heads(
        joined(merged.mass, odd.mass), joined(merged.first, odd.first), joined(merged.second, odd.second)
    )


def _merged(one: _Heads, other: _Heads, most: int) -> _Heads:
    """Sets in pairs: chances convolve, and moments of sums follow the product rule."""
    sets, counts, p = one.first.shape
    reach = min(2 * counts - 1, most + 1)
    made = _Heads(np.zeros((sets, reach)), np.zeros((sets, reach, p)), np.zeros((sets, reach, p, p)))
    for heads in range(min(counts, reach)):
        own = slice(heads, min(heads + counts, reach))
        rest = slice(0, own.stop - heads)
        mass, first = one.mass[:, heads, None], one.first[:, heads, None]
        other_mass = other.mass[:, rest]
        made.mass[:, own] += mass * other_mass
        made.first[:, own] += mass[..., None] * other.first[:, rest] + first * other_mass[..., None]
        made.second[:, own] += (
            mass[..., None, None] * other.second[:, rest]
            + one.second[:, heads, None] * other_mass[..., None, None]
            + 2 * first[..., :, None] * other.first[:, rest, None, :]
        )
    return made


def _tilt(linear: FloatArray, size: int) -> float:
    """Added to the log odds of every coin so that about `size` heads are expected; any value is exact."""
    tilt = float(np.log(size / (len(linear) - size)) - np.log(np.mean(np.exp(linear - linear.max()))))
    tilt -= float(linear.max())
    for _ in range(TILT_STEPS):
        chance = 1 / (1 + np.exp(-(linear + tilt)))
        wanting = (size - chance.sum()) / max(float(chance @ (1 - chance)), 1e-300)
        tilt += float(np.clip(wanting, -1.0, 1.0))
    return tilt
