"""Choices that regressions of hazards and of subdistribution hazards share."""

from __future__ import annotations

from enum import StrEnum


class SmallSample(StrEnum):
    """Correction of the robust variance for few clusters."""

    NONE = "none"
    CR1 = "cr1"
    """C/(C-1) times the variance, and Student's t with C-1 degrees of freedom."""


class Baseline(StrEnum):
    """Which rows share a baseline hazard."""

    STRATIFIED = "stratified"
    """Those of one stratum, and a stratum lies inside one part."""
    COMMON = "common"
    """Those of one stratum over all parts, which agree a grid of times."""


def few_clusters(count: float, small_sample: SmallSample) -> str:
    """What a reader must know of a robust variance that rests on so few clusters."""
    if count < 2:
        return "one cluster says nothing of a variance: no robust standard errors"
    if small_sample is SmallSample.CR1:
        return f"{count:.0f} clusters: even corrected, the robust variance rests on few"
    return (
        f"{count:.0f} clusters: the robust variance is too small; small_sample='cr1' corrects it and uses "
        "Student's t"
    )
