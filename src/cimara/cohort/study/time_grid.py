"""The grid of times of a study whose rows stay at its sites: the days that times are moved to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

MONTH = 30.4375
"""Days of a month."""
YEARS = 40
"""The longest regular grid; cells after the last row cost bytes and nothing else."""
UNTIL = 3653.0
"""The day that a grid ends on where the study file does not say: ten years."""


class GridKind(StrEnum):
    """How times are cut before sums over them leave a site."""

    EXACT = "exact"
    """The days that occur: every site must allow it, since the grid itself lists days of events."""
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    """For curves only: a regression on it is biased (federation.md, table 4.1)."""
    MIXED = "mixed"
    """Monthly to 24 months, quarterly to 60, then one cell."""
    CUSTOM = "custom"


STEPS = {GridKind.WEEKLY: 7.0, GridKind.MONTHLY: MONTH, GridKind.QUARTERLY: 3 * MONTH}
"""Days of a cell of the regular grids."""


def grid_days(kind: GridKind, until: float, days: Sequence[float] = ()) -> tuple[float, ...]:
    """The days of a grid in increasing order; none for the exact one, `days` for a custom one."""
    if kind is GridKind.EXACT:
        return ()
    if kind is GridKind.CUSTOM:
        return tuple(float(one) for one in days)
    if kind is GridKind.MIXED:
        cuts = [MONTH * month for month in (*range(1, 25), *range(27, 61, 3))]
        return (*(one for one in cuts if one < until), float(until))
    step = STEPS[kind]
    return tuple(step * place for place in range(1, math.ceil(until / step - 1e-9) + 1))


def increasing(days: Sequence[float]) -> bool:
    """Whether these are positive, finite days, each later than the one before."""
    return bool(days) and all(a < b < math.inf for a, b in pairwise((0.0, *days)))
