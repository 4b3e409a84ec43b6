"""Schoenfeld residuals over time: whether a coefficient stays the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy import stats  # type: ignore[import-untyped]

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.natural_spline import natural_smooth
from cimara.outcomes.figures.sheet import MARGIN, ROW, KeyEntry, Sheet, key_height
from cimara.outcomes.figures.style import DASHES, DOUBLE_COLUMN, GRID, PALETTE, drawing
from cimara.outcomes.figures.ticks import even_ticks, time_ticks
from cimara.outcomes.figures.words import counted, drawn, number, p_value
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.proportionality import ProportionalityTest
from cimara.outcomes.models.residuals import SchoenfeldResiduals
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEFT = 0.72
ACROSS = 2
PLOT_HEIGHT = 2.1
TITLE_ROOM = 0.24
FOOT = 0.52
CURVE_POINTS = 120
MOST_VECTORS = 2_000
"""Beyond so many points they are drawn as one picture inside a vector file."""


def plot_schoenfeld(
    residuals: SchoenfeldResiduals,
    fit: CoxFit,
    *,
    test: ProportionalityTest | None = None,
    covariates: Sequence[str] = (),
    unit: str = "months",
    title: str = "Scaled Schoenfeld residuals",
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """A panel for each covariate: scaled residuals, their smooth with its band, and the fitted coefficient.

    Parameters
    ----------
    residuals, fit
        From `schoenfeld` of the fit.
    test
        Its p is printed in each panel.
    covariates
        Which to draw; by default all that are estimable.

    The smooth is a natural cubic spline of the residuals on time. Its band takes the variance of each scaled
    residual as events times the model variance (Therneau & Grambsch 2000, section 6.4).

    Raises
    ------
    FigureError
        A covariate that is not in the fit or not estimable, or a fit without events.
    """
    known = [name for name, good in zip(fit.names, fit.estimable, strict=True) if good]
    chosen = list(covariates) or known
    if set(chosen) - set(known) or not chosen:
        raise FigureError("a covariate that is not estimable", where="covariates", expected=", ".join(known))
    points = residuals.table().filter(pl.col("covariate").is_in(chosen))
    plot = _Schoenfeld(residuals, fit, test, tuple(chosen), unit)
    smooths = pl.concat([plot.smooth(name) for name in chosen])
    frames = {"residuals": points, "smooth": smooths, "tests": plot.tests()}
    data = FigureData(title, plot.description(), frames)
    with drawing():
        return with_words(plot.figure(smooths, width), data)


@dataclass(frozen=True, slots=True)
class _Schoenfeld:
    residuals: SchoenfeldResiduals
    fit: CoxFit
    test: ProportionalityTest | None
    names: tuple[str, ...]
    unit: str

    def tests(self) -> pl.DataFrame:
        """Covariate, coefficient, p of the test (null without one)."""
        p = [None if self.test is None else self.test.covariates[name].p for name in self.names]
        coefficients = [float(self.fit.coef[self.fit.names.index(name)]) for name in self.names]
        return pl.DataFrame(
            {"covariate": list(self.names), "coef": coefficients, "p": pl.Series(p, dtype=pl.Float64)}
        )

    def smooth(self, name: str) -> pl.DataFrame:
        place = self.fit.names.index(name)
        times, values = self.residuals.times, self.residuals.scaled[:, place]
        at = np.linspace(times.min(), times.max(), CURVE_POINTS)
        found = natural_smooth(times, values, at)
        schema = dict.fromkeys(("time", "smooth", "lower", "upper"), pl.Float64)
        if found is None:
            return pl.DataFrame(schema={"covariate": pl.String, **schema})
        se = found.spread * np.sqrt(self.fit.events * self.fit.model_covariance[place, place])
        reach = stats.norm.ppf((1 + self.fit.confidence) / 2) * se
        return pl.DataFrame(
            {
                "covariate": [name] * len(at),
                "time": at,
                "smooth": found.y,
                "lower": found.y - reach,
                "upper": found.y + reach,
            }
        )

    def figure(self, smooths: pl.DataFrame, width: float) -> Figure:
        columns = ACROSS if len(self.names) > 1 and width > 5 else 1
        rows = -(-len(self.names) // columns)
        key = [
            KeyEntry(label="event", marker="o", face="white", size=3.5),
            KeyEntry(label="smooth", colour=PALETTE[1], dashes="-", width=1.6),
            KeyEntry(label=f"its {100 * self.fit.confidence:g} % band", colour=PALETTE[1], dashes=DASHES[2]),
            KeyEntry(label="fitted coefficient", colour=PALETTE[2], dashes=DASHES[1], width=1.2),
        ]
        top = MARGIN + key_height(key, width - 2 * MARGIN) + 0.1
        row_height = TITLE_ROOM + PLOT_HEIGHT + FOOT
        sheet = Sheet(width, top + rows * row_height)
        sheet.key(key, MARGIN, MARGIN, width - 2 * MARGIN)
        across = (width - MARGIN) / columns
        for place, name in enumerate(self.names):
            row, column = divmod(place, columns)
            left, upper = column * across + LEFT, top + row * row_height
            sheet.text(left, upper + ROW / 2, self._heading(name), weight="bold")
            axes = sheet.axes(left, upper + TITLE_ROOM, across - LEFT - 0.15, PLOT_HEIGHT)
            self._panel(axes, name, smooths.filter(pl.col("covariate") == name))
            if column == 0:
                axes.set_ylabel("Coefficient over time")
        return sheet.figure

    def _heading(self, name: str) -> str:
        if self.test is None:
            return drawn(name)
        return f"{drawn(name)} ({p_value(self.test.covariates[name].p)})"

    def _panel(self, axes: Axes, name: str, smooth: pl.DataFrame) -> None:
        place = self.fit.names.index(name)
        times, values = self.residuals.times, self.residuals.scaled[:, place]
        axes.plot(times, values, ls="none", marker="o", ms=3, mfc="white", mec=GRID, mew=0.6, zorder=1,
                  rasterized=len(times) > MOST_VECTORS)  # fmt: skip
        if smooth.height:
            axes.plot(smooth["time"], smooth["smooth"], color=PALETTE[1], lw=1.6, zorder=3)
            for limit in ("lower", "upper"):
                axes.plot(smooth["time"], smooth[limit], color=PALETTE[1], lw=1.1, ls=DASHES[2], zorder=3)
        axes.axhline(float(self.fit.coef[place]), color=PALETTE[2], lw=1.2, ls=DASHES[1], zorder=2)
        axes.axhline(0, color=INK, lw=0.5, zorder=0)
        axes.set_xlim(0, float(times.max()) * 1.02)
        axes.set_xticks(time_ticks(float(times.max()), self.unit, 6))
        low, high = axes.get_ylim()
        axes.set_yticks(even_ticks(low, high, 6))
        axes.set_ylim(low, high)
        axes.set_xlabel(f"Time ({self.unit})", labelpad=3)

    def description(self) -> str:
        told = [
            f"{name}, coefficient {number(coef)}"
            + ("" if p is None else f", test of proportionality {p_value(p)}")
            for name, coef, p in self.tests().iter_rows()
        ]
        events = counted(len(self.residuals.times), "event")
        return f"Scaled Schoenfeld residuals of {events} over time, with a smooth: {'; '.join(told)}."
