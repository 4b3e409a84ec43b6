"""Prognostic classes: every state that a graded prognostic assessment tells apart, its share, and its median.

Points and medians are those of the public GPA calculator (verified; specification, section 12). They stand
here a second time, apart from `cohort.indices`, so that the one can be tested against the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from cimara.cohort.synth.day_laws import BoolArray, FloatArray, IntArray
from cimara.cohort.synth.draws import Texts

KPS = {60: 0.10, 70: 0.20, 80: 0.30, 90: 0.30, 100: 0.10}
EXTRACRANIAL = 0.55
MOST_LESIONS = 10
CONTINUES = 0.62
"""Probability of one more lesion, up to the most. Design."""
OLD = {60: 0.50, 70: 0.20}
"""Share at or above the age at which points are lost."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index: the age at which points are lost, medians by band in months, and kinds of tumour with shares.

    A kind is what the index knows of the tumour itself: its driver, its receptors, the haemoglobin.
    """

    old_at: int
    medians: tuple[float, ...]
    kinds: Mapping[str, float]


INDICES: Mapping[str, Index] = {
    "nsclc_adeno": Index(70, (6.9, 13.7, 26.5, 46.8), {"negative": 0.65, "positive": 0.35}),
    "nsclc_nonadeno": Index(70, (5.3, 9.8, 12.8), {"negative": 1.0}),
    "melanoma": Index(70, (4.9, 8.3, 15.8, 34.1), {"negative": 0.55, "positive": 0.45}),
    "breast": Index(
        60, (6.0, 12.9, 23.5, 36.3), {"basal": 0.25, "luminal_a": 0.25, "her2": 0.25, "luminal_b": 0.25}
    ),
    "renal": Index(70, (4.0, 12.0, 17.0, 35.0), {"low": 0.3, "middle": 0.3, "high": 0.4}),
    "gi_lower": Index(60, (3.4, 6.5, 10.8, 17.0), {"negative": 1.0}),
}
NO_INDEX_MEDIAN = 8.0
"""Median, in months, of tumours that no transcribed index covers. Design."""


@dataclass(frozen=True, slots=True)
class States:
    """The states of one group of tumours: shares sum to 1, `band` counts from 0, `median` is in months."""

    share: FloatArray
    kps: IntArray
    old: BoolArray
    extracranial: BoolArray
    lesions: IntArray
    kind: Texts
    band: IntArray
    median: FloatArray


@cache
def states_of(group: str) -> States:
    """All states of a group."""
    index = INDICES.get(group, Index(70, (NO_INDEX_MEDIAN,), {"negative": 1.0}))
    more = CONTINUES ** np.arange(MOST_LESIONS)
    counts = more - np.append(more[1:], 0.0)
    levels = (
        np.array(list(KPS)),
        np.array([False, True]),
        np.array([False, True]),
        np.arange(1, MOST_LESIONS + 1),
        np.array(list(index.kinds), dtype=object),
    )
    weights = (
        np.array(list(KPS.values())),
        np.array([1 - OLD[index.old_at], OLD[index.old_at]]),
        np.array([1 - EXTRACRANIAL, EXTRACRANIAL]),
        counts,
        np.array(list(index.kinds.values())),
    )
    places = [one.ravel() for one in np.meshgrid(*[np.arange(len(one)) for one in levels], indexing="ij")]
    kps, old, extracranial, lesions, kind = (
        level[place] for level, place in zip(levels, places, strict=True)
    )
    share = np.prod([weight[place] for weight, place in zip(weights, places, strict=True)], axis=0)
    points = _points(group, kps, old, extracranial, lesions, kind)
    band = (
        np.searchsorted([1.25, 2.25, 3.25], points)
        if group in INDICES
        else np.zeros(len(kps), dtype=np.int64)
    )
    return States(share, kps, old, extracranial, lesions, kind, band, np.array(index.medians)[band])


def _points(
    group: str, kps: IntArray, old: BoolArray, extracranial: BoolArray, lesions: IntArray, kind: Texts
) -> FloatArray:
    young, local = 0.5 * ~old, 1.0 * ~extracranial
    graded = np.select([kps >= 90, kps >= 80], [1.0, 0.5], 0.0)
    if group in ("nsclc_adeno", "nsclc_nonadeno"):
        return np.asarray(young + graded + local + 0.5 * (lesions <= 4) + 1.0 * (kind == "positive"))
    if group == "melanoma":
        few = np.select([lesions == 1, lesions <= 4], [1.0, 0.5], 0.0)
        return np.asarray(young + graded + local + few + 0.5 * (kind == "positive"))
    if group == "breast":
        graded = np.select([kps >= 90, kps >= 70], [1.0, 0.5], 0.0)
        subtype = np.select([kind == "luminal_a", kind == "basal"], [0.5, 0.0], 1.5)
        return np.asarray(young + graded + subtype + 0.5 * (lesions == 1) + 0.5 * local)
    if group == "renal":
        blood = np.select([kind == "low", kind == "middle"], [0.0, 0.5], 1.0)
        return np.asarray(2 * graded + 0.5 * local + blood + 0.5 * (lesions <= 4))
    few = np.select([lesions == 1, lesions <= 3], [1.0, 0.5], 0.0)
    return np.asarray(2 * graded + young + few + 0.5 * local)
