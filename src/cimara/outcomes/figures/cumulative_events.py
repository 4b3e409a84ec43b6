"""Cumulative numbers of events by group over the numbers at risk: how the data of a study came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.figures.figure_data import FigureData, with_words
from cimara.outcomes.figures.probability_axes import (
    AXIS_FOOT,
    NARROW,
    PLOT_HEIGHT,
    RIGHT,
    TICK_ROOM,
    left_margin,
)
from cimara.outcomes.figures.risk_rows import (
    draw_risk_table,
    line_sign,
    risk_blocks,
    risk_frame,
    table_height,
)
from cimara.outcomes.figures.sheet import MARGIN, Sheet, key_height
from cimara.outcomes.figures.steps import draw_steps
from cimara.outcomes.figures.style import DOUBLE_COLUMN, drawing, line_look
from cimara.outcomes.figures.ticks import even_ticks, time_ticks
from cimara.outcomes.figures.words import drawn, listed, time_told
from cimara.outcomes.frame_columns import FloatArray

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def plot_cumulative_events(
    fit: KaplanMeierFit,
    *,
    endpoint: str = "events",
    unit: str = "months",
    until: float | None = None,
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """Counted events (rows, not weights) of each group up to each time, over its risk table.

    Parameters
    ----------
    fit
        From `kaplan_meier`; of a cause-specific fit the events of that cause.
    until
        Where the axis ends; by default at the last time of all, since numbers need nobody at risk.
    """
    tables, names = [one.counted for one in fit.curves], [one.group for one in fit.curves]
    end = max(one.last_time for one in fit.curves) if until is None else until
    events = pl.concat(
        [one.counted.at(one.time).select("group", "time", "events") for one in fit.curves]
    ).filter(pl.col("time") <= end)
    left = left_margin(names, width)
    ticks = time_ticks(end, unit, max(2, int((width - left) / TICK_ROOM)))
    numbers = risk_frame(tables, ticks)
    totals = [
        f"{int(one.counted.at([end])['events'][0])}{' in ' + one.group if one.group else ''}"
        for one in fit.curves
    ]
    said = f"Cumulative {endpoint} over time, up to {time_told(end)} {unit}: {listed(totals)}."
    data = FigureData(f"Cumulative number of {endpoint}", said, {"steps": events, "risk_table": numbers})
    with drawing():
        return with_words(_figure(events, numbers, names, (endpoint, unit), (end, left), ticks, width), data)


def _figure(
    events: pl.DataFrame,
    numbers: pl.DataFrame,
    names: list[str],
    words: tuple[str, str],
    ends: tuple[float, float],
    ticks: FloatArray,
    width: float,
) -> Figure:
    (endpoint, unit), (end, left) = words, ends
    looks = [line_look(place) for place in range(len(names))]
    named = names if width >= NARROW else None
    at_risk, _, censored = risk_blocks(numbers, names, looks, "", labels=named)
    blocks = (at_risk, censored)
    key = [line_sign(look, drawn(name) or "All") for name, look in zip(names, looks, strict=True)]
    top = MARGIN + key_height(key, width - left - MARGIN) + 0.1
    sheet = Sheet(width, top + PLOT_HEIGHT + AXIS_FOOT + table_height(blocks))
    sheet.key(key, left, MARGIN, width - left - MARGIN)
    axes = sheet.axes(left, top, width - left - RIGHT, PLOT_HEIGHT)
    for name, look in zip(names, looks, strict=True):
        own = events.filter(pl.col("group") == name)
        counts = own["events"].to_numpy().astype(np.float64)
        draw_steps(axes, own["time"].to_numpy(), counts, look, start=0.0, first=0.0, end=end)
    highest = max(events["events"].to_list(), default=0) or 1
    axes.set_xlim(0, end)
    axes.set_ylim(0, highest * 1.04)
    axes.set_xticks(ticks)
    axes.set_yticks([one for one in even_ticks(0, highest * 1.04, 8) if one == int(one)])
    axes.set_xlabel(f"Time ({unit})", labelpad=3)
    axes.set_ylabel(f"Cumulative {endpoint}")
    draw_risk_table(sheet, axes, top + PLOT_HEIGHT + AXIS_FOOT, blocks, ticks, MARGIN)
    return sheet.figure
