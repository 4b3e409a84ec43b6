"""How long a row with a competing event stays in the risk sets, and with which weight.

After its event it is carried along with weight K(t-)/K(T-), K = G H: G the Kaplan-Meier estimate of not being
censored yet, H that of having entered already (Fine & Gray 1999, section 3; Geskus 2011, section 3). Where K
falls to 0, or nobody had entered before, a segment ends, and no row is carried into the next one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.models.fine_gray_options import CensorTies
from cimara.outcomes.models.fine_gray_places import PlaceCounts, Places

WHOLE = 1 - 1e-10
"""A share of the rows at risk above this is all of them, but for rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class CarriedWeights:
    """By censoring group and place (groups x N).

    Parameters
    ----------
    log_weight
        log K(t-), from 0 at the first place of each segment.
    segment_first, segment_last
        First and last place of the segment that a place lies in.
    censorable, enterable
        Weight of those at risk of being censored at a place, and of those that are in, or come in, there.
    gaps
        How many segments end before the last time of their stratum.
    """

    log_weight: FloatArray
    segment_first: IntArray
    segment_last: IntArray
    censorable: FloatArray
    enterable: FloatArray
    gaps: int


def carried_weights(places: Places, counts: PlaceCounts, ties: CensorTies) -> CarriedWeights:
    """K at every place from what was counted there."""
    left = counts.events + counts.competing
    at_risk = suffix_sums(places, left + counts.censored - counts.entered)
    censorable = at_risk - left if ties is CensorTies.AFTER_EVENTS else at_risk
    some = counts.censored > 0
    share = np.divide(counts.censored, censorable, out=np.zeros_like(at_risk), where=some)
    broken = share > WHOLE
    factors = np.log1p(-np.where(broken, 0.0, share))
    enterable = np.zeros((places.groups, 0))
    if places.delayed:
        enterable = at_risk - left - counts.censored + counts.entered
        late = counts.entered > 0
        share = np.divide(counts.entered, enterable, out=np.zeros_like(at_risk), where=late)
        alone = share > WHOLE
        factors -= np.log1p(-np.where(alone, 0.0, share))
        broken |= alone
    if places.groups > 1:
        broken |= _last_seen(places, left + counts.censored > 0)
    strata_end = places.first[1:] - 1
    gaps = int(broken.sum() - broken[:, strata_end].sum()) if places.delayed else 0
    broken[:, strata_end] = True
    first, last = _segments(broken)
    log_weight = np.cumsum(factors, axis=1) - factors
    log_weight -= np.take_along_axis(log_weight, first, axis=1)
    return CarriedWeights(log_weight, first, last, censorable, enterable, gaps)


def suffix_sums(places: Places, values: FloatArray) -> FloatArray:
    """Sums (groups x N) over a place and all later ones of its stratum."""
    running = np.cumsum(values[:, ::-1], axis=1)[:, ::-1]
    if len(places.first) == 2:
        return running
    after = np.concatenate((running, np.zeros((len(values), 1))), axis=1)[:, places.first[1:]]
    return np.asarray(running - np.repeat(after, np.diff(places.first), axis=1))


def _last_seen(places: Places, leaves: BoolArray) -> BoolArray:
    """The last place of each group in each stratum at which one of its rows leaves: beyond it G is 0."""
    return leaves & (suffix_sums(places, leaves.astype(np.float64)) < 1.5)


def _segments(broken: BoolArray) -> tuple[IntArray, IntArray]:
    place = np.arange(broken.shape[1])
    last = np.where(broken, place, len(place))
    last = np.minimum.accumulate(last[:, ::-1], axis=1)[:, ::-1]
    begins = np.concatenate((np.ones((len(broken), 1), dtype=bool), broken[:, :-1]), axis=1)
    return np.maximum.accumulate(np.where(begins, place, 0), axis=1), last
