"""What a grid of times costs a regression, and what is refused or warned of for it (federation.md, 4.1)."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.cohort.study.errors import StudyError
from cimara.federation.coarsening import coarsened
from cimara.federation.grid import MONTH, Grid, GridKind
from cimara.federation.tables.studies import table_study
from cimara.outcomes import Concern, Survival, cox
from tests.in_step import in_step

SEEDS = range(10)
PATIENTS = 1700
SHIFTS = {
    ("exact", "breslow"): 0.015, ("weekly", "breslow"): 0.10, ("monthly", "breslow"): 0.44,
    ("mixed", "breslow"): 0.47, ("quarterly", "breslow"): 1.27,
    ("weekly", "efron"): 0.01, ("monthly", "efron"): 0.05, ("mixed", "efron"): 0.07,
    ("quarterly", "efron"): 0.17,
}  # fmt: skip
"""Largest shift of a coefficient in standard errors, mean over seeds: the table of the specification."""
LAST_DIGIT = 0.005
"""The table is printed to two digits after the point."""


def _cohort(seed: int) -> Survival:
    """Brain metastases as the table was made of: 1,700 patients, a median survival of 12 months."""
    dice = np.random.default_rng(seed)
    normal = [dice.normal(size=PATIENTS) for _ in range(2)]
    yes_no = [dice.integers(0, 2, PATIENTS) for _ in range(3)]
    covariates = np.column_stack([*normal, *yes_no, dice.normal(size=PATIENTS)]).astype(np.float64)
    linear = (covariates - covariates.mean(axis=0)) @ [0.15, 0.36, 0.25, -0.2, 0.1, 0.0]
    death = dice.exponential(12 * MONTH / np.log(2) * np.exp(-linear))
    end = dice.uniform(6 * MONTH, 48 * MONTH, PATIENTS)
    names = tuple("abcdef")
    return Survival(
        covariates=np.asfortranarray(covariates), names=names, terms=names,
        time=np.maximum(np.ceil(np.minimum(death, end)), 1), event=death <= end,
        source_rows=np.arange(1, PATIENTS + 1),
    )  # fmt: skip


def test_the_shifts_of_the_specification_come_out_within_a_fifth() -> None:
    found: dict[tuple[str, str], list[float]] = {}
    for seed in SEEDS:
        rows = _cohort(seed)
        reference = cox(rows, baseline="common")
        for kind, ties in SHIFTS:
            moved = rows if kind == "exact" else coarsened(rows, Grid.of(kind, until=3652.5))
            apart = np.abs(cox(moved, baseline="common", ties=ties).coef - reference.coef)
            found.setdefault((kind, ties), []).append(float((apart / reference.se).max()))
    shifts = {name: float(np.mean(own)) for name, own in found.items()}
    assert shifts == pytest.approx(SHIFTS, rel=0.2, abs=LAST_DIGIT)


ASKED: dict[str, Any] = {
    "id": "A1", "estimator": "cox_shared", "time": "t", "event": "e", "covariates": [{"name": "x"}]
}  # fmt: skip
SITES = ["NL01", "NL02", "NL03"]


@pytest.mark.parametrize("estimator", ["cox_shared", "iptw_cox", "cox_zph"])
def test_a_regression_by_time_on_quarters_is_refused(estimator: str) -> None:
    asked = ASKED | {"estimator": estimator} | ({"treatment": "z"} if estimator == "iptw_cox" else {})
    with pytest.raises(StudyError, match="on a grid of quarters or coarser is biased"):
        table_study([asked], sites=SITES, grid="quarterly")


def test_a_custom_grid_with_a_wide_cell_is_as_coarse_as_quarters() -> None:
    with pytest.raises(StudyError, match="quarters or coarser"):
        table_study([ASKED], sites=SITES, grid="custom", days=[30.0, 60.0, 365.0])


def test_curves_may_lie_on_quarters() -> None:
    study = table_study([{"id": "A1", "estimator": "km", "time": "t", "event": "e"}], sites=SITES,
                        grid="quarterly")  # fmt: skip
    assert study.grid.kind is GridKind.QUARTERLY


@pytest.mark.parametrize(
    ("grid", "ties", "warned"),
    [("monthly", "breslow", True), ("weekly", "breslow", False), ("monthly", "efron", False)],
)
def test_breslow_on_a_grid_coarser_than_weekly_warns_in_the_result(
    grid: str, ties: str, warned: bool
) -> None:
    dice = np.random.default_rng(3)
    frame = pl.DataFrame(
        {"t": dice.integers(1, 900, 200), "e": dice.integers(0, 2, 200), "x": dice.normal(size=200)}
    )
    study = table_study([ASKED | {"ties": ties}], sites=SITES, grid=grid)
    fit, _ = in_step([study.analyses["A1"].prepare(frame)])
    assert fit.has(Concern.COARSE_GRID) is warned


def test_a_curve_says_which_grid_it_lies_on() -> None:
    frame = pl.DataFrame({"t": [40, 80, 100, 300], "e": [1, 1, 0, 1]})
    study = table_study([{"id": "A1", "estimator": "km", "time": "t", "event": "e"}], sites=SITES)
    fit, _ = in_step([study.analyses["A1"].prepare(frame)])
    assert fit.grid == "the study's monthly grid"
    assert fit.curves[0].time == pytest.approx(MONTH * np.array([2, 3, 4, 10]))
