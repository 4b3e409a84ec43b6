"""Simulated coverage of Fine-Gray intervals: independent rows, and lesions of patients.

The full size (2,000 replicates; statistics.md, Done means 7) runs where CIMARA_MANY is set.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.rows import CompetingRisks

MANY = bool(os.environ.get("CIMARA_MANY"))
REPLICATES = 2_000 if MANY else 150
PATIENTS, LESIONS, SHARE = 400, 2.2, 0.5
EFFECTS = np.array([0.5, -0.4])


def simulated(random: np.random.Generator, *, clustered: bool) -> CompetingRisks:
    """Rows whose subdistribution hazard ratios are exp(EFFECTS) (Fine & Gray 1999, section 5).

    F1(t given x) = 1 - (1 - SHARE(1 - exp(-t)))^exp(x'b); the other cause is exponential. Clustered: lesions
    of a patient share their covariates, and half of the random numbers behind them.
    """
    n = int(PATIENTS * LESIONS) if clustered else PATIENTS
    patient = np.sort(random.integers(0, PATIENTS, n)) if clustered else np.arange(n)
    covariates = np.column_stack((random.normal(size=n), random.integers(0, 2, n)))[patient]
    relative = np.exp(covariates @ EFFECTS)
    which, when = (_shared(random, patient, clustered) for _ in range(2))
    ever = 1 - (1 - SHARE) ** relative
    first = which < ever
    inner = (1 - (1 - (1 - when * ever) ** (1 / relative)) / SHARE).clip(1e-12)
    time = np.where(first, -np.log(inner), -np.log(when.clip(1e-12)) / np.exp(0.3 * covariates[:, 0]))
    ends = random.uniform(0.5, 3, n)
    return CompetingRisks(
        covariates=np.asfortranarray(covariates),
        names=("size", "adc"),
        terms=("size", "adc"),
        cluster=patient if clustered else None,
        time=np.minimum(time, ends),
        status=np.where(time > ends, 0, np.where(first, 1, 2)).astype(np.int64),
        causes=("necrosis", "death"),
        source_rows=np.arange(1, n + 1),
    )


def _shared(random: np.random.Generator, patient: np.ndarray, clustered: bool) -> np.ndarray:
    """Uniform numbers, of which lesions of a patient have the same one half of the time."""
    n = len(patient)
    own, common = random.random(n), random.random(n)[patient]
    return np.where(clustered & (random.random(n) < 0.5), common, own)


def covered(*, clustered: bool) -> np.ndarray:
    """The share of replicates whose interval holds the truth, for each coefficient."""
    found = []
    for replicate in np.random.default_rng(20_250_630).spawn(REPLICATES):
        fit = fine_gray(simulated(replicate, clustered=clustered), cause="necrosis")
        found.append((np.log(fit.shr_lower) <= EFFECTS) & (np.log(fit.shr_upper) >= EFFECTS))
    return np.mean(found, axis=0)


@pytest.mark.parametrize("clustered", [False, True], ids=["independent", "clusters"])
def test_coverage(clustered):
    low, high = (0.935, 0.965) if MANY else (0.88, 0.995)
    share = covered(clustered=clustered)
    print(f"coverage of {REPLICATES} replicates: {share}")
    assert ((share >= low) & (share <= high)).all()
