"""A log-rank trial that is looked at before its end: stop for efficacy, or for futility."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr  # type: ignore[import-untyped]

from cimara.outcomes.design.boundaries import (
    Boundaries,
    Crossings,
    check_shares,
    crossings,
    drift_for_power,
    efficacy_boundaries,
    with_futility,
)
from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.hazards import FloatArray
from cimara.outcomes.design.log_rank import LogRankDesign, arm_columns, information_per_event, rounded_up
from cimara.outcomes.design.report import DesignReport
from cimara.outcomes.design.spending import SPENDING_TEXT, USUAL_SPENDING, Spending
from cimara.outcomes.design.trial_matrix import log_rank_z

BoolArray = NDArray[np.bool_]


class Futility(StrEnum):
    """Whether a trial may give up, and whether it must."""

    NONE = "none"
    NON_BINDING = "non_binding"
    BINDING = "binding"


@dataclass(frozen=True, slots=True)
class GroupSequentialDesign:
    """A log-rank design with looks at shares of its events.

    The test is one-sided in favour of the treatment at alpha / sided of `base`; `base` gives what the same
    trial would need without looks.

    Raises
    ------
    DesignError
        Looks that do not rise to 1, or an effect against the treatment.
    """

    base: LogRankDesign
    looks: tuple[float, ...]
    spending: Spending = USUAL_SPENDING
    futility: Futility = Futility.NONE
    beta_spending: Spending = USUAL_SPENDING

    def __post_init__(self) -> None:
        demand(check_shares(self.looks)[-1] == 1.0, "looks", "rising shares of the events that end in 1")
        demand(self.base.hazard_ratio < 1.0, "hazard_ratio", "a ratio below 1: the test is one-sided")

    @property
    def alpha(self) -> float:
        """One-sided error."""
        return self.base.test.alpha / self.base.test.sided

    def boundaries(self) -> Boundaries:
        """Planned boundaries."""
        return self._planned()[0]

    def _planned(self) -> tuple[Boundaries, float]:
        power = self.base.test.power
        if self.futility is Futility.NONE:
            made = efficacy_boundaries(self.looks, self.alpha, self.spending)
            return made, drift_for_power(made, power)
        binding = self.futility is Futility.BINDING
        return with_futility(
            self.looks, self.alpha, power, self.spending, self.beta_spending, binding=binding
        )

    @property
    def inflation(self) -> float:
        """Events of this trial, relative to one without looks."""
        return float(self._planned()[1] ** 2 / self.base.test.distance**2)

    @property
    def events(self) -> float:
        """Events at the last look, not rounded."""
        return self.base.events * self.inflation

    @property
    def patients(self) -> float:
        """Patients needed, not rounded."""
        return self.base.patients * self.inflation

    @property
    def look_events(self) -> tuple[int, ...]:
        """Events at which each look is made."""
        return tuple(rounded_up(self.events * share) for share in self.looks)

    @property
    def attained_power(self) -> float:
        """Power with whole events at each look."""
        made = self.boundaries()
        return crossings(made, self._drift(made)).power

    def _drift(self, made: Boundaries, hazard_ratio: float | None = None) -> float:
        ratio = self.base.hazard_ratio if hazard_ratio is None else hazard_ratio
        if ratio == 1.0:
            return 0.0
        per_event = information_per_event(ratio, self.base.test, self.base.formula)
        return math.sqrt(self.look_events[-1] / made.shares[-1] * per_event)

    def crossings(self, hazard_ratio: float) -> Crossings:
        """Chances to reject and to give up at each look under a hazard ratio of at most 1."""
        made = self.boundaries()
        return crossings(made, self._drift(made, hazard_ratio))

    def expected_events(self, hazard_ratio: float) -> float:
        """Mean events at the end of the trial."""
        found = self.crossings(hazard_ratio)
        stops = [up + low for up, low in zip(found.upper[:-1], found.lower[:-1], strict=True)]
        return float(np.dot([*stops, 1.0 - sum(stops)], self.look_events))

    def boundaries_at(self, events: Sequence[int], *, final: bool = False) -> Boundaries:
        """Efficacy boundaries for looks as they were made, at these counts of events, planned or not.

        The share is of the planned events; with `final`, or from the planned events on, all error is spent.
        Futility is not taken into account, so that its boundaries may be passed over.
        """
        planned = self.look_events[-1]
        shares = check_shares([count / planned for count in events])
        return efficacy_boundaries(
            shares, self.alpha, self.spending, spend_all_at_end=final or shares[-1] >= 1.0
        )

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects: a log-rank test when each count of events is reached.

        Patients are followed until the last count, so the length of the trial is random; trials that lose too
        many patients to reach a count are tested at their last event.
        """
        made = self.boundaries()
        entry, months, seen, treated = self._patients(n_rep, rng, null=null)
        happens = np.where(seen, entry + months, np.inf)
        ordered = np.sort(happens, axis=1)
        last = np.isfinite(ordered).sum(axis=1)
        going, rejected = np.ones(n_rep, dtype=bool), np.zeros(n_rep, dtype=bool)
        for count, high, low in zip(self.look_events, made.upper, made.lower, strict=True):
            reached = np.clip(np.minimum(count, last) - 1, 0, None)
            today = ordered[np.arange(n_rep), reached][:, None]
            time, event = np.clip(today - entry, 0.0, months), seen & (happens <= today)
            # who has not come in yet is not at risk: below every event, at time -1
            z = log_rank_z(np.where(entry < today, time, -1.0), event & (entry < today), treated)
            rejected |= going & (z >= high)
            going &= ~rejected & (True if low is None else z >= low)
        return rejected

    def _patients(
        self, n_rep: int, rng: np.random.Generator, *, null: bool
    ) -> tuple[FloatArray, FloatArray, BoolArray, BoolArray]:
        """Entry, months of observation, whether the event ends them, and arm."""
        base = self.base
        treated = arm_columns(base.test.arms(self.patients))
        shape = (n_rep, len(treated))
        exponentials = rng.standard_exponential(shape)
        arm = base.control if null else base.treated
        months = np.where(treated, arm.times(exponentials), base.control.times(exponentials))
        loss = base.recruitment.loss
        lost = rng.standard_exponential(shape) / loss if loss > 0.0 else np.full(shape, np.inf)
        entry = base.recruitment.accrual * rng.random(shape)
        return entry, np.minimum(months, lost), months <= lost, treated

    def report(self) -> DesignReport:
        """The design in full: a row a look."""
        base, made = self.base.report(), self.boundaries()
        null, planned = self.crossings(1.0), self.crossings(self.base.hazard_ratio)
        treated, control = self.base.test.arms(self.patients)
        kept = (
            "hazard ratio",
            "control median, months",
            "power asked for",
            "treated a control",
            "lost in a year",
        )
        own = {
            "kind": "group_sequential",
            "looks": list(self.look_events),
            "alpha": self.alpha,
            "spending": str(self.spending.kind),
            "parameter": self.spending.parameter,
            "futility": str(self.futility),
        }
        return DesignReport(
            title=f"Group-sequential log-rank comparison, {len(self.looks)} looks",
            measured=base.measured,
            numbers=(
                ("alpha", f"{self.alpha:g} one-sided"),
                *(pair for pair in base.numbers if pair[0] in kept),
                ("spending", str(self.spending)),
                ("futility", f"{self.futility}" + (f", {self.beta_spending}" if made.lower_spent else "")),
                ("inflation", self.inflation),
                ("events at the last look", f"{self.look_events[-1]} ({self.events:.2f})"),
                ("patients needed", f"{treated} + {control} ({self.patients:.2f})"),
                ("power with these events", self.attained_power),
                ("mean events, no effect", self.expected_events(1.0)),
                ("mean events, effect", self.expected_events(self.base.hazard_ratio)),
            ),
            table=tuple(self._table(made, null, planned)),
            formulas=(
                *base.formulas[:1],
                f"alpha spent: {SPENDING_TEXT[self.spending.kind]}",
                *(
                    (f"beta spent: {SPENDING_TEXT[self.beta_spending.kind]}",)
                    if self.futility is not Futility.NONE
                    else ()
                ),
                "boundaries by recursive integration of a Brownian motion "
                "(Armitage, McPherson and Rowe 1969; Jennison and Turnbull 2000, ch. 19)",
                "events = inflation x d, inflation = drift^2 / (z_alpha + z_power)^2",
            ),
            assumptions=(
                *base.assumptions,
                "information is the number of events; looks may move, the spending function may not",
                "how the data look may not decide when they are looked at",
                f"futility is {self.futility.replace('_', '-')}",
            ),
            entries=tuple(one.with_keys(test=own) for one in base.entries),
            warnings=base.warnings,
        )

    def _table(self, made: Boundaries, null: Crossings, planned: Crossings) -> list[str]:
        lines = [
            "share  events  reject at z  p below  give up below z  alpha spent  P(reject)  P(give up) H0"
        ]
        for row, share in enumerate(made.shares):
            low = made.lower[row]
            lines.append(
                f"{share:5.3f}  {self.look_events[row]:6d}  {made.upper[row]:11.4f}  "
                f"{float(ndtr(-made.upper[row])):7.5f}  {'-' if low is None else f'{low:.4f}':>15}  "
                f"{made.upper_spent[row]:11.5f}  {planned.upper[row]:9.4f}  {null.lower[row]:13.4f}"
            )
        return lines
