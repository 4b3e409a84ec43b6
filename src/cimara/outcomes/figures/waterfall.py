"""The waterfall plot: the best change of each patient's sum from baseline, worst first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.response_lines import (
    ResponseLine,
    lines_frame,
    one_reading,
    response_lines,
    rules_note,
    with_targets,
)
from cimara.outcomes.figures.sheet import MARGIN, ROW, KeyEntry, Sheet, broken, key_height
from cimara.outcomes.figures.style import DOUBLE_COLUMN, GRID, POINTS, SMALLEST_TEXT, drawing
from cimara.outcomes.figures.words import counted, listed, percent, text_width
from cimara.response.policy import Policy
from cimara.response.results import ResultTables
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILLS: dict[str, tuple[str, str]] = {
    "CR": ("#009E73", ""),
    "PR": ("#9fd8c6", "////"),
    "SD": ("#c9d1d8", ""),
    "PD": ("#D55E00", "xxxx"),
    "NE": ("#ffffff", "...."),
}
"""Fill and hatch of a best response; what is not here (iCR and so on) goes by its last two letters."""
WORDS = {
    "CR": "complete response",
    "PR": "partial response",
    "SD": "stable disease",
    "PD": "progression",
    "NE": "not evaluable",
}
PLOT_HEIGHT = 3.0
LEFT = 0.78
LIMIT = 100.0


def plot_waterfall(
    result: ResultTables,
    policy: Policy,
    *,
    evaluator: str | None = None,
    compartment: str | None = None,
    limit: float = LIMIT,
    title: str = "Best change of target lesions from baseline",
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """A bar for each patient with target lesions, coloured by best response.

    Parameters
    ----------
    result
        Tables that `policy` derived.
    evaluator, compartment
        Whose reading of what, where the tables hold several.
    limit
        Bars above +limit (percent) are cut there and marked with their number.

    A star marks a new lesion by the day of progression; "NE" a patient without a sum after baseline. The
    response is the confirmed one where the policy reports that. Lines stand where the
    policy's rules put them.

    Raises
    ------
    FigureError
        Tables of another policy, of several readings, a criterion without sums, or nobody with targets.
    """
    lines = response_lines(policy)
    reading = one_reading(result, policy, evaluator, compartment)
    bars = _bars(reading, policy, limit)
    without = reading.best.height - bars.height
    frames = {"bars": bars, "lines": lines_frame(lines)}
    data = FigureData(title, _description(bars, lines, policy, without), frames)
    with drawing():
        return with_words(_figure(_Waterfall(bars, lines, policy, without, limit), width), data)


@dataclass(frozen=True, slots=True)
class _Waterfall:
    bars: pl.DataFrame
    lines: tuple[ResponseLine, ...]
    policy: Policy
    without_targets: int
    limit: float

    @property
    def notes(self) -> list[str]:
        notes = [rules_note(self.lines)]
        if self.without_targets:
            notes.append(f"{counted(self.without_targets, 'patient')} without target lesions not shown.")
        return notes


def _bars(reading: ResultTables, policy: Policy, limit: float) -> pl.DataFrame:
    """One row a bar, in the order drawn; patients without a change come last."""
    response = "confirmed_bor" if policy.report_first == "confirmed" else "bor"
    until = reading.best.select("patient_id", "pd_date")
    new = (
        reading.timepoints.join(until, on="patient_id", how="left")
        .filter(pl.col("new_lesion") == "UNEQUIVOCAL")
        .filter(pl.col("pd_date").is_null() | (pl.col("date") <= pl.col("pd_date")))
        .select("patient_id", new_lesion=True)
        .unique()
    )
    bars = (
        reading.best.join(with_targets(reading), on="patient_id", how="semi")
        .join(new, on="patient_id", how="left")
        .select(
            "patient_id",
            change=pl.col("deepest_change_pct"),
            response=pl.col(response),
            new_lesion=pl.col("new_lesion").fill_null(False),
            clipped=(pl.col("deepest_change_pct") > limit).fill_null(False),
        )
        .sort("change", "patient_id", descending=[True, False], nulls_last=True)
    )
    if bars.is_empty():
        raise FigureError("nobody has target lesions", where=policy.label)
    return bars


def _figure(plot: _Waterfall, width: float) -> Figure:
    notes = [line for note in plot.notes for line in broken(note, width - 2 * MARGIN, SMALLEST_TEXT)]
    key = _key(plot.bars)
    top = MARGIN + key_height(key, width - LEFT - MARGIN) + 0.12
    foot = 0.3 + ROW * len(notes)
    sheet = Sheet(width, top + PLOT_HEIGHT + foot + MARGIN)
    sheet.key(key, LEFT, MARGIN, width - LEFT - MARGIN)
    right = text_width("+100 %") + 0.16
    axes = sheet.axes(LEFT, top, width - LEFT - right, PLOT_HEIGHT)
    _scale(axes, plot)
    _draw_bars(axes, plot)
    _marks(axes, plot)
    for line in plot.lines:
        axes.axhline(line.change, color=GRID, lw=0.9, ls=(0, (4, 3)), zorder=1)
        axes.annotate(
            line.label, (1, line.change), (5, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", annotation_clip=False,
        )  # fmt: skip
    for place, text in enumerate(notes):
        sheet.text(MARGIN, top + PLOT_HEIGHT + 0.32 + (place + 0.5) * ROW, text, fontsize=SMALLEST_TEXT)
    return sheet.figure


def _scale(axes: Axes, plot: _Waterfall) -> None:
    changes = plot.bars["change"].drop_nulls().to_numpy()
    highest = min(plot.limit, max(float(changes.max(initial=0)), plot.lines[1].change)) + 16
    lowest = min(float(changes.min(initial=0)), plot.lines[0].change) - 6
    axes.set_xlim(-0.4, plot.bars.height + 0.7)
    axes.set_ylim(max(lowest, -106), highest)
    step = 25 if highest - lowest > 100 else 10
    axes.set_yticks(np.arange(-100, highest, step)[np.arange(-100, highest, step) >= lowest])
    axes.yaxis.set_major_formatter(lambda value, _: percent(value).removesuffix(" %"))
    axes.set_ylabel(f"Best change from baseline (%), {plot.policy.label}")
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.axhline(0, color=INK, lw=0.8, zorder=3)
    axes.set_xlabel(counted(plot.bars.height, "patient"))


def _draw_bars(axes: Axes, plot: _Waterfall) -> None:
    kinds = np.array([fill_of(one) for one in plot.bars["response"]])
    changes = plot.bars["change"].fill_null(0.0).to_numpy()
    heights = np.minimum(changes, plot.limit)
    places = np.arange(1, len(heights) + 1)
    edge = 0.6 if len(heights) <= 120 else 0.0
    for kind, (face, hatch) in FILLS.items():
        chosen = kinds == kind
        axes.bar(
            places[chosen], heights[chosen], width=0.82, color=face, hatch=hatch, edgecolor=INK, lw=edge,
            zorder=2,
        )  # fmt: skip


def _marks(axes: Axes, plot: _Waterfall) -> None:
    """What a bar can't say: it was cut, there is a new lesion, there was no sum."""
    rows = zip(*(plot.bars[one] for one in ("change", "new_lesion", "clipped")), strict=True)
    for place, (change, new_lesion, clipped) in enumerate(rows, start=1):
        above = max(0.0, min(change or 0.0, plot.limit))
        lift = 6.0
        if change is None:
            _write(axes, "NE", place, above, lift - 3, rotation=90)
            lift += 13
        if clipped:
            _sign(axes, "^", place, above, 0.0, 5.0)
            _write(axes, percent(change).removesuffix(" %"), place, above, lift)
            lift += 14
        if new_lesion:
            _sign(axes, "*", place, above, lift, 7.0)


