"""Cohen's kappa of two readings, with its large-sample interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance; None where both curators used one word only, and chance explains all.

    `lower` and `upper` are 95 % limits, not beyond -1 and 1.
    """

    n: int
    agreed: float
    kappa: float | None
    lower: float | None
    upper: float | None


def kappa(first: Sequence[str], second: Sequence[str]) -> Kappa:
    """Kappa of paired readings (Cohen 1960; variance by Fleiss, Cohen and Everitt 1969, equation 13)."""
    words = sorted({*first, *second})
    n = len(first)
    if n == 0:
        return Kappa(0, math.nan, None, None, None)
    table = _shares(first, second, words)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    agreed, expected = float(np.trace(table)), float(rows @ columns)
    if math.isclose(expected, 1.0, abs_tol=1e-12):
        return Kappa(n, agreed, None, None, None)
    value = (agreed - expected) / (1 - expected)
    spread = np.eye(len(words)) - (columns[:, None] + rows[None, :]) * (1 - value)
    variance = ((table * spread**2).sum() - (value - expected * (1 - value)) ** 2) / (n * (1 - expected) ** 2)
    reach = Z_95 * math.sqrt(max(0.0, float(variance)))
    return Kappa(n, agreed, value, max(-1.0, value - reach), min(1.0, value + reach))


def _shares(first: Sequence[str], second: Sequence[str], words: Sequence[str]) -> NDArray[np.float64]:
    place = {word: number for number, word in enumerate(words)}
    counts = np.zeros((len(words), len(words)))
    np.add.at(counts, ([place[one] for one in first], [place[one] for one in second]), 1.0)
    return counts / len(first)
