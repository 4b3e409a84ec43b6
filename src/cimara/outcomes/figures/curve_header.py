"""What stands above survival curves: groups, events, medians, and how groups compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl

from cimara.outcomes.curves.quantiles import Quantile
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.risk_rows import line_sign
from cimara.outcomes.figures.sheet import MARGIN, ROW, Sheet, broken
from cimara.outcomes.figures.style import SMALLEST_TEXT, LineLook
from cimara.outcomes.figures.words import (
    INTO,
    drawn,
    interval,
    listed,
    number,
    p_value,
    text_width,
    widest,
)
from cimara.outcomes.models.cox_fit import CoxFit

SAMPLE_ROOM = 0.42
COLUMN_GAP = 0.24


class Tested(Protocol):
    """What a test of groups gives: its p."""

    @property
    def p(self) -> float: ...


@dataclass(frozen=True, slots=True)
class Header:
    """The lines above the curves: group, events of n, median with its interval, then the comparison.

    Where the columns are too wide for the figure each group has two lines.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    width: float

    @classmethod
    def of(cls, fit: KaplanMeierFit, unit: str, comparison: str, width: float) -> Header:
        """What the fit says of each group."""
        level = f"{100 * fit.conf_level:g} %"
        rows = tuple(
            (drawn(one.group) or "All", f"{one.events.sum():g} / {one.n:,}", median_text(one.median))
            for one in fit.curves
        )
        headings = ("", "Events / n", f"Median, {unit} ({level} CI, {fit.conf_type})")
        return cls(headings, rows, tuple(broken(comparison, width - 2 * MARGIN)), width)

    @property
    def starts(self) -> list[float]:
        """Where the columns begin, and the end of the last."""
        starts = [MARGIN + SAMPLE_ROOM]
        for place, heading in enumerate(self.headings):
            texts = [row[place] for row in self.rows]
            wide = max(text_width(heading, SMALLEST_TEXT, bold=True), widest(texts))
            starts.append(starts[-1] + wide + COLUMN_GAP)
        return starts

    @property
    def fits(self) -> bool:
        """Whether the columns stand side by side."""
        return self.starts[-1] - COLUMN_GAP <= self.width - MARGIN

    @property
    def height(self) -> float:
        """Inches of all lines."""
        lines = len(self.rows) + 1 if self.fits else 2 * len(self.rows) + 1
        return ROW * (lines + len(self.notes))

    def draw(self, sheet: Sheet, looks: Sequence[LineLook]) -> None:
        """Draw the lines at the top of the sheet."""
        middle = MARGIN + ROW / 2
        if self.fits:
            for start, heading in zip(self.starts, self.headings, strict=False):
                sheet.text(start, middle, heading, fontsize=SMALLEST_TEXT, weight="bold")
        else:
            told = "; ".join(self.headings[1:])
            sheet.text(MARGIN, middle, told, fontsize=SMALLEST_TEXT, weight="bold")
        for row, look in zip(self.rows, looks, strict=True):
            middle += ROW
            sheet.sample(MARGIN, middle, line_sign(look))
            if self.fits:
                for start, text in zip(self.starts, row, strict=False):
                    sheet.text(start, middle, text)
            else:
                sheet.text(MARGIN + SAMPLE_ROOM, middle, row[0])
                middle += ROW
                sheet.text(MARGIN + SAMPLE_ROOM, middle, "; ".join(row[1:]))
        for line in self.notes:
            middle += ROW
            sheet.text(MARGIN, middle, line)


def median_text(median: Quantile) -> str:
    """`9.3 (7.1–11.2)`; what is not reached says so."""
    if median.time is None:
        return "not reached"
    digits = 0 if median.time >= 100 else 1 if median.time >= 1 else 2
    lower, upper = (
        "not reached" if one is None else number(one, digits) for one in (median.lower, median.upper)
    )
    return f"{number(median.time, digits)} ({lower}{INTO}{upper})"


def compared(fit: CoxFit | None, covariate: str | None, log_rank: Tested | None) -> str:
    """The line on hazard ratio and test, if asked for."""
    parts = []
    if fit is not None:
        place = _place(fit, covariate)
        name = drawn(fit.names[place])
        if fit.estimable[place]:
            told = interval(float(fit.hr[place]), float(fit.hr_lower[place]), float(fit.hr_upper[place]))
            parts.append(f"hazard ratio, {name}: {told}, {100 * fit.confidence:g} % CI")
        else:
            parts.append(f"hazard ratio, {name}: not finite")
    if log_rank is not None:
        parts.append(f"log-rank {p_value(log_rank.p)}")
    text = "; ".join(parts)
    return text[:1].upper() + text[1:]


def comparison_frame(
    fit: CoxFit | None, covariate: str | None, log_rank: Tested | None
) -> dict[str, pl.DataFrame]:
    """The numbers of that line."""
    if fit is None and log_rank is None:
        return {}
    shown: dict[str, object] = {}
    if fit is not None:
        place = _place(fit, covariate)
        shown = {"covariate": fit.names[place]}
        shown |= {name: float(getattr(fit, name)[place]) for name in ("hr", "hr_lower", "hr_upper")}
    if log_rank is not None:
        shown["log_rank_p"] = log_rank.p
    return {"comparison": pl.DataFrame([shown]).fill_nan(None)}


def _place(fit: CoxFit, covariate: str | None) -> int:
    if covariate is None and len(fit.names) == 1:
        return 0
    if covariate is None:
        problem = "the fit has several covariates and none was named"
        raise FigureError(problem, where="covariate", expected=listed(fit.names))
    if covariate not in fit.names:
        raise FigureError("no such covariate in the fit", where="covariate", expected=listed(fit.names))
    return fit.names.index(covariate)
