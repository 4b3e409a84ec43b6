"""Funnel of sites: how far an estimate may lie from the target at its precision, by chance alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy import special  # type: ignore[import-untyped]

from cimara.outcomes.contract import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable

WINSORISED = 0.1
LEVELS = (0.95, 0.998)


@dataclass(frozen=True, kw_only=True, eq=False)
class Funnel:
    """Sites against a target: `z` their distances in standard errors; limits at the site's own precision.

    `overdispersion` is the mean of the squared z, winsorised; limits widen by its root where it is above 1.
    """

    sites: tuple[str, ...]
    estimates: FloatArray
    se: FloatArray
    target: float
    z: FloatArray
    overdispersion: float
    widened: bool
    levels: tuple[float, ...]
    winsorised: float
    r_call: str = "target + c(-1, 1) * qnorm((1 + level) / 2) * se * sqrt(max(1, phi))"

    def limits(self, se: ArrayLike, level: float) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits at any standard errors, to draw the curves."""
        spread = np.sqrt(self.overdispersion) if self.widened else 1.0
        reach = special.ndtri((1 + level) / 2) * spread * np.asarray(se, dtype=np.float64)
        return self.target - reach, self.target + reach

    def table(self) -> pl.DataFrame:
        """One row a site: estimate, precision (1/se), z, limits, and the widest level it lies outside of."""
        columns: dict[str, object] = {
            "site": list(self.sites),
            "estimate": self.estimates,
            "se": self.se,
            "precision": 1 / self.se,
            "z": self.z,
        }
        outside = np.zeros(len(self.z))
        for level in self.levels:
            lower, upper = self.limits(self.se, level)
            columns |= {f"lower_{level:g}": lower, f"upper_{level:g}": upper}
            beyond = (self.estimates < lower) | (self.estimates > upper)
            outside = np.where(beyond, level, outside)
        return pl.DataFrame(columns | {"outside": [one or None for one in outside.tolist()]})


def site_funnel(
    estimates: ArrayLike,
    se: ArrayLike,
    *,
    target: float,
    sites: Sequence[str] = (),
    levels: tuple[float, ...] = LEVELS,
    winsorised: float = WINSORISED,
) -> Funnel:
    """Control limits of a funnel plot with winsorised multiplicative overdispersion.

    Parameters
    ----------
    estimates, se
        One a site, on the scale on which they are normal (log hazard ratios).
    target
        What all sites are held against: the stratified estimate.
    winsorised
        The share of z-scores at each end that are set to that quantile, so that outlying sites do not widen
        the limits they are judged by.

    Raises
    ------
    NotEstimable
        ONE_GROUP: fewer than two sites.

    Source: Spiegelhalter 2005, section 3.1 and appendix A.1 (winsorised phi).
    """
    y, spread = np.asarray(estimates, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if len(y) < 2:
        raise NotEstimable(Concern.ONE_GROUP, "a funnel needs at least two sites", columns=("site",))
    z = (y - target) / spread
    low, high = np.quantile(z, [winsorised, 1 - winsorised])
    factor = float(np.mean(np.clip(z, low, high) ** 2))
    return Funnel(
        sites=tuple(sites) or tuple(f"site {place}" for place in range(1, len(y) + 1)),
        estimates=y,
        se=spread,
        target=target,
        z=z,
        overdispersion=factor,
        widened=factor > 1,
        levels=levels,
        winsorised=winsorised,
    )
