"""Kaplan-Meier curves as the report tells them."""

from __future__ import annotations

from collections.abc import Sequence

from cimara.outcomes.comparisons.log_rank import LogRankTest
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.survival_curve import KaplanMeierFit, SurvivalCurve
from cimara.outcomes.figures.kaplan_meier import plot_kaplan_meier
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
from cimara.outcomes.report.plan_words import FigureKind
from cimara.outcomes.report.task import Task, Timed
from cimara.outcomes.report.wording import (
    by_groups,
    counted_text,
    endpoint_label,
    group_label,
    in_sentence,
    level_text,
    percent_text,
    time_text,
    told_options,
    with_level,
)

CENSORING = (
    "Censoring tells nothing of the prognosis: those censored fare as those of their group who stay under "
    "observation."
)


def survival_findings(task: Task, rows: Timed, again: Again) -> Findings:
    """Kaplan-Meier of rows; `again` makes them with the strata of the test."""
    entry = task.analysis
    fit = kaplan_meier(rows, conf_type=entry.conf_type, conf_level=entry.conf_level)
    tests, refused = tests_of(task, again)
    test = next(iter(tests.values()), None)
    options: dict[str, object] = {
        "variance": fit.variance,
        "conf_type": str(fit.conf_type),
        "conf_level": fit.conf_level,
    }
    return Findings(
        method=f"Kaplan-Meier estimate of {in_sentence(endpoint_label(task.endpoint))}"
        f"{by_groups(task.plan, entry.by)}, {fit.variance} variance, "
        f"pointwise {level_text(fit.conf_level)} on the {fit.conf_type} scale"
        f"{tested_by(entry, tests)}.",
        options=told_options(options | test_options(entry)),
        sentence=_sentence(task, fit, test),
        n=fit.n,
        events=fit.events,
        clusters=cluster_count([one.clusters for one in fit.curves], fit.n),
        estimates=(*_estimates(task, fit), *test_estimates(task, tests)),
        tables=(
            _medians(task, fit),
            *([_at_times(task, fit)] if entry.times else []),
            *test_tables(tests),
            Sheet.of("curve", "All steps of the curves", fit.table(), shown=False),
        ),
        figures=drawings(
            task,
            {
                FigureKind.KAPLAN_MEIER: lambda: plot_kaplan_meier(
                    fit,
                    endpoint=in_sentence(endpoint_label(task.endpoint)),
                    unit=task.endpoint.unit,
                    log_rank=test if isinstance(test, LogRankTest) else None,
                )
            },
        ),
        assumptions=(CENSORING,),
        warnings=once((*fit.warnings, *(note for one in tests.values() for note in one.warnings))),
        unmet=refused,
        r_call=(fit.r_call, *(one.r_call for one in tests.values())),
        dropped=tuple(rows.dropped.items()),
        decided_by=test.p if test else None,
    )


def cluster_count(found: Sequence[int | None], n: int) -> int | None:
    """Clusters of all groups; None where there are none, or each row is one."""
    known = [one for one in found if one is not None]
    return sum(known) if known and sum(known) < n else None


def _group(task: Task, curve: SurvivalCurve) -> str:
    return group_label(task.plan, task.analysis.by, curve.group)


def _estimates(task: Task, fit: KaplanMeierFit) -> list[Estimate]:
    found = []
    for curve in fit.curves:
        middle, events, unit = curve.median, float(curve.events.sum()), task.endpoint.unit
        found.append(
            Estimate(
                measure=f"median, {unit}",
                of=_group(task, curve),
                estimate=middle.time,
                lower=middle.lower,
                upper=middle.upper,
                n=curve.n,
                events=events,
            )
        )
        found += [
            Estimate(
                measure=f"survival at {row['time']:g} {unit}",
                of=_group(task, curve),
                estimate=row["survival"],
                lower=row["lower"],
                upper=row["upper"],
                n=curve.n,
                events=events,
            )
            for row in curve.at(task.analysis.times or (0.0,)).iter_rows(named=True)
            if task.analysis.times
        ]
    return found


def _medians(task: Task, fit: KaplanMeierFit) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for curve in fit.curves:
        middle = curve.median
        text = time_text(middle.time, middle.lower, middle.upper)
        rows.append((_group(task, curve), curve.n, float(curve.events.sum()), text))
    head = ("Group", "n", "Events", f"Median, {task.endpoint.unit} ({level_text(fit.conf_level)})")
    return Sheet(name="medians", title="Medians", columns=head, rows=tuple(rows))


def _at_times(task: Task, fit: KaplanMeierFit) -> Sheet:
    rows: list[tuple[Cell, ...]] = []
    for curve in fit.curves:
        for row in curve.at(task.analysis.times).iter_rows(named=True):
            share = percent_text(row["survival"], row["lower"], row["upper"])
            rows.append((_group(task, curve), row["time"], row["at_risk"], row["events"], share))
    unit = task.endpoint.unit.capitalize()
    head = ("Group", unit, "At risk", "Events so far", f"Survival ({level_text(fit.conf_level)})")
    return Sheet(name="at-times", title="At the planned times", columns=head, rows=tuple(rows))


def _sentence(task: Task, fit: KaplanMeierFit, test: GroupTest | None) -> str:
    told, unit, level = [], task.endpoint.unit, fit.conf_level
    for curve in fit.curves:
        who = f"{_group(task, curve)} " if len(fit.curves) > 1 else ""
        counts = counted_text(curve.n, float(curve.events.sum()))
        if task.analysis.times:
            last = task.analysis.times[-1]
            row = curve.at([last]).row(0, named=True)
            share = with_level(percent_text(row["survival"], row["lower"], row["upper"]), level)
            told.append(f"{who}{share} at {last:g} {unit} ({counts})")
        else:
            middle = curve.median
            text = with_level(time_text(middle.time, middle.lower, middle.upper), level)
            told.append(f"{who}median {text} {unit} ({counts})")
    return f"{endpoint_label(task.endpoint)}: {'; '.join(told)}{test_words(test)}."
