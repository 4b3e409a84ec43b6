"""The probability of treatment."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.balance import balance
from cimara.outcomes.causal.propensity import SiteEffect, propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weights import treatment_weights
from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import RowError
from cimara.outcomes.model_warnings import Concern, NotEstimable
from tests.shared_data import SHARED, shared_data


def _frame(seed: int = 0, n: int = 240) -> pl.DataFrame:
    generator = np.random.default_rng(seed)
    volume, age = generator.normal(size=n), generator.normal(60, 9, n)
    site = np.array(["a", "b", "c"])[np.arange(n) % 3]
    lean = 0.8 * volume - 0.03 * (age - 60) + (site == "b") * 0.7
    treated = (generator.random(n) < 1 / (1 + np.exp(-lean))).astype(int)
    return pl.DataFrame({"treated": treated, "volume": volume, "age": age, "site": site})


def _rows(frame: pl.DataFrame, **named: object) -> Treatment:
    return Treatment.from_frame(
        frame, treatment="treated", covariates=["volume", "age"], site="site", **named
    )


def test_the_score_is_zero_at_the_estimate() -> None:
    rows = _rows(_frame())
    residual = rows.treated - propensity(rows).probability(rows)
    assert residual.sum() == pytest.approx(0, abs=1e-9)
    assert residual @ rows.covariates == pytest.approx([0, 0], abs=1e-7)


@pytest.mark.parametrize("site_effect", list(SiteEffect))
def test_sites_apart_give_what_pooled_rows_give(site_effect: SiteEffect) -> None:
    rows = _rows(_frame())
    pooled = propensity(rows, site_effect=site_effect)
    apart = propensity(rows.by_site(), site_effect=site_effect)
    assert apart.coef == pytest.approx(pooled.coef, rel=1e-11)
    assert apart.se == pytest.approx(pooled.se, rel=1e-11)


def test_a_random_split_gives_what_pooled_rows_give() -> None:
    rows = _rows(_frame())
    parts = rows.split(np.random.default_rng(1).integers(0, 4, rows.n))
    assert propensity(parts).coef == pytest.approx(propensity(rows).coef, rel=1e-11)


def test_sites_as_fixed_effects_have_an_intercept_each() -> None:
    rows = _rows(_frame())
    model = propensity(rows, site_effect="fixed")
    assert model.names == ("(intercept)", "volume", "age", "site=b", "site=c")
    residual = rows.treated - model.probability(rows)
    assert rows.site is not None
    assert np.bincount(rows.site.codes, residual) == pytest.approx([0, 0, 0], abs=1e-9)


def test_sites_as_strata_have_a_model_each() -> None:
    rows = _rows(_frame())
    alone = propensity(rows.by_site()[1])
    together = propensity(rows, site_effect="stratum")
    assert together.names[3] == "site=b: (intercept)"
    assert together.coef[3:6] == pytest.approx(alone.coef, rel=1e-7)
    assert together.se[3:6] == pytest.approx(alone.se, rel=1e-7)


def test_a_frequency_is_that_many_rows() -> None:
    frame = _frame(n=120).with_columns(often=pl.Series(np.arange(120) % 3 + 1))
    weighted = propensity(_rows(frame, weights="often", weight_kind="frequency"))
    repeated = propensity(_rows(frame.select(pl.all().repeat_by("often").explode())))
    assert weighted.coef == pytest.approx(repeated.coef, rel=1e-9)


def test_influence_adds_up_to_nothing_and_spreads_like_the_model() -> None:
    rows = _rows(_frame(n=4000))
    model = propensity(rows)
    influence = model.influence(rows)
    assert influence.sum(axis=0) == pytest.approx([0, 0, 0], abs=1e-9)
    assert np.sqrt((influence**2).sum(axis=0)) == pytest.approx(model.se, rel=0.05)


def test_a_constant_covariate_is_aliased() -> None:
    frame = _frame().with_columns(same=pl.lit(3.0))
    rows = Treatment.from_frame(frame, treatment="treated", covariates=["same", "volume"])
    model = propensity(rows)
    assert model.table()["coef"].to_list()[1] is None
    assert [one.code for one in model.warnings] == [Concern.ALIASED]
    assert np.isfinite(model.probability(rows)).all()


@pytest.mark.parametrize("share", [0.0, 0.3], ids=["complete", "quasi-complete"])
def test_covariates_that_tell_the_treatments_apart_are_refused(share: float) -> None:
    frame = _frame()
    marked = (frame["treated"].to_numpy() == 1) & (np.random.default_rng(0).random(len(frame)) >= share)
    rows = Treatment.from_frame(
        frame.with_columns(marked=pl.Series(marked.astype(int))), treatment="treated", covariates=["marked"]
    )
    with pytest.raises(NotEstimable) as refused:
        propensity(rows)
    assert refused.value.code is Concern.MONOTONE_LIKELIHOOD


def test_one_treatment_only_is_not_estimable() -> None:
    rows = _rows(_frame())
    with pytest.raises(NotEstimable) as refused:
        propensity(replace(rows, treated=np.ones(rows.n, dtype=bool)))
    assert refused.value.code is Concern.ONE_GROUP


@pytest.mark.parametrize("site_effect", ["fixed", "stratum"])
def test_a_site_with_one_treatment_is_named(site_effect: str) -> None:
    rows = _rows(_frame())
    assert rows.site is not None
    with pytest.raises(NotEstimable, match="given in c"):
        propensity(replace(rows, treated=rows.treated & (rows.site.codes != 2)), site_effect=site_effect)


def test_site_effects_need_a_site() -> None:
    rows = Treatment.from_frame(_frame(), treatment="treated", covariates=["age"])
    with pytest.raises(ContractError, match="no site column"):
        propensity(rows, site_effect="fixed")


def test_parts_with_other_covariates_are_refused() -> None:
    one = _rows(_frame())
    other = Treatment.from_frame(_frame(), treatment="treated", covariates=["age"])
    with pytest.raises(ContractError, match="differ between parts"):
        propensity([one, other])


def test_a_treatment_is_zero_or_one() -> None:
    frame = pl.DataFrame({"treated": [1, 2], "age": [1.0, 2.0]})
    with pytest.raises(RowError, match="row 2, treated"):
        Treatment.from_frame(frame, treatment="treated", covariates=["age"])


def _cases() -> list[dict]:
    found = []
    for name in ("lung", "veteran", "mgus2"):
        path = SHARED / "stats" / f"{name}.json"
        if path.exists():
            found += [one for one in json.loads(path.read_text())["cases"] if one["method"] == "propensity"]
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_propensity_weights_and_balance_of_a_known_model(case: dict) -> None:
    args, expected = case["args"], case["expected"]
    frame = pl.read_csv(shared_data(f"stats/{case['csv']}"))
    rows = Treatment.from_frame(frame, treatment=args["treatment"], covariates=args["covariates"])
    model = propensity(rows)
    assert model.coef == pytest.approx(expected["coef"], rel=1e-9)
    assert model.se == pytest.approx(expected["se"], rel=1e-9)
    assert model.probability(rows)[:20] == pytest.approx(expected["ps_first20"], rel=1e-9)
    ate = treatment_weights(rows, model, estimand="ate")
    assert ate.weights[:20] == pytest.approx(expected["ate_first20"], rel=1e-9)
    assert ate.effective_treated == pytest.approx(expected["ess_ate_treated"], rel=1e-9)
    assert ate.effective_control == pytest.approx(expected["ess_ate_control"], rel=1e-9)
    weighted = balance(ate.applied_to(rows))
    assert weighted.raw_smd == pytest.approx(expected["smd_raw"], rel=1e-9)
    assert weighted.smd == pytest.approx(expected["smd_ate"], rel=1e-9)
    overlap = balance(treatment_weights(rows, model, estimand="overlap").applied_to(rows))
    assert overlap.smd == pytest.approx(expected["smd_overlap"], abs=1e-12)
