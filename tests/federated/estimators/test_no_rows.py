"""A part without rows says zeros in the names and shapes of the others, which a coordinator learns so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import (
    CompetingRisks,
    Survival,
    Treatment,
    aalen_johansen,
    balance,
    completeness,
    concordance,
    cox,
    fine_gray,
    firth,
    follow_up,
    gray_test,
    kaplan_meier,
    log_rank,
    propensity,
    proportionality,
    restricted_time_lost,
    rmst,
    site_panel,
    trend_test,
    weighted_cox_of_parts,
)
from cimara.outcomes.rows import Rows
from tests.in_step import House, assert_no_rows_say_nothing, in_step

ROWS = 120


def _frame() -> pl.DataFrame:
    dice = np.random.default_rng(8)
    time = np.ceil(dice.exponential(12.0, ROWS)) + 1
    arm, age = dice.integers(0, 2, ROWS), dice.normal(0, 1, ROWS)
    return pl.DataFrame(
        {
            "id": np.arange(ROWS),
            "site": np.arange(ROWS) % 3,
            "patient": np.arange(ROWS) // 2 * 3 + np.arange(ROWS) % 3,
            "time": time,
            "start": np.floor(time * dice.uniform(0, 0.6, ROWS)),
            "event": dice.integers(0, 2, ROWS),
            "status": dice.integers(0, 3, ROWS),
            "arm": arm,
            "band": dice.choice(["a", "b", "c"], ROWS),
            "age": age,
            "weight": dice.uniform(0.5, 2.0, ROWS),
            "treated": (dice.uniform(size=ROWS) < 1 / (1 + np.exp(-age))).astype(int),
        }
    )


def _parts(rows: Rows) -> list[Rows]:
    """The rows by site, each a part, and a part without rows."""
    assert rows.site is not None
    codes = rows.site.codes
    return [*(rows.take(codes == code) for code in range(3)), rows.take(codes < 0)]


def _survival(**named: Any) -> Survival:
    named = {"covariates": ["age", "arm"], "site": "site"} | named
    return Survival.from_frame(_frame(), time="time", event="event", **named)


def _risks(**named: Any) -> CompetingRisks:
    named = {"covariates": ["age", "arm"], "site": "site"} | named
    return CompetingRisks.from_frame(_frame(), time="time", status="status", causes=[1, 2], **named)


def _treatment(**named: Any) -> Treatment:
    return Treatment.from_frame(_frame(), treatment="treated", covariates=["age"], site="site", **named)


def _zph(parts: list[Survival], baseline: str, scale: str) -> Any:
    return proportionality(parts, cox(parts, baseline=baseline), time_scale=scale)


def _weighted(parts: list[Survival]) -> Any:
    """The parts weighted by who was treated, which is their only covariate."""
    treatment = _treatment()
    pairs = [(treatment.take(part.source_rows - 1), part) for part in parts]
    return weighted_cox_of_parts(pairs, limits=(0.8, 1.5))


LATE: dict[str, Any] = {"start": "start", "id": "id"}
CLUSTERED = {"cluster": "patient"}
WEIGHTED = {"weights": "weight"}
GROUPED = {"group": "arm"}
CASES: dict[str, tuple[Callable[..., Any], Rows]] = {
    "cox by strata": (cox, _survival()),
    "cox by strata, late entry": (cox, _survival(**LATE)),
    "cox by strata, clusters": (cox, _survival(**CLUSTERED)),
    "cox by strata, weights": (cox, _survival(**WEIGHTED)),
    "cox, Breslow": (lambda parts: cox(parts, ties="breslow"), _survival()),
    "cox of one baseline": (lambda parts: cox(parts, baseline="common"), _survival()),
    "cox of one baseline, strata": (lambda parts: cox(parts, baseline="common"), _survival(strata="band")),
    "cox of one baseline, weights, clusters, late entry": (
        lambda parts: cox(parts, baseline="common"), _survival(**LATE, **CLUSTERED, **WEIGHTED)
    ),
    "fine and gray by strata": (lambda parts: fine_gray(parts, cause="1"), _risks()),
    "fine and gray of one baseline": (
        lambda parts: fine_gray(parts, cause="1", baseline="common"), _risks()
    ),
    "fine and gray, as finegray": (
        lambda parts: fine_gray(
            parts, cause="1", baseline="common", censor_ties="after_events", weight_variance=False
        ),
        _risks(),
    ),
    "fine and gray, strata, clusters, weights": (
        lambda parts: fine_gray(parts, cause="1", baseline="common"),
        _risks(strata="band", **CLUSTERED, **WEIGHTED),
    ),
    "fine and gray, censoring groups": (
        lambda parts: fine_gray(parts, cause="1", baseline="common", censoring_groups=True),
        _risks(**GROUPED),
    ),
    "fine and gray, late entry": (
        lambda parts: fine_gray(parts, cause="1", baseline="common"), _risks(**LATE)
    ),
    "kaplan and meier": (kaplan_meier, _survival(**GROUPED)),
    "kaplan and meier, clusters, late entry": (kaplan_meier, _survival(**GROUPED, **CLUSTERED, **LATE)),
    "kaplan and meier, weights": (kaplan_meier, _survival(**GROUPED, **WEIGHTED)),
    "aalen and johansen": (aalen_johansen, _risks(**GROUPED)),
    "aalen and johansen, cmprsk": (
        lambda parts: aalen_johansen(parts, variance="cmprsk"), _risks(**GROUPED)
    ),
    "restricted mean": (lambda parts: rmst(parts, tau=10.0), _survival(**GROUPED)),
    "restricted mean, clusters": (
        lambda parts: rmst(parts, tau=10.0), _survival(**GROUPED, **CLUSTERED)
    ),
    "restricted time lost": (lambda parts: restricted_time_lost(parts, tau=10.0), _risks(**GROUPED)),
    "log-rank": (log_rank, _survival(**GROUPED)),
    "log-rank by strata of all": (log_rank, _survival(**GROUPED, strata="band")),
    "log-rank inside parts": (
        lambda parts: log_rank(parts, scope="within_part"), _survival(**GROUPED)
    ),
    "trend": (lambda parts: trend_test(log_rank(parts)), _survival(**GROUPED)),
    "gray": (lambda parts: gray_test(parts, cause="1"), _risks(**GROUPED)),
    "gray by strata of all": (
        lambda parts: gray_test(parts, cause="1"), _risks(**GROUPED, strata="band")
    ),
    "gray inside parts": (
        lambda parts: gray_test(parts, cause="1", scope="within_part"), _risks(**GROUPED)
    ),
    "site panel": (
        lambda parts: site_panel(parts, sites=("0", "1", "2"), refit=True), _survival()
    ),
    "weighted cox of parts": (_weighted, _survival(covariates=["treated"])),
    "propensity": (propensity, _treatment()),
    "balance": (balance, _treatment(**WEIGHTED)),
    "proportionality by strata": (lambda parts: _zph(parts, "stratified", "identity"), _survival()),
    "proportionality of one baseline": (lambda parts: _zph(parts, "common", "km"), _survival()),
    "firth": (firth, _survival()),
    "concordance": (lambda parts: concordance(parts, (1.0, 0.5)), _survival()),
    "follow-up": (follow_up, _survival(**GROUPED)),
    "completeness": (lambda parts: completeness(parts, until=99.0), _survival(**GROUPED)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_part_without_rows_says_zeros_of_the_names_and_shapes_of_the_others(name: str) -> None:
    analyse, rows = CASES[name]
    _, rounds = in_step([House(analyse, part) for part in _parts(rows)])
    assert len(rounds) > 1
    assert_no_rows_say_nothing(rounds)
