"""Invented rows that fit an analysis of a table study: its rounds are known before anybody is asked."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.federation.coarsening import DAYS
from cimara.federation.tables.asked import Asked
from cimara.outcomes.frame_columns import FloatArray

ROWS = 600
SEED = 1
MEDIAN_DAYS = 400.0
CENSORED = 0.3


def invented_table(
    asked: Asked, *, rows: int = ROWS, seed: int = SEED, site: str = "", until: float = np.inf
) -> pl.DataFrame:
    """A table with every column of an analysis; nothing in it is related to anything else.

    Times are exponential with a median of 400 days, three rows in ten are censored, numbers are normal with
    the study file's centre and scale, labels are drawn alike, and every row is a patient.

    Parameters
    ----------
    site
        What stands in the column of the site; the first level where none is named.
    until
        The last day of the study's grid.
    """
    draw = np.random.default_rng(seed)
    made: dict[str, object] = {name: draw.normal(size=rows) for name in asked.columns}
    for one in asked.covariates:
        if not one.levels:
            made[one.name] = one.centre + one.scale * draw.normal(size=rows)
    for labelled in asked.labelled:
        made[labelled.name] = [labelled.levels[at] for at in draw.integers(len(labelled.levels), size=rows)]
    made |= _times(asked, draw, rows, until) | _outcomes(asked, draw, rows) | _ids(asked, draw, rows)
    if asked.site:
        made[asked.site.name] = [site or asked.site.levels[0]] * rows
    return pl.DataFrame(made)


def _times(asked: Asked, draw: np.random.Generator, rows: int, until: float) -> dict[str, FloatArray]:
    if not asked.time:
        return {}
    days = np.minimum(np.ceil(draw.exponential(MEDIAN_DAYS / np.log(2), size=rows)), until)
    scale = DAYS[asked.unit]
    found = {asked.time: days / scale}
    if asked.start:
        found[asked.start] = np.floor(days * draw.uniform(0, 0.5, size=rows)) / scale
    return found


def _outcomes(asked: Asked, draw: np.random.Generator, rows: int) -> dict[str, object]:
    happened = (draw.random(rows) > CENSORED).astype(np.int64)
    found: dict[str, object] = {asked.event: happened} if asked.event else {}
    if asked.status:
        codes = np.array([code for code, _ in asked.causes])
        found[asked.status] = happened * codes[draw.integers(len(codes), size=rows)]
    if asked.outcome:
        counts = draw.poisson(1.0, size=rows)
        found[asked.outcome] = np.minimum(counts, 1) if asked.estimator == "logistic" else counts
    if asked.treatment:
        found[asked.treatment] = draw.integers(2, size=rows)
    return found


def _ids(asked: Asked, draw: np.random.Generator, rows: int) -> dict[str, object]:
    found: dict[str, object] = {}
    if asked.cluster:
        found[asked.cluster] = [f"invented-{at}" for at in range(rows)]
    if asked.patient:
        found[asked.patient] = [f"invented-{at}" for at in range(rows)]
    if asked.weights:
        whole = asked.weight_kind == "frequency"
        found[asked.weights] = draw.integers(1, 4, size=rows) if whole else draw.uniform(0.5, 2, size=rows)
    return found
