"""Curves as people see them: steps over ten events or more, an end where few are left, no single patient."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

import numpy as np
import polars as pl

from cimara.federation.disclosure.counts import rounded_count
from cimara.federation.disclosure.release_limits import release_limit
from cimara.outcomes.curves.incidence_curve import EVENT_FREE, AalenJohansenFit, IncidenceCurve
from cimara.outcomes.curves.survival_curve import SURVIVAL_COLUMNS, KaplanMeierFit, SurvivalCurve
from cimara.outcomes.frame_columns import BoolArray, FloatArray

COLUMNS = ("time", "at_risk", "survival", "probability", "cumulative_hazard", "se", "lower", "upper")
Fit = KaplanMeierFit | AalenJohansenFit
Curve = TypeVar("Curve", SurvivalCurve, IncidenceCurve)


class SpacedBy(StrEnum):
    """What ten of lie between two steps."""

    EVENTS = "events"
    """Each fall of the curve is of ten events or more."""
    EXITS = "exits"
    """Events and ends of follow-up together: more steps, some of which may be of one event."""


def curve_released(fit: Fit, *, spaced_by: SpacedBy | str = SpacedBy.EVENTS) -> pl.DataFrame:
    """The steps of all curves that may be shown, as a frame.

    Parameters
    ----------
    fit
        Kaplan-Meier curves, or cumulative incidences, of which every cause has its own steps.

    Returns
    -------
    pl.DataFrame
        Columns group, (cause,) time, at_risk (rounded to 5), the curve and its limits. The first row of each
        is the beginning, the last the end: what happened after it is not shown. Groups of fewer than 10 have
        no rows. There is no column of events or of censored.
    """
    parts = [
        part
        for curve in fit.curves
        if curve.n >= release_limit("curve_at_risk")
        for part in (
            _survival(curve, SpacedBy(spaced_by), fit)
            if isinstance(curve, SurvivalCurve)
            else _incidence(curve, SpacedBy(spaced_by))
        )
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema={"group": pl.String, "time": pl.Float64})


def shown_until(curve: SurvivalCurve | IncidenceCurve) -> float:
    """The last time with 10 or more at risk: where the curve ends, and restricted means at the latest."""
    enough = curve.at_risk >= release_limit("curve_at_risk")
    return float(curve.time[enough][-1]) if enough.any() else curve.first_time


def numbers_at_risk_released(fit: Fit, times: Sequence[float] | FloatArray) -> pl.DataFrame:
    """Numbers at risk under a figure by group and time, rounded to 5; null up to 7, and no censored."""
    counted = fit.number_at_risk(times).select("group", "time", "at_risk")
    shown = [rounded_count(one) for one in counted["at_risk"].to_list()]
    return counted.with_columns(pl.Series("at_risk", shown, dtype=pl.Int64))


def quantiles_released(fit: KaplanMeierFit, shares: Sequence[float] = (0.5,)) -> pl.DataFrame:
    """Times by which shares had the event; null without 10 events up to then, or 10 at risk at that time."""
    least = release_limit("statistic_n")
    found = fit.quantiles(shares)
    curves = {one.group: one for one in fit.curves}
    keep = [
        time is not None and _enough_about(curves[group], time, least)
        for group, time in found.select("group", "time").iter_rows()
    ]
    columns = [pl.when(pl.Series(keep)).then(pl.col(name)).alias(name) for name in ("time", "lower", "upper")]
    return found.with_columns(columns)


def _enough_about(curve: SurvivalCurve, time: float, least: float) -> bool:
    until = curve.time <= time
    return bool(curve.events[until].sum() >= least and curve.at_risk[until][-1] >= least)


def _survival(curve: SurvivalCurve, by: SpacedBy, fit: Fit) -> list[pl.DataFrame]:
    hidden = SURVIVAL_COLUMNS if isinstance(fit, KaplanMeierFit) and fit.cause_specific else ()
    exits = curve.events if by is SpacedBy.EVENTS else curve.events + curve.censored
    table = curve.table().select(one for one in COLUMNS if one in curve.table().columns and one not in hidden)
    return [_steps(curve, table, exits, start=1.0)]


def _incidence(curve: IncidenceCurve, by: SpacedBy) -> list[pl.DataFrame]:
    whole = curve.table()
    found = []
    for cause in (*curve.causes, EVENT_FREE):
        table = whole.filter(pl.col("cause") == cause)
        own = table["events"].to_numpy() + (table["censored"].to_numpy() if by is SpacedBy.EXITS else 0.0)
        shown = table.select(one for one in COLUMNS if one in table.columns)
        made = _steps(curve, shown, own, start=1.0 if cause == EVENT_FREE else 0.0)
        found.append(made.insert_column(1, pl.Series("cause", [cause] * made.height)))
    return found


def _steps(
    curve: SurvivalCurve | IncidenceCurve, table: pl.DataFrame, exits: FloatArray, *, start: float
) -> pl.DataFrame:
    """The beginning, the steps that may be shown, and the end with the values of the last step."""
    last = shown_until(curve)
    kept = table.filter(pl.Series(_spaced(exits) & (curve.time <= last), dtype=pl.Boolean))
    values = {"survival": start, "probability": start, "lower": start, "upper": start}
    begin = {name: values.get(name, 0.0) for name in table.columns}
    begin |= {"time": curve.first_time, "at_risk": float(curve.n)}
    rows = pl.concat([pl.DataFrame([begin], schema=table.schema), kept])
    final = rows.tail(1).with_columns(time=pl.lit(last), at_risk=pl.lit(_at_risk(curve, last)))
    rows = rows if rows["time"][-1] >= last else pl.concat([rows, final])
    at_risk = [rounded_count(one) for one in rows["at_risk"].to_list()]
    rows = rows.with_columns(pl.Series("at_risk", at_risk, dtype=pl.Int64))
    return rows.insert_column(0, pl.Series("group", [curve.group] * rows.height))


def _at_risk(curve: SurvivalCurve | IncidenceCurve, time: float) -> float:
    place = int(np.searchsorted(curve.time, time, side="left"))
    return float(curve.at_risk[min(place, len(curve.at_risk) - 1)]) if len(curve.at_risk) else float(curve.n)


def _spaced(exits: FloatArray) -> BoolArray:
    """Steps by which enough have left since the last one that is shown."""
    kept, gathered = np.zeros(len(exits), dtype=bool), 0.0
    for place, one in enumerate(exits):
        gathered += float(one)
        if gathered >= release_limit("curve_step"):
            kept[place], gathered = True, 0.0
    return kept
