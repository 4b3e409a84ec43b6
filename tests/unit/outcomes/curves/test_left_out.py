"""Every curve says which column cost rows, however the rows came in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.curves.rmtl import restricted_time_lost
from cimara.outcomes.model_warnings import Concern
from cimara.outcomes.rows import CompetingRisks, Survival

FRAME = pl.DataFrame(
    {
        "days": [5.0, None, 9.0, 12.0, 20.0, 31.0],
        "status": [1, 1, 2, 0, 1, 0],
        "arm": ["a", "b", "a", "b", None, "a"],
        "site": [1, 1, 2, 2, 2, 1],
    }
).with_columns(death=(pl.col("status") > 0).cast(pl.Int64))
SURVIVAL = Survival.from_frame(FRAME, time="days", event="death", group="arm", site="site")
CAUSES = CompetingRisks.from_frame(FRAME, time="days", status="status", group="arm", site="site")


@pytest.mark.parametrize(
    ("curve", "rows"),
    [
        (kaplan_meier, SURVIVAL),
        (aalen_johansen, CAUSES),
        (lambda rows: rmst(rows, tau=8), SURVIVAL),
        (lambda rows: restricted_time_lost(rows, tau=8), CAUSES),
    ],
    ids=["survival", "incidence", "restricted mean", "time lost"],
)
@pytest.mark.parametrize("by_site", [False, True])
def test_rows_left_out_are_told_by_column(curve: Callable[..., Any], rows: Any, by_site: bool) -> None:
    fit = curve(rows.by_site() if by_site else rows)
    (told,) = (one for one in fit.warnings if one.code is Concern.ROWS_DROPPED)
    assert told.message == "2 rows with an empty cell were left out: 1 for days, 1 for arm"
    assert told.columns == ("days", "arm")
