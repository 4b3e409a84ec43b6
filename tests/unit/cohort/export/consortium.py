"""A small synthetic consortium, made once for the tests of exports and quality."""

from __future__ import annotations

from functools import lru_cache

from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import SynthOptions


@lru_cache(maxsize=1)
def sites() -> dict[str, Dataset]:
    """Three sites of forty patients each, by site."""
    return dict(synth_consortium(SynthOptions(seed=11, patients=120, sites=3)).datasets)


@lru_cache(maxsize=1)
def cohort() -> Dataset:
    """All of them in one data set."""
    return pooled(sites().values())
