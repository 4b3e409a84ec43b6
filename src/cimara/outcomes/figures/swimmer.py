"""The swimmer plot: a bar a patient, what they were treated with, and what happened when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.sheet import MARGIN, KeyEntry, Sheet, key_height
from cimara.outcomes.figures.style import DOUBLE_COLUMN, PALE, PALETTE, SMALLEST_TEXT, drawing
from cimara.outcomes.figures.swimmer_lanes import SwimmerEvent, SwimmerLanes
from cimara.outcomes.figures.ticks import time_ticks
from cimara.outcomes.figures.words import counted, drawn, listed, widest
from cimara.outcomes.frame_columns import FloatArray
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLACK, BLUE, VERMILION, GREEN, PURPLE = PALETTE


class SwimmerOrder(StrEnum):
    """Which lane stands first (at the top)."""

    LONGEST = "longest"
    SHORTEST = "shortest"
    FIRST_EVENT = "first_event"
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class _Sign:
    marker: str
    colour: str
    face: str


SIGNS: dict[SwimmerEvent, _Sign] = {
    SwimmerEvent.CNS_PROGRESSION: _Sign("D", VERMILION, VERMILION),
    SwimmerEvent.SYSTEMIC_PROGRESSION: _Sign("s", BLUE, BLUE),
    SwimmerEvent.PROGRESSION: _Sign("o", BLUE, "white"),
    SwimmerEvent.NECROSIS: _Sign("^", GREEN, "white"),
    SwimmerEvent.LMD: _Sign("v", BLACK, PURPLE),
    SwimmerEvent.DEATH_NEUROLOGIC: _Sign("X", BLACK, BLACK),
    SwimmerEvent.DEATH_SYSTEMIC: _Sign("P", BLACK, BLACK),
    SwimmerEvent.DEATH_BOTH: _Sign("*", BLACK, BLACK),
    SwimmerEvent.DEATH_OTHER: _Sign("X", BLACK, "white"),
    SwimmerEvent.DEATH_UNKNOWN: _Sign("P", BLACK, "white"),
}
FILLS = (
    ("#7fb3d8", ""),
    ("#f6d8a8", "////"),
    ("#e6f2ec", "...."),
    ("#ffffff", "xxxx"),
    ("#8a97a5", "\\\\\\\\"),
)
"""Fills of therapies with a length, each with a hatch of its own."""
POINT_FILLS = ("#ffffff", BLACK, "#9aa6b2", PURPLE, "#0a5c43", "#f6d8a8")
"""Fills of the tall boxes of therapies given on one day."""
POINT_WIDTH = 0.055
TALL = 0.92
BAR = 0.64
"""Height of a bar, as a share of its lane."""
NESTED = (1.0, 0.62, 0.4, 0.25, 0.15)
"""Heights of therapies that overlap in time, the first widest, as shares of a bar."""
LANE = 0.17
LEAST_LANE = 0.055
LABELLED = 0.145
"""Below this height of a lane its patient's name has no room."""
TALLEST = 8.2
AXIS_FOOT = 0.48


