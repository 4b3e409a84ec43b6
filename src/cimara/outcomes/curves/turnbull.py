"""Turnbull's nonparametric estimate for events known to intervals, pooled or over parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import polars as pl

from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.curves.innermost import Support, boxes_of, innermost, to_points
from cimara.outcomes.curves.npmle import Evaluation, candidates, evaluate
from cimara.outcomes.curves.parts import as_parts
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import IntervalCensored
from cimara.outcomes.times import aligned

KUHN_TUCKER = 1e-8
"""Largest excess of the Kuhn-Tucker ratio over 1 at the end."""
MOST_STEPS = 190


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnbullState(State):
    """Agreed points, boxes, and the likeliest masses so far, with the candidates for the next round."""

    points: FloatArray | None = None
    lower: FloatArray | None = None
    upper: FloatArray | None = None
    tried: FloatArray | None = None
    mass: FloatArray | None = None
    excess: float = float("inf")
    loglik: float = float("-inf")
    n: int = 0
    events: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnbullCurve:
    """Masses in the boxes (lower, upper] of one group; an exact time where both are equal.

    Where in a box its mass lies is not known. `excess` is by how much the Kuhn-Tucker ratio passes 1.
    There is no standard error: the estimate does not approach the truth at root n.
    """

    group: str
    n: int
    events: float
    lower: FloatArray
    upper: FloatArray
    mass: FloatArray
    loglik: float
    excess: float
    rounds: int

    def between(self, times: Sequence[float] | FloatArray) -> tuple[FloatArray, FloatArray]:
        """Least and greatest survival at each time that the masses allow; equal outside the boxes."""
        asked = np.asarray(times, dtype=np.float64)[:, None]
        surely = self.upper <= asked
        perhaps = surely | (self.lower < asked)
        return (
            np.maximum(1 - (perhaps * self.mass).sum(axis=1), 0.0),
            np.maximum(1 - (surely * self.mass).sum(axis=1), 0.0),
        )

    def table(self) -> pl.DataFrame:
        """One row a box; `survival` is that after the box; an open box has no upper end (null)."""
        return pl.DataFrame(
            {
                "group": [self.group] * len(self.mass),
                "lower": self.lower,
                "upper": np.where(np.isfinite(self.upper), self.upper, np.nan),
                "mass": self.mass,
                "survival": np.maximum(1 - np.cumsum(self.mass), 0.0),
            }
        ).fill_nan(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnbullFit:
    """Curves of all groups."""

    curves: tuple[TurnbullCurve, ...]
    n: int
    events: float
    stop: float
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def curve(self, group: str | float = "") -> TurnbullCurve:
        """The curve of a group by its label."""
        label = f"{group:g}" if isinstance(group, int | float) else group
        return next(one for one in self.curves if one.group == label)

    def table(self) -> pl.DataFrame:
        """One row a group and box."""
        return pl.concat([one.table() for one in self.curves])


@dataclass(frozen=True, kw_only=True)
class Turnbull:
    """The estimate for one group: a round agrees the boxes, each later one takes a step."""

    group: str = ""
    scope: ClassVar[Scope] = Scope.ACROSS_PARTS

    def start(self) -> TurnbullState:
        """The state before the first round."""
        return TurnbullState()

    def summarise(self, rows: IntervalCensored, state: TurnbullState) -> Summary:
        """Round 0: the ends of intervals; later: the likelihood of the candidates and its derivatives."""
        if state.points is None:
            return _ends(rows)
        if state.lower is None or state.upper is None or state.tried is None:
            return _kinds(rows, state.points)
        first, end = boxes_of(rows, state.points, Support(state.lower, state.upper))
        found = evaluate(state.tried, first, end, rows.weight())
        sums = {"loglik": found.loglik, "ratio": found.ratio, "first": found.first, "second": found.second}
        return Summary("masses", sums | {"weight": np.array([rows.weight().sum()])})

    def update(self, total: Summary, state: TurnbullState) -> TurnbullState:
        """Agree the boxes, or keep the likeliest candidate; finished when Kuhn and Tucker are content."""
        now = replace(state, round=state.round + 1)
        if state.points is None:
            counts = total.sums["counts"]
            points = np.unique(aligned(np.asarray(total.unions["times"]))[0])
            return replace(now, points=points, n=int(counts[0]), events=float(counts[1]))
        if state.tried is None:
            support = innermost(total.unions["lower"], total.unions["exact"], _upper(total))
            size = len(support.upper)
            even = np.full((1, size), 1 / size)
            return replace(now, lower=support.lower, upper=support.upper, tried=even)
        return self._step(total, now, state.tried)

    def result(self, state: TurnbullState) -> TurnbullCurve:
        """The masses."""
        assert state.lower is not None
        assert state.upper is not None
        assert state.mass is not None
        return TurnbullCurve(
            group=self.group,
            n=state.n,
            events=state.events,
            lower=state.lower,
            upper=state.upper,
            mass=state.mass,
            loglik=state.loglik,
            excess=state.excess,
            rounds=state.round,
        )

    def _step(self, total: Summary, now: TurnbullState, tried: FloatArray) -> TurnbullState:
        found = Evaluation(*(np.asarray(total.sums[name]) for name in ("loglik", "ratio", "first", "second")))
        best = found.best(now.round)
        mass, ratio = tried[best], found.ratio[best]
        excess = float(ratio.max() / total.sums["weight"][0] - 1)
        if excess > KUHN_TUCKER and now.round > MOST_STEPS:
            raise NotEstimable(
                Concern.NO_CONVERGENCE,
                f"after {now.round} rounds the Kuhn-Tucker ratio is still above 1 by {excess:.2g}",
            )
        following = candidates(mass, ratio, found.first[best], found.second[best])
        return replace(
            now,
            mass=mass,
            tried=following,
            excess=excess,
            loglik=float(found.loglik[best]),
            finished=excess <= KUHN_TUCKER,
        )


def _ends(rows: IntervalCensored) -> Summary:
    ends = np.concatenate((rows.lower, rows.upper))
    counts = np.array([rows.n, np.isfinite(rows.upper).sum()], dtype=np.float64)
    return Summary("ends", {"counts": counts}, {"times": np.unique(ends[np.isfinite(ends)])})


def _kinds(rows: IntervalCensored, points: FloatArray) -> Summary:
    """Ends by what they are, after near ones were made one; infinity is told by a count."""
    lower, upper = to_points(rows.lower, points), to_points(rows.upper, points)
    exact, finite = lower == upper, np.isfinite(upper)
    unions = {"lower": lower[~exact], "exact": lower[exact], "upper": upper[finite]}
    return Summary(
        "kinds",
        {"open": np.array([float((~finite).sum())])},
        {name: np.unique(times) for name, times in unions.items()},
    )


def _upper(total: Summary) -> FloatArray:
    upper = np.asarray(total.unions["upper"])
    return np.append(upper, np.inf) if total.sums["open"][0] > 0 else upper


def turnbull(rows: IntervalCensored | Iterable[IntervalCensored]) -> TurnbullFit:
    """Distribution of a time known to intervals (lower, upper], one curve a group.

    Stops when no box's Kuhn-Tucker ratio exceeds 1 by more than 1e-8 (Gentleman and Geyer 1994).

    Raises
    ------
    NotEstimable
        `NO_CONVERGENCE`, with the ratio that was reached.
    """
    parts = as_parts(rows)
    names = Cells.of(parts).groups
    curves = [
        run(Turnbull(group=name), own)
        for name in names
        if (own := [kept for part in parts if (kept := _of_group(part, name)).n])
    ]
    return TurnbullFit(
        curves=tuple(curves),
        n=sum(one.n for one in curves),
        events=sum(one.events for one in curves),
        stop=KUHN_TUCKER,
        warnings=_warnings(curves, names),
        r_call="survfit(Surv(lower, upper, type = 'interval2') ~ group)",
    )


def _of_group(rows: IntervalCensored, name: str) -> IntervalCensored:
    if rows.group is None:
        return rows
    if name not in rows.group.levels:
        return rows.take(np.zeros(rows.n, dtype=bool))
    return rows.take(rows.group.codes == rows.group.levels.index(name))


def _warnings(curves: Sequence[TurnbullCurve], names: Sequence[str]) -> tuple[ModelWarning, ...]:
    found = [ModelWarning(Concern.NON_ROOT_N, NO_ERROR)]
    missing = [name for name in names if name not in {one.group for one in curves}]
    found += [ModelWarning(Concern.EMPTY_LEVEL, f"group {name} has no rows and no curve") for name in missing]
    found += [
        ModelWarning(Concern.NO_EVENTS, f"{f'group {one.group}' if one.group else 'all rows'}: no events")
        for one in curves
        if one.events == 0
    ]
    return tuple(found)


NO_ERROR = (
    "the estimate approaches the truth more slowly than root n: there is no standard error, and bootstrap "
    "limits are a guide only"
)
