"""The Love plot: how far apart the arms are in each covariate, before and after weighting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.causal.balance import IMBALANCED, Balance
from cimara.outcomes.figures.figure_data import FigureData, with_words
from cimara.outcomes.figures.sheet import MARGIN, KeyEntry, Sheet, key_height
from cimara.outcomes.figures.style import DOUBLE_COLUMN, GRID, PALETTE, drawing
from cimara.outcomes.figures.ticks import even_ticks
from cimara.outcomes.figures.words import counted, drawn, number, widest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 0.2
FOOT = 0.5


def plot_love(
    found: Balance,
    *,
    ordered: bool = True,
    title: str = "Balance of covariates between the arms",
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """Absolute standardised mean differences, raw and weighted, with the limit of 0.1.

    Parameters
    ----------
    found
        From `balance`.
    ordered
        Covariates by their raw difference, largest first; False keeps their order.

    A covariate that is constant in both arms has no difference and no point.
    """
    table = found.table().with_columns(
        absolute=pl.col("smd").abs(), raw_absolute=pl.col("raw_smd").abs(), place=pl.int_range(pl.len())
    )
    if ordered:
        table = table.sort("raw_absolute", "place", descending=[True, False], nulls_last=True)
    shown = table.select("covariate", "raw_smd", "smd", "raw_absolute", "absolute")
    data = FigureData(title, _description(found, shown), {"covariates": shown})
    with drawing():
        return with_words(_figure(found, shown, width), data)


def _figure(found: Balance, shown: pl.DataFrame, width: float) -> Figure:
    names = [drawn(one) for one in shown["covariate"]]
    left = MARGIN + widest(names) + 0.12
    key = [KeyEntry(label="before weighting", colour=PALETTE[2], face="white", marker="o")]
    if found.weighted:
        sizes = f"{found.effective_treated:.0f} treated, {found.effective_control:.0f} control"
        key.append(KeyEntry(label=f"after (effective n {sizes})", colour=PALETTE[1], marker="s"))
    top = MARGIN + key_height(key, width - 2 * MARGIN) + 0.1
    height = LINE * len(names)
    sheet = Sheet(width, top + height + FOOT + MARGIN)
    sheet.key(key, MARGIN, MARGIN, width - 2 * MARGIN)
    axes = sheet.axes(left, top, width - left - 0.2, height)
    places = np.arange(len(names)) + 0.5
    raw, weighted = shown["raw_absolute"].to_numpy(), shown["absolute"].to_numpy()
    largest = max(float(np.nanmax(np.append(raw, weighted))), 2 * IMBALANCED) * 1.06
    axes.set_xlim(0, largest)
    axes.set_ylim(len(names), 0)
    axes.hlines(places, 0, largest, color="#e3e7eb", lw=0.7, zorder=0)
    axes.axvline(IMBALANCED, color=GRID, lw=0.9, ls=(0, (4, 3)), zorder=1)
    axes.plot(
        raw,
        places,
        ls="none",
        marker="o",
        ms=5.5,
        mfc="white",
        mec=PALETTE[2],
        mew=1.1,
        zorder=3,
        clip_on=False,
    )
    if found.weighted:
        axes.plot(weighted, places, ls="none", marker="s", ms=5, color=PALETTE[1], zorder=4, clip_on=False)
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    ticks = even_ticks(0, largest)
    axes.set_xticks(ticks, [f"{one:g}" for one in ticks.round(6)])
    axes.set_xlabel("Absolute standardised mean difference", labelpad=3)
    return sheet.figure


def _description(found: Balance, shown: pl.DataFrame) -> str:
    def above(column: str) -> str:
        known = shown[column].drop_nulls()
        most = number(max(known.to_list(), default=0.0), 3)
        return f"{int((known > IMBALANCED).sum())} differ by more than {IMBALANCED:g}, at most by {most}"

    said = [
        f"Love plot of {counted(shown.height, 'covariate')}, {found.n_treated} treated and {found.n_control} "
        f"control rows. Before weighting {above('raw_absolute')}."
    ]
    if found.weighted:
        said.append(f"After weighting {above('absolute')}.")
    return " ".join(said)
