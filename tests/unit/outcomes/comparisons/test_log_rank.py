"""The log-rank family: known answers, the sums time by time, parts, and awkward data."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.comparisons.log_rank import Weighting, log_rank
from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival
from tests.shared_data import shared_data

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
KNOWN = (
    "lung.logrank_sex",
    "lung.peto_sex",
    "lung.logrank_ecog",
    "lung.logrank_sex_by_inst",
    "veteran.logrank_trt",
    "veteran.logrank_cell",
    "veteran.peto_cell",
    "veteran.logrank_trt_by_cell",
    "mgus2.logrank_os_by_age",
)


def generated(
    seed: int, n: int = 80, *, groups: int = 2, strata: int = 1, entry: bool = False, frequent: bool = False
) -> Survival:
    """Rows with many ties in named groups."""
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, n)
    time = np.ceil(random.exponential(6, n) / (1 + 0.3 * group)) + 1
    return Survival(
        covariates=np.zeros((n, 0)),
        group=Labels(group, tuple(f"arm {code}" for code in range(groups))),
        group_column="arm",
        strata=Labels(random.integers(0, strata, n), tuple("abcdef"[:strata])) if strata > 1 else None,
        strata_columns=("site",) if strata > 1 else (),
        weights=random.integers(1, 4, n).astype(float) if frequent else None,
        weight_kind=WeightKind.FREQUENCY,
        time=time,
        start=np.floor(time * random.uniform(0, 0.8, n)) if entry else None,
        event=random.random(n) < 0.6,
        source_rows=np.arange(1, n + 1),
    )


@pytest.mark.shared_data
@pytest.mark.parametrize("case_id", KNOWN)
def test_known_answer(case_id):
    cases = json.loads(shared_data(f"stats/{case_id.split('.')[0]}.json").read_text())["cases"]
    case = next(one for one in cases if one["id"] == case_id)
    args, expected = case["args"], case["expected"]
    rows = Survival.from_frame(
        pl.read_csv(shared_data(f"stats/{case['csv']}")),
        time=args["time"],
        event=args["event"],
        group=args["group"],
        strata=args["strata"],
    )
    found = log_rank(rows, rho=args["rho"])
    assert list(found.groups) == expected["groups"]
    assert found.df == expected["df"]
    near = {"rtol": 1e-9, "atol": 1e-12}
    np.testing.assert_allclose(found.observed, expected["observed"], **near)
    np.testing.assert_allclose(found.expected, expected["expected"], **near)
    np.testing.assert_allclose(found.variance, expected["var"], **near)
    np.testing.assert_allclose(found.statistic, expected["chisq"], **near)
    np.testing.assert_allclose(found.p, expected["p"], **near)


def by_hand(rows: Survival, weight_of) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Observed, expected and variance, one event time after the other."""
    groups = len(rows.group.levels)
    observed, expected, variance = np.zeros(groups), np.zeros(groups), np.zeros((groups, groups))
    start = np.full(rows.n, -1.0) if rows.start is None else rows.start
    often = rows.weight()
    for stratum in np.unique(rows.stratum_codes()):
        own, survival = rows.stratum_codes() == stratum, 1.0
        for t in np.unique(rows.time[own & rows.event]):
            risk = own & (start < t) & (rows.time >= t)
            n = np.array([often[risk & (rows.group.codes == g)].sum() for g in range(groups)])
            dies = risk & rows.event & (rows.time == t)
            d = np.array([often[dies & (rows.group.codes == g)].sum() for g in range(groups)])
            weight = weight_of(n.sum(), survival)
            observed += weight * d
            expected += weight * d.sum() * n / n.sum()
            if n.sum() > 1:
                spread = d.sum() * (n.sum() - d.sum()) / (n.sum() - 1)
                share = n / n.sum()
                variance += weight**2 * spread * (np.diag(share) - np.outer(share, share))
            survival *= 1 - d.sum() / n.sum()
    return observed, expected, variance


