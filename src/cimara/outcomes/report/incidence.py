"""Cumulative incidences of competing causes as the report tells them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from cimara.outcomes.comparisons.gray import GrayTest
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.incidence_curve import EVENT_FREE, AalenJohansenFit, IncidenceCurve
from cimara.outcomes.figures.cumulative_incidence import plot_cumulative_incidence
from cimara.outcomes.report.drawing import drawings
from cimara.outcomes.report.findings import Cell, Estimate, Findings, Sheet, once
from cimara.outcomes.report.group_tests import (
    Again,
    GroupTest,
    test_estimates,
    test_options,
    test_tables,
    test_words,
    tested_by,
    tests_of,
)
from cimara.outcomes.report.numbers import listed
from cimara.outcomes.report.plan_words import FigureKind
from cimara.outcomes.report.survival import CENSORING, cluster_count
from cimara.outcomes.report.task import Task
from cimara.outcomes.report.wording import (
    by_groups,
    cause_label,
    counted_text,
    group_label,
    level_text,
    percent_text,
    told_options,
    with_level,
)
from cimara.outcomes.rows import CompetingRisks

ADD_UP = "Competing events are events, not censorings: all causes and the event-free add up to 1."


def incidence_findings(task: Task, rows: CompetingRisks, again: Again) -> Findings:
    """Aalen-Johansen of rows; `again` makes them with the strata of the test."""
    entry = task.analysis
    fit = aalen_johansen(
        rows, variance=entry.variance or "ij", conf_type=entry.conf_type, conf_level=entry.conf_level
    )
    tests, refused = tests_of(task, again)
    own = tests.get(task.cause)
    others = [cause_label(one, task.endpoint) for one in fit.causes if one != task.cause]
    options: dict[str, object] = {
        "variance": fit.variance,
        "conf_type": str(fit.conf_type),
        "conf_level": fit.conf_level,
    }
    return Findings(
        method="Aalen-Johansen estimate of the cumulative incidence of "
        f"{cause_label(task.cause, task.endpoint)}{by_groups(task.plan, entry.by)}, competing with "
        f"{listed(others) or 'nothing'}; {fit.variance} variance, "
        f"pointwise {level_text(fit.conf_level)} on the {fit.conf_type} scale{tested_by(entry, tests)}.",
        options=told_options(options | test_options(entry)),
        sentence=_sentence(task, fit, own),
        n=fit.n,
        events=fit.events[task.cause],
        clusters=cluster_count([one.clusters for one in fit.curves], fit.n),
        estimates=(*_estimates(task, fit), *test_estimates(task, tests)),
        tables=(
            _at_times(task, fit),
            *test_tables(tests),
            Sheet.of("curve", "All steps of the curves", fit.table(), shown=False),
        ),
        figures=drawings(task, {FigureKind.CUMULATIVE_INCIDENCE: lambda: _figure(task, fit, tests)}),
        assumptions=(CENSORING, ADD_UP),
        warnings=once((*fit.warnings, *(note for one in tests.values() for note in one.warnings))),
        unmet=refused,
        r_call=(fit.r_call, *(one.r_call for one in tests.values())),
        dropped=tuple(rows.dropped.items()),
        decided_by=own.p if own else None,
    )


def _figure(task: Task, fit: AalenJohansenFit, tests: dict[str, GroupTest]) -> Any:
    """The curves, their causes under the names that the report calls them by."""
    words = {one: cause_label(one, task.endpoint) for one in fit.causes}
    causes = tuple(words.values())
    named = replace(
        fit,
        causes=causes,
        curves=tuple(replace(one, causes=causes) for one in fit.curves),
        events={words[cause]: events for cause, events in fit.events.items()},
    )
    gray = [
        replace(one, cause=words[cause])
        for cause, one in tests.items()
        if isinstance(one, GrayTest) and len(fit.curves) > 1
    ]
    label = cause_label(task.endpoint.name, task.endpoint)
    return plot_cumulative_incidence(named, endpoint=label, unit=task.endpoint.unit, gray=gray)


def _group(task: Task, curve: IncidenceCurve) -> str:
    return group_label(task.plan, task.analysis.by, curve.group)


def _at(task: Task, curve: IncidenceCurve) -> list[dict[str, Any]]:
    """Rows of all causes at the planned times, or at the end of the curve; with all events of the cause."""
    totals = dict(zip(curve.causes, curve.events.sum(axis=0).tolist(), strict=True))
    times = task.analysis.times or (curve.last_time,)
    frame = curve.at(times).filter(pl.col("cause") != EVENT_FREE)
    return [row | {"total": totals[row["cause"]]} for row in frame.iter_rows(named=True)]


def _estimates(task: Task, fit: AalenJohansenFit) -> list[Estimate]:
    return [
        Estimate(
            measure=f"cumulative incidence at {row['time']:g} {task.endpoint.unit}",
            of=f"{_group(task, curve)}, {cause_label(row['cause'], task.endpoint)}",
            estimate=row["probability"],
            lower=row["lower"],
            upper=row["upper"],
            n=curve.n,
            events=row["total"],
        )
        for curve in fit.curves
        for row in _at(task, curve)
    ]


def _at_times(task: Task, fit: AalenJohansenFit) -> Sheet:
    rows: list[tuple[Cell, ...]] = [
        (
            _group(task, curve),
            cause_label(row["cause"], task.endpoint),
            row["time"],
            row["at_risk"],
            row["total"],
            percent_text(row["probability"], row["lower"], row["upper"]),
        )
        for curve in fit.curves
        for row in _at(task, curve)
    ]
    unit = task.endpoint.unit.capitalize()
    share = f"Cumulative incidence ({level_text(fit.conf_level)})"
    where = "At the planned times" if task.analysis.times else "At the end of each curve"
    head = ("Group", "Cause", unit, "At risk", "Events in all", share)
    return Sheet(name="at-times", title=where, columns=head, rows=tuple(rows))


def _sentence(task: Task, fit: AalenJohansenFit, test: GroupTest | None) -> str:
    told = []
    for curve in fit.curves:
        row = [one for one in _at(task, curve) if one["cause"] == task.cause][-1]
        share = percent_text(row["probability"], row["lower"], row["upper"])
        who = f"{_group(task, curve)} " if len(fit.curves) > 1 else ""
        counts = counted_text(curve.n, row["total"])
        told.append(
            f"{who}{with_level(share, fit.conf_level)} by {row['time']:g} {task.endpoint.unit} ({counts})"
        )
    label = cause_label(task.cause, task.endpoint)
    return f"Cumulative incidence of {label}: {'; '.join(told)}{test_words(test)}."
