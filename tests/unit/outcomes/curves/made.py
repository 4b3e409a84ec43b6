"""Small rows typed by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from cimara.outcomes.rows import CompetingRisks, Survival


def survival(time: list[float], event: list[int], **columns: Any) -> Survival:
    """Rows with columns `start`, `group`, `cluster`, `weights`, `id` where given."""
    frame = pl.DataFrame({"time": time, "event": event, **columns})
    return Survival.from_frame(frame, time="time", event="event", **{name: name for name in columns})


def competing(time: list[float], status: list[int], **columns: Any) -> CompetingRisks:
    """Rows of causes 1 and 2."""
    frame = pl.DataFrame({"time": time, "status": status, **columns})
    return CompetingRisks.from_frame(
        frame, time="time", status="status", causes=[1, 2], **{name: name for name in columns}
    )
