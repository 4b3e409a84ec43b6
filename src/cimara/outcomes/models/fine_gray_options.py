"""What can be chosen for a Fine-Gray model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.outcomes.models.choices import Baseline, SmallSample


class CensorTies(StrEnum):
    """Whether a row with an event at day t could still have been censored then."""

    WITH_EVENTS = "with_events"
    """Yes: it counts in the censoring risk set of day t (as cmprsk::crr)."""
    AFTER_EVENTS = "after_events"
    """No: censoring comes after the events of its day (as survival::finegray)."""


class CensoringVariance(StrEnum):
    """With censoring groups: which events a censoring weight's uncertainty is carried to."""

    CMPRSK = "cmprsk"
    """Those of the same group (as cmprsk::crr with cengroup)."""
    FULL = "full"
    """Those of all groups, which is the complete formula."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FineGrayOptions:
    """All choices of one fit; `cause` is the name of the cause of interest.

    With `censoring_groups` the column `group` of the rows divides the censoring distribution; with
    `weight_variance` the variance carries that the censoring distribution was estimated.
    """

    cause: str
    baseline: Baseline = Baseline.STRATIFIED
    censoring_groups: bool = False
    censoring_variance: CensoringVariance = CensoringVariance.CMPRSK
    censor_ties: CensorTies = CensorTies.WITH_EVENTS
    weight_variance: bool = True
    small_sample: SmallSample = SmallSample.NONE
    confidence: float = 0.95
    grid: tuple[float, ...] | None = None
