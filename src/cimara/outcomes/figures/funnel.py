"""The funnel of sites: each estimate against its precision, within limits of what chance alone does."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.sheet import MARGIN, KeyEntry, Sheet, broken, key_height
from cimara.outcomes.figures.small_sites import LEAST_EVENTS, LEAST_PATIENTS, shown_sites
from cimara.outcomes.figures.style import DASHES, GRID, PALETTE, SMALLEST_TEXT, drawing
from cimara.outcomes.figures.ticks import even_ticks, ratio_ticks
from cimara.outcomes.figures.words import counted, drawn, listed, number
from cimara.outcomes.pooling.funnel import Funnel
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT = 0.78
PLOT_HEIGHT = 3.4
CURVE_POINTS = 200
LIMIT_LOOKS = ((PALETTE[1], DASHES[1]), (PALETTE[2], DASHES[2]))


def plot_site_funnel(
    funnel: Funnel,
    counts: pl.DataFrame,
    *,
    measure: str = "Hazard ratio",
    patients: int = LEAST_PATIENTS,
    events: int = LEAST_EVENTS,
    parameters: int = 1,
    title: str = "Funnel plot of sites",
    width: float = 5.6,
) -> tuple[Figure, FigureData]:
    """Sites' ratios (log axis) against precision, with the limits of the funnel.

    Parameters
    ----------
    funnel
        From `site_funnel`, or a heterogeneity result's; estimates are logarithms of ratios.
    counts
        Columns site, n and events of every site: smaller sites are not shown, and neither are their numbers.
    patients, events, parameters
        The least that a site must have: patients, and events times parameters of the model.

    Raises
    ------
    FigureError
        A site without counts, or no site that may be shown.
    """
    unknown = set(funnel.sites) - set(counts["site"].to_list() if "site" in counts.columns else ())
    shown = shown_sites(counts, patients=patients, events=events, parameters=parameters)
    if unknown:
        raise FigureError("a site without counts", where="counts.site")
    sites = funnel.table().filter(pl.col("site").is_in(shown))
    if sites.is_empty():
        raise FigureError("no site is large enough to be shown", where="counts")
    hidden = len(funnel.sites) - sites.height
    limits = _limits(funnel, sites)
    target = pl.DataFrame(
        {
            "target": [funnel.target],
            "overdispersion": [funnel.overdispersion],
            "widened": [funnel.widened],
            "sites_not_shown": [hidden],
        }
    )
    notes = _notes(funnel, hidden, patients, events * parameters)
    data = FigureData(
        title,
        _description(funnel, sites, notes, measure),
        {"sites": sites, "limits": limits, "target": target},
    )
    with drawing():
        return with_words(_figure(funnel, sites, limits, notes, measure, width), data)


def _limits(funnel: Funnel, sites: pl.DataFrame) -> pl.DataFrame:
    """The limits at precisions from half the least to a little above the greatest."""
    known = sites["precision"].to_numpy()
    precision = np.linspace(0.7 * known.min(), 1.06 * known.max(), CURVE_POINTS)
    columns = {"precision": precision}
    for level in funnel.levels:
        lower, upper = funnel.limits(1 / precision, level)
        columns |= {f"lower_{level:g}": lower, f"upper_{level:g}": upper}
    return pl.DataFrame(columns)


def _notes(funnel: Funnel, hidden: int, patients: int, events: int) -> tuple[str, ...]:
    widened = (
        f"Limits widened by the square root of the overdispersion factor {number(funnel.overdispersion)} "
        f"({100 * funnel.winsorised:g} % winsorised)."
        if funnel.widened
        else f"No overdispersion (factor {number(funnel.overdispersion)}); limits not widened."
    )
    masked = f"{counted(hidden, 'site')} with fewer than {patients} patients or {events} events not shown."
    return (widened, masked) if hidden else (widened,)


def _figure(
    funnel: Funnel,
    sites: pl.DataFrame,
    limits: pl.DataFrame,
    notes: tuple[str, ...],
    measure: str,
    width: float,
) -> Figure:
    key = _key(funnel, measure)
    lines = [line for note in notes for line in broken(note, width - 2 * MARGIN, SMALLEST_TEXT)]
    top = MARGIN + key_height(key, width - LEFT - MARGIN) + 0.12
    sheet = Sheet(width, top + PLOT_HEIGHT + 0.52 + 0.17 * len(lines) + MARGIN)
    sheet.key(key, LEFT, MARGIN, width - LEFT - MARGIN)
    axes = sheet.axes(LEFT, top, width - LEFT - 0.2, PLOT_HEIGHT)
    _scale(axes, funnel, sites, limits, measure)
    for level, (colour, dashes) in zip(funnel.levels, LIMIT_LOOKS, strict=False):
        for side in ("lower", "upper"):
            axes.plot(limits["precision"], limits[f"{side}_{level:g}"], color=colour, ls=dashes, lw=1.2)
    axes.axhline(funnel.target, color=GRID, lw=1.0, zorder=1)
    axes.plot(
        sites["precision"], sites["estimate"], ls="none", marker="o", ms=5, mfc=INK, mec="white", mew=0.6
    )
    outside = sites.filter(pl.col("outside") == max(funnel.levels))
    for site, precision, estimate in outside.select("site", "precision", "estimate").iter_rows():
        away = -9 if estimate < funnel.target else 9
        axes.annotate(drawn(site, 20), (precision, estimate), (0, away), textcoords="offset points",
                      ha="center", va="center", fontsize=SMALLEST_TEXT)  # fmt: skip
    for place, line in enumerate(lines):
        sheet.text(MARGIN, top + PLOT_HEIGHT + 0.54 + (place + 0.5) * 0.17, line, fontsize=SMALLEST_TEXT)
    return sheet.figure


def _scale(axes: Axes, funnel: Funnel, sites: pl.DataFrame, limits: pl.DataFrame, measure: str) -> None:
    widest = max(funnel.levels)
    low = min(*sites["estimate"], *limits[f"lower_{widest:g}"])
    high = max(*sites["estimate"], *limits[f"upper_{widest:g}"])
    room = 0.06 * (high - low)
    axes.set_ylim(low - room, high + room)
    ticks = ratio_ticks(math.exp(low - room), math.exp(high + room))
    axes.set_yticks(np.log(ticks), [f"{one:g}" for one in ticks])
    first, last = float(limits["precision"][0]), float(limits["precision"][-1])
    axes.set_xlim(first, last)
    axes.set_xticks(even_ticks(first, last))
    axes.set_xlabel("Precision (1 / standard error of the logarithm)", labelpad=3)
    axes.set_ylabel(f"{measure} (log scale)")


def _key(funnel: Funnel, measure: str) -> list[KeyEntry]:
    limits = [
        KeyEntry(label=f"{100 * level:g} % limits", colour=colour, dashes=dashes, width=1.2)
        for level, (colour, dashes) in zip(funnel.levels, LIMIT_LOOKS, strict=False)
    ]
    told = f"all sites, {measure.lower()} {number(math.exp(funnel.target))}"
    return [
        KeyEntry(label="site", marker="o", size=5),
        KeyEntry(label=told, colour=GRID, dashes="-", width=1.0),
        *limits,
    ]


def _description(funnel: Funnel, sites: pl.DataFrame, notes: tuple[str, ...], measure: str) -> str:
    outside = [
        f"{sites.filter(pl.col('outside') >= level).height} outside the {100 * level:g} % limits"
        for level in funnel.levels
    ]
    named = sites.filter(pl.col("outside") == max(funnel.levels))["site"].to_list()
    said = (
        f"Funnel plot of {counted(sites.height, 'site')} around a {measure.lower()} of "
        f"{number(math.exp(funnel.target))}: {listed(outside)}"
    )
    return " ".join([said + (f" ({listed(named)})." if named else "."), *notes])
