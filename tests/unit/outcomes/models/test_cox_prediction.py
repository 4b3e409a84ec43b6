"""Predicted survival and baseline hazards: strata, ends of follow-up, refusals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import ContractError
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.baseline import baseline_hazard
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.prediction import predict_survival
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival

PROFILE = [[5.0, 5.0, 1.0], [6.0, 4.0, 0.0]]


def test_without_effects_the_baseline_is_nelson_aalen() -> None:
    frame = pl.DataFrame({"time": [1, 2, 3, 4], "event": [1, 1, 0, 1], "x": [1.0, -1.0, -1.0, 1.0]})
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["x"])
    fit = replace(cox(rows), evaluated_at=np.zeros(1))
    found = baseline_hazard(rows, fit).cumulative_at("", np.array([0.5, 1, 2, 3.5, 4]))
    assert found.tolist() == pytest.approx([0, 1 / 4, 1 / 4 + 1 / 3, 1 / 4 + 1 / 3, 1 / 4 + 1 / 3 + 1])


def test_each_stratum_has_its_own_curve() -> None:
    rows = made_survival(1, 300)
    fit = cox(rows)
    first, second = (predict_survival(rows, fit, PROFILE, [5], stratum=f"site {k}") for k in (0, 1))
    assert first.survival[0, 0] != second.survival[0, 0]


def test_a_stratum_must_be_named_and_known() -> None:
    rows = made_survival(1, 300)
    fit = cox(rows)
    with pytest.raises(ContractError, match="no stratum named"):
        predict_survival(rows, fit, PROFILE, [5])
    with pytest.raises(ContractError, match="has not seen"):
        predict_survival(rows, fit, PROFILE, [5], stratum="site 99")


def test_curves_stop_at_the_last_time_of_the_stratum() -> None:
    rows = made_survival(1, 300)
    last = rows.time[rows.stratum_codes() == 1].max()
    found = predict_survival(rows, cox(rows), PROFILE, [last, last + 1], stratum="site 1")
    assert np.isfinite(found.survival[0]).all()
    assert np.isnan(found.survival[1]).all()
    assert [one.code for one in found.warnings] == [Concern.TAU_TOO_LATE]
    assert found.table()["survival"].null_count() == 2


def test_before_the_first_event_everyone_survives() -> None:
    rows = made_survival(1, 300, strata=False)
    found = predict_survival(rows, cox(rows), PROFILE, [0.5])
    assert found.survival.tolist() == [[1.0, 1.0]]
    assert found.se.tolist() == [[0.0, 0.0]]


def test_profiles_come_as_a_frame_with_columns_in_any_order() -> None:
    rows = made_survival(1, 300, strata=False)
    fit = cox(rows)
    frame = pl.DataFrame(PROFILE, schema=["x0", "x1", "x2"], orient="row").select("x2", "x0", "x1")
    ours, theirs = (predict_survival(rows, fit, of, [5, 9]).survival for of in (frame, PROFILE))
    assert ours.tolist() == theirs.tolist()
    with pytest.raises(ContractError, match="3: x0, x1, x2"):
        predict_survival(rows, fit, [[1.0]], [5])


def test_limits_hold_the_survival_and_never_leave_0_and_1() -> None:
    rows = made_survival(1, 60, strata=False)
    found = predict_survival(rows, cox(rows), PROFILE, np.arange(1, 15))
    assert (found.lower <= found.survival).all()
    assert (found.survival <= found.upper).all()
    assert (found.upper <= 1).all()


def test_nothing_is_predicted_from_an_infinite_coefficient() -> None:
    rows = made_survival(1, 300, strata=False)
    covariates = rows.covariates.copy(order="F")
    covariates[:, 2] = ~rows.event & (covariates[:, 2] == 1)
    marked = replace(rows, covariates=covariates)
    with pytest.raises(NotEstimable, match="x2") as refused:
        predict_survival(marked, cox(marked), PROFILE, [5])
    assert refused.value.code is Concern.MONOTONE_LIKELIHOOD
