"""Runs rates: a share with exact limits, and its exact test against a fixed rate."""

from __future__ import annotations

import polars as pl
from scipy import stats  # type: ignore[import-untyped]

from cimara.outcomes.endpoints.binary import clopper_pearson
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
    if kept.is_empty():
        raise NotEstimable(Concern.NO_EVENTS, "there are no rows of which a share could be given")
    estimates, rows = [], []
    for group, n, events in (
        kept.group_by("group").agg(pl.len(), pl.col("event").sum()).sort("group").iter_rows()
    ):
        lower, upper = clopper_pearson(events, n, entry.conf_level)
        name = group_label(task.plan, entry.by, group)
        estimates.append(
            Estimate(
                measure="rate", of=name, estimate=events / n, lower=lower, upper=upper, n=n, events=events
            )
        )
        rows.append((name, n, events, percent_text(events / n, lower, upper)))
    p, refused = _tested(task, kept)
    label = endpoint_label(task.endpoint)
    told = "; ".join(f"{row[0]}: {row[3]}" for row in rows) if entry.by else rows[0][3]
    tail = f"; exact test {p_value(p)}" if p is not None else ""
    events = int(kept["event"].sum())
    head = ("Group", "n", "Events", f"Rate ({level_text(entry.conf_level)}, exact)")
    return Findings(
        method=f"Share with {label}, exact {level_text(entry.conf_level)} after Clopper and Pearson.",
        options=told_options(
            {"conf_level": entry.conf_level, "null": entry.test.null if entry.test else None}
        ),
        sentence=f"{label}: {told}{tail} ({counted_text(kept.height, events)}).",
        n=kept.height,
        events=events,
        estimates=tuple(estimates),
        tables=(Sheet(name="rates", title="Rates", columns=head, rows=tuple(rows)),),
        assumptions=("Rows are independent of each other; those not evaluable count as without the event.",),
        unmet=refused,
        r_call=("binom.test(x, n)",),
        dropped=((entry.by, frame.height - kept.height),) if kept.height < frame.height else (),
        decided_by=p,
    )


def _tested(task: Task, kept: pl.DataFrame) -> tuple[float | None, tuple[ModelWarning, ...]]:
    asked = task.analysis.test
    if asked is None:
        return None, ()
    if asked.kind is not AskedTestKind.EXACT or asked.null is None or task.analysis.by:
        told = f"the test {asked.kind} is not run by the report; its design says how to read it"
        return None, (unmet(told),)
    events = int(kept["event"].sum())
    found = stats.binomtest(events, kept.height, asked.null, alternative="greater")
    return float(found.pvalue), ()
