"""Deaths whose cause nobody knows: what they take from a comparison of one cause."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.competing_death import CompetingDeathDesign, RatioScale
from cimara.outcomes.design.errors import DesignError, demand, demand_rate
from cimara.outcomes.design.log_rank import arm_columns, power_of_events, rounded_up
from cimara.outcomes.design.report import DesignConcern, DesignReport, DesignWarning
from cimara.outcomes.design.trial_matrix import log_rank_z


class CountedAs(StrEnum):
    """What a death of unknown cause is in the analysis."""

    LEFT_OUT = "left_out"
    """Censored: events x (1 - u), the planned analysis."""
    THE_CAUSE = "the_cause"
    """An event: most events, a diluted ratio."""
    ANOTHER_CAUSE = "another_cause"
    """A competing event: fewest events, the lowest cumulative incidence."""


@dataclass(frozen=True, slots=True)
class UnknownCauseDesign:
    """A cause-specific comparison of deaths, of which the cause is unknown in a share `unknown`.

    The same share in each arm and for each cause.
    """

    base: CompetingDeathDesign
    unknown: float
    counted_as: CountedAs = CountedAs.LEFT_OUT

    def __post_init__(self) -> None:
        demand_rate(self.unknown, "unknown")
        constant = not self.base.cause.cuts and not self.base.death.cuts
        demand(constant, "cause", "constant hazards")
        if self.base.scale is not RatioScale.CAUSE_SPECIFIC:
            raise DesignError("the share is of deaths", where="scale", expected="cause_specific")

    def hazard_ratio(self, how: CountedAs) -> float:
        """The ratio that the analysis sees: (h HR + u g)/(h + u g) when unknown counts as the cause."""
        if how is not CountedAs.THE_CAUSE:
            return self.base.hazard_ratio
        cause, other = self.base.cause.rates[0], self.base.death.rates[0]
        mixed = self.unknown * other
        return (cause * self.base.hazard_ratio + mixed) / (cause + mixed)

    def events(self, how: CountedAs, total: float | None = None) -> float:
        """Events counted, of the patients of `base` (or of `total` patients)."""
        arms = self._arms if total is None else self.base.test.arms(total)
        cause = np.asarray(self.base.event_probabilities)
        counted = cause * (1.0 - self.unknown)
        if how is CountedAs.THE_CAUSE:
            other = np.asarray(
                [
                    self.base.recruitment.event_probability(self.base.death, arm)
                    for arm in (self.base.cause.times_ratio(self.base.hazard_ratio), self.base.cause)
                ]
            )
            counted = cause + self.unknown * other
        return float(np.dot(arms, counted))

    def power(self, how: CountedAs) -> float:
        """Power of the patients of this design when unknown causes are counted so."""
        return power_of_events(self.events(how), self.hazard_ratio(how), self.base.test)

    @property
    def patients(self) -> float:
        """Patients needed when unknown causes are left out: those of the base / (1 - u), not rounded."""
        return self.base.patients / (1.0 - self.unknown)

    @property
    def _arms(self) -> tuple[int, int]:
        return self.base.test.arms(self.patients)

    @property
    def attained_power(self) -> float:
        """Power as the analysis counts them."""
        return self.power(self.counted_as)

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        """Whether each simulated trial rejects, by the log-rank test of the deaths that count."""
        treated = arm_columns(self._arms)
        shape = (n_rep, len(treated))
        end = self.base.recruitment.censoring_times(shape, rng)
        ratio = np.where(treated & (not null), self.base.hazard_ratio, 1.0)
        cause, other = self.base.simulated_causes(ratio, shape, rng)
        first = np.minimum(cause, other)
        known = rng.random(shape) >= self.unknown
        is_cause = cause < other
        counts = is_cause | ~known if self.counted_as is CountedAs.THE_CAUSE else is_cause & known
        return self.base.test.rejects(log_rank_z(np.minimum(first, end), (first <= end) & counts, treated))

    def report(self) -> DesignReport:
        """The design in full: planned counting and both extremes."""
        base = self.base.report()
        treated, control = self._arms
        table = tuple(
            f"{how.value:<14} events {self.events(how):7.1f}  HR {self.hazard_ratio(how):.3f}  "
            f"power {self.power(how):.3f}"
            for how in CountedAs
        )
        told = (
            f"of {self.unknown:.0%} of deaths the cause is unknown: the patients of a plan without them "
            f"would give {self.events(CountedAs.LEFT_OUT, self.base.patients):.1f} events, not "
            f"{self.events(CountedAs.LEFT_OUT, self.base.patients) / (1.0 - self.unknown):.1f}"
        )
        replaced = ("patients needed", "power of these patients")
        return replace(
            base,
            title=f"{base.title}, cause of death unknown in {self.unknown:.0%}",
            numbers=(
                *(pair for pair in base.numbers if pair[0] not in replaced),
                ("patients needed", f"{treated} + {control} ({self.patients:.2f})"),
                ("events with a known cause", rounded_up(self.events(CountedAs.LEFT_OUT))),
                ("power of these patients", self.attained_power),
            ),
            formulas=(
                *base.formulas,
                "known events = d (1 - u); all unknown counted as the cause: HR = (h HR + u g)/(h + u g), "
                "g the hazard of the other causes",
            ),
            assumptions=(
                *base.assumptions,
                "the cause is unknown equally often in each arm and for each cause",
            ),
            table=table,
            entries=tuple(
                one.with_keys(
                    unknown_cause=str(self.counted_as),
                    sensitivity=[str(how) for how in CountedAs if how is not self.counted_as],
                )
                for one in base.entries
            ),
            warnings=(*base.warnings, DesignWarning(DesignConcern.CAUSE_UNKNOWN, told)),
        )
