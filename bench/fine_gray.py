"""Fine and Gray's model with its standard error: against cmprsk, and survival's finegray with coxph

The generated cohort of `specs/statistics.md`, section 7: 17 unequal sites, 2.2 lesions a patient that share a
frailty, ten covariates, whole-day times (heavy ties), necrosis with death competing, uniform censoring. Data
in memory, sorting included, one thread; the median of at least five fits of ours, and of up to three of the
peers (one where a fit takes over five seconds). Coefficients and standard errors are compared in the same
run. The peers need Rscript with survival and cmprsk; without them there is no ratio. finegray writes its
expanded rows to memory, so it is asked for no more than `EXPANDED_MOST`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench.measure import Figure, Options, timed
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.models.fine_gray import fine_gray
from cimara.outcomes.rows import CompetingRisks

SITES, COVARIATES, LESIONS, SEED = 17, 10, 2.2, 7
SCRIPT = Path(__file__).parent / "peers" / "fine_gray.R"
SMALL, MIDDLE, LARGE, LARGEST = 1_700, 20_000, 100_000, 1_000_000
GOAL_MS = {SMALL: 10.0, LARGE: 1_000.0}
GOAL_CMPRSK = {MIDDLE: 500.0}
GOAL_FINEGRAY, EXPANDED_MOST = 50.0, 5_000
GOAL_BYTES = 400.0
GOAL_AGREE = {"finegray": 1e-5, "cmprsk": 1e-3}
"""crr stops early by its default `gtol`: at 20,000 rows, 4e-4 standard errors from its own maximum."""


def run(options: Options) -> Iterable[Figure]:
    """Milliseconds of ours, the peers' time over it, the largest difference, and memory a row."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    for n in (SMALL, EXPANDED_MOST, MIDDLE, LARGE, LARGEST):
        yield from _measured(cohort(n), options.work)
    clustered = _with_clusters(cohort(LARGE))
    yield Figure(f"17 strata + cluster, {LARGE:,} rows", 1_000 * _seconds(clustered), "ms")
    for continuous in (False, True):
        yield memory(LARGEST, continuous=continuous)


def cohort(n: int, *, continuous: bool = False) -> CompetingRisks:
    """The generated rows, without strata and clusters in use."""
    random = np.random.default_rng(SEED)
    patients = int(n / LESIONS)
    patient = np.sort(random.integers(0, patients, n))
    normal = random.normal(size=(n, COVARIATES - 4))
    covariates = np.asfortranarray(np.column_stack((normal, random.integers(0, 2, (n, 4)))))
    frailty = random.gamma(2, 0.5, patients)[patient]
    effects = np.linspace(-0.5, 0.5, COVARIATES)
    necrosis = random.exponential(1 / (0.0006 * frailty * np.exp(covariates @ effects)))
    death = random.exponential(1 / (0.0009 * np.exp(-0.5 * (covariates @ effects))))
    ends = random.uniform(0, 1_500, n)
    first = np.minimum(np.minimum(necrosis, death), ends)
    names = tuple(f"x{column}" for column in range(COVARIATES))
    return CompetingRisks(
        covariates=covariates,
        names=names,
        terms=names,
        time=first if continuous else np.ceil(first),
        status=np.where(first == ends, 0, np.where(first == necrosis, 1, 2)).astype(np.int64),
        causes=("necrosis", "death"),
        source_rows=np.arange(1, n + 1),
    )


def _with_clusters(rows: CompetingRisks) -> CompetingRisks:
    random = np.random.default_rng(SEED + 1)
    patients = int(rows.n / LESIONS)
    patient = np.sort(random.integers(0, patients, rows.n))
    site = random.choice(SITES, patients, p=random.dirichlet(np.full(SITES, 2.0)))[patient]
    levels = tuple(str(one) for one in range(SITES))
    return replace(rows, strata=Labels(site.astype(np.int64), levels), cluster=patient.astype(np.int64))


def _fit(rows: CompetingRisks) -> Any:
    return fine_gray(rows, cause="necrosis")


def _seconds(rows: CompetingRisks) -> float:
    _fit(replace(rows))
    rounds = 25 if rows.n <= SMALL else 5
    return median(timed(lambda: _fit(replace(rows))) for _ in range(rounds))


def _measured(rows: CompetingRisks, work: Path) -> Iterator[Figure]:
    seconds = _seconds(rows)
    rounds = _fit(rows).rounds
    goal = GOAL_MS.get(rows.n)
    yield Figure(f"{rows.n:,} rows", 1_000 * seconds, "ms", goal, detail=f"{rounds} rounds")
    if not shutil.which("Rscript"):
        return
    if rows.n <= MIDDLE and rows.n != EXPANDED_MOST:
        yield from _against("cmprsk", rows, seconds, GOAL_CMPRSK.get(rows.n), work)
    if rows.n <= EXPANDED_MOST:
        yield from _against("finegray", rows, seconds, GOAL_FINEGRAY, work)


def _against(
    peer: str, rows: CompetingRisks, seconds: float, goal: float | None, work: Path
) -> Iterator[Figure]:
    work.mkdir(parents=True, exist_ok=True)
    file = work / "fine_gray.bin"
    np.column_stack((rows.time, rows.status, rows.covariates)).astype("<f8").T.tofile(file)
    command = ["Rscript", str(SCRIPT), str(file), str(rows.n), str(COVARIATES), peer]
    said = subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"}
    ).stdout
    theirs = json.loads(said)
    taken = median(theirs["seconds"])
    name = f"{peer}, {rows.n:,} rows"
    detail = f"{theirs['versions']}, {len(theirs['seconds'])} fits, peak {theirs['peak']:.0f} MiB"
    yield Figure(name, 1_000 * taken, "ms", detail=detail)
    yield Figure(f"{name}: over ours", taken / seconds, "x", goal, at_least=True)
    options = {} if peer == "cmprsk" else {"censor_ties": "after_events", "weight_variance": False}
    fit = fine_gray(rows, cause="necrosis", **options)
    apart = max(
        float(np.max(np.abs(fit.coef - theirs["coef"]) / fit.se)),
        float(np.max(np.abs(fit.se / theirs["se"] - 1))),
    )
    goal = 1e6 * GOAL_AGREE[peer]
    yield Figure(f"{name}: largest difference, in millionths of an SE", 1e6 * apart, "", goal)


def memory(n: int, *, continuous: bool) -> Figure:
    """Peak bytes a row above the input, in a process of its own."""
    command = [sys.executable, "-c", _ALONE, str(n), str(int(continuous))]
    found = subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True
    ).stdout
    kind = "continuous" if continuous else "whole-day"
    goal = None if continuous else GOAL_BYTES
    return Figure(f"peak above the input, {n:,} rows, {kind} times", float(found), "bytes a row", goal)


_ALONE = """
import re, sys
from bench.fine_gray import cohort
from cimara.outcomes.models.fine_gray import fine_gray
def kilobytes(what):
    return int(re.search(what + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
fine_gray(cohort(1000), cause="necrosis")
n = int(sys.argv[1])
rows = cohort(n, continuous=bool(int(sys.argv[2])))
open("/proc/self/clear_refs", "w").write("5")
before = kilobytes("VmRSS")
fine_gray(rows, cause="necrosis")
print((kilobytes("VmHWM") - before) * 1024 / n)
"""