def _write(axes: Axes, text: str, place: float, height: float, lift: float, **options: float) -> None:
    axes.annotate(
        text, (place, height), (0, lift), textcoords="offset points", ha="center", fontsize=SMALLEST_TEXT,
        **options,  # type: ignore[arg-type]
    )  # fmt: skip


def _sign(axes: Axes, marker: str, place: float, height: float, lift: float, size: float) -> None:
    """A marker so many points above a height."""
    from matplotlib.transforms import ScaledTranslation

    lifted = axes.transData + ScaledTranslation(0, lift / POINTS, axes.figure.dpi_scale_trans)
    axes.plot(
        place, height, marker=marker, ms=size, mfc=INK, mec=INK, mew=0.4, ls="none", transform=lifted,
        clip_on=False, zorder=4,
    )  # fmt: skip


def _key(bars: pl.DataFrame) -> list[KeyEntry]:
    found = {fill_of(one) for one in bars["response"]}
    entries = [
        KeyEntry(label=WORDS[kind], face=face, hatch=hatch)
        for kind, (face, hatch) in FILLS.items()
        if kind in found
    ]
    if bars["new_lesion"].any():
        entries.append(KeyEntry(label="new lesion", marker="*", size=8))
    if bars["clipped"].any():
        entries.append(KeyEntry(label="bar cut", marker="^"))
    return entries


def fill_of(response: str) -> str:
    """The key of `FILLS` for a response; one that says neither better nor worse is not evaluable."""
    ending = response[-2:]
    return ending if ending in FILLS else "NE"


def _description(bars: pl.DataFrame, lines: tuple[ResponseLine, ...], policy: Policy, without: int) -> str:
    changes = bars["change"].drop_nulls()
    said = [f"Waterfall plot of {counted(bars.height, 'patient')} with target lesions, by {policy.label}."]
    if not changes.is_empty():
        deep = int((changes <= lines[0].change).sum())
        said.append(
            f"Best changes lie between {percent(float(changes.max()))} and {percent(float(changes.min()))}; "  # type: ignore[arg-type]
            f"{deep} fell to {percent(lines[0].change)} or below."
        )
    kinds = [fill_of(one) for one in bars["response"]]
    counts = [f"{WORDS[kind]} in {kinds.count(kind)}" for kind in FILLS if kind in kinds]
    said.append(f"Best response: {listed(counts)}.")
    said.append(f"A new lesion in {int(bars['new_lesion'].sum())}, no sum after baseline in "
                f"{bars['change'].null_count()}.")  # fmt: skip
    if without:
        said.append(f"{counted(without, 'patient')} without target lesions not shown.")
    return " ".join(said)
