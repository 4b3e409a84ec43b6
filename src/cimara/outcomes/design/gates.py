"""Gatekeeping: drug in the tissue, then an effect on the marker, then expansion; error rates kept together.

(iv) of the window designs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.errors import demand, demand_share
from cimara.outcomes.design.report import AnalysisEntry, DesignReport
from cimara.outcomes.design.single_stage import SingleStageDesign
from cimara.outcomes.design.two_stage import TwoStageDesign
from cimara.outcomes.design.window import UNVERIFIED, PairedRatio, TargetReached, TwoGroupRatio

Gate = SingleStageDesign | TwoStageDesign | TargetReached | PairedRatio | TwoGroupRatio


class AlphaRule(StrEnum):
    """How the gates share the error."""

    SERIAL = "serial"
    """Each gate at the whole alpha, opened only by the one before: fixed order."""
    SPLIT = "split"
    """Each gate at its own part; the parts sum to alpha, and each claim stands by itself."""


@dataclass(frozen=True, slots=True)
class GatekeepingDesign:
    """Gates in their order, each a design with its name: (("PK", ...), ("PD", ...), ("expansion", ...)).

    Raises
    ------
    DesignError
        Fewer than two gates, or gates whose alphas break the rule.
    """

    gates: tuple[tuple[str, Gate], ...]
    alpha: float = 0.05
    rule: AlphaRule = AlphaRule.SERIAL

    def __post_init__(self) -> None:
        demand_share(self.alpha, "alpha")
        demand(len(self.gates) >= 2, "gates", "at least two gates")
        alphas = [gate.alpha for _, gate in self.gates]
        if self.rule is AlphaRule.SERIAL:
            demand(max(alphas) <= self.alpha + 1e-12, "alpha", f"at most {self.alpha:g} at each gate")
        else:
            demand(sum(alphas) <= self.alpha + 1e-12, "alpha", f"parts that sum to at most {self.alpha:g}")

    @property
    def powers(self) -> tuple[float, ...]:
        """Power of each gate by itself."""
        return tuple(gate.attained_power for _, gate in self.gates)

    @property
    def attained_power(self) -> float:
        """Chance to pass all gates when their results are independent given the truth."""
        return math.prod(self.powers)

    @property
    def worst_power(self) -> float:
        """The least that this chance can be, however the gates depend on each other (Bonferroni)."""
        return max(0.0, 1.0 - sum(1.0 - one for one in self.powers))

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        """Whether each simulated trial passes all gates; `null`: nothing is true at any gate."""
        passed = np.ones(n_rep, dtype=bool)
        for _, gate in self.gates:
            passed &= gate.replicate(n_rep, rng, null=null)
        return passed

    def report(self) -> DesignReport:
        """The design in full: a row a gate."""
        reports = [gate.report() for _, gate in self.gates]
        reached = [math.prod(self.powers[:number]) for number in range(len(self.gates) + 1)]
        return DesignReport(
            title=f"Gatekeeping, {self.rule}: {', then '.join(name for name, _ in self.gates)}",
            measured=reports[0].measured,
            numbers=(
                ("alpha in all", f"{self.alpha:g} ({self.rule})"),
                *((f"alpha of {name}", gate.alpha) for name, gate in self.gates),
                ("power of all, independent", self.attained_power),
                ("power of all, at worst", self.worst_power),
            ),
            table=(
                "gate            alpha    power   P(reached)",
                *(
                    f"{name:<14}  {gate.alpha:.5f}  {power:.4f}  {before:.4f}"
                    for (name, gate), power, before in zip(self.gates, self.powers, reached, strict=False)
                ),
            ),
            formulas=(
                "serial: each gate at alpha, tested after the one before; chance of a false claim <= alpha",
                "split: parts sum to alpha (Bonferroni)",
                "P(all) = product of powers when independent; at least 1 - sum of (1 - power)",
            ),
            assumptions=tuple(dict.fromkeys(line for one in reports for line in one.assumptions)),
            entries=self._entries(reports),
            warnings=(UNVERIFIED,),
        )

    def _entries(self, reports: list[DesignReport]) -> tuple[AnalysisEntry, ...]:
        """The gates' analyses; a serial gate waits for the first analysis of the one before."""
        found: list[AnalysisEntry] = []
        before: int | None = None
        for report in reports:
            begin = len(found)
            for place, entry in enumerate(report.entries, start=begin):
                waits = self.rule is AlphaRule.SERIAL and before is not None
                found.append(replace(entry, after=place - before if waits and before is not None else None))
            before = begin
        return tuple(found)
