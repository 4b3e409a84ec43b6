"""Cox's model: strata, clusters and time-varying rows against R's coxph and lifelines

The generated cohort of `specs/statistics.md`, section 7: 17 unequal sites, 2.2 lesions a patient that share a
frailty, ten covariates, whole-day times (heavy ties). Each figure is the median of five fits (25 at 1,700
rows, three at a million; of the peer one where it takes over ten seconds), data in memory, sorting included,
one thread. The peers need Rscript with survival, and lifelines; without them there is no ratio. Coefficients
and standard errors are compared in the same run.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

import numpy as np

from bench.measure import Figure, Options, timed
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival

SIZES = (1_700, 100_000, 1_000_000)
SITES, COVARIATES, LESIONS, SEED = 17, 10, 2.2, 7
SCRIPT = Path(__file__).parent / "peers" / "cox.R"
GOAL_CLUSTERED_100K, GOAL_SECONDS_1M, GOAL_SECONDS_1700 = 20.0, 3.0, 0.010
GOAL_ANY, GOAL_BYTES, GOAL_AGREE = 2.0, 400.0, 1e-6
LIFELINES_MOST = 100_000
PEER_MOST = 400


@dataclass(frozen=True)
class Task:
    """One model: what it uses beside the covariates."""

    name: str
    strata: bool = False
    cluster: bool = False
    counting: bool = False

    def rows(self, cohort: Survival) -> Survival:
        """The rows of the cohort with what the model uses and nothing else."""
        changed: dict[str, Any] = {}
        if not self.strata:
            changed |= {"strata": None, "strata_columns": ()}
        if not self.cluster:
            changed["cluster"] = None
        return replace(cohort, **changed)


TASKS = (
    Task("Efron"),
    Task("17 strata", strata=True),
    Task("17 strata + cluster", strata=True, cluster=True),
    Task("time-varying, strata", strata=True, counting=True),
    Task("time-varying, strata + cluster", strata=True, cluster=True, counting=True),
)


def run(options: Options) -> Iterable[Figure]:
    """Seconds of ours and the peers', their ratio, the largest difference, and memory a row."""
    for n in SIZES:
        cohorts = {counting: cohort(n, counting=counting) for counting in (False, True)}
        for task in TASKS:
            yield from _measured(task, task.rows(cohorts[task.counting]), options.work)
    yield memory(SIZES[-1], continuous=False)
    yield memory(SIZES[-1], continuous=True)


def cohort(n: int, *, counting: bool = False, continuous: bool = False) -> Survival:
    """The generated rows; with `counting` about half of them begin later, where a row was split."""
    random = np.random.default_rng(SEED)
    patients = int(n / LESIONS)
    patient = np.sort(random.integers(0, patients, n))
    site = random.choice(SITES, patients, p=random.dirichlet(np.full(SITES, 2.0)))[patient]
    normal = random.normal(size=(n, COVARIATES - 4))
    covariates = np.asfortranarray(np.column_stack((normal, random.integers(0, 2, (n, 4)))))
    frailty = random.gamma(2, 0.5, patients)[patient]
    hazard = 0.001 * frailty * np.exp(covariates @ np.linspace(-0.5, 0.5, COVARIATES))
    happens, ends = random.exponential(1 / hazard), random.uniform(0, 1_500, n)
    time = np.minimum(happens, ends) if continuous else np.ceil(np.minimum(happens, ends))
    start = None
    if counting:
        start = np.floor(time * random.uniform(0, 0.9, n) * random.integers(0, 2, n))
    names = tuple(f"x{column}" for column in range(COVARIATES))
    return Survival(
        covariates=covariates,
        names=names,
        terms=names,
        strata=Labels(site.astype(np.int64), tuple(str(one) for one in range(SITES))),
        strata_columns=("site",),
        cluster=patient.astype(np.int64),
        time=time,
        start=start,
        event=happens <= ends,
        source_rows=np.arange(1, n + 1),
    )


def _measured(task: Task, rows: Survival, work: Path) -> Iterator[Figure]:
    name = f"{task.name}, {rows.n:,} rows"
    ours = json.loads(alone(_FITS, str(rows.n), str(TASKS.index(task)), str(_rounds(rows.n))))
    seconds = median(ours["seconds"])
    clustered = task.name == "17 strata + cluster"
    goal = {SIZES[0]: GOAL_SECONDS_1700, SIZES[-1]: GOAL_SECONDS_1M}.get(rows.n) if clustered else None
    detail = (
        f"{ours['steps']} steps; fastest {1_000 * min(ours['seconds']):,.2f}, CPU {1_000 * ours['cpu']:,.2f}"
    )
    yield Figure(name, 1_000 * seconds, "ms", 1_000 * goal if goal else None, detail=detail)
    if shutil.which("Rscript"):
        yield from _against_r(task, rows, ours, seconds, work)
    if find_spec("lifelines") and rows.n <= LIFELINES_MOST and not task.counting:
        yield from _against_lifelines(task, rows, seconds)


