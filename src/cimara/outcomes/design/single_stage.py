"""One group, one look: the smallest trial whose exact binomial test has its size and power."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.binomial import at_least, check_rates
from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    analysis_entry,
    scans_planned,
)
from cimara.outcomes.endpoints.words import EndpointKind

LARGEST = 2000
NEIGHBOURS = 3


@dataclass(frozen=True, slots=True)
class ExactTest:
    """`size` patients; reject p <= null when at least `reject_at` respond. Attained alpha and power."""

    size: int
    reject_at: int
    alpha: float
    power: float


def exact_test(size: int, null: float, wanted: float, alpha: float) -> ExactTest:
    """The exact test of one size: the fewest responses whose chance under `null` is at most `alpha`."""
    tail = at_least(size, null)
    reject_at = int(np.argmax(tail <= alpha))
    return ExactTest(size, reject_at, float(tail[reject_at]), float(at_least(size, wanted)[reject_at]))


def smallest_exact_test(null: float, wanted: float, alpha: float, power: float) -> ExactTest:
    """The smallest size that has the power. A'Hern 2001.

    Raises DesignError where more than 2,000 patients are needed.
    """
    check_rates(null, wanted, alpha, power)
    for size in range(1, LARGEST + 1):
        found = exact_test(size, null, wanted, alpha)
        if found.power >= power:
            return found
    raise DesignError(
        f"more than {LARGEST} patients are needed", where="wanted", expected="rates further apart"
    )


@dataclass(frozen=True, slots=True)
class SingleStageDesign:
    """A rate of response in one group, against a rate that is too low to go on.

    Raises
    ------
    DesignError
        An endpoint that is not binary, a schedule that lacks a scan, or impossible rates.
    """

    endpoint: Measured
    null: float
    wanted: float
    alpha: float = 0.05
    power: float = 0.8
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.BINARY,), self.assessments)
        check_rates(self.null, self.wanted, self.alpha, self.power)

    @property
    def exact(self) -> ExactTest:
        """Size, critical number, attained alpha and power."""
        return smallest_exact_test(self.null, self.wanted, self.alpha, self.power)

    @property
    def attained_power(self) -> float:
        """Attained power."""
        return self.exact.power

    def neighbours(self) -> tuple[ExactTest, ...]:
        """Tests of the next sizes: power does not rise with each patient."""
        size = self.exact.size
        return tuple(
            exact_test(size + more, self.null, self.wanted, self.alpha) for more in range(1, NEIGHBOURS + 1)
        )

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        """Whether each simulated trial rejects."""
        test = self.exact
        responses = rng.binomial(test.size, self.null if null else self.wanted, n_rep)
        rejected: NDArray[np.bool_] = responses >= test.reject_at
        return rejected

    def report(self) -> DesignReport:
        """The design in full, with the sizes next to it."""
        test = self.exact
        short = [one for one in self.neighbours() if one.power < self.power]
        told = (
            f"{', '.join(str(one.size) for one in short)} patients have less than the power: stay at the plan"
        )
        return DesignReport(
            title="Exact single-stage test of a rate",
            measured=self.endpoint,
            numbers=(
                ("rate too low", self.null),
                ("rate wanted", self.wanted),
                ("alpha", f"{self.alpha:g} one-sided"),
                ("power asked for", self.power),
                ("patients", test.size),
                ("reject at responses", test.reject_at),
                ("attained alpha", test.alpha),
                ("attained power", test.power),
            ),
            table=(
                "patients  reject at  alpha    power",
                *(
                    f"{one.size:8d}  {one.reject_at:9d}  {one.alpha:.5f}  {one.power:.4f}"
                    for one in (test, *self.neighbours())
                ),
            ),
            formulas=(
                "smallest n with some r: P(X >= r | p0) <= alpha, P(X >= r | p1) >= power (A'Hern 2001)",
            ),
            assumptions=(
                "responses are independent, with one rate",
                "who cannot be judged counts as a non-responder",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint, "rate", test={"kind": "exact", "null": self.null, "alpha": self.alpha}
                ),
            ),
            warnings=(DesignWarning(DesignConcern.SAWTOOTH, told),) if short else (),
        )
