"""Runs the analyses of curves: Kaplan-Meier, cumulative incidence, and both after a landmark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from cimara.outcomes.curves.landmark import landmark
from cimara.outcomes.in_all import in_all
from cimara.outcomes.report.findings import Findings, Sheet
from cimara.outcomes.report.incidence import incidence_findings
from cimara.outcomes.report.survival import survival_findings
from cimara.outcomes.report.task import Task, Timed, as_competing
from cimara.outcomes.rows import CompetingRisks


def run_kaplan_meier(task: Task) -> Findings:
    """Survival by group, with medians, and the test of the groups."""
    return survival_findings(task, task.group_rows(), lambda strata: task.group_rows(strata=strata))


def run_cumulative_incidence(task: Task) -> Findings:
    """Cumulative incidence of every cause by group, and Gray's test."""

    def competing(strata: Sequence[str]) -> CompetingRisks:
        return as_competing(task.group_rows(strata=strata), task.endpoint.name)

    return incidence_findings(task, competing(()), competing)


def run_landmark(task: Task) -> Findings:
    """Curves of those still at risk at the landmark, grouped by what was known then."""
    entry = task.analysis
    at = entry.at or 0.0

    def at_landmark(strata: Sequence[str]) -> Timed:
        rows = task.rows(group=entry.by, strata=strata, varying=entry.time_varying)
        if isinstance(rows, CompetingRisks):
            return landmark(rows, at=at, restart=entry.restart).rows
        return landmark(rows, at=at, restart=entry.restart).rows

    rows = task.rows(group=entry.by, varying=entry.time_varying)
    if isinstance(rows, CompetingRisks):
        competing = landmark(rows, at=at, restart=entry.restart)
        made, left, call = (
            incidence_findings(task, competing.rows, at_landmark),
            competing.left_out,
            competing.r_call,
        )
    else:
        single = landmark(rows, at=at, restart=entry.restart)
        made, left, call = survival_findings(task, single.rows, at_landmark), single.left_out, single.r_call
    where = f"{at:g} {task.endpoint.unit}"
    clock = "times count from the landmark" if entry.restart else "times count from the start"
    if task.plan.by_sites:
        left = left.with_columns(pl.Series("n", in_all("left out by the landmark", left["n"])).cast(pl.Int64))
    out = int(left["n"].sum())
    return replace(
        made,
        method=f"Landmark analysis at {where}; {clock}. {made.method}",
        options=(("landmark", where), ("clock", clock), *made.options),
        tables=(*made.tables, Sheet.of("left-out", f"Not at risk at {where}", left)),
        r_call=(call, *made.r_call),
        left_out=((f"not at risk at {where}", out),) if out else (),
    )
