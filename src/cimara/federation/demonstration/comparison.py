"""The pooled fit of the demonstration's rows, and how far the federated estimates are from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import polars as pl

from cimara.federation.exchange import Done, Record, advance
from cimara.federation.tables.asked import Labelled
from cimara.federation.tables.rows import with_pooled_facts
from cimara.federation.tables.studies import TableStudy
from cimara.federation.tables.works import TableWork
from cimara.outcomes.pooling.site_panel import SitePanel, site_panel
from cimara.outcomes.rows import Survival

OF_A_SITE = "cox_strat"
"""The estimator whose strata are the sites: pooled, the column of the site is a stratum."""
WITHIN_SITES = "stratified"
"""The baseline of others whose risk sets lie inside a site."""
PANEL = "site_panel"
"""The estimator that tells sites apart: pooled, the rows of each site are a part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One analysis: an estimate to show, and the largest difference of any number from the pooled fit's."""

    analysis: str
    estimator: str
    estimate: float
    difference: float
    numbers: int
    rounds: int = 0
    seconds: float = 0.0
    bytes: int = 0


def pooled(study: TableStudy, analysis: str, rows: pl.DataFrame) -> Any:
    """The result of an analysis on all rows in one place: nothing is signed, masked, guarded or sent.

    Its times are the study's grid, as they are at every house.
    """
    work = study.analyses[analysis]
    if not isinstance(work, TableWork):
        raise TypeError("the demonstration's study is a table study")
    sites = Labelled(name="site", levels=tuple(study.sites))
    apart = replace(work, asked=replace(work.asked, strata=(sites, *work.asked.strata)))
    if work.estimator == PANEL:
        return _panel(apart, sites.levels, rows)
    within = work.estimator == OF_A_SITE or work.asked.baseline == WITHIN_SITES
    prepared = (apart if within else work).prepare(rows)
    record = Record()
    while not isinstance(here := advance(prepared, record), Done):
        record.totals.append(here.own)
    return here.result


def _panel(work: TableWork, sites: tuple[str, ...], rows: pl.DataFrame) -> SitePanel:
    parts = [work.prepare(rows.filter(pl.col("site") == site)) for site in sites]
    asked, counted = work.asked, reduce(add, [one.facts.summary() for one in parts])
    tables = [one.rows["rows"] for one in parts]
    return site_panel(
        [with_pooled_facts(one, asked, counted) for one in tables if isinstance(one, Survival)],
        sites=sites, ties=asked.ties, refit=asked.refit, confidence=asked.confidence,
    )  # fmt: skip


def compared(analysis: str, estimator: str, federated: Any, whole: Any) -> Compared:
    """Number by number, in every field of the two result objects; relative where a number is above 1."""
    ours, theirs = numbers_of(federated), numbers_of(whole)
    shared = [name for name in ours if name in theirs and ours[name].shape == theirs[name].shape]
    worst = max((_distance(ours[name], theirs[name]) for name in shared), default=float("nan"))
    if set(ours) != set(theirs) or len(shared) < len(ours):
        worst = float("inf")
    first = next((values.ravel() for name, values in ours.items() if "coef" in name and values.size), None)
    if first is None:
        first = next(iter(ours.values())).ravel()
    return Compared(
        analysis=analysis,
        estimator=estimator,
        estimate=float(first[-1]),
        difference=worst,
        numbers=sum(int(values.size) for values in ours.values()),
    )


def numbers_of(value: Any, name: str = "") -> dict[str, np.ndarray[Any, np.dtype[np.float64]]]:
    """Every number in a result object, by where it stands."""
    if isinstance(value, bool | str) or value is None:
        return {}
    if isinstance(value, int | float | np.number):
        return {name: np.asarray([value], dtype=np.float64)}
    if isinstance(value, np.ndarray):
        return {name: value.astype(np.float64)} if value.dtype.kind in "fiu" else {}
    if isinstance(value, pl.DataFrame):
        value = {one: value[one].to_numpy() for one in value.columns if value[one].dtype.is_numeric()}
    if is_dataclass(value) and not isinstance(value, type):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        items: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list | tuple):
        items = list(enumerate(value))
    else:
        return {}
    found: dict[str, np.ndarray[Any, np.dtype[np.float64]]] = {}
    for key, one in items:
        found |= numbers_of(one, f"{name}.{key}")
    return found


def _distance(ours: Any, theirs: Any) -> float:
    if not ours.size:
        return 0.0
    same = (ours == theirs) | (np.isnan(ours) & np.isnan(theirs))
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours - theirs) / np.maximum(1.0, np.abs(theirs))
    return float(np.max(np.where(same, 0.0, apart)))
