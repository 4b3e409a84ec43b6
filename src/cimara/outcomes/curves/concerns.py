"""What a counted curve must say about awkward data (statistics.md, section 2.6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from cimara.outcomes.curves.counting import HEAVY, CountedCurve, CountedState
from cimara.outcomes.curves.steps import HazardSteps
from cimara.outcomes.model_warnings import Concern, ModelWarning, rows_dropped


@dataclass(frozen=True, slots=True)
class OneSidedBound:
    """Nobody had the event: with confidence `conf_level` its probability by `time` is below this.

    Exact, 1 - alpha^(1/n), at the last time to which every row was observed.
    """

    time: float
    probability: float
    conf_level: float


def named(group: str) -> str:
    """How a sentence calls a group."""
    return f"group {group}" if group else "all rows"


def all_concerns(curve: CountedCurve, state: CountedState) -> tuple[ModelWarning, ...]:
    """The warnings of all groups, in their order, then those of the rows."""
    counts = curve.counts(state)
    found: list[ModelWarning] = []
    for code, group in enumerate(curve.cells.groups):
        steps = HazardSteps.of(counts, code)
        found += _of_group(steps, group, curve.cells.causes)
    return (*found, *_of_weights(curve, state), *_of_rows(curve, state))


def no_event_bound(steps: HazardSteps, n: float, conf_level: float) -> OneSidedBound | None:
    """The exact bound for independent rows without delayed entry, else None."""
    if steps.rows.entered.any() or n <= 0 or not steps.leaves.any():
        return None
    censored = np.flatnonzero(steps.rows.censored > 0)
    observed = int(censored[0]) if len(censored) else int(np.flatnonzero(steps.leaves)[-1])
    return OneSidedBound(float(steps.grid[observed]), float(-np.expm1(np.log1p(-conf_level) / n)), conf_level)


def _of_group(steps: HazardSteps, group: str, causes: tuple[str, ...]) -> Iterator[ModelWarning]:
    if not (steps.rows.at_risk > 0).any() and steps.rows.beyond == 0:
        yield ModelWarning(Concern.EMPTY_LEVEL, f"{named(group)} has no rows and no curve")
        return
    without = [cause for place, cause in enumerate(causes) if not steps.rows.events[:, place].any()]
    if len(without) == len(causes):
        yield ModelWarning(Concern.NO_EVENTS, f"{named(group)}: no events; the curve is flat")
    elif without:
        yield ModelWarning(Concern.NO_EVENTS, f"{named(group)}: no events of cause {', '.join(without)}")
    emptied, gap = steps.emptied, steps.gap
    if emptied is not None:
        yield ModelWarning(
            Concern.EARLY_EMPTY_RISK_SET,
            f"{named(group)}: every row at risk at time {steps.grid[emptied]:g} has the event although rows "
            "enter later; start_at= gives the curve conditional on a later time",
        )
    elif gap is not None:
        yield ModelWarning(
            Concern.RISK_SET_GAP,
            f"{named(group)}: nobody is at risk after time {steps.grid[gap]:g} until rows enter later; the "
            "curve ends there, and start_at= gives one that begins after the gap",
        )


def _of_weights(curve: CountedCurve, state: CountedState) -> Iterator[ModelWarning]:
    assert state.spread is not None
    for code, group in enumerate(curve.cells.groups):
        rows, total, squares = state.spread[code]
        if rows == 0 or total == rows == squares:
            continue
        effective = total**2 / squares
        heavy = 0 if state.heavy is None else int(state.heavy[code])
        if effective < 0.5 * rows or heavy:
            yield ModelWarning(
                Concern.WEIGHTS_EXTREME,
                f"{named(group)}: the effective sample size is {effective:.1f} of {rows:.0f} rows, and "
                f"{heavy} weights are above {HEAVY:g} times the mean",
            )


def _of_rows(curve: CountedCurve, state: CountedState) -> Iterator[ModelWarning]:
    assert state.left_out is not None
    if curve.dropped:
        yield rows_dropped(dict(curve.dropped))
    elif state.left_out[0]:
        yield rows_dropped({"a named column": int(state.left_out[0])})
    if state.left_out[1]:
        yield ModelWarning(Concern.ROWS_DROPPED, f"left out for a weight of 0: {state.left_out[1]:.0f}")
