"""Areas to a horizon under survival and under each cumulative incidence, with their covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.curves.concerns import all_concerns
from cimara.outcomes.curves.counting import CountedCurve, CountedState
from cimara.outcomes.curves.incidence_variance import incidence
from cimara.outcomes.curves.influence import Exposed, cluster_sums, exposed
from cimara.outcomes.curves.steps import HazardSteps, ratio
from cimara.outcomes.curves.survival_variance import at_entry, at_exit
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import TimedRows
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Areas of the groups that have rows.

    `values` has a row a group and the columns event-free, then each cause; `covariance` is of the flattened
    values (clusters may span groups).
    """

    groups: tuple[str, ...]
    causes: tuple[str, ...]
    values: FloatArray
    covariance: FloatArray
    n: tuple[int, ...]
    events: FloatArray
    dropped: int
    zero_weight: int
    warnings: tuple[ModelWarning, ...]


@dataclass(frozen=True, kw_only=True)
class RestrictedAreas(CountedCurve):
    """Areas from 0 to `tau`; `robust` takes squared influence, else Greenwood's sum for survival alone."""

    tau: float

    def squares(self, rows: TimedRows, state: CountedState) -> FloatArray:
        """Cross-products of the clusters' influence on every area of every group."""
        counts, where = self.counts(state), self.span(rows, state)
        size = 1 + len(self.cells.causes)
        influence, clusters = [], []
        for group in range(len(self.cells.groups)):
            steps, own = HazardSteps.of(counts, group), exposed(self.cells, rows, where, group)
            columns = [self._influence_on(steps, place, own) for place in range(size)]
            block = np.zeros((len(own.weight), len(self.cells.groups) * size))
            block[:, group * size : (group + 1) * size] = np.stack(columns, axis=1)
            influence.append(block)
            clusters.append(own.cluster)
        together = np.concatenate(influence)
        known = [codes for codes in clusters if codes is not None]
        sums = cluster_sums(together, np.concatenate(known)) if known else together
        return sums.T @ sums

    def _influence_on(self, steps: HazardSteps, place: int, rows: Exposed) -> FloatArray:
        """Each row's influence on one area: of being at risk, of its own cause, of any event."""
        at_risk, of_cause, of_any = self._parts(steps, place)
        total, where = np.cumsum(at_risk), rows.where
        own = rows.cause > 0 if place == 0 else rows.cause == place
        exposure = np.append(total, total[-1])[where.exit] - at_entry(total, where)
        events = at_exit(of_cause, where) * own + at_exit(of_any, where) * (rows.cause > 0)
        return np.asarray(rows.weight * (exposure + events))

    def result(self, state: CountedState) -> Areas:
        """The areas, when `tau` is not beyond what the groups were observed for."""
        assert state.left_out is not None
        assert state.spread is not None
        counts = self.counts(state)
        all_steps = [HazardSteps.of(counts, code) for code in range(len(self.cells.groups))]
        present = [code for code, steps in enumerate(all_steps) if steps.last >= 0]
        self._check_tau([all_steps[code] for code in present])
        size = 1 + len(self.cells.causes)
        values = np.array(
            [[self._area(steps, place) for place in range(size)] for steps in all_steps], dtype=np.float64
        )
        chosen = np.array([code * size + place for code in present for place in range(size)], dtype=np.int64)
        covariance = self._greenwood(all_steps) if state.influence is None else state.influence
        return Areas(
            groups=tuple(self.cells.groups[code] for code in present),
            causes=self.cells.causes,
            values=values[present],
            covariance=covariance[np.ix_(chosen, chosen)],
            n=tuple(int(state.spread[code, 0]) for code in present),
            events=counts.weighted.events[0].sum(axis=1)[present],
            dropped=self.rows_dropped(state),
            zero_weight=int(state.left_out[1]),
            warnings=all_concerns(self, state),
        )

    def _check_tau(self, all_steps: list[HazardSteps]) -> None:
        """A group whose curve ends above 0 is not known after its last time; one that ends at 0 is."""
        ends = [steps.grid[steps.last] for steps in all_steps if steps.survival[steps.last] > 0]
        if self.tau <= 0 or (ends and self.tau > min(ends)):
            raise NotEstimable(
                Concern.TAU_TOO_LATE if self.tau > 0 else Concern.NOT_SUPPORTED,
                f"tau {self.tau:g} is beyond the largest time to which every group was observed"
                if self.tau > 0
                else "tau must be above 0",
                hint=f"The largest tau allowed is {min(ends):g}." if ends else None,
            )

    def _curve(self, steps: HazardSteps, place: int) -> FloatArray:
        return steps.survival if place == 0 else incidence(steps, steps.events[:, place - 1])

    def _area(self, steps: HazardSteps, place: int) -> float:
        before = min(float(steps.grid[0]), self.tau) if place == 0 else 0.0
        return before + float(self._from(steps, self._curve(steps, place))[0])

    def _from(self, steps: HazardSteps, curve: FloatArray) -> FloatArray:
        """Area under a curve from each grid time to tau."""
        ends = np.minimum(np.append(steps.grid, np.inf), self.tau)
        return np.asarray(np.cumsum((curve * np.diff(ends))[::-1])[::-1])

    def _parts(self, steps: HazardSteps, place: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Influence at each time: of being at risk, of the event of the cause, of any event.

        The influence on the curve, integrated to tau; see statistics.md 2.1 for the curve's own.
        """
        if place == 0:
            area = self._from(steps, steps.survival)
            return area * steps.greenwood, -area * steps.per_survivor, np.zeros_like(area)
        curve = self._curve(steps, place)
        left = np.maximum(self.tau - steps.grid, 0.0)
        gain = ratio(steps.before * left, steps.at_risk)
        excess = self._from(steps, curve) - curve * left
        hazard = ratio(steps.events[:, place - 1], steps.at_risk)
        return excess * steps.greenwood - gain * hazard, gain, -excess * steps.per_survivor

    def _greenwood(self, all_steps: list[HazardSteps]) -> FloatArray:
        """Variance of the event-free area of independent rows; the causes' areas have none here."""
        size = 1 + len(self.cells.causes)
        diagonal = np.zeros(len(all_steps) * size)
        for code, steps in enumerate(all_steps):
            area = self._from(steps, steps.survival)
            diagonal[code * size] = float(np.sum(area**2 * steps.greenwood))
        return np.diag(diagonal)
