"""Firth's penalised Cox model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import optimize, stats

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.firth import FirthFit, firth
from cimara.outcomes.models.firth_sums import penalty_slope
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


def _separated(seed: int = 1, n: int = 60, *, entry: bool = False) -> Survival:
    """No one who carries the marker has an event."""
    rng = np.random.default_rng(seed)
    marker = (rng.random(n) < 0.3).astype(float)
    time = np.ceil(rng.exponential(8, n))
    frame = pl.DataFrame(
        {
            "time": time,
            "start": np.floor(time * rng.random(n) * 0.8),
            "event": ((rng.random(n) < 0.6) & (marker == 0)).astype(int),
            "dose": rng.normal(size=n),
            "marker": marker,
            "ward": np.where(np.arange(n) % 2, "a", "b"),
        }
    )
    start = "start" if entry else None
    covariates = ["dose", "marker"]
    return Survival.from_frame(
        frame, time="time", event="event", start=start, covariates=covariates, strata="ward"
    )


@pytest.fixture(scope="module")
def fit() -> FirthFit:
    return firth(_separated())


def _penalised(rows: Survival, beta: np.ndarray, ties: Ties = Ties.EFRON) -> float:
    model = evaluate(risk_sets(rows), beta, ties)
    return model.loglik() + np.linalg.slogdet(model.information())[1] / 2


@pytest.mark.parametrize("ties", [Ties.EFRON, Ties.BRESLOW])
@pytest.mark.parametrize("entry", [False, True], ids=["from the start", "delayed entry"])
def test_the_penalty_has_the_slope_of_the_log_determinant(ties: Ties, entry: bool) -> None:
    sets, beta = risk_sets(_separated(entry=entry)), np.array([0.3, -0.4])

    def log_determinant(at: np.ndarray) -> float:
        return float(np.linalg.slogdet(evaluate(sets, at, ties).information())[1])

    slope = [(log_determinant(beta + one) - log_determinant(beta - one)) / 2e-5 for one in 1e-5 * np.eye(2)]
    model = evaluate(sets, beta, ties)
    assert penalty_slope(model, np.linalg.inv(model.information())) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("ties", [Ties.EFRON, Ties.BRESLOW])
def test_the_estimate_is_where_the_penalised_likelihood_is_greatest(ties: Ties) -> None:
    rows = _separated()
    fit = firth(rows, ties=ties)
    best = optimize.minimize(lambda beta: -_penalised(rows, beta, ties), np.zeros(2), options={"gtol": 1e-8})
    assert fit.coef == pytest.approx(best.x, abs=2e-5)
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-9)


def test_a_monotone_likelihood_gets_a_finite_ratio_with_limits(fit: FirthFit) -> None:
    marker = fit.table().row(1, named=True)
    assert -6 < fit.coef[1] < -1
    assert 0 < marker["hr_lower"] < marker["hr"] < marker["hr_upper"] < 1


def test_at_a_limit_the_profile_has_fallen_by_half_the_chi_square_quantile(fit: FirthFit) -> None:
    rows = _separated()

    def fallen(limit: float) -> float:
        held = optimize.minimize_scalar(lambda dose: -_penalised(rows, np.array([dose, limit])))
        return float(fit.loglik + held.fun)

    expected = pytest.approx(stats.chi2.ppf(0.95, 1) / 2, abs=1e-7)
    assert fallen(fit.lower[1]) == expected
    assert fallen(fit.upper[1]) == expected


def test_p_is_that_of_the_penalised_likelihood_ratio(fit: FirthFit) -> None:
    rows = _separated()
    held = optimize.minimize_scalar(lambda dose: -_penalised(rows, np.array([dose, 0.0])))
    assert fit.p[1] == pytest.approx(stats.chi2.sf(2 * (fit.loglik + held.fun), 1), rel=1e-6)
    assert fit.loglik_null == pytest.approx(_penalised(rows, np.zeros(2)), rel=1e-12)


def test_parts_by_stratum_give_what_pooled_rows_give(fit: FirthFit) -> None:
    rows = _separated()
    parts = firth(rows.split(rows.stratum_codes()))
    assert parts.coef == pytest.approx(fit.coef, rel=1e-9)
    assert parts.lower == pytest.approx(fit.lower, rel=1e-8)


def test_frequencies_are_that_many_rows() -> None:
    rows = replace(_separated(n=40), strata=None)
    often = np.arange(40) % 3 + 1.0
    weighted = replace(rows, weights=often, weight_kind=WeightKind.FREQUENCY)
    repeated = rows.take(np.repeat(np.arange(40), often.astype(int)))
    one, many = firth(weighted), firth(repeated)
    assert (one.n, one.events) == (many.n, many.events)
    assert one.coef == pytest.approx(many.coef, rel=1e-7)


def test_an_aliased_covariate_is_null_and_the_others_are_fitted(fit: FirthFit) -> None:
    rows = _separated()
    doubled = replace(
        rows,
        covariates=np.asfortranarray(np.column_stack((rows.covariates, 2 * rows.covariates[:, 0]))),
        names=(*rows.names, "twice"),
        terms=(*rows.terms, "twice"),
    )
    found = firth(doubled)
    assert found.table()["coef"].to_list()[2] is None
    assert found.coef[:2] == pytest.approx(fit.coef, rel=1e-7)
    assert [one.code for one in found.warnings] == [Concern.ALIASED]


def test_probability_weights_are_refused() -> None:
    with pytest.raises(NotEstimable) as refused:
        firth(replace(_separated(), weights=np.linspace(1, 2, 60)))
    assert refused.value.code is Concern.NOT_SUPPORTED


def test_no_event_is_not_estimable() -> None:
    with pytest.raises(NotEstimable) as refused:
        firth(replace(_separated(), event=np.zeros(60, dtype=bool)))
    assert refused.value.code is Concern.NO_EVENTS


def test_exact_ties_are_refused() -> None:
    with pytest.raises(NotEstimable, match="Efron's and Breslow's"):
        firth(_separated(), ties="exact")
