"""A federated Cox model over 17 sites in one process, masks and guard on, against the bare kernel

17 sites of 100 patients, six covariates, stratified by site; the same rows and estimator pooled are the
kernel. Each figure is the median of several runs; a run starts with the order of the job and ends with the
result. The bare kernel's rounds are one process's sums of all rows, so the ratio holds everything that a
federation adds: 17 sorts in place of one, signatures, masks, ledgers on disk, guards and checks of every
house's steps. Then the kernel itself on the rows of federation.md, section 12, against R's coxph and
lifelines where these are installed: 2,982 rows (generated; the size of rotterdam) and a million.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import polars as pl

from bench.measure import Figure, Options, timed
from cimara.federation import local
from cimara.federation import run as run_federated
from cimara.federation.tables.studies import SimulatedStudy, table_study
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival

SITES, PATIENTS, COVARIATES, SEED = 17, 100, 6, 7
ESTIMATORS = ("cox_strat", "cox_shared", "fine_gray", "km")
GOAL_SECONDS, GOAL_RATIO, GOAL_R, GOAL_LIFELINES = 0.5, 10.0, 1.0, 10.0
SMALL, LARGE = 2_982, 1_000_000
RUNS, R_MOST = 5, 400
NAMES = tuple(f"x{column}" for column in range(COVARIATES))
IDS = [f"NL{number:02d}" for number in range(1, SITES + 1)]
SCRIPT = Path(__file__).parent / "peers" / "cox.R"


def run(options: Options) -> Iterator[Figure]:
    """Seconds of a federated run, its rounds, and times of the kernel against the peers."""
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    frame = cohort(SITES * PATIENTS)
    for estimator in ESTIMATORS:
        yield from _federated(estimator, frame)
    for n in (SMALL, LARGE):
        yield from _kernel(n, options.work)


def cohort(n: int) -> pl.DataFrame:
    """Brain metastases at 17 sites: a median survival of a year, whole days, a second cause."""
    dice = np.random.default_rng(SEED)
    covariates = np.column_stack((dice.normal(size=(n, 4)), dice.integers(0, 2, (n, 2))))
    linear = covariates @ [0.4, -0.3, 0.2, 0.0, 0.3, -0.2]
    death, end = dice.exponential(527 * np.exp(-linear)), dice.uniform(180, 1_460, n)
    happened = death <= end
    return pl.DataFrame(
        {
            "patient": np.arange(n), "site": np.arange(n) % SITES,
            "t": np.maximum(np.ceil(np.minimum(death, end)), 1.0), "e": happened.astype(np.int64),
            "how": np.where(happened, dice.integers(1, 3, n), 0),
        }
        | {name: covariates[:, place] for place, name in enumerate(NAMES)}
    )  # fmt: skip


def _study(estimator: str) -> SimulatedStudy:
    """One analysis on the monthly grid; indicators have levels, as a study file must name them."""
    covariates = [{"name": name} for name in NAMES[:4]]
    covariates += [{"name": name, "levels": ["0", "1"]} for name in NAMES[4:]]
    asked: dict[str, Any] = {"id": "A1", "estimator": estimator, "time": "t", "patient": "patient"}
    asked |= {"covariates": covariates} if estimator != "km" else {}
    competing = {"status": "how", "causes": {1: "necrosis", 2: "death"}, "cause": "necrosis"}
    asked |= competing if estimator == "fine_gray" else {"event": "e"}
    return table_study([asked], sites=IDS, grid="monthly", until=1_826.25)


def _federated(estimator: str, frame: pl.DataFrame) -> Iterator[Figure]:
    study = _study(estimator)
    tables = {IDS[code]: part for (code,), part in frame.partition_by("site", as_dict=True).items()}
    made = run_federated(study, "A1", transport=local(tables))
    seconds = median(timed(lambda: run_federated(study, "A1", transport=local(tables))) for _ in range(RUNS))
    goal = GOAL_SECONDS if estimator == "cox_strat" else None
    name = f"{estimator}, {SITES} sites of {PATIENTS}"
    yield Figure(f"{name}, masks and guard on", seconds, "s", goal, detail=f"{made.rounds} rounds")
    if estimator != "cox_strat":
        return
    whole = _rows(frame)
    bare = median(timed(lambda: cox(_again(whole))) for _ in range(5 * RUNS))
    parts = [_again(part) for part in whole.split(whole.stratum_codes())]
    in_parts = median(timed(lambda: cox([_again(part) for part in parts])) for _ in range(5 * RUNS))
    yield Figure("the bare kernel, pooled rows", 1_000 * bare, "ms")
    yield Figure("the bare kernel, 17 parts", 1_000 * in_parts, "ms")
    yield Figure("federated over the kernel in 17 parts", seconds / in_parts, "x", GOAL_RATIO)
    apart = float(np.abs(made.value.coef - cox(whole).coef).max())
    yield Figure("largest difference of a coefficient", apart / 1e-15, "x 1e-15", 1e-10 / 1e-15)


def _rows(frame: pl.DataFrame) -> Survival:
    sites = tuple(str(code) for code in range(SITES))
    return Survival(
        covariates=np.asfortranarray(frame.select(NAMES).to_numpy().astype(np.float64)),
        names=NAMES,
        terms=NAMES,
        strata=Labels(frame["site"].to_numpy().astype(np.int64), sites),
        strata_columns=("site",),
        time=frame["t"].to_numpy().astype(np.float64),
        event=frame["e"].to_numpy() == 1,
        source_rows=np.arange(1, frame.height + 1),
    )


def _again(rows: Survival) -> Survival:
    """The same rows, not yet sorted."""
    return rows.take(np.ones(rows.n, dtype=bool))


def _kernel(n: int, work: Path) -> Iterator[Figure]:
    rows = _rows(cohort(n))
    rounds = 3 if n == LARGE else 5 * RUNS
    ours = median(timed(lambda: cox(_again(rows), ties="efron")) for _ in range(rounds))
    name = f"stratified Cox, {n:,} rows, {COVARIATES} covariates"
    yield Figure(name, 1_000 * ours, "ms")
    if shutil.which("Rscript"):
        peer = _in_r(rows, work)
        yield Figure(f"{name}: ours over coxph", ours / peer, "x", GOAL_R, detail=f"coxph {peer:.3f} s")
    if n == SMALL and find_spec("lifelines"):
        peer = _in_lifelines(rows)
        yield Figure(
            f"{name}: lifelines over ours", peer / ours, "x", GOAL_LIFELINES, at_least=True,
            detail=f"lifelines {peer:.3f} s",
        )  # fmt: skip


def _in_r(rows: Survival, work: Path) -> float:
    """Median seconds of coxph in R's own process, one thread."""
    assert rows.strata is not None
    folder = work / "federation_kernels"
    folder.mkdir(parents=True, exist_ok=True)
    nothing = np.zeros(rows.n)
    columns = np.column_stack((nothing, rows.time, rows.event, rows.strata.codes, nothing, rows.covariates))
    columns.astype("<f8").T.tofile(folder / "rows.bin")
    asked = [str(one) for one in (rows.n, COVARIATES, 1, 0, 0)]
    command = ["Rscript", str(SCRIPT), str(folder / "rows.bin"), *asked]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(  # noqa: S603  (our own command)
        command, check=True, capture_output=True, text=True, env=environment, timeout=R_MOST
    )
    return float(median(json.loads(done.stdout)["seconds"]))


def _in_lifelines(rows: Survival) -> float:
    import pandas as pd
    from lifelines import CoxPHFitter

    assert rows.strata is not None
    frame = pd.DataFrame(rows.covariates, columns=list(rows.names))
    frame["time"], frame["event"], frame["site"] = rows.time, rows.event, rows.strata.codes
    named: dict[str, Any] = {"duration_col": "time", "event_col": "event", "strata": ["site"]}
    return median(timed(lambda: CoxPHFitter().fit(frame, **named)) for _ in range(3))
