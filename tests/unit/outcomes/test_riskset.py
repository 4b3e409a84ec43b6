"""Sums over risk sets against counting them one by one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.riskset import RiskSets, risk_sets
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival


def counted(rows: Survival, sets: RiskSets, values: np.ndarray) -> list[float]:
    start = np.full(rows.n, -np.inf) if rows.start is None else rows.start
    return [
        float(values[(rows.stratum_codes() == s) & (start < t) & (t <= rows.time)].sum())
        for s, t in zip(sets.strata, sets.times, strict=True)
    ]


@pytest.mark.parametrize("sites", [1, 5, 60])
@pytest.mark.parametrize("delayed", [False, True])
@pytest.mark.parametrize("whole_days", [False, True])
def test_sums_over_risk_sets(sites: int, delayed: bool, whole_days: bool) -> None:
    rows = made_survival(3, 300, sites=sites, delayed=delayed, whole_days=whole_days, strata=sites > 1)
    sets = risk_sets(rows)
    values = np.random.default_rng(1).uniform(size=rows.n)
    assert sets.at_risk(values[sets.order]) == pytest.approx(counted(rows, sets, values), rel=1e-12)


def test_event_times_are_those_of_each_stratum_the_latest_first() -> None:
    rows = made_survival(2, 100)
    sets = risk_sets(rows)
    own = {(int(s), float(t)) for s, t in zip(rows.stratum_codes(), rows.time, strict=True)}
    happened = {
        (int(s), float(t))
        for s, t, event in zip(rows.stratum_codes(), rows.time, rows.event, strict=True)
        if event
    }
    listed = [(int(s), -float(t)) for s, t in zip(sets.strata, sets.times, strict=True)]
    assert listed == sorted(listed)
    assert {(s, -t) for s, t in listed} == happened < own


def test_what_a_row_goes_through_is_summed_over_its_times_at_risk() -> None:
    rows = made_survival(3, 200, delayed=True)
    sets = risk_sets(rows)
    each = np.random.default_rng(1).uniform(size=len(sets.times))
    assert rows.start is not None
    start, codes = rows.start, rows.stratum_codes()
    expected = [
        each[(sets.strata == codes[row]) & (start[row] < sets.times) & (sets.times <= rows.time[row])].sum()
        for row in sets.order
    ]
    assert sets.exposed(each) == pytest.approx(np.array(expected), rel=1e-12)


def test_rows_at_risk_at_no_event_time_are_left_out() -> None:
    rows = made_survival(3, 200, delayed=True)
    sets = risk_sets(rows)
    assert rows.start is not None
    start, codes = rows.start, rows.stratum_codes()
    some = [
        row
        for row in range(rows.n)
        if ((sets.strata == codes[row]) & (start[row] < sets.times) & (sets.times <= rows.time[row])).any()
    ]
    assert sorted(sets.order.tolist()) == some


def test_thousands_of_small_strata_keep_their_digits() -> None:
    rows = made_survival(4, 6_000, strata=False)
    huge = np.where(np.arange(rows.n) < 3, 1e12, 1.0)
    codes = np.arange(rows.n) // 3
    labels = Labels(codes.astype(np.int64), tuple(str(code) for code in range(2_000)))
    sets = risk_sets(replace(rows, strata=labels, strata_columns=("pair",)))
    found = sets.at_risk(huge[sets.order])
    late = sets.strata > 0
    assert np.isin(found[late], [1.0, 2.0, 3.0]).all()


def test_rows_without_events_have_no_risk_sets() -> None:
    rows = made_survival(1, 50)
    sets = risk_sets(replace(rows, event=np.zeros(50, dtype=bool)))
    assert (sets.n, len(sets.times)) == (0, 0)


def test_the_rows_are_sorted_once() -> None:
    rows = made_survival(1, 50)
    assert risk_sets(rows) is risk_sets(rows)
    assert risk_sets(rows) is not risk_sets(replace(rows))


def test_a_permutation_gives_the_same_sorted_rows() -> None:
    rows = made_survival(1, 500, delayed=True, days=3)
    shuffled = rows.take(np.random.default_rng(2).permutation(500))
    one, other = risk_sets(rows), risk_sets(shuffled)
    assert np.array_equal(one.covariates, other.covariates)
    assert np.array_equal(rows.source_rows[one.order], shuffled.source_rows[other.order])
