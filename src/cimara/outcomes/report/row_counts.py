"""What rows of one house must know of the rows of all: how many there are, what was left out, empty levels.

Warnings and counts of a report speak of all rows. In a study over sites they come from sums, so that every
house says the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.in_all import in_all
from cimara.outcomes.report.endpoint_rows import ENTRY, STATUS, TIME, UNIT
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.rows import CompetingRisks, Survival


@dataclass(frozen=True, slots=True)
class RowCounts:
    """Rows and units of all houses, rows left out by column, and covariates' levels that no row has."""

    rows: int
    units: int
    dropped: Mapping[str, int]
    empty_levels: tuple[str, ...]

    def told_by(self, rows: Survival | CompetingRisks) -> Survival | CompetingRisks:
        """The rows of one house, telling this of all."""
        return replace(rows, dropped=dict(self.dropped), empty_levels=self.empty_levels)


def told_alike(
    rows: Survival | CompetingRisks, covariates: Sequence[str], cluster: str, plan: Plan
) -> RowCounts:
    """The counts of all houses' rows, one round; `covariates` and `cluster` are columns that they have."""
    columns = possible_columns(rows, covariates, cluster, plan)
    levels = [f"{name}={level}" for name in covariates for level in plan.covariate(name).levels]
    units = rows.n if rows.id is None else len(np.unique(rows.id))
    dropped = [rows.dropped.get(name, 0) for name in columns]
    filled = [name not in rows.empty_levels for name in levels]
    total = in_all("row counts", [rows.n, units, *dropped, *filled])
    lost, held = total[2 : 2 + len(columns)], total[2 + len(columns) :]
    return RowCounts(
        rows=int(total[0]),
        units=int(total[1]),
        dropped={name: int(count) for name, count in zip(columns, lost, strict=True) if count},
        empty_levels=tuple(name for name, sites in zip(levels, held, strict=True) if not sites),
    )


def possible_columns(
    rows: Survival | CompetingRisks, covariates: Sequence[str], cluster: str, plan: Plan
) -> tuple[str, ...]:
    """Every column whose empty cell can cost a row, in the order in which they are looked at."""
    named = [TIME, STATUS, *covariates, *rows.strata_columns, ENTRY, rows.group_column, cluster]
    named += [UNIT, plan.population.site]
    return tuple(dict.fromkeys(one for one in named if one))
