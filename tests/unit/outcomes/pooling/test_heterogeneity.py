"""Sites against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import ContractError
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_stratified import cluster_products
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.site_strata import sites_as_strata
from cimara.outcomes.pooling.heterogeneity import heterogeneity
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


def _rows(effects: tuple[float, ...] = (-0.5, -0.5, -0.5, -0.5), n: int = 60, **named: object) -> Survival:
    generator = np.random.default_rng(21)
    frames = []
    for place, effect in enumerate(effects):
        treated, age = generator.integers(0, 2, n), generator.normal(size=n)
        time = np.ceil(generator.exponential(15 * np.exp(-effect * treated - 0.3 * age)))
        frames.append(
            pl.DataFrame(
                {
                    "time": time,
                    "event": (generator.random(n) < 0.8).astype(int),
                    "treated": treated,
                    "age": age,
                    "site": [f"s{place}"] * n,
                    "patient": np.arange(n) // 2 + 1000 * place,
                }
            )
        )
    return Survival.from_frame(
        pl.concat(frames), time="time", event="event", covariates=["treated", "age"], site="site", **named
    )


def _with_interactions(rows: Survival) -> Survival:
    assert rows.site is not None
    own = [rows.covariates[:, 0] * (rows.site.codes == code) for code in (1, 2, 3)]
    names = (*rows.names, "s1", "s2", "s3")
    matrix = np.asfortranarray(np.column_stack((rows.covariates, *own)))
    return replace(sites_as_strata(rows), covariates=matrix, names=names, terms=names)


def test_the_primary_estimate_is_the_stratified_likelihood() -> None:
    rows = _rows()
    found = heterogeneity(rows, exposure="treated")
    assert found.fit.coef == pytest.approx(cox(sites_as_strata(rows)).coef, rel=1e-12)


def test_the_likelihood_ratio_is_that_of_an_effect_for_each_site() -> None:
    rows = _rows()
    found = heterogeneity(rows, exposure="treated")
    wide, narrow = cox(_with_interactions(rows)), cox(sites_as_strata(rows))
    assert found.likelihood_ratio is not None
    assert found.likelihood_ratio.df == 3
    assert found.likelihood_ratio.statistic == pytest.approx(2 * (wide.loglik - narrow.loglik), rel=1e-9)


def test_the_score_test_is_near_the_likelihood_ratio_and_has_its_degrees_of_freedom() -> None:
    found = heterogeneity(_rows(n=400), exposure="treated")
    assert found.likelihood_ratio is not None
    assert found.score.df == 3
    assert found.score.statistic == pytest.approx(found.likelihood_ratio.statistic, rel=0.05)


def test_sites_that_differ_are_found() -> None:
    found = heterogeneity(_rows((-1.2, -1.0, 0.9, 1.1)), exposure="treated")
    assert found.score.p < 1e-6
    assert found.pool is not None
    assert found.pool.tau2 > 0.5
    assert found.funnel is not None
    assert found.funnel.widened


def test_clustered_rows_have_a_robust_score_test_and_no_likelihood_ratio() -> None:
    rows = _rows(n=300)
    plain = heterogeneity(rows, exposure="treated")
    single = replace(rows, cluster=np.arange(rows.n))
    robust = heterogeneity(single, exposure="treated")
    assert robust.likelihood_ratio is None
    assert robust.score.statistic == pytest.approx(plain.score.statistic, rel=0.15)
    assert robust.score.statistic != pytest.approx(plain.score.statistic, rel=1e-6)


def test_the_robust_score_test_is_that_of_the_model_with_interactions() -> None:
    rows = replace(_rows(), cluster=np.arange(240) // 2)
    found = heterogeneity(rows, exposure="treated")
    wide = _with_interactions(rows)
    model = evaluate(risk_sets(wide), np.append(found.fit.coef, np.zeros(3)), Ties.EFRON)
    information, cross = model.information(), cluster_products(wide, model)
    given = information[2:, :2] @ np.linalg.inv(information[:2, :2])
    contrast = np.column_stack((-given, np.eye(3)))
    score = contrast @ model.score()
    expected = score @ np.linalg.inv(contrast @ cross @ contrast.T) @ score
    assert found.score.statistic == pytest.approx(expected, rel=1e-6)


def test_doubled_rows_in_clusters_do_not_double_the_evidence() -> None:
    rows = _rows(n=200)
    twice = rows.take(np.repeat(np.arange(rows.n), 2))
    clustered = replace(twice, cluster=np.repeat(np.arange(rows.n), 2))
    single = replace(rows, cluster=np.arange(rows.n))
    one = heterogeneity(single, exposure="treated", ties="breslow")
    two = heterogeneity(clustered, exposure="treated", ties="breslow")
    assert two.score.statistic == pytest.approx(one.score.statistic, rel=1e-9)


def test_each_site_is_fitted_alone() -> None:
    rows = _rows()
    found = heterogeneity(rows, exposure="treated")
    alone = cox(rows.by_site()[2])
    assert found.by_site[2].estimate == pytest.approx(alone.coef[0], rel=1e-12)
    assert found.by_site[2].se == pytest.approx(alone.se[0], rel=1e-12)


def test_leaving_a_site_out_by_one_step_is_near_the_fit() -> None:
    rows = _rows(n=150)
    found = heterogeneity(rows, exposure="treated", far_step=np.inf)
    parts = [sites_as_strata(part) for part in rows.by_site()]
    for place, one in enumerate(found.by_site):
        others = cox([part for other, part in enumerate(parts) if other != place])
        assert not one.refitted
        assert one.without == pytest.approx(others.coef[0], abs=0.02 * others.se[0])
        assert one.without_se == pytest.approx(others.se[0], rel=0.02)


def test_a_far_step_is_fitted_again() -> None:
    rows = _rows((-0.5, -0.5, -0.5, 2.0))
    found = heterogeneity(rows, exposure="treated")
    parts = [sites_as_strata(part) for part in rows.by_site()]
    assert found.by_site[3].refitted
    assert found.by_site[3].without == pytest.approx(cox(parts[:3]).coef[0], rel=1e-12)


def test_a_site_without_events_has_no_estimate_and_says_so() -> None:
    rows = _rows()
    assert rows.site is not None
    silent = replace(rows, event=rows.event & (rows.site.codes != 1))
    found = heterogeneity(silent, exposure="treated")
    row = found.table().row(1, named=True)
    assert (row["estimate"], row["why_not"]) == (None, "NO_EVENTS")
    assert found.score.df == 2
    assert found.likelihood_ratio is not None
    assert found.likelihood_ratio.df == 2
    assert found.pool is not None
    assert found.pool.sites == ("s0", "s2", "s3")
    assert any("s1 (NO_EVENTS)" in one.message for one in found.warnings)


def test_one_site_is_not_estimable() -> None:
    with pytest.raises(NotEstimable) as refused:
        heterogeneity(_rows((0.1,)), exposure="treated")
    assert refused.value.code is Concern.ONE_GROUP


def test_a_treatment_that_is_the_same_in_all_of_a_site_everywhere_is_aliased() -> None:
    rows = _rows()
    assert rows.site is not None
    covariates = rows.covariates.copy(order="F")
    covariates[:, 0] = rows.site.codes % 2
    with pytest.raises(NotEstimable) as refused:
        heterogeneity(replace(rows, covariates=covariates), exposure="treated")
    assert refused.value.code is Concern.ALIASED


def test_the_exposure_is_a_covariate() -> None:
    with pytest.raises(ContractError, match="treated, age"):
        heterogeneity(_rows(), exposure="arm")
