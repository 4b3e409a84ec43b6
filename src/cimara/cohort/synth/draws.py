"""Random streams, one a part by name, and draws that several parts share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from cimara.cohort.synth.day_laws import FloatArray, IntArray

Texts: TypeAlias = NDArray[Any]
"""Codes and ids; "" stands for none."""


def stream(seed: int, part: str) -> np.random.Generator:
    """The generator of a part. A new part leaves the draws of the others as they were."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *part.encode()])))


def choices(random: np.random.Generator, shares: Mapping[str, float], n: int) -> Texts:
    """Words drawn with the shares given; shares need not sum to 1."""
    words = np.array(list(shares), dtype=object)
    return np.asarray(words[indices(random, np.array(list(shares.values())), n)])


def indices(random: np.random.Generator, shares: FloatArray, n: int) -> IntArray:
    """Places drawn with the shares given."""
    edges = np.cumsum(shares) / np.sum(shares)
    return np.minimum(np.searchsorted(edges, random.random(n), side="right"), len(shares) - 1).astype(
        np.int64
    )


def truncated_normal(random: np.random.Generator, sd: float, n: int, most_sd: float = 2.0) -> FloatArray:
    """Normal draws about 0; those beyond `most_sd` standard deviations are drawn again."""
    drawn = random.normal(size=n)
    while (wide := np.abs(drawn) > most_sd).any():
        drawn[wide] = random.normal(size=int(wide.sum()))
    return np.asarray(sd * drawn)


def log_normal(
    random: np.random.Generator, median: float, sd: float, n: int, lowest: float, highest: float
) -> FloatArray:
    """Log-normal draws held within bounds."""
    return np.clip(median * np.exp(sd * random.normal(size=n)), lowest, highest)


def whole_between(random: np.random.Generator, lowest: int, highest: int, n: int) -> IntArray:
    """Whole numbers, both ends included."""
    return random.integers(lowest, highest + 1, n)


def counter(owner: IntArray) -> IntArray:
    """1, 2, 3 ... within each run of equal owners; owners stand sorted."""
    first = np.flatnonzero(np.diff(owner, prepend=owner[:1] - 1)) if len(owner) else np.zeros(0, np.int64)
    lengths = np.diff(np.append(first, len(owner)))
    return np.arange(len(owner)) - np.repeat(first, lengths) + 1


def numbered(prefix: Texts, letter: str, number: IntArray) -> Texts:
    """Ids of children: `<patient>-L01`."""
    ends = np.array([f"-{letter}{one:02d}" for one in range(100)], dtype=object)
    return np.asarray(prefix + ends[number])


def to_places(values: FloatArray, places: int) -> FloatArray:
    """Values rounded to decimals."""
    return np.asarray(np.round(values, places), dtype=np.float64)
