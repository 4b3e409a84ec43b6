"""Simon's two-stage designs: optimal, minimax and admissible, by exact enumeration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.binomial import at_least, check_rates, masses
from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import DesignError, demand
from cimara.outcomes.design.report import DesignReport, analysis_entry, scans_planned
from cimara.outcomes.design.single_stage import smallest_exact_test
from cimara.outcomes.endpoints.words import EndpointKind

FloatArray = NDArray[np.float64]
SEARCHED = 1.6
"""Largest size searched, as a multiple of the exact single-stage size."""


class Choice(StrEnum):
    """Which of the designs that have the size and power."""

    OPTIMAL = "optimal"
    """Fewest patients on average when the treatment does nothing."""
    MINIMAX = "minimax"
    """Fewest patients at most."""
    ADMISSIBLE = "admissible"
    """Between the two: least weighted sum of both, for some weight."""


@dataclass(frozen=True, slots=True)
class TwoStages:
    """Stop when at most `r1` of `n1` respond; reject p <= null when more than `r` of `n` do."""

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        fits = 0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n
        demand(fits, "r1, n1, r, n", "0 <= r1 < n1 < n and r1 <= r < n")

    def stop_early(self, rate: float) -> float:
        """Chance to stop after the first stage (PET)."""
        return float(1.0 - at_least(self.n1, rate)[self.r1 + 1])

    def mean_size(self, rate: float) -> float:
        """Patients on average (EN)."""
        return self.n1 + (1.0 - self.stop_early(rate)) * (self.n - self.n1)

    def reject(self, rate: float) -> float:
        """Chance to reject: alpha under the null rate, power under the rate wanted."""
        return float(self.second_stage_tail(rate)[self.r + 1])

    def second_stage_tail(self, rate: float) -> FloatArray:
        """P(go on, and at least x responses in all) for x = 0 to n + 1."""
        going = masses(self.n1, rate)[self.r1 + 1 :]
        later = at_least(self.n - self.n1, rate)
        first = np.arange(self.r1 + 1, self.n1 + 1)
        need = np.clip(np.arange(self.n + 2)[:, None] - first, 0, len(later) - 1)
        found: FloatArray = later[need] @ going
        return found


@dataclass(frozen=True, slots=True)
class Candidate:
    """A two-stage rule with its attained error rates and sizes."""

    stages: TwoStages
    alpha: float
    power: float
    mean_size: float
    stop_early: float


@lru_cache(maxsize=32)
def candidates(null: float, wanted: float, alpha: float, power: float) -> tuple[Candidate, ...]:
    """For each size in all, the rule of least mean size under `null` that has the size and power.

    Simon 1989: r1, n1, r are enumerated for each n. Sizes up to 1.6 times that of the exact
    single-stage test, which holds every published optimum.
    """
    single = smallest_exact_test(null, wanted, alpha, power)
    most = max(int(np.ceil(SEARCHED * single.size)), single.size + 5)
    rows = (_best_of_size(size, null, wanted, alpha, power) for size in range(2, most + 1))
    return tuple(one for one in rows if one is not None)


def _best_of_size(n: int, null: float, wanted: float, alpha: float, power: float) -> Candidate | None:
    """The rule of least mean size among those of `n` patients in all; the smaller first stage at a tie."""
    best: tuple[float, TwoStages] | None = None
    for n1 in range(1, n):
        if best is not None and n1 >= best[0]:
            break  # nobody stops before the first stage is full, so the mean is at least n1
        for mean_size, stages in _rules(n, n1, null, wanted, alpha, power):
            if best is None or mean_size < best[0] - 1e-12:
                best = (mean_size, stages)
    if best is None:
        return None
    stages = best[1]
    return Candidate(
        stages, stages.reject(null), stages.reject(wanted), stages.mean_size(null), stages.stop_early(null)
    )


def _rules(
    n: int, n1: int, null: float, wanted: float, alpha: float, power: float
) -> Iterator[tuple[float, TwoStages]]:
    """The rule with the largest r1 (so the least mean size) that some r gives size and power."""
    size = _reject_table(n, n1, null) <= alpha
    strong = _reject_table(n, n1, wanted) >= power
    fits = size & strong
    usable = np.flatnonzero(fits.any(axis=1))
    if len(usable):
        r1 = int(usable[-1])
        stages = TwoStages(r1, n1, int(np.argmax(fits[r1])), n)
        yield stages.mean_size(null), stages


def _reject_table(n: int, n1: int, rate: float) -> FloatArray:
    """P(X1 > r1 and X > r): a row for each r1 below n1, a column for each r below n."""
    first = masses(n1, rate)
    later = at_least(n - n1, rate)
    need = np.clip(np.arange(1, n + 1)[None, :] - np.arange(n1 + 1)[:, None], 0, n - n1 + 1)
    weighted = first[:, None] * later[need]
    above = np.cumsum(weighted[::-1], axis=0)[::-1]
    table = above[1:].copy()
    table[np.arange(n)[None, :] < np.arange(n1)[:, None]] = np.nan
    return table


def admissible(found: Sequence[Candidate]) -> list[Candidate]:
    """From minimax to optimal: the corners of the lower hull of (n, mean size). Jung 2004."""
    minimax = min(found, key=lambda one: one.stages.n)
    optimal = min(found, key=lambda one: (one.mean_size, one.stages.n))
    hull: list[Candidate] = []
    for one in sorted(found, key=lambda each: each.stages.n):
        if not minimax.stages.n <= one.stages.n <= optimal.stages.n:
            continue
        while len(hull) >= 2 and _turns_up(hull[-2], hull[-1], one):
            hull.pop()
        hull.append(one)
    return hull


def _turns_up(first: Candidate, middle: Candidate, last: Candidate) -> bool:
    """Whether `middle` lies on or above the line from `first` to `last`."""
    run, rise = last.stages.n - first.stages.n, last.mean_size - first.mean_size
    return (middle.mean_size - first.mean_size) * run >= rise * (middle.stages.n - first.stages.n)


@dataclass(frozen=True, slots=True)
class TwoStageDesign:
    """A rate of response in one group, with a stop after a first stage of too few responses.

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
    choice: Choice = Choice.OPTIMAL
    size: int | None = None
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.BINARY,), self.assessments)
        check_rates(self.null, self.wanted, self.alpha, self.power)
        asked = (self.choice is Choice.ADMISSIBLE) == (self.size is not None)
        demand(asked, "size", "the size in all of one of the admissible designs, for that choice only")

    def admissible(self) -> list[Candidate]:
        """Minimax first, optimal last."""
        return admissible(candidates(self.null, self.wanted, self.alpha, self.power))

    def chosen(self, found: list[Candidate] | None = None) -> Candidate:
        """The design of the choice. Raises DesignError where no admissible one has the size."""
        hull = self.admissible() if found is None else found
        if self.choice is Choice.MINIMAX:
            return hull[0]
        if self.choice is Choice.OPTIMAL:
            return hull[-1]
        sizes = [one.stages.n for one in hull]
        if self.size not in sizes:
            raise DesignError(
                "no admissible design of this size", where="size", expected=", ".join(map(str, sizes))
            )
        return hull[sizes.index(self.size)]

    @property
    def attained_power(self) -> float:
        """Attained power."""
        return self.chosen().power

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        """Whether each simulated trial rejects."""
        stages, rate = self.chosen().stages, self.null if null else self.wanted
        first = rng.binomial(stages.n1, rate, n_rep)
        later = rng.binomial(stages.n - stages.n1, rate, n_rep)
        rejected: NDArray[np.bool_] = (first > stages.r1) & (first + later > stages.r)
        return rejected

    def report(self) -> DesignReport:
        """The design in full, between minimax and optimal."""
        found = self.admissible()
        chosen = self.chosen(found)
        stages = chosen.stages
        return DesignReport(
            title=f"Simon two-stage test of a rate, {self.choice}",
            measured=self.endpoint,
            numbers=(
                ("rate too low", self.null),
                ("rate wanted", self.wanted),
                ("alpha", f"{self.alpha:g} one-sided"),
                ("power asked for", self.power),
                ("stop at or below", f"{stages.r1}/{stages.n1}"),
                ("reject above", f"{stages.r}/{stages.n}"),
                ("attained alpha", chosen.alpha),
                ("attained power", chosen.power),
                ("mean patients, rate too low", chosen.mean_size),
                ("chance to stop, rate too low", chosen.stop_early),
            ),
            table=(
                "stop    reject  alpha    power   EN      PET",
                *(
                    f"{f'{one.stages.r1}/{one.stages.n1}':<7} {f'{one.stages.r}/{one.stages.n}':<7} "
                    f"{one.alpha:.5f}  {one.power:.4f}  {one.mean_size:6.2f}  {one.stop_early:.4f}"
                    for one in found
                ),
            ),
            formulas=(
                "alpha, power = P(X1 > r1, X > r); EN = n1 + (1 - PET)(n - n1), "
                "PET = P(X1 <= r1 | p0) (Simon 1989)",
                "admissible: least w n + (1 - w) EN for some w (Jung 2004)",
            ),
            assumptions=(
                "responses are independent, with one rate, the same in both stages",
                "accrual stops until the first stage is read; more or fewer patients than planned need the "
                "p-value again",
                "who cannot be judged counts as a non-responder",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint,
                    "rate",
                    test={
                        "kind": "two_stage",
                        "null": self.null,
                        "alpha": self.alpha,
                        "stages": [stages.r1, stages.n1, stages.r, stages.n],
                        "order": "stage-wise",
                    },
                ),
            ),
        )
