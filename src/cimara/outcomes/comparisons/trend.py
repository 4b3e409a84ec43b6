"""Test for a trend of the hazard over ordered groups (Tarone 1975)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr  # type: ignore[import-untyped]

from cimara.outcomes.comparisons.log_rank import LogRankTest
from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable


@dataclass(frozen=True, kw_only=True, eq=False)
class TrendTest:
    """(s'(O - E))^2 / s'Vs on one degree of freedom.

    `z` is its signed root: positive where the hazard rises with the score.
    """

    groups: tuple[str, ...]
    scores: FloatArray
    z: float
    statistic: float
    p: float
    df: int = 1
    n: float
    events: float
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row: z, chi-square, degrees of freedom, p."""
        return pl.DataFrame({"z": [self.z], "statistic": [self.statistic], "df": [self.df], "p": [self.p]})


def trend_test(test: LogRankTest, scores: Sequence[float] | None = None) -> TrendTest:
    """The trend in a log-rank test of ordered groups.

    Parameters
    ----------
    test
        A test of the log-rank family; its weighting and strata are kept.
    scores
        One number a group, in the order of `test.groups`; None for 1, 2, 3, ...

    Raises
    ------
    ContractError
        Scores of another number, or all alike.
    NotEstimable
        ONE_GROUP: no variance in the direction of the scores.
    """
    chosen = np.arange(1.0, len(test.groups) + 1) if scores is None else np.asarray(scores, dtype=np.float64)
    if chosen.shape != (len(test.groups),) or not np.isfinite(chosen).all() or np.ptp(chosen) == 0:
        raise ContractError(
            "scores that do not order the groups",
            where=test.group_column,
            expected=f"a finite number for each of {', '.join(test.groups)}, not all alike",
        )
    centred = chosen - chosen.mean()
    variance = float(centred @ test.variance @ centred)
    if variance <= 0:
        raise NotEstimable(
            Concern.ONE_GROUP,
            "no event while groups of different scores were at risk",
            columns=(test.group_column,),
        )
    z = float(centred @ (test.observed - test.expected)) / variance**0.5
    return TrendTest(
        groups=test.groups,
        scores=chosen,
        z=z,
        statistic=z**2,
        p=float(2 * ndtr(-abs(z))),
        n=float(test.n.sum()),
        events=float(test.events.sum()),
        warnings=test.warnings,
        r_call=f"with(fit <- {test.r_call}, sum(s * (obs - exp))^2 / drop(s %*% var %*% s))",
    )