@pytest.mark.parametrize(
    "made", [{"groups": 3}, {"strata": 3}, {"entry": True, "strata": 2}, {"frequent": True, "groups": 4}]
)
@pytest.mark.parametrize(
    ("options", "weight_of"),
    [
        ({}, lambda at_risk, survival: 1.0),
        ({"rho": 0.5}, lambda at_risk, survival: survival**0.5),
        ({"rho": 1, "gamma": 1}, lambda at_risk, survival: survival * (1 - survival)),
        ({"gamma": 2}, lambda at_risk, survival: (1 - survival) ** 2),
        ({"weighting": "gehan"}, lambda at_risk, survival: at_risk),
        ({"weighting": "tarone-ware"}, lambda at_risk, survival: at_risk**0.5),
    ],
    ids=["log-rank", "rho", "rho-gamma", "gamma", "gehan", "tarone-ware"],
)
def test_equals_the_sums_time_by_time(made, options, weight_of):
    rows = generated(1, **made)
    found = log_rank(rows, **options)
    observed, expected, variance = by_hand(rows, weight_of)
    np.testing.assert_allclose(found.observed, observed, **CLOSE)
    np.testing.assert_allclose(found.expected, expected, **CLOSE)
    np.testing.assert_allclose(found.variance, variance, **CLOSE)
    apart = (observed - expected)[1:]
    statistic = apart @ np.linalg.solve(variance[1:, 1:], apart)
    np.testing.assert_allclose(found.statistic, statistic, rtol=1e-11)


def test_a_power_of_survival_chooses_fleming_and_harrington():
    assert log_rank(generated(2), rho=1).weighting is Weighting.FLEMING_HARRINGTON


@pytest.mark.parametrize("strata", [1, 4])
def test_parts_that_share_strata_equal_the_pooled_test(strata):
    rows = generated(3, 120, strata=strata, groups=3)
    pooled, split = log_rank(rows, rho=1), log_rank(rows.split(np.arange(120) % 5), rho=1)
    np.testing.assert_allclose(split.statistic, pooled.statistic, **CLOSE)
    np.testing.assert_allclose(split.variance, pooled.variance, **CLOSE)


def test_strata_inside_parts_send_sums_and_no_time():
    rows = generated(4, 120, strata=4)
    parts = list(rows.split(rows.strata.codes // 2))
    within = log_rank(parts, scope="within_part")
    np.testing.assert_allclose(within.statistic, log_rank(rows).statistic, **CLOSE)
    with pytest.raises(ContractError, match="stratum lies in two parts"):
        log_rank(rows.split(np.arange(120) % 2), scope="within_part")


def test_a_planned_grid_moves_exits_up():
    rows = generated(5, 90)
    weekly = np.arange(0.0, 100, 7)
    moved = replace(rows, time=np.ceil(rows.time / 7) * 7)
    np.testing.assert_allclose(log_rank([rows], grid=weekly).statistic, log_rank(moved).statistic, **CLOSE)


def test_a_group_without_events_is_kept_and_one_without_rows_is_not():
    rows = generated(6, 90, groups=3)
    quiet = replace(rows, event=rows.event & (rows.group.codes != 2))
    found = log_rank(quiet)
    assert found.df == 2
    assert found.events[2] == 0
    absent = log_rank(rows.take(rows.group.codes != 1))
    assert absent.groups == ("arm 0", "arm 2")
    assert absent.df == 1


def test_no_events_or_one_group_is_not_estimable():
    rows = generated(7)
    with pytest.raises(NotEstimable, match="NO_EVENTS"):
        log_rank(replace(rows, event=np.zeros(rows.n, dtype=bool)))
    with pytest.raises(NotEstimable, match="ONE_GROUP"):
        log_rank(rows.take(rows.group.codes == 0))
    with pytest.raises(NotEstimable, match="ONE_GROUP"):
        log_rank(replace(rows, group=None))
    apart = replace(rows, strata=Labels(rows.group.codes, ("a", "b")), strata_columns=("site",))
    with pytest.raises(NotEstimable, match="two groups"):
        log_rank(apart)


def test_a_single_row_at_risk_adds_no_variance():
    rows = generated(8, 40)
    late = replace(
        rows,
        time=np.append(rows.time, 500.0),
        event=np.append(rows.event, True),
        group=Labels(np.append(rows.group.codes, 1), rows.group.levels),
        covariates=np.zeros((41, 0)),
        source_rows=np.arange(1, 42),
    )
    censored = replace(late, event=np.append(rows.event, False))
    np.testing.assert_array_equal(log_rank(late).variance, log_rank(censored).variance)


def test_probability_weights_are_refused_and_clusters_told():
    rows = generated(9, frequent=True)
    with pytest.raises(NotEstimable, match="NOT_SUPPORTED"):
        log_rank(replace(rows, weight_kind=WeightKind.PROBABILITY))
    clustered = log_rank(replace(rows, cluster=np.arange(rows.n) // 2))
    assert [one.code for one in clustered.warnings] == [Concern.NAIVE_VARIANCE]


def test_the_table_has_a_row_a_group():
    table = log_rank(generated(10, groups=3)).table()
    assert table.columns == ["group", "n", "events", "observed", "expected"]
    assert table["observed"].sum() == pytest.approx(table["expected"].sum())