def plot_swimmer(
    lanes: SwimmerLanes,
    *,
    order: SwimmerOrder | str = SwimmerOrder.LONGEST,
    title: str = "Course of each patient",
    show_ids: bool = True,
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """A lane a patient: follow-up, spans of therapy, events, an arrow where follow-up goes on.

    Parameters
    ----------
    lanes
        Patients, therapies and events in one unit of time; `swimmer_lanes` makes them of facts.
    order
        Which lane stands first; patients of one group stay together.
    show_ids
        False leaves the patients' names out.
    width
        Inches; the height follows from the number of patients.

    Raises
    ------
    FigureError
        No patient, or more therapies than there are fills.
    """
    ordered = _ordered(lanes, SwimmerOrder(order))
    kinds = _Therapies.of(ordered.therapies)
    if len(kinds.spans) > len(FILLS) or len(kinds.points) > len(POINT_FILLS):
        raise FigureError(
            "more kinds of therapy than can be told apart",
            where="therapies.therapy",
            expected=f"at most {len(FILLS)} with a length and {len(POINT_FILLS)} given on one day",
        )
    data = FigureData(title, _description(ordered, (*kinds.spans, *kinds.points)), ordered.frames())
    with drawing():
        return with_words(_figure(ordered, kinds, show_ids, width), data)


@dataclass(frozen=True, slots=True)
class _Therapies:
    """Names of therapies that last in at least one patient, and of those given on one day in all."""

    spans: tuple[str, ...]
    points: tuple[str, ...]

    @classmethod
    def of(cls, therapies: pl.DataFrame) -> _Therapies:
        length = therapies.group_by("therapy", maintain_order=True).agg(
            (pl.col("end") - pl.col("start")).max()
        )
        lasting = {name: longest > 0 for name, longest in length.iter_rows()}
        return cls(
            tuple(name for name, lasts in lasting.items() if lasts),
            tuple(name for name, lasts in lasting.items() if not lasts),
        )


def _ordered(lanes: SwimmerLanes, order: SwimmerOrder) -> SwimmerLanes:
    first = lanes.events.group_by("patient_id").agg(first=pl.col("time").min())
    patients = lanes.patients.with_row_index("place").join(first, on="patient_id", how="left")
    keys = {
        SwimmerOrder.LONGEST: [-pl.col("end"), pl.col("patient_id")],
        SwimmerOrder.SHORTEST: [pl.col("end"), pl.col("patient_id")],
        SwimmerOrder.FIRST_EVENT: [pl.col("first"), pl.col("end"), pl.col("patient_id")],
        SwimmerOrder.GIVEN: [pl.col("place")],
    }[order]
    found = patients.sort(pl.col("group"), *keys, nulls_last=True).with_columns(
        lane=pl.int_range(1, pl.len() + 1)
    )
    return lanes.in_order(found)


def _figure(lanes: SwimmerLanes, kinds: _Therapies, show_ids: bool, width: float) -> Figure:
    n = lanes.patients.height
    groups = lanes.patients["group"].unique(maintain_order=True).to_list()
    gaps = len(groups) if groups != [""] else 0
    lane = max(LEAST_LANE, min(LANE, TALLEST / n))
    labelled = show_ids and lane >= LABELLED
    ids = [drawn(one, 24) for one in lanes.patients["patient_id"]]
    left = MARGIN + (widest(ids, SMALLEST_TEXT) + 0.08 if labelled else 0.25)
    key = _key(lanes, kinds)
    top = MARGIN + key_height(key, width - 2 * MARGIN) + 0.1
    rows = n + 1.5 * gaps
    sheet = Sheet(width, top + rows * lane + AXIS_FOOT)
    sheet.key(key, MARGIN, MARGIN, width - 2 * MARGIN)
    axes = sheet.axes(left, top, width - left - 0.3, rows * lane)
    places = _places(lanes.patients["group"].to_list(), gaps > 0)
    _scale(axes, lanes, rows)
    _bars(axes, lanes, kinds, places, width - left - 0.3)
    _events(axes, lanes, places, lane)
    for group in groups if gaps else ():
        first = places[lanes.patients["group"].to_list().index(group)]
        axes.text(0, first - 0.95, drawn(group), weight="bold", va="center_baseline")
    axes.set_yticks(places, ids if labelled else [""] * n)
    axes.tick_params(axis="y", length=0, labelsize=SMALLEST_TEXT, pad=2)
    return sheet.figure


def _places(groups: Sequence[str], headed: bool) -> list[float]:
    """The height of each lane, with room for a heading before each group."""
    places, now = [], -0.5
    for place, group in enumerate(groups):
        if headed and (place == 0 or group != groups[place - 1]):
            now += 1.5
        now += 1.0
        places.append(now)
    return places


def _scale(axes: Axes, lanes: SwimmerLanes, rows: float) -> None:
    last = lanes.last
    before = lanes.length - last
    axes.set_xlim(-before - 0.02 * last if before > 0 else 0.0, last)
    axes.set_ylim(rows, 0)
    axes.set_xticks(time_ticks(last, lanes.unit))
    axes.set_xlabel(f"{lanes.clock} ({lanes.unit})")
    axes.spines["left"].set_visible(False)


def _bars(axes: Axes, lanes: SwimmerLanes, kinds: _Therapies, places: Sequence[float], across: float) -> None:
    """Bars of follow-up, therapies on them; `across` is the width of the axes in inches."""
    from matplotlib.transforms import ScaledTranslation

    ends = lanes.patients["end"].to_list()
    axes.barh(places, ends, height=BAR, color=PALE, edgecolor=INK, lw=0.5, zorder=1)
    heights = NESTED if _overlap(lanes.therapies) else (1.0,) * len(NESTED)
    for name, (face, hatch), height in zip(kinds.spans, FILLS, heights, strict=False):
        rows = lanes.therapies.filter(pl.col("therapy") == name)
        starts, stops = rows["start"].to_numpy(), rows["end"].to_numpy()
        axes.barh(
            [places[one - 1] for one in rows["lane"]], stops - starts, left=starts, height=BAR * height,
            color=face, hatch=hatch, edgecolor=INK, lw=0.5, zorder=2,
        )  # fmt: skip
    inch = lanes.length / across
    for name, face in zip(kinds.points, POINT_FILLS, strict=False):
        rows = lanes.therapies.filter(pl.col("therapy") == name)
        left = rows["start"].to_numpy() - POINT_WIDTH * inch / 2
        axes.barh(
            [places[one - 1] for one in rows["lane"]], POINT_WIDTH * inch, left=left, height=TALL, color=face,
            edgecolor=INK, lw=0.6, zorder=3, clip_on=False,
        )  # fmt: skip
    beyond = axes.transData + ScaledTranslation(0.05, 0, axes.figure.dpi_scale_trans)
    going = [
        (end, place) for end, place, on in zip(ends, places, lanes.patients["ongoing"], strict=True) if on
    ]
    if going:
        axes.plot(
            *zip(*going, strict=True), marker=">", ms=4.5, color=INK, clip_on=False, zorder=3, ls="none",
            transform=beyond,
        )  # fmt: skip


def _overlap(therapies: pl.DataFrame) -> bool:
    """Whether two therapies of one patient run at the same time."""
    spans = therapies.filter(pl.col("end") > pl.col("start")).sort("lane", "start")
    before = pl.col("end").cum_max().over("lane").shift(1).over("lane")
    return bool(spans.select((pl.col("start") < before).any()).item())


def _events(axes: Axes, lanes: SwimmerLanes, places: Sequence[float], lane: float) -> None:
    """Signs that would lie on each other are set apart in height, never in time."""
    size = min(5.2, max(3.0, lane * 72 * 0.46))
    near = lanes.last * size / 72 / 5
    shifts = _shifts(lanes.events, near)
    for kind, sign in SIGNS.items():
        chosen = (lanes.events["event"] == kind.value).to_numpy()
        if not chosen.any():
            continue
        rows = lanes.events.filter(chosen)
        heights = np.array([places[one - 1] for one in rows["lane"]]) + shifts[chosen]
        axes.plot(
            rows["time"].to_numpy(), heights, ls="none", marker=sign.marker, ms=size + (sign.marker in "XP*"),
            mfc=sign.face, mec=sign.colour if sign.face == "white" else "white", mew=0.7, clip_on=False,
            zorder=4,
        )  # fmt: skip


def _shifts(events: pl.DataFrame, near: float) -> FloatArray:
    """Heights around the middle of the lane for events in one lane that follow each other closely."""
    lanes, times = events["lane"].to_numpy(), events["time"].to_numpy()
    if not len(times):
        return np.zeros(0)
    begins = np.append(True, (np.diff(lanes) != 0) | (np.diff(times) >= near))
    run = np.cumsum(begins) - 1
    sizes = np.bincount(run)
    place = np.arange(len(times)) - np.flatnonzero(begins)[run]
    step = np.minimum(0.44, 0.8 / sizes)[run]
    return np.asarray((place - (sizes[run] - 1) / 2) * step)


def _key(lanes: SwimmerLanes, kinds: _Therapies) -> list[KeyEntry]:
    found = set(lanes.events["event"])
    fills = [
        KeyEntry(label=drawn(name), face=face, hatch=hatch)
        for name, (face, hatch) in zip(kinds.spans, FILLS, strict=False)
    ]
    boxes = [
        KeyEntry(label=drawn(name), face=face, narrow=True)
        for name, face in zip(kinds.points, POINT_FILLS, strict=False)
    ]
    signs = [
        KeyEntry(label=kind.value, marker=sign.marker, colour=sign.colour, face=sign.face)
        for kind, sign in SIGNS.items()
        if kind.value in found
    ]
    arrow = [KeyEntry(label="follow-up goes on", marker=">")] if lanes.patients["ongoing"].any() else []
    bare = [KeyEntry(label="follow-up", face=PALE)]
    return [*fills, *bare, *boxes, *signs, *arrow]


def _description(lanes: SwimmerLanes, names: Sequence[str]) -> str:
    longest = max(lanes.patients["end"].to_list())
    said = [
        f"Swimmer plot of {counted(lanes.patients.height, 'patient')}, followed for up to "
        f"{longest:.1f} {lanes.unit} ({lanes.clock.lower()})."
    ]
    if names:
        said.append(f"Spans of {listed(list(names))} are drawn on the bars.")
    counts = [
        f"{kind.value} in {lanes.events.filter(pl.col('event') == kind.value)['patient_id'].n_unique()}"
        for kind in SwimmerEvent
        if (lanes.events["event"] == kind.value).any()
    ]
    if counts:
        said.append(f"Events, by number of patients: {listed(counts)}.")
    said.append(f"Follow-up goes on in {int(lanes.patients['ongoing'].sum())}.")
    return " ".join(said)
