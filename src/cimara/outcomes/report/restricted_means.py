"""Runs restricted means: of survival, or of the time lost to each competing cause."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.outcomes.curves.contrasts import Contrast
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.curves.rmtl import restricted_time_lost
from cimara.outcomes.in_all import in_all
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.report.endpoint_rows import grid_times
from cimara.outcomes.report.findings import Estimate, Findings, Sheet
from cimara.outcomes.report.numbers import p_value
from cimara.outcomes.report.plan_words import AskedTestKind
from cimara.outcomes.report.task import Task, Timed, unmet
from cimara.outcomes.report.wording import (
    cause_label,
    counted_text,
    endpoint_label,
    group_label,
    in_sentence,
    level_text,
    time_text,
    told_options,
    with_level,
)
from cimara.outcomes.rows import CompetingRisks

MOST_LEVELS = 10
AT_RISK = 10
"""Fewest rows at risk at a horizon that was not planned, in a study over sites."""


def run_rmst(task: Task) -> Findings:
    """Restricted means by group at the plan's horizon."""
    return _restricted(task, task.group_rows(), task.analysis.by, task.analysis.tau or 0.0, "")


def restricted_findings(task: Task, exposure: str) -> Findings | None:
    """Restricted means by the exposure's levels, beside a hazard ratio that changes with time.

    The horizon is the plan's; without one it is the smallest of the groups' last times, and says so.
    """
    rows = task.rows(group=exposure)
    assert rows.group is not None
    held = np.bincount(rows.group.codes, minlength=len(rows.group.levels))
    present = np.flatnonzero(in_all("rows by group", held) if task.plan.by_sites else held)
    if not 2 <= len(present) <= MOST_LEVELS:
        return None
    tau, note = task.analysis.tau, ""
    if not tau:
        tau, note = _reached_by_sites(task, rows) if task.plan.by_sites else _reached(rows)
        note = f" (the horizon was not planned: the last time that {note})"
    try:
        return _restricted(task, rows, exposure, tau, note)
    except NotEstimable as refusal:
        told = ModelWarning(refusal.code, f"restricted mean not shown: {refusal.problem}", refusal.columns)
        return Findings(method="", options=(), sentence="", n=rows.n, events=0.0, warnings=(told,))


def _reached(rows: Timed) -> tuple[float, str]:
    """The last time that every group reaches, and what that is called."""
    assert rows.group is not None
    codes = rows.group.codes
    return min(float(rows.time[codes == code].max()) for code in np.unique(codes)), "every group reaches"


def _reached_by_sites(task: Task, rows: Timed) -> tuple[float, str]:
    """The last time of the plan's grid with enough rows at risk in every group; 0 where there is none.

    The longest time of anybody would tell of a single patient, and is no sum.
    """
    assert rows.group is not None
    grid = grid_times(task.plan, task.endpoint)
    start = np.zeros(rows.n) if rows.start is None else rows.start
    at_risk = [
        [int(((rows.group.codes == code) & (start < time) & (rows.time >= time)).sum()) for time in grid]
        for code in range(len(rows.group.levels))
    ]
    total = in_all("at risk by group", np.reshape(at_risk, (len(rows.group.levels), len(grid))))
    some = total[total.max(axis=1, initial=0) > 0]
    enough = np.flatnonzero((some >= AT_RISK).all(axis=0)) if len(some) else np.zeros(0, dtype=np.int64)
    tau = float(grid[enough[-1]]) if len(enough) else 0.0
    return tau, f"at least {AT_RISK} of every group are at risk at"


def _restricted(task: Task, rows: Timed, by: str, tau: float, note: str) -> Findings:
    if tau <= 0:
        raise NotEstimable(Concern.TAU_TOO_LATE, "no horizon", hint="Say tau= in the plan.")
    return (
        _lost(task, rows, by, tau, note)
        if isinstance(rows, CompetingRisks)
        else _mean(task, rows, by, tau, note)
    )


