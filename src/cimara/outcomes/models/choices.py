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
