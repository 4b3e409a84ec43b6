"""Synthetic consortia that several tests look at, made once."""

from __future__ import annotations

from functools import cache

import polars as pl

from cimara.cohort.dataset import Dataset, pooled
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SyntheticConsortium, SynthOptions

PATIENTS = 680
SCENARIOS = (Scenario.RN_TREATED, Scenario.SRS_COHORT)


@cache
def consortium(
    scenario: Scenario, *, seed: int = 1, patients: int = PATIENTS, missing: bool = True
) -> SyntheticConsortium:
    """A consortium of 17 sites."""
    return synth_consortium(SynthOptions(seed=seed, scenario=scenario, patients=patients, missing=missing))


@cache
def charts(scenario: Scenario, *, missing: bool = True) -> Dataset:
    """The charts of all its sites."""
    return pooled(consortium(scenario, missing=missing).datasets.values())


def differences(one: Dataset, other: Dataset) -> list[str]:
    """Tables and columns in which two data sets differ, whatever the order of their rows."""
    found = []
    for name in sorted({*one.n_rows, *other.n_rows}):
        key = list(one.model.entity(name).key)
        first, second = one.frame(name).sort(key), other.frame(name).sort(key)
        if first.height != second.height:
            found.append(f"{name}: {first.height} and {second.height} rows")
            continue
        empty = pl.Series([None] * first.height, dtype=pl.String)
        found += [
            f"{name}.{column}"
            for column in sorted({*first.columns, *second.columns})
            if not first.to_dict().get(column, empty).equals(second.to_dict().get(column, empty))
        ]
    return found