def _mean(task: Task, rows: Timed, by: str, tau: float, note: str) -> Findings:
    assert not isinstance(rows, CompetingRisks)
    entry, unit = task.analysis, task.endpoint.unit
    reference = entry.reference or None
    fit = rmst(rows, tau=tau, conf_level=entry.conf_level, reference=reference)
    arms = [
        Estimate(
            measure=f"restricted mean to {tau:g}, {unit}",
            of=group_label(task.plan, by, one.group),
            estimate=one.rmst,
            lower=one.lower,
            upper=one.upper,
            n=one.n,
            events=one.events,
        )
        for one in fit.arms
    ]
    contrasts = [_contrast(task, by, one, "", unit, (fit.n, fit.events)) for one in fit.contrasts]
    difference = next((one for one in fit.contrasts if one.measure == "difference"), None)
    label = endpoint_label(task.endpoint)
    said = "; ".join(
        f"{one.of} {with_level(time_text(one.estimate, one.lower, one.upper), entry.conf_level)} {unit}"
        for one in arms
    )
    tail = f"; difference {_told(difference, unit)}" if difference else ""
    asked = entry.test
    odd = asked is not None and asked.kind is not AskedTestKind.DIFFERENCE
    return Findings(
        method=f"Restricted mean of {in_sentence(label)} to {tau:g} {unit}{note}, {fit.variance} variance, "
        f"{level_text(fit.conf_level)}; difference on the normal, ratios on the log scale.",
        options=told_options({"tau": tau, "variance": fit.variance, "conf_level": fit.conf_level,
                              "reference": fit.reference}),
        sentence=f"{label}, mean of the first {tau:g} {unit}: {said}{tail} "
        f"({counted_text(fit.n, fit.events)}).",
        n=fit.n,
        events=fit.events,
        estimates=(*arms, *contrasts),
        tables=(
            Sheet.of("restricted-means", f"Restricted means to {tau:g} {unit}{note}", _worded(fit.table())),
        ),
        assumptions=("Every group was observed to the horizon.",),
        warnings=fit.warnings,
        unmet=(unmet(f"the test {asked.kind} is not run on restricted means"),) if odd and asked else (),
        r_call=(fit.r_call,),
        dropped=tuple(rows.dropped.items()),
        decided_by=difference.p if difference else None,
    )  # fmt: skip


def _lost(task: Task, rows: CompetingRisks, by: str, tau: float, note: str) -> Findings:
    entry, unit = task.analysis, task.endpoint.unit
    fit = restricted_time_lost(rows, tau=tau, conf_level=entry.conf_level, reference=entry.reference or None)
    events = fit.events[task.cause]
    arms = [
        Estimate(
            measure=f"mean time lost by {tau:g}, {unit}",
            of=f"{group_label(task.plan, by, one.group)}, {cause_label(one.cause, task.endpoint)}",
            estimate=one.time_lost,
            lower=one.lower,
            upper=one.upper,
            n=one.n,
            events=one.events,
        )
        for one in fit.lost
    ]
    contrasts = [
        _contrast(task, by, one, cause_label(cause, task.endpoint), unit, (fit.n, fit.events[cause]))
        for cause, one in fit.contrasts
    ]
    own = [one for cause, one in fit.contrasts if cause == task.cause and one.measure == "difference"]
    groups = {one.group: one for one in fit.lost if one.cause == task.cause}
    said = "; ".join(
        f"{group_label(task.plan, by, name)} "
        f"{with_level(time_text(one.time_lost, one.lower, one.upper), entry.conf_level)} {unit}"
        for name, one in groups.items()
    )
    tail = f"; difference {_told(own[0], unit)}" if own else ""
    label = cause_label(task.cause, task.endpoint)
    return Findings(
        method=f"Restricted mean time lost to each cause by {tau:g} {unit}{note}, {fit.variance} variance, "
        f"{level_text(fit.conf_level)}.",
        options=told_options({"tau": tau, "variance": fit.variance, "conf_level": fit.conf_level,
                              "reference": fit.reference}),
        sentence=f"Of the first {tau:g} {unit}, mean time lost to {label}: {said}{tail} "
        f"({counted_text(fit.n, events)}).",
        n=fit.n,
        events=events,
        estimates=(*arms, *contrasts),
        tables=(Sheet.of("time-lost", f"Mean time lost by {tau:g} {unit}{note}", _worded(fit.table())),),
        assumptions=("Every group was observed to the horizon; competing events are events.",),
        warnings=fit.warnings,
        r_call=(fit.r_call,),
        dropped=tuple(rows.dropped.items()),
        decided_by=own[0].p if own else None,
    )  # fmt: skip


MEASURES = {
    "rmst": "restricted mean",
    "time_lost": "mean time lost",
    "rmtl_ratio": "ratio of mean time lost",
}


def _worded(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("measure").replace(MEASURES)).drop("tau")


def _contrast(
    task: Task, by: str, one: Contrast, cause: str, unit: str, counts: tuple[int, float]
) -> Estimate:
    pair = f"{group_label(task.plan, by, one.group)} against {group_label(task.plan, by, one.reference)}"
    measure = MEASURES.get(one.measure, one.measure)
    return Estimate(
        measure=f"{measure}, {unit}" if measure == "difference" else measure,
        of=f"{pair}, {cause}" if cause else pair,
        estimate=one.estimate,
        lower=one.lower,
        upper=one.upper,
        p=one.p,
        n=counts[0],
        events=counts[1],
    )


def _told(one: Contrast, unit: str) -> str:
    p = "" if one.p is None else f", {p_value(one.p)}"
    return f"{time_text(one.estimate, one.lower, one.upper)} {unit}{p}"
