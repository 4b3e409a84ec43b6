"""Cause-specific Cox models: every cause, and risks that add up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cause_specific import absolute_risk, cause_specific_cox
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import CompetingRisks
from tests.generative.outcomes.made_survival import made_survival

PROFILES = [[5.0, 5.0, 1.0], [6.0, 4.0, 0.0]]


def competing(n: int = 300, *, strata: bool = False) -> CompetingRisks:
    rows = made_survival(2, n, strata=strata)
    shared = {name: value for name, value in vars(rows).items() if name != "event"}
    second = np.random.default_rng(1).integers(1, 3, n)
    return CompetingRisks(status=np.where(rows.event, second, 0), causes=("necrosis", "death"), **shared)


def test_each_cause_is_fitted_with_the_others_censored() -> None:
    rows = competing()
    found = cause_specific_cox(rows, ties="breslow")
    for cause in rows.causes:
        own = cox(rows.cause_specific(cause), ties="breslow")
        assert found.fits[cause].coef.tolist() == own.coef.tolist()
    assert found.table()["cause"].to_list() == ["necrosis"] * 3 + ["death"] * 3


def test_risks_of_all_causes_and_event_free_sum_to_1() -> None:
    rows = competing()
    found = absolute_risk(rows, cause_specific_cox(rows), PROFILES, [0.0, 3.0, 9.0, 14.0])
    assert sum(found.risk.values()) + found.event_free == pytest.approx(np.ones((4, 2)), rel=1e-12)
    assert (np.diff(found.risk["death"], axis=0) >= 0).all()
    assert found.risk["death"][0].tolist() == [0.0, 0.0]


def test_a_risk_is_below_what_the_cause_alone_would_give() -> None:
    rows = competing()
    fit = cause_specific_cox(rows)
    combined = absolute_risk(rows, fit, PROFILES, [9.0]).risk["necrosis"]
    only = replace(rows, status=np.where(rows.status == 1, 1, 0))
    alone = absolute_risk(only, cause_specific_cox(only), PROFILES, [9.0]).risk["necrosis"]
    assert (combined < alone).all()


def test_a_cause_without_events_is_told_and_the_other_is_fitted() -> None:
    rows = competing()
    found = cause_specific_cox(replace(rows, status=np.where(rows.status == 2, 0, rows.status)))
    assert list(found.fits) == ["necrosis"]
    assert "death" in found.not_estimable
    assert found.warnings[0].code is Concern.NO_EVENTS


def test_without_any_event_nothing_is_estimable() -> None:
    rows = competing()
    with pytest.raises(NotEstimable, match="no cause"):
        cause_specific_cox(replace(rows, status=np.zeros(rows.n, dtype=np.int64)))


def test_times_after_the_last_are_null_with_a_warning() -> None:
    rows = competing()
    found = absolute_risk(rows, cause_specific_cox(rows), PROFILES, [rows.time.max() + 1])
    assert np.isnan(found.event_free).all()
    assert found.table()["risk"].null_count() == 4
    assert [one.code for one in found.warnings] == [Concern.TAU_TOO_LATE]


def test_strata_and_parts_give_the_risks_of_the_pool() -> None:
    rows = competing(strata=True)
    pooled = absolute_risk(rows, cause_specific_cox(rows), PROFILES, [4.0], stratum="site 1")
    parts = rows.by_site()
    apart = absolute_risk(parts, cause_specific_cox(parts), PROFILES, [4.0], stratum="site 1")
    assert apart.event_free == pytest.approx(pooled.event_free, rel=1e-10)
