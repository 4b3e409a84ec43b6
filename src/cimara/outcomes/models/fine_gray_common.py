"""Fine-Gray models whose baseline parts share: they agree a grid of times and send sums on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import replace as changed
from enum import StrEnum
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from cimara.outcomes.contract import Scope, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells, agree, agreed_grid, planned_grid
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.models.fine_gray_part import FineGrayPart, cross_product, part_of, stratum_moments
from cimara.outcomes.models.fine_gray_places import COUNTED, PlaceCounts, Places, agreed_places
from cimara.outcomes.models.fine_gray_state import (
    COUNTS,
    FineGrayState,
    after_evaluation,
    blank,
    counts_of,
    squares_inside_strata,
)
from cimara.outcomes.models.fine_gray_stratified import check_rows
from cimara.outcomes.models.fine_gray_sums import (
    carried_of,
    increments_of,
    influence_of,
    log_likelihood,
    score_of,
    squared_means,
    usable,
)
from cimara.outcomes.rows import CompetingRisks

NUISANCES = ("leaving", "entering")
ON_GRID = (*COUNTED, *NUISANCES, "sums", "centre")


class Ask(StrEnum):
    """What the coming round asks of the parts."""

    GRID = "grid"
    COUNTS = "counts"
    RISK = "risk"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonState(FineGrayState):
    """State of a Fine-Gray model with a common baseline.

    The agreed `grid`; of all parts together `events`, `competing`, `censored` and `entered` (groups x N
    places), the `centre` of the covariates in each stratum (S x p), the `sums` S0 and S1 at the event times
    (m x (p + 1)), `of_events` (p + 1), and those of carried rows at the places of the censoring (`leaving`)
    and of the entry distribution (`entering`), each c x (p + 1).
    """

    ask: str = Ask.GRID
    grid: FloatArray
    events: FloatArray
    competing: FloatArray
    censored: FloatArray
    entered: FloatArray
    centre: FloatArray
    sums: FloatArray
    of_events: FloatArray
    leaving: FloatArray
    entering: FloatArray

    @property
    def counted(self) -> PlaceCounts:
        """What all parts counted on the grid."""
        return PlaceCounts(self.events, self.competing, self.censored, self.entered)

    @property
    def deaths(self) -> FloatArray:
        """Weight of the events at each event time (m)."""
        found = self.events.sum(axis=0)
        return np.asarray(found[found > 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonFineGray:
    """Estimator of a Fine-Gray model whose risk sets span parts.

    Rounds: the grid (none when the plan gives it), the censoring counts, then two an iteration and two for
    the variance. Every part's `strata` and `groups` are among those named here.
    """

    names: tuple[str, ...]
    options: FineGrayOptions
    cells: Cells = field(default_factory=Cells)
    held: tuple[tuple[int, float], ...] = ()
    scope: Scope = Scope.ACROSS_PARTS
    located: WeakKeyDictionary[CompetingRisks, Places] = field(
        default_factory=WeakKeyDictionary, repr=False, compare=False
    )
    placed: WeakKeyDictionary[CompetingRisks, tuple[FloatArray, FineGrayPart]] = field(
        default_factory=WeakKeyDictionary, repr=False, compare=False
    )

    def start(self) -> CommonState:
        """Coefficients 0, and the grid if the plan gives one."""
        given = self.options.grid
        arrays: dict[str, Any] = blank(len(self.names), self.held)
        arrays |= {name: np.zeros((0, 0)) for name in ON_GRID}
        return CommonState(
            ask=Ask.GRID if given is None else Ask.COUNTS,
            grid=np.zeros(0) if given is None else planned_grid(given),
            of_events=np.zeros(0),
            **arrays,
        )

    def summarise(self, rows: CompetingRisks, state: CommonState) -> Summary:
        """What the coming round asks of one part."""
        if state.ask == Ask.GRID:
            return agree(rows)
        if state.ask == Ask.COUNTS:
            check_rows(rows, self.names, self.options)
            places = self._places(rows, state)
            counts = PlaceCounts.of(places, rows.weight()).sums()
            counts["moments"] = stratum_moments(rows, places, rows.weight())
            return Summary("fine_gray.counts", counts)
        part = self._part(rows, state)
        with np.errstate(over="ignore", invalid="ignore"):
            relative = part.relative(state.coefficients)
            if state.ask == Ask.RISK:
                return Summary("fine_gray.risk", self._risk(rows, part, relative, state))
        sums = {"squares": part.squares(relative, increments_of(state.sums, state.deaths))}
        if state.last:
            carried = [state.leaving, state.entering][: len(part.nuisances(self.options))]
            influence = influence_of(part, relative, state.sums, carried, self.options)
            sums["cross"] = cross_product(rows, influence, len(self.names))
        return Summary("fine_gray.information", sums)

    def update(self, total: Summary, state: CommonState) -> CommonState:
        """The grid, the sums on it, or one Newton step."""
        state = changed(state, round=state.round + 1)
        if state.ask == Ask.GRID:
            return changed(state, grid=agreed_grid(total), ask=Ask.COUNTS)
        if state.ask == Ask.COUNTS:
            sums: dict[str, Any] = dict(total.sums)
            moments = sums.pop("moments")
            weight = np.maximum(moments[:, :1], np.finfo(np.float64).tiny)
            return changed(state, centre=moments[:, 1:] / weight, ask=Ask.RISK, **sums)
        if state.ask == Ask.RISK:
            return self._at_risk(total, state)
        of = (state.of_events, state.sums, state.deaths)
        loglik = log_likelihood(state.coefficients, *of)
        information = total.sums["squares"] - squared_means(state.sums, state.deaths)
        again = changed(state, ask=Ask.RISK)
        return after_evaluation(again, loglik, score_of(*of), information, total.sums.get("cross"))

    def result(self, state: CommonState) -> CommonState:
        """The final state, of which `fine_gray` makes the fit."""
        return state

    def _places(self, rows: CompetingRisks, state: CommonState) -> Places:
        return agreed_places(
            rows,
            rows.cause(self.options.cause),
            state.grid,
            self.cells,
            planned=self.options.grid is not None,
        )

    def _part(self, rows: CompetingRisks, state: CommonState) -> FineGrayPart:
        """The rows against what all parts counted; placed anew for another state's counts."""
        found = self.placed.get(rows)
        if found is None or found[0] is not state.events:
            made = part_of(rows, self._places(rows, state), state.counted, self.options, state.centre)
            found = self.placed[rows] = (state.events, made)
        return found[1]

    def _risk(
        self, rows: CompetingRisks, part: FineGrayPart, relative: FloatArray, state: CommonState
    ) -> dict[str, FloatArray]:
        sums = {"sums": part.risk_sums(relative), "of_events": part.event_sums()}
        if not state.trace:
            sums["spread"] = squares_inside_strata(part)
        if not state.trace or state.last:
            n = state.count("n")
            sums["counts"] = counts_of(rows, part, state.count("weight") / n if n else 0.0)
        if state.last:
            sums |= dict(zip(NUISANCES, carried_of(part, relative, self.options), strict=False))
        return sums

    def _at_risk(self, total: Summary, state: CommonState) -> CommonState:
        sums: dict[str, Any] = dict(total.sums)
        spread = sums.pop("spread", None)
        state = changed(state, ask=Ask.INFORMATION, **sums)
        if spread is not None:
            state = changed(state, spread=np.sqrt(spread / state.count("weight")))
        if "counts" in sums:
            state = changed(state, counts=_strata_counted(state))
        if usable(state.sums):
            return state
        nothing = np.zeros_like(state.information)
        return after_evaluation(changed(state, ask=Ask.RISK), -np.inf, state.score, nothing, None)


def _strata_counted(state: CommonState) -> FloatArray:
    """The counts, with strata counted once and not in every part that has rows of them."""
    strata, width = len(state.centre), len(state.grid) + 1
    left = (state.events + state.competing + state.censored).sum(axis=0).reshape(strata, width).sum(axis=1)
    events = state.events.sum(axis=0).reshape(strata, width).sum(axis=1)
    counts = state.counts.copy()
    counts[COUNTS.index("strata")] = (left > 0).sum()
    counts[COUNTS.index("empty_strata")] = ((left > 0) & (events == 0)).sum()
    return counts
