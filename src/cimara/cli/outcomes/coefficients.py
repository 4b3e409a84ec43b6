"""Coefficients of a model as lines of a table: ratios with limits, p, and what has no finite estimate."""

from __future__ import annotations

import math

import polars as pl

from cimara.cli.outcomes.answers import decimals, limits, p_text, percent, significant, table_lines

LARGE = 1000.0


def ratio_lines(table: pl.DataFrame, ratio: str, conf_level: float) -> list[str]:
    """A line a covariate of a fit's table; `ratio` is its column of ratios, "hr" or "shr"."""
    level = f"{percent(conf_level)} limits"
    headings = ("covariate", ratio.upper(), level, "p", "coef", "se", "")
    cells = []
    for row in table.iter_rows(named=True):
        estimate, between = ratio_cells(row[ratio], row[f"{ratio}_lower"], row[f"{ratio}_upper"])
        coefficient = [significant(row["coef"]), significant(row["se"])]
        cells.append([row["covariate"], estimate, between, p_text(row["p"]), *coefficient, _note(row)])
    return table_lines(headings, cells)


def ratio_cells(estimate: float | None, lower: float | None, upper: float | None) -> tuple[str, str]:
    """A ratio, and its limits, with as many decimals as the width of the interval asks for."""
    if estimate is None or lower is None or upper is None or not math.isfinite(upper):
        return ratio_text(estimate), limits(lower, upper, ratio_text)
    width = upper - lower
    digits = 3 if width <= 0 else max(3, 1 - math.floor(math.log10(width)))

    def shown(value: float | None) -> str:
        return decimals(value, digits) if value is not None and value < LARGE else significant(value)

    return shown(estimate), limits(lower, upper, shown)


def ratio_text(value: float | None) -> str:
    """A ratio with three decimals; of a large one four digits."""
    return decimals(value) if value is not None and value < LARGE else significant(value)


def _note(row: dict[str, object]) -> str:
    note, bound = str(row.get("note") or ""), row.get("one_sided_bound")
    if not note.startswith("not finite"):
        return note
    side = "above" if note.endswith("+") else "below"
    return f"{note}, coef {side} {significant(bound)}" if isinstance(bound, float) else note
