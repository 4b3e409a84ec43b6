"""Standardised risks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.g_computation import StandardisationError, g_computation
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cause_specific import absolute_risk, cause_specific_cox
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.prediction import predict_survival
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks, Survival


def _frame(n: int = 90) -> pl.DataFrame:
    generator = np.random.default_rng(12)
    age = generator.normal(size=n)
    treated = generator.integers(0, 2, n)
    time = np.ceil(generator.exponential(20 * np.exp(-0.5 * age + 0.6 * treated)))
    return pl.DataFrame(
        {
            "time": np.minimum(time, 40),
            "status": np.where(time > 40, 0, generator.integers(1, 3, n)),
            "event": (time <= 40).astype(int),
            "treated": treated,
            "age": age,
            "ward": np.where(np.arange(n) % 2, "a", "b"),
        }
    )


def _survival(frame: pl.DataFrame | None = None, **named: object) -> Survival:
    made = _frame() if frame is None else frame
    return Survival.from_frame(made, time="time", event="event", covariates=["treated", "age"], **named)


def _competing() -> CompetingRisks:
    return CompetingRisks.from_frame(
        _frame(),
        time="time",
        status="status",
        causes={1: "necrosis", 2: "death"},
        covariates=["treated", "age"],
    )


def _as_if(rows: Survival | CompetingRisks, level: float) -> np.ndarray:
    changed = rows.covariates.copy()
    changed[:, 0] = level
    return changed


def test_the_standardised_curve_is_the_mean_of_predictions() -> None:
    rows, times = _survival(), [10.0, 25.0]
    found = g_computation(rows, exposure="treated", times=times)
    fit = cox(rows)
    for level in (0, 1):
        curves = predict_survival(rows, fit, _as_if(rows, level), times).survival
        for place, time in enumerate(times):
            known = curves[place].mean()
            assert found.value("event_free", level=f"{level}", time=time) == pytest.approx(known, rel=1e-12)


def test_with_competing_causes_it_is_the_mean_of_absolute_risks() -> None:
    rows = _competing()
    found = g_computation(rows, exposure="treated", times=[25.0])
    known = absolute_risk(rows, cause_specific_cox(rows), _as_if(rows, 1), [25.0])
    for cause in ("necrosis", "death"):
        risk = found.value("risk", cause=cause, level="1", time=25.0)
        assert risk == pytest.approx(known.risk[cause].mean(), rel=1e-12)


def test_risks_and_being_free_of_events_add_up() -> None:
    found = g_computation(_competing(), exposure="treated", times=[25.0], tau=30.0)
    sums = [found.value("risk", cause=cause, level="0") for cause in ("necrosis", "death")]
    assert sum(sums) + found.value("event_free", level="0") == pytest.approx(1, rel=1e-12)
    lost = [found.value("rmtl", cause=cause, level="0") for cause in ("necrosis", "death")]
    assert sum(lost) + found.value("rmst", level="0") == pytest.approx(30, rel=1e-12)


def test_the_restricted_mean_is_the_area_under_the_standardised_curve() -> None:
    grid = np.arange(0.0, 30.0)
    found = g_computation(_survival(), exposure="treated", times=grid, tau=30.0)
    curve = [found.value("event_free", level="1", time=time) for time in grid]
    assert found.value("rmst", level="1") == pytest.approx(sum(curve), rel=1e-12)


def test_each_stratum_keeps_its_own_baseline() -> None:
    rows = _survival(strata="ward")
    found = g_computation(rows, exposure="treated", times=[25.0])
    fit, codes = cox(rows), rows.stratum_codes()
    means = [
        predict_survival(rows, fit, _as_if(rows, 1)[codes == code], [25.0], stratum=label).survival.mean()
        for code, label in enumerate(("a", "b"))
    ]
    assert found.value("event_free", level="1") == pytest.approx(np.mean(means), rel=1e-12)


def test_a_frequency_is_that_many_rows() -> None:
    frame = _frame(60)
    often = np.arange(60) % 3 + 1
    weighted = replace(_survival(frame), weights=often.astype(float), weight_kind=WeightKind.FREQUENCY)
    repeated = _survival(frame[np.repeat(np.arange(60), often).tolist()])
    one, many = (g_computation(rows, exposure="treated", times=[20.0]) for rows in (weighted, repeated))
    assert one.estimate == pytest.approx(many.estimate, rel=1e-9)


def test_a_replicate_standardises_over_the_rows_drawn() -> None:
    rows = _survival(_frame(60))
    found = g_computation(
        rows, exposure="treated", times=[20.0], replicates=15, generator=np.random.default_rng(5)
    )
    assert found.se is not None
    estimates = []
    for child in np.random.default_rng(5).spawn(15):
        drawn = np.repeat(np.arange(60), np.bincount(child.integers(0, 60, 60), minlength=60))
        again = g_computation(_survival(_frame(60)[drawn.tolist()]), exposure="treated", times=[20.0])
        estimates.append(again.estimate)
    assert found.se == pytest.approx(np.std(estimates, axis=0, ddof=1), rel=1e-6)


def test_an_executor_changes_nothing() -> None:
    def found(executor: ThreadPoolExecutor | None) -> np.ndarray:
        standardised = g_computation(
            _survival(),
            exposure="treated",
            times=[20.0],
            replicates=55,
            generator=np.random.default_rng(5),
            executor=executor,
        )
        assert standardised.lower is not None
        return standardised.lower

    with ThreadPoolExecutor(3) as threads:
        assert (found(threads) == found(None)).all()


def test_a_time_after_the_last_of_a_stratum_is_refused() -> None:
    with pytest.raises(NotEstimable, match="until 40 days") as refused:
        g_computation(_survival(), exposure="treated", times=[20.0], tau=41.0)
    assert refused.value.code is Concern.TAU_TOO_LATE


def test_delayed_entry_and_probability_weights_are_refused() -> None:
    rows = _survival()
    late = replace(rows, start=rows.time - 1)
    weighted = replace(rows, weights=np.linspace(1, 2, rows.n))
    for refused in (late, weighted):
        with pytest.raises(NotEstimable) as error:
            g_computation(refused, exposure="treated", times=[20.0])
        assert error.value.code is Concern.NOT_SUPPORTED


def test_an_infinite_coefficient_predicts_nothing() -> None:
    frame = _frame().with_columns(event=pl.col("event") * (1 - pl.col("treated")))
    with pytest.raises(NotEstimable) as refused:
        g_computation(_survival(frame), exposure="treated", times=[20.0])
    assert refused.value.code is Concern.MONOTONE_LIKELIHOOD


def test_the_exposure_is_a_covariate() -> None:
    with pytest.raises(StandardisationError, match="treated, age"):
        g_computation(_survival(), exposure="arm", times=[20.0])


def test_a_bootstrap_needs_a_generator() -> None:
    with pytest.raises(StandardisationError, match="without a generator"):
        g_computation(_survival(), exposure="treated", times=[20.0], replicates=10)
