"""Merged cells of the study's grid, as the counts of step 0 say (federation.md, 6.2)."""

from __future__ import annotations

from typing import TypeVar

from cimara.federation.site.policy import Thresholds
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.large_cells import cell_counts, merged_rows
from cimara.outcomes.rows import CompetingRisks, Survival

T = TypeVar("T", bound=Survival | CompetingRisks)
__all__ = ["cell_counts", "in_large_cells"]


def in_large_cells(rows: T, times: FloatArray | None, pooled: Summary, limits: Thresholds) -> T:
    """Rows of which sums of covariates are made by cell, with small cells merged alike at every house.

    Parameters
    ----------
    times
        The study's grid in the unit of the rows; None: the exact one, whose days every site allows to leave.
    pooled
        The sum of all houses' facts.
    limits
        Those of the study (`study_limits`), which all houses know.
    """
    if times is None:
        return rows
    counts = (pooled.sums["exits"], pooled.sums["exits_with_event"])
    return merged_rows(rows, times, counts, exits=limits.cell_exits, events=limits.cell_events)
