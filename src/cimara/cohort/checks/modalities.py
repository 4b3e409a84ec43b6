"""Which modalities of local therapy are radiosurgery, radiotherapy, whole-brain, or have no dose."""

from __future__ import annotations

RADIOSURGERY = ("srs_gk", "srs_linac", "srs_robotic")
WHOLE_BRAIN = ("wbrt", "ha_wbrt")
IMPLANTED = ("brachytherapy",)
"""Radiotherapy that is not given in fractions."""
FRACTIONATED = (*RADIOSURGERY, "hfsrt", *WHOLE_BRAIN, "partial_brain", "proton")
RADIOTHERAPY = (*FRACTIONATED, *IMPLANTED)
RESECTIONS = ("surgery_gtr", "surgery_str")
"""Surgery that leaves a cavity."""
WITHOUT_DOSE = (*RESECTIONS, "biopsy", "litt")
