"""Runs rates: a share with exact limits, and its exact test against a fixed rate."""

from __future__ import annotations

import polars as pl
from scipy import stats  # type: ignore[import-untyped]

from cimara.outcomes.endpoints.binary import clopper_pearson
from cimara.outcomes.in_all import in_all
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.report.endpoint_rows import STATUS
from cimara.outcomes.report.findings import Estimate, Findings, Sheet
from cimara.outcomes.report.numbers import p_value
from cimara.outcomes.report.plan_words import AskedTestKind
from cimara.outcomes.report.task import Task, unmet
from cimara.outcomes.report.wording import (
    counted_text,
    endpoint_label,
    group_label,
    level_text,
    percent_text,
    told_options,
)


def run_rate(task: Task) -> Findings:
    """The share with the event by group; of one group also tested against the plan's fixed rate."""
    entry = task.analysis
    frame = task.found.frame.select(
        (pl.col(STATUS) == 1).alias("event"),
        (pl.col(entry.by).cast(pl.String) if entry.by else pl.lit("")).alias("group"),
    )
    kept = frame.drop_nulls()
    groups = _groups(task, kept)
    if not groups:
        raise NotEstimable(Concern.NO_EVENTS, "there are no rows of which a share could be given")
    estimates, rows = [], []
    for group, n, events in groups:
        lower, upper = clopper_pearson(events, n, entry.conf_level)
        name = group_label(task.plan, entry.by, group)
        estimates.append(
            Estimate(
                measure="rate", of=name, estimate=events / n, lower=lower, upper=upper, n=n, events=events
            )
        )
        rows.append((name, n, events, percent_text(events / n, lower, upper)))
    total, events = sum(one[1] for one in groups), sum(one[2] for one in groups)
    p, refused = _tested(task, total, events)
    lost = frame.height - kept.height
    if task.plan.by_sites:
        lost = int(in_all("rows without a group", [lost])[0])
    label = endpoint_label(task.endpoint)
    told = "; ".join(f"{row[0]}: {row[3]}" for row in rows) if entry.by else rows[0][3]
    tail = f"; exact test {p_value(p)}" if p is not None else ""
    head = ("Group", "n", "Events", f"Rate ({level_text(entry.conf_level)}, exact)")
    return Findings(
        method=f"Share with {label}, exact {level_text(entry.conf_level)} after Clopper and Pearson.",
        options=told_options(
            {"conf_level": entry.conf_level, "null": entry.test.null if entry.test else None}
        ),
        sentence=f"{label}: {told}{tail} ({counted_text(total, events)}).",
        n=total,
        events=events,
        estimates=tuple(estimates),
        tables=(Sheet(name="rates", title="Rates", columns=head, rows=tuple(rows)),),
        assumptions=("Rows are independent of each other; those not evaluable count as without the event.",),
        unmet=refused,
        r_call=("binom.test(x, n)",),
        dropped=((entry.by, lost),) if lost else (),
        decided_by=p,
    )


def _groups(task: Task, kept: pl.DataFrame) -> list[tuple[str, int, int]]:
    """Each group with its rows and events; of all sites, where the study is one over sites."""
    counted = kept.group_by("group").agg(pl.len(), pl.col("event").sum()).sort("group")
    if not task.plan.by_sites:
        return list(counted.iter_rows())
    names = task.plan.covariate(task.analysis.by).levels if task.analysis.by else ("",)
    own = {str(name): (n, events) for name, n, events in counted.iter_rows()}
    total = in_all("rows and events by group", [own.get(name, (0, 0)) for name in names])
    return [(name, int(n), int(events)) for name, (n, events) in zip(names, total, strict=True) if n]


def _tested(task: Task, n: int, events: int) -> tuple[float | None, tuple[ModelWarning, ...]]:
    asked = task.analysis.test
    if asked is None:
        return None, ()
    if asked.kind is not AskedTestKind.EXACT or asked.null is None or task.analysis.by:
        told = f"the test {asked.kind} is not run by the report; its design says how to read it"
        return None, (unmet(told),)
    found = stats.binomtest(events, n, asked.null, alternative="greater")
    return float(found.pvalue), ()
