"""Runs every analysis of a plan, whatever becomes of each, and reuses what has not changed."""

from __future__ import annotations

import hashlib
import json
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.report.curves import run_cumulative_incidence, run_kaplan_meier, run_landmark
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.findings import Findings, Result, Status
from cimara.outcomes.report.models import run_model
from cimara.outcomes.report.numbers import p_value
from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import Kind
from cimara.outcomes.report.rates import run_rate
from cimara.outcomes.report.restricted_means import run_rmst
from cimara.outcomes.report.sites import run_heterogeneity
from cimara.outcomes.report.task import Task
from cimara.outcomes.report.weighting import run_propensity
from cimara.terms.errors import CimaraError

RUNNERS: dict[Kind, Callable[[Task], Findings]] = {
    Kind.KAPLAN_MEIER: run_kaplan_meier,
    Kind.CUMULATIVE_INCIDENCE: run_cumulative_incidence,
    Kind.RMST: run_rmst,
    Kind.LANDMARK: run_landmark,
    Kind.COX: run_model,
    Kind.FINE_GRAY: run_model,
    Kind.HETEROGENEITY: run_heterogeneity,
    Kind.PROPENSITY: run_propensity,
    Kind.RATE: run_rate,
}


def run_plan(
    plan: Plan,
    data: DataFolder,
    *,
    code_hash: str,
    cache: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> tuple[Result, ...]:
    """The results of all analyses in the order of the plan.

    Parameters
    ----------
    code_hash
        Of the code that runs them; a result in the cache is reused while data, entry and code are the same.
    cache
        Folder of results, made where it is not there; None: none is kept.
    progress
        Told of each analysis as it begins.
    """
    found, keys = [], set()
    for analysis in plan.analyses:
        key = cache_key(plan, data, analysis, code_hash)
        keys.add(key)
        kept = None if cache is None else _kept(cache, key)
        if progress is not None:
            progress(f"{analysis.id}: {'unchanged, reused' if kept else analysis.kind}")
        result = kept or run_analysis(plan, data, analysis)
        if cache is not None and kept is None and result.status is not Status.FAILED:
            _keep(cache, key, result)
        found.append(result)
    if cache is not None:
        _forget_others(cache, keys)
    return tuple(remarked(found))


def run_analysis(plan: Plan, data: DataFolder, analysis: Analysis) -> Result:
    """One analysis; what goes wrong is said in its result."""
    try:
        return analysed(Task(plan, data, analysis))
    except CimaraError as error:
        return Result(analysis=analysis, status=Status.FAILED, message=str(error))
    except Exception as error:  # every planned analysis appears, whatever happened to it
        told = f"an error of the program ({type(error).__name__} at {_place(error)}); please report it"
        return Result(analysis=analysis, status=Status.FAILED, message=told)


def analysed(task: Task) -> Result:
    """One analysis, one that cannot be estimated included; every other fault is raised."""
    analysis = task.analysis
    runner = RUNNERS.get(analysis.kind)
    if runner is None:
        told = f"the report does not run {analysis.kind}; its design says how it is decided"
        return Result(
            analysis=analysis, status=Status.NOT_ESTIMABLE, code=Concern.NOT_SUPPORTED, message=told
        )
    try:
        findings = runner(task)
    except NotEstimable as refusal:
        return Result(
            analysis=analysis,
            status=Status.NOT_ESTIMABLE,
            code=str(refusal.code),
            message=str(refusal).removeprefix(f"{refusal.code}: "),
        )
    if findings.unmet:
        first = findings.unmet[0]
        return Result(
            analysis=analysis,
            status=Status.NOT_ESTIMABLE,
            code=str(first.code),
            message=first.message,
            findings=findings,
        )
    return Result(analysis=analysis, status=Status.DONE, findings=findings)


def _place(error: Exception) -> str:
    """File and line of an error; its message may hold data and is not told."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{Path(last.filename).name} line {last.lineno}"


def cache_key(plan: Plan, data: DataFolder, analysis: Analysis, code_hash: str) -> str:
    """SHA-256 of all that can change a result."""
    others = [one for one in plan.analyses if one.id == analysis.of]
    content = [
        code_hash,
        data.files,
        msgspec.to_builtins((plan.study, plan.population, plan.endpoints, plan.covariates)),
        msgspec.to_builtins((analysis, others, plan.figures_of(analysis.id))),
        [plan.grid, plan.cells, plan.by_sites, dict(plan.causes), sorted(plan.of_lesions)],
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _kept(cache: Path, key: str) -> Result | None:
    path = cache / f"{key}.json"
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except msgspec.MsgspecError:
        return None


def _forget_others(cache: Path, keys: set[str]) -> None:
    for path in cache.glob("*.json"):
        if path.stem not in keys:
            path.unlink()


def _keep(cache: Path, key: str, result: Result) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    aside = cache / f"{key}.part"
    aside.write_bytes(msgspec.json.encode(result))
    aside.replace(cache / f"{key}.json")


def remarked(results: list[Result]) -> Iterator[Result]:
    """Results with what the order of testing says of them."""
    by_id = {one.analysis.id: one for one in results}
    for one in results:
        first = by_id.get(one.analysis.only_if)
        yield one if first is None else replace(one, remarks=(*one.remarks, _gate(first)))


def _gate(first: Result) -> str:
    name = first.analysis.id
    p = first.findings.decided_by if first.findings else None
    test = first.analysis.test
    alpha = (test.alpha if test else 0.05) * (2 if test and test.sided == 1 else 1)
    if p is None:
        return f"To be read only if {name} rejected, which has no test: exploratory."
    if p <= alpha:
        return f"Tested because {name} rejected ({p_value(p)} against {alpha:g}, two-sided)."
    return f"Exploratory: {name} did not reject ({p_value(p)} against {alpha:g}, two-sided)."
