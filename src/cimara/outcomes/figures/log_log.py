"""Log-log curves: parallel where hazards of groups are proportional."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.risk_rows import line_sign
from cimara.outcomes.figures.sheet import MARGIN, Sheet, key_height
from cimara.outcomes.figures.style import drawing, line_look
from cimara.outcomes.figures.ticks import even_ticks, ratio_ticks
from cimara.outcomes.figures.words import counted, drawn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEFT = 0.72
PLOT_HEIGHT = 3.2


def plot_log_log(
    fit: KaplanMeierFit,
    *,
    unit: str = "months",
    title: str = "Log-log survival curves",
    width: float = 5.6,
) -> tuple[Figure, FigureData]:
    """ln(-ln S(t)) of each group against time on a log axis, where S lies between 0 and 1.

    Raises
    ------
    FigureError
        A cause-specific fit, or no group with such a point after time 0.
    """
    if fit.cause_specific:
        raise FigureError("survival of one of several competing causes", where=fit.cause_specific)
    points = (
        fit.table()
        .filter(pl.col("events") > 0, pl.col("survival") > 0, pl.col("survival") < 1, pl.col("time") > 0)
        .select("group", "time", "survival", log_log=(-pl.col("survival").log()).log())
    )
    if points.is_empty():
        raise FigureError("no group has a survival between 0 and 1", where="survival")
    groups = [one.group for one in fit.curves]
    with drawing():
        figure = _figure(points, groups, unit, width)
    said = (
        f"Log-log survival curves of {counted(len(groups), 'group')} against time on a log axis, "
        f"{counted(fit.n, 'row')}, {fit.events:g} events; parallel curves speak for proportional hazards."
    )
    return with_words(figure, FigureData(title, said, {"curves": points}))


def _figure(points: pl.DataFrame, groups: list[str], unit: str, width: float) -> Figure:
    looks = [line_look(place) for place in range(len(groups))]
    key = [line_sign(look, drawn(group) or "All") for group, look in zip(groups, looks, strict=True)]
    top = MARGIN + key_height(key, width - LEFT - MARGIN) + 0.1
    sheet = Sheet(width, top + PLOT_HEIGHT + 0.52)
    sheet.key(key, LEFT, MARGIN, width - LEFT - MARGIN)
    axes = sheet.axes(LEFT, top, width - LEFT - 0.2, PLOT_HEIGHT)
    times = np.log(points["time"].to_numpy())
    reach = 0.03 * max(float(np.ptp(times)), 0.5)
    low, high = float(times.min()) - reach, float(times.max()) + reach
    for group, look in zip(groups, looks, strict=True):
        own = points.filter(pl.col("group") == group)
        axes.plot(np.log(own["time"].to_numpy()), own["log_log"], drawstyle="steps-post", color=look.colour,
                  ls=look.dashes, lw=1.5)  # fmt: skip
    axes.set_xlim(low, high)
    ticks = ratio_ticks(float(np.exp(low)), float(np.exp(high)))
    axes.set_xticks(np.log(ticks), [f"{one:g}" for one in ticks])
    bottom, ceiling = axes.get_ylim()
    axes.set_yticks(even_ticks(bottom, ceiling, 8))
    axes.set_ylim(bottom, ceiling)
    axes.set_xlabel(f"Time ({unit}, log scale)", labelpad=3)
    axes.set_ylabel("ln(−ln survival)")
    return sheet.figure
