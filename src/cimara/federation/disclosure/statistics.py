"""Means, quantiles and amounts: shown only where enough people stand behind them and none dominates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.federation.disclosure.release_limits import release_limit
from cimara.outcomes.frame_columns import FloatArray

EXTREMES = ("min", "max", "minimum", "maximum", "lowest", "highest")
"""Columns that are the value of one patient."""


@dataclass(frozen=True, slots=True)
class Dominance:
    """Whether a few contribute most of an amount: the n,k rule and the p-ratio of ACRO."""

    by_few: bool
    by_one: bool

    @property
    def shown(self) -> bool:
        """Whether the amount may be shown."""
        return not (self.by_few or self.by_one)


def dominance(contributions: Sequence[float] | FloatArray) -> Dominance:
    """Judge a sum of what each patient contributes (volumes, costs).

    `by_few`: the 2 largest have more than 90 % of it. `by_one`: all but the 2 largest have less than 10 % of
    the largest, so that the second can work out the first. Raises ValueError for a negative contribution.
    """
    sizes = np.sort(np.asarray(contributions, dtype=np.float64))[::-1]
    if (sizes < 0).any():
        raise ValueError("a contribution below 0; the rules of dominance are for amounts")
    total = float(sizes.sum())
    if total == 0:
        return Dominance(by_few=False, by_one=False)
    few = float(sizes[: int(release_limit("dominance_n"))].sum())
    rest = total - float(sizes[:2].sum())
    return Dominance(
        by_few=few > release_limit("dominance_k") * total,
        by_one=rest < release_limit("p_ratio") * float(sizes[0]),
    )


def redacted_statistics(
    frame: pl.DataFrame, *, n: str = "n", quantiles: Mapping[str, float] | None = None
) -> pl.DataFrame:
    """A table of means and quantiles by row, those without enough patients behind them emptied.

    Parameters
    ----------
    n
        The column with the patients behind a row. It is left as it is; `redacted_table` rounds it.
    quantiles
        Columns that are quantiles, each with its share (0.5: the median): shown with 10 patients on either
        side, the median with 10 in all. Every other column of numbers is shown from 10 patients on.
    """
    least, shares = release_limit("statistic_n"), dict(quantiles or {})
    kept = [name for name in frame.columns if name.lower() not in EXTREMES]
    changed = []
    for name in kept:
        if name == n or not frame.schema[name].is_numeric():
            continue
        share = shares.get(name, 0.5)
        sides = 1.0 if share == 0.5 else min(share, 1 - share)
        changed.append(pl.when(pl.col(n) * sides >= least).then(pl.col(name)).alias(name))
    return frame.select(kept).with_columns(changed)


def means_shown(patients: Sequence[float], *, least: float | None = None) -> tuple[bool, ...]:
    """Which groups' means may stand beside that of all groups together.

    A mean of fewer than `least` patients (10) is not shown. Since the mean of all is that of the groups by
    their numbers, one that is left over would follow: so the smallest others are not shown either, until two
    groups with `least` patients together are hidden.

    Parameters
    ----------
    patients
        Those behind each group's mean; together they are all.
    """
    fewest = release_limit("statistic_n") if least is None else least
    shown = [n >= fewest for n in patients]
    while True:
        hidden = [n for n, one in zip(patients, shown, strict=True) if not one and n]
        left = [(n, place) for place, (n, one) in enumerate(zip(patients, shown, strict=True)) if one]
        if not hidden or not left or (len(hidden) > 1 and sum(hidden) >= fewest):
            return tuple(shown)
        shown[min(left)[1]] = False
