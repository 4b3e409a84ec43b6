"""Cox's model: worked examples, weights, robust variance, options, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from cimara.outcomes.contract import ContractError
from cimara.outcomes.model_warnings import Concern
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival

TIED = pl.DataFrame({"time": [3, 5, 3], "event": [1, 0, 1], "x": [0.0, 0.0, np.log(2)], "w": [2.0, 1.0, 1.0]})


def tied(**named: str) -> Survival:
    return Survival.from_frame(TIED, time="time", event="event", covariates=["x"], **named)


@pytest.mark.parametrize(
    ("ties", "expected"),
    [(Ties.EFRON, np.log(2) - np.log(4) - np.log(2.5)), (Ties.BRESLOW, np.log(2) - 2 * np.log(4))],
)
def test_two_tied_events_among_three_at_risk(ties: Ties, expected: float) -> None:
    found = evaluate(risk_sets(tied()), np.array([1.0]), ties).loglik()
    assert found == pytest.approx(expected - 2 * 0, abs=1e-12)


def test_two_tied_events_with_weights_share_the_mean_weight() -> None:
    found = evaluate(risk_sets(tied(weights="w")), np.array([0.0]), Ties.EFRON).loglik()
    assert found == pytest.approx(-1.5 * (np.log(4) + np.log(4 - 3 / 2)), abs=1e-12)


def test_a_frequency_is_so_many_equal_rows() -> None:
    rows = replace(made_survival(3, 200, delayed=True, weights=WeightKind.FREQUENCY), cluster=None)
    repeated = replace(
        rows.take(np.repeat(np.arange(rows.n), rows.weight().astype(int))), weights=None, cluster=None
    )
    for robust in (False, True):
        ours, theirs = cox(rows, robust=robust), cox(repeated, robust=robust)
        assert ours.coef == pytest.approx(theirs.coef, rel=1e-12)
        assert ours.covariance == pytest.approx(theirs.covariance, rel=1e-10)
        assert (ours.n, ours.events, ours.clusters) == (theirs.n, theirs.events, theirs.clusters)


def test_robust_is_the_default_for_clusters_and_probability_weights_only() -> None:
    clustered = made_survival(1, 200)
    plain = replace(clustered, cluster=None)
    assert cox(clustered).robust
    assert not cox(plain).robust
    assert cox(replace(plain, weights=np.full(200, 2.0))).robust
    assert not cox(replace(plain, weights=np.full(200, 2.0), weight_kind=WeightKind.FREQUENCY)).robust


def test_the_models_variance_is_refused_for_probability_weights() -> None:
    rows = made_survival(1, 200, weights=WeightKind.PROBABILITY)
    with pytest.raises(ContractError, match="model_se"):
        cox(rows, robust=False)


def test_rows_of_one_id_belong_together_without_a_cluster_column() -> None:
    rows = made_survival(1, 200)
    assert cox(replace(rows, cluster=None, id=rows.cluster), robust=True).se.tolist() == cox(rows).se.tolist()


def test_cr1_widens_by_the_number_of_clusters_and_takes_student_t() -> None:
    rows = made_survival(2, 60)
    plain, corrected = cox(rows), cox(rows, small_sample="cr1")
    assert plain.clusters is not None
    clusters = plain.clusters
    assert corrected.se == pytest.approx(plain.se * np.sqrt(clusters / (clusters - 1)), rel=1e-12)
    assert corrected.p == pytest.approx(2 * stats.t.sf(np.abs(corrected.z), clusters - 1), rel=1e-10)
    reach = stats.t.ppf(0.975, clusters - 1) * corrected.se
    assert corrected.hr_upper == pytest.approx(np.exp(corrected.coef + reach), rel=1e-10)


def test_confidence_sets_the_interval() -> None:
    rows = made_survival(2, 200)
    fit = cox(rows, confidence=0.8)
    assert fit.hr_lower == pytest.approx(np.exp(fit.coef - 1.2815515655446004 * fit.se), rel=1e-12)


def test_a_stratum_without_events_adds_nothing_and_is_counted() -> None:
    rows = made_survival(4, 200)
    with_events = rows.take(np.isin(rows.stratum_codes(), np.unique(rows.stratum_codes()[rows.event])))
    fit, without = cox(rows), cox(with_events)
    assert fit.coef.tolist() == without.coef.tolist()
    assert fit.se == pytest.approx(without.se, rel=1e-12)
    assert fit.has(Concern.EMPTY_STRATUM)
    assert not without.has(Concern.EMPTY_STRATUM)


def test_a_row_is_not_at_risk_at_its_own_entry() -> None:
    frame = pl.DataFrame(
        {"start": [0, 5, 0, 0], "time": [5, 9, 8, 9], "event": [1, 1, 1, 0], "x": [0.1, 0.7, 0.4, 0.9]}
    )
    rows = Survival.from_frame(frame, time="time", event="event", start="start", covariates=["x"])
    assert evaluate(risk_sets(rows), np.zeros(1), Ties.EFRON).loglik() == pytest.approx(
        -np.log(3) - np.log(3) - np.log(2)
    )


def test_an_event_at_day_0_has_everyone_at_risk() -> None:
    frame = pl.DataFrame({"time": [0, 2, 3], "event": [1, 1, 0], "x": [1.0, 2.0, 4.0]})
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["x"])
    assert evaluate(risk_sets(rows), np.zeros(1), Ties.EFRON).loglik() == pytest.approx(-np.log(6))


def test_exact_ties_are_sent_elsewhere() -> None:
    with pytest.raises(ContractError, match="cox_exact"):
        cox(tied(), ties="exact")


def test_no_rows_at_all_is_an_error() -> None:
    with pytest.raises(ContractError, match="no rows"):
        cox([])


def test_the_table_has_one_row_a_covariate() -> None:
    fit = cox(made_survival(1, 200))
    table = fit.table()
    assert table["covariate"].to_list() == ["x0", "x1", "x2"]
    assert table["hr"].to_list() == fit.hr.tolist()
    assert table.null_count().sum_horizontal().item() == 3  # one_sided_bound


def test_the_call_of_r_names_strata_weights_and_clusters() -> None:
    rows = made_survival(1, 200, delayed=True, weights=WeightKind.PROBABILITY)
    assert cox(rows, ties="breslow").r_call == (
        "coxph(Surv(start, time, event) ~ x0 + x1 + x2 + strata(site), data = rows, "
        'ties = "breslow", weights = weights, cluster = cluster)'
    )
