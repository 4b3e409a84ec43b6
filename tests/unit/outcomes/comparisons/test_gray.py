"""Gray's test: known answers, the formula time by time, parts, and awkward data."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.comparisons.gray import gray_test
from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import CompetingRisks
from tests.shared_data import shared_data

CLOSE = {"rtol": 1e-12, "atol": 1e-13}


def generated(seed: int, n: int = 90, *, groups: int = 3, strata: int = 1) -> CompetingRisks:
    """Rows with many ties in named groups."""
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, n)
    return CompetingRisks(
        covariates=np.zeros((n, 0)),
        group=Labels(group, tuple(f"arm {code}" for code in range(groups))),
        group_column="arm",
        strata=Labels(random.integers(0, strata, n), tuple("abcdef"[:strata])) if strata > 1 else None,
        strata_columns=("site",) if strata > 1 else (),
        time=np.ceil(random.exponential(8, n) / (1 + 0.3 * group)),
        status=random.choice(3, n, p=(0.3, 0.4, 0.3)).astype(np.int64),
        causes=("necrosis", "death"),
        source_rows=np.arange(1, n + 1),
    )


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "case_id", ["mgus2.gray_sex", "mgus2.gray_age", "mgus2.gray_sex_by_age", "mgus2.gray_sex_rho1"]
)
def test_known_answer(case_id):
    cases = json.loads(shared_data("stats/mgus2.json").read_text())["cases"]
    case = next(one for one in cases if one["id"] == case_id)
    args, expected = case["args"], case["expected"]
    rows = CompetingRisks.from_frame(
        pl.read_csv(shared_data(f"stats/{case['csv']}")),
        time=args["time"],
        status=args["status"],
        group=args["group"],
        strata=args["strata"],
    )
    found = [gray_test(rows, cause=cause, rho=args["rho"]) for cause in expected["causes"]]
    assert [one.df for one in found] == expected["df"]
    np.testing.assert_allclose([one.statistic for one in found], expected["stat"], rtol=1e-9)
    np.testing.assert_allclose([one.p for one in found], expected["p"], rtol=1e-9, atol=1e-12)


def by_hand(rows: CompetingRisks, rho: float) -> tuple[np.ndarray, np.ndarray]:
    """Score and variance by the formula of statistics.md, 2.2, one event time after the other."""
    groups = len(rows.group.levels)
    score, variance = np.zeros(groups), np.zeros((groups, groups))
    for stratum in np.unique(rows.stratum_codes()):
        own = rows.stratum_codes() == stratum
        survival, incidence, pooled = np.ones(groups), np.zeros(groups), 0.0
        kept, total = [], np.zeros((groups, groups))
        for t in np.unique(rows.time[own & (rows.status > 0)]):
            of = [own & (rows.group.codes == g) for g in range(groups)]
            n = np.array([(one & (rows.time >= t)).sum() for one in of], dtype=float)
            d1 = np.array([(one & (rows.time == t) & (rows.status == 1)).sum() for one in of])
            d2 = np.array([(one & (rows.time == t) & (rows.status == 2)).sum() for one in of])
            before, some = survival.copy(), n > 0
            y = np.where(some, n / np.where(some, before, 1), 0)
            weight = (1 - pooled) ** rho
            left = y * (1 - incidence)
            score += weight * (d1 - d1.sum() * left / left.sum())
            matrix = weight * (np.diag(y) - np.outer(y, y) / y.sum())
            total = total + matrix * d1.sum() / (y.sum() * (1 - pooled))
            pooled += d1.sum() / y.sum()
            incidence[some] += before[some] * d1[some] / n[some]
            survival[some] *= 1 - (d1 + d2)[some] / n[some]
            kept.append((matrix, total, before, survival.copy(), pooled, y, n, d1, d2))
        for matrix, so_far, before, after, f0, y, n, d1, d2 in kept:
            rest = total - so_far
            for q in np.flatnonzero(n):
                ratio = (1 - f0) / after[q] if after[q] > 0 else 0.0
                x = 1 - ratio if after[q] > 0 else 1.0
                tied = 1 - (d1.sum() - 1) / (y.sum() * before[q] - 1) if d1.sum() > 1 else 1.0
                one = matrix[:, q] + x * rest[:, q]
                variance += tied * before[q] * d1.sum() / (y.sum() * n[q]) * np.outer(one, one)
                tied = 1 - (d2[q] - 1) / (n[q] - 1) if d2[q] > 1 else 1.0
                other = ratio * rest[:, q]
                variance += tied * before[q] ** 2 * d2[q] / n[q] ** 2 * np.outer(other, other)
    return score, variance


@pytest.mark.parametrize("rho", [0.0, 1.0, -0.5])
@pytest.mark.parametrize("made", [{}, {"strata": 3}, {"groups": 2, "strata": 2}, {"groups": 5}])
def test_equals_the_formula_time_by_time(made, rho):
    rows = generated(1, **made)
    found = gray_test(rows, cause="necrosis", rho=rho)
    score, variance = by_hand(rows, rho)
    np.testing.assert_allclose(found.score, score, **CLOSE)
    np.testing.assert_allclose(found.variance, variance, rtol=1e-11, atol=1e-12)
    expected = score[:-1] @ np.linalg.solve(variance[:-1, :-1], score[:-1])
    np.testing.assert_allclose(found.statistic, expected, rtol=1e-10)
    assert found.df == len(found.groups) - 1


def test_parts_equal_the_pooled_test():
    rows = generated(2, 120, strata=4)
    pooled = gray_test(rows, cause="death", rho=1)
    across = gray_test(rows.split(np.arange(120) % 3), cause="death", rho=1)
    within = gray_test(rows.split(rows.strata.codes), cause="death", rho=1, scope="within_part")
    for split in (across, within):
        np.testing.assert_allclose(split.score, pooled.score, **CLOSE)
        np.testing.assert_allclose(split.variance, pooled.variance, **CLOSE)


def test_which_group_is_left_out_changes_nothing():
    rows = generated(3)
    turned = replace(rows, group=Labels((rows.group.codes + 1) % 3, rows.group.levels))
    first, second = (gray_test(one, cause="necrosis").statistic for one in (rows, turned))
    assert first == pytest.approx(second, rel=1e-10)


def test_a_group_and_a_stratum_without_events_are_kept():
    rows = generated(4, 120, strata=3)
    quiet = (rows.group.codes == 1) | (rows.strata.codes == 2)
    rows = replace(rows, status=np.where(quiet & (rows.status == 1), 0, rows.status))
    found = gray_test(rows, cause="necrosis")
    assert found.df == 2
    assert np.isfinite(found.statistic)


def test_no_events_one_group_entry_or_another_cause_are_refused():
    rows = generated(5)
    with pytest.raises(NotEstimable, match="NO_EVENTS"):
        gray_test(replace(rows, status=np.where(rows.status == 1, 0, rows.status)), cause="necrosis")
    with pytest.raises(NotEstimable, match="ONE_GROUP"):
        gray_test(rows.take(rows.group.codes == 0), cause="necrosis")
    with pytest.raises(NotEstimable, match="delayed entry"):
        gray_test(replace(rows, start=rows.time / 2), cause="necrosis")
    with pytest.raises(ContractError, match="necrosis, death"):
        gray_test(rows, cause="relapse")


def test_dropped_rows_and_clusters_are_told():
    rows = replace(generated(6), dropped={"arm": 4}, cluster=np.arange(90) // 2)
    found = gray_test(rows, cause="necrosis")
    assert [one.code for one in found.warnings] == [Concern.NAIVE_VARIANCE, Concern.ROWS_DROPPED]
    assert found.table().columns == ["group", "n", "events", "score"]
