"""The same rows in houses: as the oracle has them, in many small ones, in awkward ones, and all in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import polars as pl

from cimara.federation.study import Prepared
from cimara.federation.tables.studies import SimulatedStudy, table_study

HOUSES = [f"NL{number:02d}" for number in range(1, 18)]


Codes = np.ndarray[Any, Any]


def _seventeen(rows: pl.DataFrame, analysis: Mapping[str, Any]) -> Codes:
    return _of_units(rows, lambda dice, n: dice.integers(0, 17, n))


def _one_large(rows: pl.DataFrame, analysis: Mapping[str, Any]) -> Codes:
    return _of_units(rows, lambda dice, n: dice.choice(3, n, p=[0.9, 0.05, 0.05]))


def _without_events(rows: pl.DataFrame, analysis: Mapping[str, Any]) -> Codes:
    """A fourth site has half of the units that had no event."""
    column = analysis.get("event") or analysis.get("status") or analysis.get("outcome")
    if column is None:
        return _one_large(rows, analysis)
    had = rows.select(pl.col(column).sum().over("pid") > 0).to_series().to_numpy()
    return np.where(~had & (rows["pid"].to_numpy() % 2 == 0), 3, rows["site"].to_numpy())


def _constant(rows: pl.DataFrame, analysis: Mapping[str, Any]) -> Codes:
    """A fourth site has half of the units with one level of a covariate, and so a constant one."""
    labelled = [one for one in analysis.get("covariates", []) if "levels" in one]
    labelled += [analysis["group"]] if "group" in analysis else []
    if not labelled:
        return _one_large(rows, analysis)
    column, level = labelled[0]["name"], labelled[0]["levels"][-1]
    same = (rows[column].cast(pl.String).str.strip_suffix(".0") == level).to_numpy()
    return np.where(same & (rows["pid"].to_numpy() % 2 == 0), 3, rows["site"].to_numpy())


def _of_units(rows: pl.DataFrame, draw: Callable[[np.random.Generator, int], Any]) -> Codes:
    names, codes = np.unique(rows["pid"].to_numpy(), return_inverse=True)
    return np.asarray(draw(np.random.default_rng(17), len(names)))[codes]


SPLITS: dict[str, Callable[[pl.DataFrame, Mapping[str, Any]], Codes]] = {
    "a site without events": _without_events,
    "a site with a constant covariate": _constant,
    "one site with 90 %": _one_large,
    "17 random sites": _seventeen,
}


def in_houses(rows: pl.DataFrame, codes: Codes) -> pl.DataFrame:
    """The rows with the id of their house."""
    return rows.with_columns(house=pl.Series([HOUSES[code] for code in codes]))


def study_of(analysis: dict[str, Any], **study: Any) -> SimulatedStudy:
    """A study of one analysis, A1, on the exact grid unless another is named."""
    named: dict[str, Any] = {"grid": "exact", "sites": HOUSES} | study
    return table_study([{"id": "A1"} | analysis], **named)


def houses(study: SimulatedStudy, rows: pl.DataFrame) -> list[Prepared]:
    """The analysis in each house with rows, and in one without."""
    work = study.analyses["A1"]
    parts = [work.prepare(part) for part in rows.partition_by("house", maintain_order=True)]
    return [*parts, work.empty()]


def as_strata(analysis: dict[str, Any], rows: pl.DataFrame) -> dict[str, Any]:
    """The analysis with houses as strata of one table: what a federation by site gives in all."""
    own = [analysis["strata"]] if "strata" in analysis else []
    present = rows["house"].unique().sort().to_list()
    return analysis | {"strata": [*own, {"name": "house", "levels": present}]}
