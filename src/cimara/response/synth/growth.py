"""How made-up lesions grow, and on which day that is progression.

A lesion shrinks and regrows at once: its diameter on day t is d0 * (exp(-decay t) + exp(growth t) - 1). That
form is Stein's for the quantity of tumour (Stein 2008, Oncologist 13:1046-54); to use it for a diameter, and
all rates, are inventions for testing. Sizes are whole tenths of a millimetre for every day, as they would be
written down, so that no visit can show a change before the truth has it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Sizes = npt.NDArray[np.int64]
"""Tenths of a millimetre by day (one lesion), or by lesion and day."""
DayMask = npt.NDArray[np.bool_]

VISIBLE = 20
"""Below 2 mm a lesion is taken as absent (invented)."""
TOO_SMALL = 50
"""Below 5 mm it is seen and not measured; it then counts 5 mm (RECIST 1.1, Eisenhauer 2009)."""
NORMAL_NODE = 100
"""Short axis below which a node is normal (RECIST 1.1)."""
LARGEST = 1500
"""No lesion grows beyond 15 cm."""


def regrowth(start: int, decay: float, growth: float, days: int) -> Sizes:
    """Diameters by day of a lesion of `start` tenths; rates are per day."""
    day = np.arange(days, dtype=np.float64)
    relative = np.exp(-decay * day) + np.exp(np.minimum(growth * day, 20.0)) - 1.0
    return np.minimum(np.floor(start * relative + 0.5), LARGEST).astype(np.int64)


def emerging(appears: int, growth: float, days: int) -> Sizes:
    """Diameters of a lesion that is first large enough to be measured (5 mm) on day `appears`."""
    sizes = np.zeros(days, dtype=np.int64)
    sizes[appears:] = regrowth(TOO_SMALL, 0.0, growth, days - appears)
    return sizes


def swelling(onset: int, height: int, days: int) -> Sizes:
    """What radiation necrosis adds: up to `height` tenths over 60 days, gone 240 days later (invented)."""
    bump = np.interp(np.arange(days), [onset, onset + 60, onset + 300], [0.0, float(height), 0.0])
    return np.floor(bump + 0.5).astype(np.int64)


def as_recorded(sizes: Sizes) -> Sizes:
    """Sizes as they go into a sum: 0 when not visible, 5 mm when too small to measure."""
    return np.where(sizes < VISIBLE, 0, np.where(sizes < TOO_SMALL, TOO_SMALL, sizes))


def smallest_before(sizes: Sizes) -> Sizes:
    """Smallest value of all earlier days, along the last axis; day 0 stands for itself."""
    lowest = np.minimum.accumulate(sizes, axis=-1)
    return np.concatenate([lowest[..., :1], lowest[..., :-1]], axis=-1)


def progresses_by_sum(targets: Sizes, *, per_lesion: bool) -> DayMask:
    """Days on which the sum is 20 % over its smallest, and 5 mm are gained.

    5 mm by one lesion over its own smallest size (`per_lesion`, RANO-BM), else by the sum (RECIST 1.1).
    """
    total = targets.sum(axis=0)
    nadir = smallest_before(total)
    gained = (targets - smallest_before(targets)).max(axis=0) if per_lesion else total - nadir
    enough: DayMask = np.logical_and(10 * total >= 12 * nadir, gained >= 50)
    return enough


def progresses_unequivocally(sizes: Sizes) -> DayMask:
    """Days on which a lesion outside the sum is half as large again as its smallest, and 5 mm larger.

    No guideline gives a number for this; ours is invented and well above what a reader would call doubtful.
    """
    lowest = smallest_before(sizes)
    enough: DayMask = np.logical_and(2 * sizes >= 3 * lowest, sizes - lowest >= 50)
    return enough


def reappears(sizes: Sizes, nodes: DayMask) -> DayMask:
    """Days on which something is seen again after all had gone (complete response, then not)."""
    limit = np.where(nodes, NORMAL_NODE, 1)[:, None]
    gone: DayMask = np.all(sizes < limit, axis=0)
    was_gone = np.logical_or.accumulate(np.concatenate([np.zeros(1, dtype=np.bool_), gone[:-1]]))
    again: DayMask = np.logical_and(was_gone, ~gone)
    return again


def first_day(mask: DayMask) -> int | None:
    """The first day that holds, or `None`."""
    return int(mask.argmax()) if mask.any() else None
