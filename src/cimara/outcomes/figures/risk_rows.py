"""The table under a curve: at risk, cumulative events and censored at exactly the ticks of the axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.curves.risk_table import RiskTable
from cimara.outcomes.figures.sheet import MARGIN, ROW, KeyEntry, Sheet
from cimara.outcomes.figures.style import SMALLEST_TEXT, LineLook
from cimara.outcomes.figures.words import drawn
from cimara.outcomes.frame_columns import FloatArray, IntArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENOUGH_ROWS = 5
ENOUGH_SHARE = 0.1
"""An axis ends where fewer than both are at risk in every group (Pocock, Clayton & Altman 2002)."""


@dataclass(frozen=True, slots=True)
class RiskBlock:
    """One heading with a row of whole numbers (one a tick) for each label."""

    heading: str
    labels: tuple[str, ...]
    signs: tuple[KeyEntry | None, ...]
    numbers: tuple[tuple[int, ...], ...]

    @property
    def height(self) -> float:
        """Inches it takes."""
        return float(ROW * (len(self.labels) + 1) + 0.04)


def axis_end(counted: Sequence[RiskTable], sizes: Sequence[int]) -> float:
    """The last time at which 5 rows, or a tenth of the group's, are at risk in at least one group."""
    ends = [0.0]
    for table, n in zip(counted, sizes, strict=True):
        at_risk = table.at(table.grid)["at_risk"].to_numpy()
        enough = np.flatnonzero(at_risk >= max(1.0, min(ENOUGH_ROWS, ENOUGH_SHARE * n)))
        if len(enough):
            ends.append(float(table.grid[enough[-1]]))
    return max(ends)


def events_of_cause(table: RiskTable, cause: int, times: FloatArray) -> IntArray:
    """Cumulative events of one cause (its place) at each time, counted in rows."""
    steps = table.rows.events
    totals = np.concatenate(([0.0], np.cumsum(steps if steps.ndim == 1 else steps[:, cause])))
    return np.asarray(totals[np.searchsorted(table.grid, times, side="right")], dtype=np.int64)


def line_sign(look: LineLook, label: str = "") -> KeyEntry:
    """A line as a key shows it."""
    return KeyEntry(label=label, colour=look.colour, dashes=look.dashes)


def risk_frame(counted: Sequence[RiskTable], ticks: FloatArray) -> pl.DataFrame:
    """The numbers of the table: group, time, at_risk, events and censored."""
    kept = ("group", "time", "at_risk", "events", "censored")
    return pl.concat([one.at(ticks).select(kept) for one in counted])


def risk_blocks(
    frame: pl.DataFrame,
    names: Sequence[str],
    looks: Sequence[LineLook],
    events: str,
    *,
    labels: Sequence[str] | None,
) -> tuple[RiskBlock, ...]:
    """The three blocks of a table with one row a group; `events` is the heading of the second.

    Without `labels` the rows are told apart by the sample of their line.
    """
    headings = {"at_risk": "Number at risk", "events": events, "censored": "Cumulative censored"}
    told = tuple("" if labels is None else drawn(name) or "All" for name in names)
    return tuple(
        RiskBlock(
            heading,
            told,
            tuple(line_sign(look) for look in looks),
            tuple(tuple(frame.filter(pl.col("group") == name)[column].to_list()) for name in names),
        )
        for column, heading in headings.items()
    )


def draw_risk_table(
    sheet: Sheet, axes: Axes, top: float, blocks: Sequence[RiskBlock], ticks: FloatArray, label_at: float
) -> None:
    """Draw the blocks below `top` (inches), numbers centred on the ticks, labels from `label_at` on."""
    box = axes.get_position()
    axes_top, axes_height = sheet.height * (1 - box.y1), sheet.height * box.height
    across = axes.get_xaxis_transform()

    def fraction(y: float) -> float:
        return float(1 - (y - axes_top) / axes_height)

    y = top
    for block in blocks:
        sheet.text(label_at, y + ROW / 2, block.heading, fontsize=SMALLEST_TEXT, weight="bold")
        for place, (label, sign) in enumerate(zip(block.labels, block.signs, strict=True)):
            middle = y + (place + 1.5) * ROW
            left = label_at
            if sign is not None:
                sheet.sample(left, middle, sign)
                left += 0.4
            sheet.text(left, middle, label, fontsize=SMALLEST_TEXT)
            for tick, count in zip(ticks, block.numbers[place], strict=True):
                axes.text(
                    float(tick), fraction(middle), f"{count:,}", transform=across, ha="center",
                    va="center_baseline", fontsize=SMALLEST_TEXT, clip_on=False,
                )  # fmt: skip
        y += block.height


def table_height(blocks: Sequence[RiskBlock]) -> float:
    """Inches of all blocks."""
    return math.fsum([MARGIN / 2, *(block.height for block in blocks)])
