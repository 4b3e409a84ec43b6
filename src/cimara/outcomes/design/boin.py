"""Bayesian optimal interval design (BOIN): the dose of the next cohort, and the dose to choose at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import betaincc  # type: ignore[import-untyped]

from cimara.outcomes.design.endpoints import Measurement
from cimara.outcomes.design.errors import DesignError, demand, demand_share
from cimara.outcomes.design.report import DesignReport, analysis_entry

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
LOWER, UPPER = 0.6, 1.4
"""Rates that are too low and too high, as multiples of the target (Liu and Yuan 2015)."""
FEWEST_TO_DROP = 3
DOSE_LIMITING = Measurement(
    "DLT", "dose-limiting toxicity", "a dose-limiting toxicity within the first cycle"
)
PRIOR = 0.05
"""Prior toxic and non-toxic patients of the isotonic estimate, for doses with few patients."""


class Decision(StrEnum):
    """What the next cohort gets."""

    ESCALATE = "escalate"
    STAY = "stay"
    DE_ESCALATE = "de-escalate"
    DROP = "drop"
    """De-escalate, and never give this dose or a higher one again."""


@dataclass(frozen=True, slots=True)
class BoinDesign:
    """Dose finding: `doses` doses, cohorts of `cohort`, at most `patients`, towards a rate of toxicity.

    `too_low` and `too_high` are rates that must not be taken for the target (0.6 and 1.4 times it by
    default). A dose is dropped when Pr(rate > target) > `drop_above` under a uniform prior, once 3 have had
    it. `stop_at` ends the trial when as many patients have had one dose and it is to be kept.

    Raises
    ------
    DesignError
        Rates out of order, or numbers that no trial can have.
    """

    target: float
    doses: int
    cohort: int = 3
    patients: int = 30
    start: int = 1
    too_low: float | None = None
    too_high: float | None = None
    drop_above: float = 0.95
    stop_at: int | None = None
    toxicity: Measurement = DOSE_LIMITING

    def __post_init__(self) -> None:
        low, high = self.interval
        demand(0.0 < low < self.target < high < 1.0, "target", "0 < too low < target < too high < 1")
        demand_share(self.drop_above, "drop_above")
        demand(self.doses >= 2 and self.cohort >= 1, "doses", "at least 2 doses and cohorts of at least 1")
        demand(self.patients >= self.cohort, "patients", "at least one cohort")
        demand(1 <= self.start <= self.doses, "start", "the number of a dose, from 1")
        demand(self.stop_at is None or self.stop_at >= 1, "stop_at", "at least 1 patient")

    @property
    def interval(self) -> tuple[float, float]:
        """The rates that are too low and too high."""
        low = LOWER * self.target if self.too_low is None else self.too_low
        high = UPPER * self.target if self.too_high is None else self.too_high
        return low, high

    @property
    def boundaries(self) -> tuple[float, float]:
        """Escalate at an observed rate at or below the first, de-escalate at or above the second.

        Liu and Yuan 2015.
        """
        low, high = self.interval
        phi = self.target
        escalate = math.log((1 - low) / (1 - phi)) / math.log(phi * (1 - low) / (low * (1 - phi)))
        de_escalate = math.log((1 - phi) / (1 - high)) / math.log(high * (1 - phi) / (phi * (1 - high)))
        return escalate, de_escalate

    def too_toxic(self, toxic: IntArray, treated: IntArray) -> NDArray[np.bool_]:
        """Whether a dose is dropped: Pr(rate > target) under Beta(1 + y, 1 + n - y)."""
        above = betaincc(1.0 + toxic, 1.0 + treated - toxic, self.target)
        found: NDArray[np.bool_] = (treated >= FEWEST_TO_DROP) & (above > self.drop_above)
        return found

    def limits(self, treated: int) -> tuple[int, int, int | None]:
        """Toxicities among `treated`: escalate at most, de-escalate at least, drop at least (None: never)."""
        toxic = np.arange(treated + 1)
        escalate, de_escalate = self.boundaries
        most = int(np.flatnonzero(toxic <= escalate * treated + 1e-12)[-1])
        from_here = np.flatnonzero(toxic >= de_escalate * treated - 1e-12)
        least = int(from_here[0]) if len(from_here) else treated + 1
        dropped = np.flatnonzero(self.too_toxic(toxic, np.full(treated + 1, treated)))
        return most, least, int(dropped[0]) if len(dropped) else None

    def decision(self, toxic: int, treated: int) -> Decision:
        """What `toxic` of `treated` at the present dose mean. Raises DesignError for impossible counts."""
        demand(0 <= toxic <= treated and treated >= 1, "toxic", "0 <= toxic <= treated, at least 1 treated")
        most, least, dropped = self.limits(treated)
        if dropped is not None and toxic >= dropped:
            return Decision.DROP
        if toxic >= least:
            return Decision.DE_ESCALATE
        return Decision.ESCALATE if toxic <= most else Decision.STAY

    def decision_table(self) -> pl.DataFrame:
        """A row for each number treated at a dose: the three limits (null: not at this number)."""
        rows = [(treated, *self.limits(treated)) for treated in range(1, self.patients + 1)]
        names = ("treated", "escalate_at_most", "de_escalate_at_least", "drop_at_least")
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.Int64), orient="row").with_columns(
            pl.when(pl.col("de_escalate_at_least") <= pl.col("treated")).then(pl.col("de_escalate_at_least"))
        )

    def clinic_page(self) -> str:
        """The decision table on one page, for the wall: plain text."""
        lines = [
            f"Dose decisions, target rate of {self.toxicity.label} {self.target:g}",
            f"Counted: {self.toxicity.definition}.",
            "Count all patients treated at the present dose, and those of them with toxicity.",
            "",
            "treated   go up if   stay if   go down if   drop the dose if",
        ]
        for treated, most, least, dropped in self.decision_table().iter_rows():
            least = treated + 1 if least is None else least
            end = least if dropped is None else min(least, dropped)
            stay = _range(most + 1, end - 1)
            down = _range(least, (treated if dropped is None else dropped - 1))
            drop = "-" if dropped is None else f"{dropped} or more"
            lines.append(f"{treated:7d}   {f'0 to {most}':<8}   {stay:<7}   {down:<10}   {drop}")
        return "\n".join(
            [
                *lines,
                "",
                "Drop: never give this dose or a higher one again. If the lowest is dropped, stop the trial.",
                "At the highest dose, go up means stay; at the lowest, go down means stay.",
            ]
        )

    def chosen_dose(self, toxic: Sequence[int], treated: Sequence[int]) -> int | None:
        """The dose, from 1, to choose after the trial; None when the lowest is too toxic.

        Isotonic regression of the rates, weighted by the inverse of their posterior variance, over doses that
        were given and not dropped; the one nearest the target. Of equal estimates the higher dose when they
        lie below the target, the lower when above.

        Raises
        ------
        DesignError
            Counts that do not fit the doses, or nobody treated.
        """
        y, n = np.asarray(toxic, dtype=np.int64), np.asarray(treated, dtype=np.int64)
        fits = len(y) == len(n) == self.doses and bool(((y >= 0) & (y <= n)).all()) and bool(n.any())
        if not fits:
            raise DesignError("counts do not fit the doses", where="toxic", expected="0 <= toxic <= treated")
        found = int(self.chosen_doses(y[None, :], n[None, :])[0])
        return found or None

    def chosen_doses(self, toxic: IntArray, treated: IntArray) -> IntArray:
        """`chosen_dose` of many trials at once (trials x doses); 0 for none."""
        dropped = np.maximum.accumulate(self.too_toxic(toxic, treated), axis=1)
        usable = (treated > 0) & ~dropped
        rates = (toxic + PRIOR) / (treated + 2.0 * PRIOR)
        total = treated + 2.0 * PRIOR
        weights = np.where(
            usable, total**2 * (total + 1.0) / ((toxic + PRIOR) * (treated - toxic + PRIOR)), 0.0
        )
        estimates = isotonic(rates, weights)
        order = 1e-9 * np.arange(toxic.shape[1])
        distance = np.where(usable, np.abs(estimates + order - self.target), np.inf)
        return np.where(usable.any(axis=1), distance.argmin(axis=1) + 1, 0)

    def report(self) -> DesignReport:
        """The design in full, with the decision table by cohort."""
        escalate, de_escalate = self.boundaries
        low, high = self.interval
        return DesignReport(
            title=f"BOIN dose finding, {self.doses} doses",
            measured=self.toxicity,
            numbers=(
                ("target rate", self.target),
                ("rates too low, too high", f"{low:g}, {high:g}"),
                ("escalate at or below", escalate),
                ("de-escalate at or above", de_escalate),
                ("drop when Pr(rate > target) above", self.drop_above),
                ("cohort, patients at most", f"{self.cohort}, {self.patients}"),
                ("first dose", self.start),
            ),
            table=tuple(self.clinic_page().splitlines()[4 : 5 + self.patients]),
            formulas=(
                "escalate at ln((1-l)/(1-t)) / ln(t(1-l)/(l(1-t))), de-escalate at "
                "ln((1-t)/(1-h)) / ln(h(1-t)/(t(1-h))), t target, l too low, h too high (Liu and Yuan 2015)",
                "drop when Pr(p > t | Beta(1 + y, 1 + n - y)) > limit, n >= 3",
                "chosen dose: weighted isotonic regression of (y + 0.05)/(n + 0.1), nearest to the target",
            ),
            assumptions=(
                "toxicity does not fall as the dose rises",
                "each patient's toxicity is known before the next cohort comes in",
                "the rate is of toxicity in the window of the definition; late toxicity is not seen",
            ),
            entries=(
                analysis_entry(
                    self.toxicity,
                    "dose_finding",
                    design="boin",
                    target=self.target,
                    interval=[low, high],
                    drop_above=self.drop_above,
                ),
            ),
        )


def _range(low: int, high: int) -> str:
    if low > high:
        return "-"
    return str(low) if low == high else f"{low} to {high}"


def isotonic(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Weighted least-squares fit that does not fall along each row; a column without weight follows on.

    Max-min formula: fit_j = max over a <= j of min over b >= j of the weighted mean of a..b (Barlow,
    Bartholomew, Bremner and Brunk 1972). For a handful of columns.
    """
    size = values.shape[1]
    weight_until = np.concatenate([np.zeros((len(values), 1)), np.cumsum(weights, axis=1)], axis=1)
    sum_until = np.concatenate([np.zeros((len(values), 1)), np.cumsum(weights * values, axis=1)], axis=1)
    mass = weight_until[:, None, 1:] - weight_until[:, :-1, None]
    total = sum_until[:, None, 1:] - sum_until[:, :-1, None]
    block = np.arange(size)[:, None] <= np.arange(size)[None, :]
    mean = np.divide(total, mass, out=np.full(mass.shape, np.inf), where=block & (mass > 0))
    least_after = np.minimum.accumulate(mean[:, :, ::-1], axis=2)[:, :, ::-1]
    allowed = np.where(block & np.isfinite(least_after), least_after, -np.inf)
    found: FloatArray = allowed.max(axis=1)
    return found
