"""A site beside the others: funnel limits for shares, standardised difference and distance for numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm, wasserstein_distance  # type: ignore[import-untyped]

from cimara.cohort.quality.summary import Share

WINSORISED = 0.05
"""Share of sites at each end whose score is pulled in before overdispersion is taken (Spiegelhalter 2005)."""
ALPHA = 0.002
"""Sites beyond the limits of 99.8 % are flagged."""
FEWEST_SITES = 3
LARGE_DIFFERENCE = 0.5
"""A standardised mean difference from here on is flagged."""


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """A site in a funnel: its share, the limits at its size, how far out it is in standard errors.

    `z` is divided by the square root of the overdispersion, so that 3.09 is the limit of 99.8 %.
    """

    site: str
    share: Share
    lower: float
    upper: float
    z: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A number of a site against that of all other sites together.

    `smd` is the difference of means in pooled standard deviations, `wasserstein` the distance of the two
    distributions in the unit of the number.
    """

    site: str
    variable: str
    n: int
    smd: float | None
    wasserstein: float | None
    flagged: bool


def funnel(shares: Mapping[str, Share]) -> list[FunnelPoint]:
    """Shares of one kind over sites, with limits that allow for overdispersion.

    On the arcsine scale, on which the standard error depends on the size alone (Spiegelhalter 2005, appendix
    A.3.1): the score of a site is compared with the pooled share, scores are winsorised by 5 %, and their
    mean square, if above 1, widens the limits. Fewer than three sites give no point.
    """
    held = {site: one for site, one in shares.items() if one.n > 0}
    if len(held) < FEWEST_SITES:
        return []
    part, total = sum(one.part for one in held.values()), sum(one.n for one in held.values())
    target = math.asin(math.sqrt(part / total))
    scores = {site: 2 * math.sqrt(one.n) * (_arcsine(one) - target) for site, one in held.items()}
    spread = math.sqrt(max(1.0, overdispersion(list(scores.values()))))
    reach = float(norm.isf(ALPHA / 2)) * spread
    points = []
    for site, one in held.items():
        width = reach / (2 * math.sqrt(one.n))
        lower, upper = (math.sin(_within(target + sign * width)) ** 2 for sign in (-1, 1))
        z = scores[site] / spread
        points.append(FunnelPoint(site, one, lower, upper, z, abs(scores[site]) > reach))
    return points


def overdispersion(scores: Sequence[float]) -> float:
    """Mean square of the scores after 5 % at each end are pulled to the next (Spiegelhalter 2005)."""
    lower, upper = np.quantile(scores, [WINSORISED, 1 - WINSORISED])
    return float(np.mean(np.clip(scores, lower, upper) ** 2))


def differences(values: Mapping[str, NDArray[np.float64]], variable: str) -> list[Difference]:
    """A number at each site against the other sites together; `values` are its values by site."""
    made = []
    for site, own in values.items():
        rest = [other for name, other in values.items() if name != site]
        others = np.concatenate(rest) if rest else np.empty(0)
        if own.size < 2 or others.size < 2:
            made.append(Difference(site, variable, own.size, None, None, False))
            continue
        spread = math.sqrt((float(own.var(ddof=1)) + float(others.var(ddof=1))) / 2)
        smd = (float(own.mean()) - float(others.mean())) / spread if spread > 0 else None
        distance = float(wasserstein_distance(own, others))
        flagged = smd is not None and abs(smd) >= LARGE_DIFFERENCE
        made.append(Difference(site, variable, own.size, smd, distance, flagged))
    return made


def mahalanobis(vectors: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Distance of each site's vector of figures from the mean of all, in the metric of their spread.

    Empty where there are not at least two sites more than figures: the spread could not be told.
    """
    matrix = np.array(list(vectors.values()), dtype=np.float64)
    if matrix.size == 0 or len(vectors) < matrix.shape[1] + 2:
        return {}
    centred = matrix - matrix.mean(axis=0)
    inverse = np.linalg.pinv(centred.T @ centred / (len(vectors) - 1))
    squares = np.einsum("ij,jk,ik->i", centred, inverse, centred)
    return {site: math.sqrt(max(0.0, float(one))) for site, one in zip(vectors, squares, strict=True)}


def _arcsine(share: Share) -> float:
    return math.asin(math.sqrt(share.part / share.n))


def _within(angle: float) -> float:
    return min(max(angle, 0.0), math.pi / 2)
