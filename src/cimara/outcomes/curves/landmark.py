"""Landmark analysis: those still at risk at a time, grouped by what was known of them then."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import BoolArray, IntArray, Labels
from cimara.outcomes.in_all import in_all
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import CompetingRisks, Survival

T = TypeVar("T", Survival, CompetingRisks)
REASONS = ("event by the landmark", "censored by the landmark", "entered after the landmark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark(Generic[T]):
    """Rows of those at risk at the landmark, ready for any curve, test or model, and who is left out.

    `left_out` counts subjects (ids, else rows) by reason and by the group of their last row.
    """

    rows: T
    time: float
    restarted: bool
    n: int
    left_out: pl.DataFrame
    r_call: str


def landmark(rows: T, *, at: float, restart: bool = True) -> Landmark[T]:
    """Those at risk at time `at`: start <= at < time; an event or a censoring exactly then is out.

    Parameters
    ----------
    at
        The landmark, from the plan.
    restart
        True: times count from the landmark. False: times stay, and everybody enters at the landmark.

    With an `id`, group, strata, covariates and weight are those of the row that covers the landmark, and
    the id's later rows follow on with them (Anderson, Cain and Gelber 1983).

    Raises
    ------
    NotEstimable
        Nobody is at risk at the landmark.
    """
    start = np.zeros(rows.n) if rows.start is None else rows.start
    covers = (start <= at) & (rows.time > at)
    if not in_all("at risk at the landmark", [covers.sum()])[0]:
        raise NotEstimable(Concern.NO_EVENTS, f"nobody is at risk at the landmark {at:g}")
    subject = np.arange(rows.n) if rows.id is None else np.unique(rows.id, return_inverse=True)[1]
    covering = np.full(int(subject.max(initial=-1)) + 1, -1, dtype=np.int64)
    covering[subject[covers]] = np.flatnonzero(covers)
    followed = covers | ((start > at) & (covering[subject] >= 0) if rows.id is not None else False)
    kept = _as_known(rows.take(followed), rows, covering[subject[followed]])
    return Landmark(
        rows=_retimed(kept, at, restart),
        time=at,
        restarted=restart,
        n=int((covering >= 0).sum()),
        left_out=_left_out(rows, subject, covering < 0, at),
        r_call=f"survfit(Surv(time - {at:g}, event) ~ group, subset = time > {at:g})"
        if restart
        else f"survfit(Surv(pmax(start, {at:g}), time, event) ~ group, subset = time > {at:g})",
    )


def _as_known(kept: T, rows: T, source: IntArray) -> T:
    """The kept rows with what the covering rows (`source`, one a kept row) say of their subject."""
    return replace(
        kept,
        covariates=np.asfortranarray(rows.covariates[source]),
        group=_labels(rows.group, source),
        strata=_labels(rows.strata, source),
        weights=None if rows.weights is None else rows.weights[source],
    )


def _labels(labels: Labels | None, source: IntArray) -> Labels | None:
    return None if labels is None else Labels(labels.codes[source], labels.levels)


def _retimed(kept: T, at: float, restart: bool) -> T:
    start = np.zeros(kept.n) if kept.start is None else kept.start
    entered = np.maximum(start, at)
    if not restart:
        return replace(kept, start=entered)
    late = kept.start is not None and bool(in_all("later entries", [(entered > at).sum()])[0])
    return replace(kept, time=kept.time - at, start=entered - at if late else None)


def _left_out(rows: Survival | CompetingRisks, subject: IntArray, out: BoolArray, at: float) -> pl.DataFrame:
    """Subjects not at risk at the landmark, by reason and group."""
    last = np.zeros(len(out), dtype=np.int64)
    order = np.argsort(rows.time, kind="stable")
    last[subject[order]] = order
    happened = rows.event if isinstance(rows, Survival) else rows.status > 0
    reason = np.where(rows.time[last] > at, 2, np.where(happened[last], 0, 1))[out]
    groups = ("",) if rows.group is None else rows.group.levels
    group = (np.zeros(rows.n, dtype=np.int64) if rows.group is None else rows.group.codes)[last[out]]
    counts = np.bincount(group * len(REASONS) + reason, minlength=len(groups) * len(REASONS))
    return pl.DataFrame(
        {
            "group": [name for name in groups for _ in REASONS],
            "reason": list(REASONS) * len(groups),
            "n": counts,
        }
    )