def _rounds(n: int) -> int:
    return 3 if n >= SIZES[-1] else 5 if n > SIZES[0] else 25


def fits(n: int, task: Task, rounds: int) -> dict[str, Any]:
    """Seconds of `rounds` fits of rows not yet sorted, processor seconds of one, and its estimates."""
    rows = task.rows(cohort(n, counting=task.counting))
    fit = cox(replace(rows))
    began = process_time()
    seconds = [timed(lambda: cox(replace(rows))) for _ in range(rounds)]
    cpu = (process_time() - began) / rounds
    estimates = {"coef": fit.coef.tolist(), "se": fit.se.tolist(), "loglik": fit.loglik}
    return {"seconds": seconds, "cpu": cpu, "steps": fit.iterations} | estimates


def alone(script: str, *given: str) -> str:
    """What a Python of its own prints, with one thread."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", script, *given]
    return subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True, env=environment
    ).stdout


def _against_r(
    task: Task, rows: Survival, ours: dict[str, Any], seconds: float, work: Path
) -> Iterator[Figure]:
    name = f"{task.name}, {rows.n:,} rows"
    goal = GOAL_CLUSTERED_100K if task.name == "17 strata + cluster" and rows.n == SIZES[1] else GOAL_ANY
    try:
        theirs = json.loads(_in_r(task, rows, work))
    except subprocess.TimeoutExpired:
        detail = f"coxph was stopped after {PEER_MOST} s"
        yield Figure(
            f"{name}: coxph over ours, at least", PEER_MOST / seconds, "x", goal, at_least=True, detail=detail
        )
        return
    peer = median(theirs["seconds"])
    detail = f"{theirs['versions']}, {len(theirs['seconds'])} fits"
    yield Figure(f"{name}: coxph", 1_000 * peer, "ms", detail=detail)
    yield Figure(f"{name}: coxph over ours", peer / seconds, "x", goal, at_least=True)
    apart = max(
        float(np.max(np.abs(np.array(ours[said]) / np.array(theirs[said]) - 1)))
        for said in ("coef", "se", "loglik")
    )
    yield Figure(f"{name}: largest relative difference, in billionths", 1e9 * apart, "", 1e9 * GOAL_AGREE)


def _in_r(task: Task, rows: Survival, work: Path) -> str:
    folder = work / "cox"
    folder.mkdir(parents=True, exist_ok=True)
    strata = np.zeros(rows.n) if rows.strata is None else rows.strata.codes
    cluster = np.zeros(rows.n) if rows.cluster is None else rows.cluster
    start = np.zeros(rows.n) if rows.start is None else rows.start
    columns = np.column_stack((start, rows.time, rows.event, strata, cluster, rows.covariates))
    columns.astype("<f8").T.tofile(folder / "rows.bin")
    asked = [str(int(flag)) for flag in (rows.n, COVARIATES, task.strata, task.cluster, task.counting)]
    command = ["Rscript", str(SCRIPT), str(folder / "rows.bin"), *asked]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    return subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True, env=environment, timeout=PEER_MOST
    ).stdout


def _against_lifelines(task: Task, rows: Survival, seconds: float) -> Iterator[Figure]:
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(rows.covariates, columns=list(rows.names))
    frame["time"], frame["event"] = rows.time, rows.event
    named: dict[str, Any] = {"duration_col": "time", "event_col": "event"}
    if rows.strata is not None:
        frame["site"], named["strata"] = rows.strata.codes, ["site"]
    if rows.cluster is not None:
        frame["patient"], named["cluster_col"] = rows.cluster, "patient"
    first = timed(lambda: CoxPHFitter().fit(frame, **named))
    more = [timed(lambda: CoxPHFitter().fit(frame, **named)) for _ in range(4 if first < 10 else 0)]
    peer = median([first, *more])
    yield Figure(f"{task.name}, {rows.n:,} rows: lifelines over ours", peer / seconds, "x")


def memory(n: int, *, continuous: bool) -> Figure:
    """Peak bytes a row above the input of a stratified, clustered fit, in a process of its own."""
    kind = "continuous" if continuous else "whole-day"
    found = float(alone(_ALONE, str(n), str(int(continuous))))
    return Figure(f"peak above the input, {n:,} rows, {kind} times", found, "bytes a row", GOAL_BYTES)


_FITS = """
import json, sys
from bench.cox import TASKS, fits
n, task, rounds = (int(given) for given in sys.argv[1:])
print(json.dumps(fits(n, TASKS[task], rounds)))
"""
_ALONE = """
import re, sys
from bench.cox import cohort
from cimara.outcomes.models.cox import cox
def kilobytes(what):
    return int(re.search(what + r":\\s+(\\d+)", open("/proc/self/status").read())[1])
cox(cohort(1000))
n = int(sys.argv[1])
rows = cohort(n, continuous=bool(int(sys.argv[2])))
open("/proc/self/clear_refs", "w").write("5")
before = kilobytes("VmRSS")
cox(rows)
print((kilobytes("VmHWM") - before) * 1024 / n)
"""
