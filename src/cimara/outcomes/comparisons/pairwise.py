"""Log-rank tests of all pairs of groups, their p-values adjusted for how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

import numpy as np
import polars as pl

from cimara.outcomes.comparisons.counted import check_rows, concerns_of
from cimara.outcomes.comparisons.log_rank import LogRankTest, Weighting, log_rank
from cimara.outcomes.contract import ContractError, Scope
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import Survival


class Adjustment(StrEnum):
    """What the p-values of several tests are adjusted to."""

    HOLM = "holm"
    """The chance of any false finding (Holm 1979)."""
    BONFERRONI = "bonferroni"
    """The same, by the plain product."""
    BENJAMINI_HOCHBERG = "benjamini-hochberg"
    """The expected share of false findings (Benjamini & Hochberg 1995)."""
    NONE = "none"


@dataclass(frozen=True, kw_only=True, eq=False)
class PairwiseTests:
    """A log-rank test of each pair; `tests` is None where one could not be made, with a warning why."""

    pairs: tuple[tuple[str, str], ...]
    tests: tuple[LogRankTest | None, ...]
    p: FloatArray
    p_adjusted: FloatArray
    adjustment: Adjustment
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a pair: chi-square, p, adjusted p."""
        return pl.DataFrame(
            {
                "group": [first for first, _ in self.pairs],
                "versus": [second for _, second in self.pairs],
                "statistic": [None if test is None else test.statistic for test in self.tests],
                "p": pl.Series(self.p).fill_nan(None),
                "p_adjusted": pl.Series(self.p_adjusted).fill_nan(None),
            }
        )


def pairwise_log_rank(
    rows: Survival | Iterable[Survival],
    *,
    adjustment: Adjustment | str = Adjustment.HOLM,
    weighting: Weighting | str = Weighting.LOG_RANK,
    rho: float = 0.0,
    gamma: float = 0.0,
    scope: Scope | str = Scope.ACROSS_PARTS,
    grid: Sequence[float] | FloatArray | None = None,
) -> PairwiseTests:
    """Compare each two groups by `log_rank` on their rows alone; options as there.

    A pair without events, or never at risk together, has no p and does not count in the adjustment.
    """
    parts = [rows] if isinstance(rows, Survival) else list(rows) if isinstance(rows, Iterator) else rows
    for part in parts:
        check_rows(part)
    groups = Cells.of(parts).groups
    codes = [code for code, group in enumerate(groups) if any(_has(part, group) for part in parts)]
    if len(codes) < 2:
        raise NotEstimable(Concern.ONE_GROUP, "a single group has rows")
    pairs = tuple((groups[one], groups[other]) for one, other in combinations(codes, 2))
    options = {"weighting": weighting, "rho": rho, "gamma": gamma, "scope": scope, "grid": grid}
    tests: list[LogRankTest | None] = []
    warnings = list(concerns_of(parts))
    for pair in pairs:
        try:
            tests.append(log_rank([*_of_pair(parts, pair)], **options))  # type: ignore[arg-type]
        except NotEstimable as refusal:
            tests.append(None)
            warnings.append(ModelWarning(refusal.code, f"{pair[0]} versus {pair[1]}: {refusal.problem}"))
    p = np.array([np.nan if test is None else test.p for test in tests])
    chosen = Adjustment(adjustment)
    return PairwiseTests(
        pairs=pairs,
        tests=tuple(tests),
        p=p,
        p_adjusted=adjusted(p, chosen),
        adjustment=chosen,
        warnings=tuple(warnings),
        r_call=f'survminer::pairwise_survdiff(..., rho = {rho:g}, p.adjust.method = "{_IN_R[chosen]}")',
    )


def adjusted(p: FloatArray, adjustment: Adjustment) -> FloatArray:
    """The adjusted p-values, in the same order; NaN stays NaN and is not counted."""
    found = np.array(p, dtype=np.float64)
    known = np.flatnonzero(np.isfinite(found))
    order = known[np.argsort(found[known], kind="stable")]
    m, sorted_p = len(order), found[order]
    if adjustment is Adjustment.HOLM:
        sorted_p = np.maximum.accumulate(sorted_p * np.arange(m, 0, -1))
    elif adjustment is Adjustment.BONFERRONI:
        sorted_p = sorted_p * m
    elif adjustment is Adjustment.BENJAMINI_HOCHBERG:
        sorted_p = np.minimum.accumulate((sorted_p * m / np.arange(1, m + 1))[::-1])[::-1]
    found[order] = np.minimum(sorted_p, 1.0)
    return found


_IN_R = {
    Adjustment.HOLM: "holm",
    Adjustment.BONFERRONI: "bonferroni",
    Adjustment.BENJAMINI_HOCHBERG: "BH",
    Adjustment.NONE: "none",
}


def _has(part: Survival, group: str) -> bool:
    if part.group is None:
        raise ContractError("parts without a column of groups", where="group")
    if group not in part.group.levels:
        return False
    return bool((part.group.codes == part.group.levels.index(group)).any())


def _of_pair(parts: Iterable[Survival], pair: tuple[str, str]) -> Iterator[Survival]:
    for part in parts:
        assert part.group is not None
        wanted = np.isin(part.group.levels, pair)[part.group.codes]
        if wanted.any():
            yield part.take(wanted)
