"""When two times are one: nearly equal floats are aligned, and nothing is ever jittered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
TOLERANCE = float(np.sqrt(np.finfo(np.float64).eps))
"""1.49e-8: times closer than this, absolutely or relative to the mean time, are one (as in R's aeqSurv)."""


def aligned(*columns: FloatArray) -> tuple[FloatArray, ...]:
    """The columns with each run of nearly equal times replaced by the smallest of the run.

    Two sorted neighbours are nearly equal when their gap is at most `TOLERANCE`, or at most that times the
    mean of the absolute times. All columns (entry and exit, say) are aligned together.
    """
    times = np.unique(np.concatenate(columns))
    if not len(times):
        return columns
    gaps = np.diff(times)
    near = (gaps <= TOLERANCE) | (gaps <= TOLERANCE * np.mean(np.abs(times)))
    if not near.any():
        return columns
    first = times[np.concatenate(([True], ~near))]
    return tuple(first[np.searchsorted(first, column, side="right") - 1] for column in columns)
