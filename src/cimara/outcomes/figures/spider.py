"""The spider plot: change from baseline over time, a line for each patient or each target lesion."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.endpoints.table import TIME_UNITS
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
from cimara.outcomes.figures.style import DASHES, DOUBLE_COLUMN, GRID, PALETTE, SMALLEST_TEXT, drawing
from cimara.outcomes.figures.ticks import time_ticks
from cimara.outcomes.figures.waterfall import WORDS, fill_of
from cimara.outcomes.figures.words import counted, listed, percent, text_width
from cimara.response.policy import Policy
from cimara.response.results import ResultTables
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOOKS = {
    "CR": (PALETTE[3], DASHES[0], "o"),
    "PR": (PALETTE[1], DASHES[1], "s"),
    "SD": (PALETTE[0], DASHES[2], "^"),
    "PD": (PALETTE[2], DASHES[3], "D"),
    "NE": (PALETTE[4], DASHES[4], "v"),
}
"""Colour, dashes and marker of a line, by the patient's best response."""
PLOT_HEIGHT = 3.4
LEFT = 0.78
LIMIT = 100.0


class SpiderLine(StrEnum):
    """What one line follows."""

    PATIENT = "patient"
    LESION = "lesion"


def plot_spider(
    result: ResultTables,
    policy: Policy,
    *,
    line: SpiderLine | str = SpiderLine.PATIENT,
    treatment_end: pl.DataFrame | None = None,
    evaluator: str | None = None,
    compartment: str | None = None,
    unit: str = "months",
    limit: float = LIMIT,
    title: str = "Change of target lesions over time",
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """Lines from baseline (0 %) through every visit with a complete sum, coloured by best response.

    Parameters
    ----------
    result
        Tables that `policy` derived, lesions included: the first visit of a patient's targets is time 0.
    line
        A line a patient (the sum) or a lesion (its own size).
    treatment_end
        Columns patient_id, date: marked on the line, between the two visits around it.
    unit, limit
        Unit of time; changes above +limit (percent) are cut there and marked.

    Raises
    ------
    FigureError
        Tables of another policy, of several readings, a criterion without sums, or nothing to draw.
    """
    if unit not in TIME_UNITS:
        raise FigureError("unknown unit of time", where=unit, expected=", ".join(TIME_UNITS))
    lines = response_lines(policy)
    reading = one_reading(result, policy, evaluator, compartment)
    kind = SpiderLine(line)
    points = _points(reading, policy, kind, TIME_UNITS[unit], limit)
    marks = _ends(points, reading, treatment_end, TIME_UNITS[unit])
    plot = _Spider(points, marks, lines, policy, kind, unit, limit)
    frames = {"points": points, "treatment_ends": marks, "lines": lines_frame(lines)}
    with drawing():
        return with_words(_figure(plot, width), FigureData(title, _description(plot), frames))


@dataclass(frozen=True, slots=True)
class _Spider:
    points: pl.DataFrame
    ends: pl.DataFrame
    lines: tuple[ResponseLine, ...]
    policy: Policy
    kind: SpiderLine
    unit: str
    limit: float

    @property
    def last(self) -> float:
        return float(self.points["time"].to_numpy().max())


def _points(
    reading: ResultTables, policy: Policy, kind: SpiderLine, days: float, limit: float
) -> pl.DataFrame:
    """Patient, lesion (empty for the sum), time, change in percent, best response; in order of time."""
    targets = reading.lesions.filter(pl.col("role") == "TARGET")
    began = targets.group_by("patient_id").agg(began=pl.col("date").min())
    if kind is SpiderLine.PATIENT:
        later = reading.timepoints.join(with_targets(reading), on="patient_id", how="semi").select(
            "patient_id", pl.lit("").alias("lesion_id"), "date", change="pct_base"
        )
        first = began.select("patient_id", pl.lit("").alias("lesion_id"), date="began", change=pl.lit(0.0))
        # Not every policy's time points hold the baseline itself.
        found = pl.concat([first, later]).unique(["patient_id", "date"], keep="first", maintain_order=True)
    else:
        base = (
            targets.join(began, left_on=["patient_id", "date"], right_on=["patient_id", "began"], how="semi")
            .select("patient_id", "lesion_id", base="size")
            .filter(pl.col("base") > 0)
        )
        found = targets.join(base, on=["patient_id", "lesion_id"], how="inner").select(
            "patient_id", "lesion_id", "date", change=100 * (pl.col("size") / pl.col("base") - 1)
        )
    response = "confirmed_bor" if policy.report_first == "confirmed" else "bor"
    points = (
        found.drop_nulls("change")
        .join(began, on="patient_id", how="inner")
        .join(reading.best.select("patient_id", response=response), on="patient_id", how="inner")
        .select(
            "patient_id",
            "lesion_id",
            (pl.col("date") - pl.col("began")).dt.total_days().truediv(days).alias("time"),
            "change",
            "response",
            clipped=pl.col("change") > limit,
        )
        .sort("patient_id", "lesion_id", "time")
    )
    if points.filter(pl.col("time") > 0).is_empty():
        raise FigureError("no patient has a visit after baseline with measured targets", where=policy.label)
    return points


def _ends(
    points: pl.DataFrame, reading: ResultTables, ends: pl.DataFrame | None, days: float
) -> pl.DataFrame:
    """Where on its line a treatment ended: patient, lesion, time, change on the straight line there."""
    schema = {"patient_id": pl.String, "lesion_id": pl.String, "time": pl.Float64, "change": pl.Float64}
    if ends is None:
        return pl.DataFrame(schema=schema)
    targets = reading.lesions.filter(pl.col("role") == "TARGET")
    began = targets.group_by("patient_id").agg(began=pl.col("date").min())
    after = (pl.col("date") - pl.col("began")).dt.total_days() / days
    known = ends.drop_nulls("date").join(began, on="patient_id").select("patient_id", time=after)
    times = dict(known.iter_rows())
    rows = []
    for (patient, lesion), line in points.group_by(["patient_id", "lesion_id"], maintain_order=True):
        at, seen = times.get(patient), line["time"].to_numpy()
        if at is not None and seen[0] <= at <= seen[-1]:
            rows.append((patient, lesion, at, float(np.interp(at, seen, line["change"].to_numpy()))))
    return pl.DataFrame(rows, schema=schema, orient="row")


def _figure(plot: _Spider, width: float) -> Figure:
    notes = broken(rules_note(plot.lines), width - 2 * MARGIN, SMALLEST_TEXT)
    key = _key(plot)
    top = MARGIN + key_height(key, width - LEFT - MARGIN) + 0.14
    sheet = Sheet(width, top + PLOT_HEIGHT + 0.48 + ROW * len(notes) + MARGIN)
    sheet.key(key, LEFT, MARGIN, width - LEFT - MARGIN)
    right = text_width("+100 %") + 0.16
    axes = sheet.axes(LEFT, top, width - LEFT - right, PLOT_HEIGHT)
    _scale(axes, plot)
    for (_, _), line in plot.points.group_by(["patient_id", "lesion_id"], maintain_order=True):
        colour, dashes, marker = LOOKS[fill_of(line["response"][0])]
        heights = np.minimum(line["change"].to_numpy(), plot.limit)
        axes.plot(line["time"], heights, color=colour, ls=dashes, lw=1.0, zorder=2)
        axes.plot(line["time"][-1], heights[-1], color=colour, marker=marker, ms=4, ls="none", zorder=3)
    cut = plot.points.filter("clipped")
    axes.plot(cut["time"], [plot.limit] * cut.height, ls="none", marker="^", ms=5.5, mfc="white",
        mec=INK, zorder=4,
              clip_on=False)  # fmt: skip
    axes.plot(plot.ends["time"], np.minimum(plot.ends["change"].to_numpy(), plot.limit), ls="none",
              marker="|", ms=9, mew=1.6, color=INK, zorder=4)  # fmt: skip
    for rule in plot.lines:
        axes.axhline(rule.change, color=GRID, lw=0.9, ls=(0, (4, 3)), zorder=1)
        axes.annotate(
            rule.label, (1, rule.change), (5, 0), xycoords=("axes fraction", "data"),
            textcoords="offset points", va="center", annotation_clip=False,
        )  # fmt: skip
    for place, text in enumerate(notes):
        sheet.text(MARGIN, top + PLOT_HEIGHT + 0.5 + (place + 0.5) * ROW, text, fontsize=SMALLEST_TEXT)
    return sheet.figure


def _scale(axes: Axes, plot: _Spider) -> None:
    changes = plot.points["change"].to_numpy()
    highest = min(plot.limit, max(float(changes.max()), plot.lines[1].change)) + 6
    lowest = max(-104.0, min(float(changes.min()), plot.lines[0].change) - 6)
    axes.set_xlim(0, plot.last * 1.02)
    axes.set_ylim(lowest, highest)
    axes.set_xticks(time_ticks(plot.last, plot.unit))
    ticks = np.arange(-100, highest, 25 if highest - lowest > 100 else 10)
    axes.set_yticks(ticks[ticks >= lowest])
    axes.yaxis.set_major_formatter(lambda value, _: percent(value).removesuffix(" %"))
    axes.set_xlabel(f"Time from baseline ({plot.unit})")
    what = "sum" if plot.kind is SpiderLine.PATIENT else "lesion"
    axes.set_ylabel(f"Change of the {what} from baseline (%)")
    axes.axhline(0, color=INK, lw=0.8, zorder=1)


def _key(plot: _Spider) -> list[KeyEntry]:
    found = {fill_of(one) for one in plot.points["response"]}
    entries = [
        KeyEntry(label=WORDS[kind], colour=colour, dashes=dashes, marker=marker, width=1.2, size=4)
        for kind, (colour, dashes, marker) in LOOKS.items()
        if kind in found
    ]
    if plot.ends.height:
        entries.append(KeyEntry(label="end of treatment", marker="|", size=9))
    if plot.points["clipped"].any():
        entries.append(KeyEntry(label=f"above {percent(plot.limit)}", marker="^", face="white"))
    return entries


def _description(plot: _Spider) -> str:
    lines = plot.points.group_by("patient_id", "lesion_id").agg(
        pl.col("response").first(), last=pl.col("change").last()
    )
    kinds = [fill_of(one) for one in lines["response"]]
    counts = [f"{WORDS[kind]} in {kinds.count(kind)}" for kind in LOOKS if kind in kinds]
    noun = "patient" if plot.kind is SpiderLine.PATIENT else "target lesion"
    below = int((lines["last"] <= plot.lines[0].change).sum())
    said = [
        f"Spider plot of {counted(lines.height, noun)} over up to {plot.last:.1f} {plot.unit} from baseline, "
        f"by {plot.policy.label}.",
        f"At the last visit {below} stood at {percent(plot.lines[0].change)} or below and "
        f"{int((lines['last'] >= plot.lines[1].change).sum())} at {percent(plot.lines[1].change)} or above.",
        f"Best response: {listed(counts)}.",
    ]
    if plot.ends.height:
        said.append(f"The end of treatment is marked on {plot.ends.height} lines.")
    return " ".join(said)
