"""Fine and Gray's model: known answers, the formulas row by row, and awkward data."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import ContractError, run, state_from_bytes, to_bytes
from cimara.outcomes.frame_columns import Labels
from cimara.outcomes.grid import Cells
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models import fine_gray_part, fine_gray_risk
from cimara.outcomes.models.fine_gray import fine_gray, fine_gray_causes
from cimara.outcomes.models.fine_gray_common import CommonFineGray, CommonState
from cimara.outcomes.models.fine_gray_options import FineGrayOptions
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks
from tests.shared_data import shared_data
from tests.unit.outcomes.models.fine_gray_reference import generated, reference

CLOSE = {"rtol": 1e-12, "atol": 1e-13}
KNOWN = ("mgus2.fg_pcm", "mgus2.fg_death", "mgus2.fg_pcm_cengroup")


def known_case(case_id: str) -> tuple[CompetingRisks, dict, dict]:
    cases = json.loads(shared_data("stats/mgus2.json").read_text())["cases"]
    case = next(one for one in cases if one["id"] == case_id)
    args = case["args"]
    rows = CompetingRisks.from_frame(
        pl.read_csv(shared_data(f"stats/{case['csv']}")),
        time=args["time"],
        status=args["status"],
        covariates=args["covariates"],
        group=args["cengroup"],
        cluster=args["cluster"],
    )
    return rows, args, case["expected"]


@pytest.mark.shared_data
@pytest.mark.parametrize("case_id", KNOWN)
def test_known_answer(case_id):
    rows, args, expected = known_case(case_id)
    fit = fine_gray(rows, cause=args["cause"], censoring_groups=args["cengroup"] is not None)
    near = {"rtol": 1e-9, "atol": 1e-12}
    assert list(fit.names) == expected["names"]
    assert fit.n == expected["n"]
    np.testing.assert_allclose(fit.coef, expected["coef"], **near)
    np.testing.assert_allclose(fit.se, expected["se"], **near)
    np.testing.assert_allclose(fit.covariance, expected["var"], **near)
    np.testing.assert_allclose(fit.model_se, expected["naive_se"], **near)
    np.testing.assert_allclose(fit.loglik_null, expected["loglik_null"], **near)
    np.testing.assert_allclose(fit.loglik, expected["loglik"], **near)
    np.testing.assert_allclose(fit.baseline.time, expected["baseline"]["time"], **near)
    np.testing.assert_allclose(fit.baseline.jump, expected["baseline"]["jump"], **near)
    predicted = fit.predict(rows.covariates[:2])
    np.testing.assert_allclose(predicted.times, expected["predict_rows_1_2"]["time"], **near)
    np.testing.assert_allclose(predicted.incidence, expected["predict_rows_1_2"]["cif"], **near)
    if "survival_finegray" in expected:
        expanded = expected["survival_finegray"]
        alike = fine_gray(rows, cause=args["cause"], censor_ties="after_events", weight_variance=False)
        np.testing.assert_allclose(alike.coef, expanded["coef"], **near)
        np.testing.assert_allclose(alike.se, expanded["robust_se"], **near)
        np.testing.assert_allclose(alike.model_se, expanded["naive_se"], **near)


@pytest.mark.parametrize(
    ("made", "options"),
    [
        ({}, {}),
        ({"strata": 3, "weights": True}, {}),
        ({"strata": 2, "groups": 3}, {"censoring_groups": True}),
        ({"groups": 2, "weights": True}, {"censoring_groups": True, "censoring_variance": "full"}),
        ({"strata": 2}, {"censor_ties": "after_events"}),
        ({"groups": 2}, {"censor_ties": "after_events", "censoring_groups": True}),
        ({"strata": 2, "weights": True}, {"weight_variance": False}),
        ({"entry": True, "strata": 2}, {"weight_variance": False}),
        ({"entry": True, "groups": 2, "weights": True}, {"censoring_groups": True, "weight_variance": False}),
    ],
    ids=lambda value: ",".join(f"{key}={one}" for key, one in value.items()) or "plain",
)
def test_equals_the_formulas_row_by_row(made, options):
    rows = generated(11, 60, days=8, **made)
    fit = fine_gray(rows, cause="necrosis", **options)
    known = reference(
        rows if options.get("censoring_groups") else replace(rows, group=None),
        fit.coef,
        after_events="entry" in made or options.get("censor_ties") == "after_events",
        full=options.get("censoring_variance") == "full",
        psi=options.get("weight_variance", True),
    )
    inverse = np.linalg.inv(known.information)
    np.testing.assert_allclose(inverse @ known.score, 0, atol=1e-13)
    np.testing.assert_allclose(fit.loglik, known.loglik, **CLOSE)
    np.testing.assert_allclose(fit.model_covariance, inverse, **CLOSE)
    np.testing.assert_allclose(
        fit.covariance, inverse @ known.influence.T @ known.influence @ inverse, rtol=1e-11, atol=1e-13
    )


def test_clusters_are_summed_before_they_are_squared():
    rows = generated(3, 60, clusters=20)
    fit = fine_gray(rows, cause="necrosis")
    known = reference(rows, fit.coef)
    summed = np.stack([known.influence[rows.cluster == one].sum(axis=0) for one in np.unique(rows.cluster)])
    inverse = np.linalg.inv(known.information)
    np.testing.assert_allclose(fit.covariance, inverse @ summed.T @ summed @ inverse, **CLOSE)
    assert fit.clusters == len(summed)
    assert fit.has(Concern.FEW_CLUSTERS)


def test_cr1_corrects_for_few_clusters_and_takes_students_t():
    rows = generated(3, 60, clusters=12)
    plain, corrected = (fine_gray(rows, cause="necrosis", small_sample=rule) for rule in ("none", "cr1"))
    count = plain.clusters
    np.testing.assert_allclose(corrected.se, plain.se * np.sqrt(count / (count - 1)), **CLOSE)
    assert corrected.df == count - 1
    assert (corrected.p > plain.p).all()


def test_a_frequency_is_so_many_rows():
    rows = generated(5, 60)
    times = np.random.default_rng(1).integers(1, 4, rows.n)
    weighted = replace(rows, weights=times.astype(float), weight_kind=WeightKind.FREQUENCY)
    once, many = (
        fine_gray(one, cause="necrosis") for one in (weighted, rows.take(np.repeat(np.arange(60), times)))
    )
    np.testing.assert_allclose(once.coef, many.coef, **CLOSE)
    np.testing.assert_allclose(once.covariance, many.covariance, **CLOSE)
    assert once.n == many.n == times.sum()


def test_without_competing_events_it_is_cox_with_breslow_ties():
    rows = generated(6, 60)
    rows = replace(rows, status=np.where(rows.status == 2, 0, rows.status))
    fit = fine_gray(rows, cause="necrosis")
    known = reference(rows, fit.coef, psi=False)
    inverse = np.linalg.inv(known.information)
    expected = inverse @ known.influence.T @ known.influence @ inverse
    np.testing.assert_allclose(fit.covariance, expected, **CLOSE)


def test_nobody_censored_means_weights_of_one():
    rows = generated(7, 60)
    rows = replace(rows, status=np.where(rows.status == 0, 2, rows.status))
    with_psi, without = (fine_gray(rows, cause="necrosis", weight_variance=one) for one in (True, False))
    np.testing.assert_allclose(with_psi.covariance, without.covariance, rtol=0, atol=0)
    late = replace(rows, time=np.where(rows.status == 2, 99.0, rows.time))
    np.testing.assert_allclose(with_psi.coef, fine_gray(late, cause="necrosis").coef, **CLOSE)


def test_two_of_ten_have_the_event_and_one_is_censored():
    """statistics.md, 2.4: the factor is 1 - 1/10 with the events at risk of censoring, 1 - 1/8 without."""
    rows = CompetingRisks(
        covariates=np.arange(11.0)[:, None] % 5,
        names=("size",),
        terms=("size",),
        time=np.array([1.0, *[2.0] * 3, *[3.0] * 7]),
        status=np.array([2, 1, 1, 0, 1, *[0] * 6]),
        causes=("necrosis", "death"),
        source_rows=np.arange(1, 12),
    )
    for ties, factor in (("with_events", 1 - 1 / 10), ("after_events", 1 - 1 / 8)):
        fit = fine_gray(rows, cause="necrosis", censor_ties=ties)
        hazard = np.exp(rows.covariates[:, 0] * fit.coef[0])
        at_three = hazard[rows.time == 3].sum() + hazard[0] * factor
        np.testing.assert_allclose(fit.baseline.jump[-1], 1 / at_three, rtol=1e-12)


@pytest.mark.parametrize("made", [{}, {"strata": 3}, {"groups": 2, "weights": True}, {"entry": True}])
def test_a_common_baseline_in_parts_equals_the_pooled_fit(made):
    rows = generated(8, 120, clusters=40, **made)
    options = {"cause": "necrosis", "censoring_groups": "groups" in made}
    pooled = fine_gray(rows, **options)
    parts = list(rows.split(rows.cluster % 4))
    split = fine_gray(parts, baseline="common", **options)
    for name in ("coef", "covariance", "model_covariance", "loglik", "loglik_null"):
        np.testing.assert_allclose(getattr(split, name), getattr(pooled, name), **CLOSE)
    np.testing.assert_allclose(split.baseline.jump, pooled.baseline.jump, **CLOSE)
    np.testing.assert_array_equal(split.baseline.time, pooled.baseline.time)
    np.testing.assert_array_equal(split.baseline.last, pooled.baseline.last)
    assert (split.n, split.events, split.n_strata) == (pooled.n, pooled.events, pooled.n_strata)


def test_strata_in_parts_equal_the_pooled_fit():
    rows = generated(9, 150, strata=5, weights=True)
    pooled = fine_gray(rows, cause="necrosis")
    split = fine_gray(rows.split(rows.strata.codes), cause="necrosis")
    for name in ("coef", "covariance", "loglik"):
        np.testing.assert_allclose(getattr(split, name), getattr(pooled, name), **CLOSE)
    np.testing.assert_allclose(split.baseline.jump, pooled.baseline.jump, **CLOSE)
    assert split.baseline.strata == pooled.baseline.strata
    assert pooled.rounds <= 8


def test_parts_that_share_a_stratum_are_refused_without_a_common_baseline():
    rows = generated(9, 60)
    with pytest.raises(ContractError, match="stratum lies in two parts"):
        fine_gray(rows.split(np.arange(60) % 2), cause="necrosis")


def test_the_order_of_rows_changes_nothing():
    rows = generated(10, 90, strata=2, weights=True)
    order = np.random.default_rng(0).permutation(90)
    one, other = fine_gray(rows, cause="necrosis"), fine_gray(rows.take(order), cause="necrosis")
    np.testing.assert_allclose(other.coef, one.coef, **CLOSE)
    np.testing.assert_allclose(other.covariance, one.covariance, **CLOSE)


def test_a_planned_grid_moves_exits_up():
    rows = generated(12, 90)
    weekly = np.arange(0, 7 * 20, 7.0)
    moved = replace(rows, time=np.ceil(rows.time / 7) * 7)
    planned = fine_gray([rows], cause="necrosis", baseline="common", grid=weekly)
    np.testing.assert_allclose(planned.coef, fine_gray(moved, cause="necrosis").coef, **CLOSE)
    with pytest.raises(ContractError, match="after the last time of the grid"):
        fine_gray([rows], cause="necrosis", baseline="common", grid=[1.0, 2.0])


def test_an_interrupted_run_goes_on_from_its_last_state():
    rows = generated(13, 80)
    options = FineGrayOptions(cause="necrosis")
    states: list[CommonState] = []
    estimator = CommonFineGray(names=rows.names, options=options, cells=Cells.of([rows], by_group=False))
    whole = run(estimator, [rows], progress=states.append)
    again = state_from_bytes(CommonState, to_bytes(states[5]))
    fresh = CommonFineGray(names=rows.names, options=options, cells=Cells.of([rows], by_group=False))
    np.testing.assert_array_equal(run(fresh, [rows], state=again).cross, whole.cross)


def test_incidence_is_predicted_from_the_baseline_of_its_stratum():
    rows = generated(14, 90, strata=2)
    fit = fine_gray(rows, cause="necrosis")
    label = fit.baseline.strata[1]
    own = fit.baseline.stratum == 1
    hazard = fit.baseline.jump[own & (fit.baseline.time <= 5)].sum()
    found = fit.predict([[0.5, 0.0, 1.0]], times=np.array([0.0, 5.0]), stratum=label)
    expected = 1 - np.exp(-hazard * np.exp(np.array([0.5, 0.0, 1.0]) @ fit.coef))
    np.testing.assert_allclose(found.incidence[:, 0], [0.0, expected], rtol=1e-13)
    assert found.table().columns == ["stratum", "row", "time", "incidence"]
    with pytest.raises(ContractError, match="stratum"):
        fit.predict([[0.5, 0.0, 1.0]])
    with pytest.raises(NotEstimable, match="TAU_TOO_LATE"):
        fit.predict([[0.5, 0.0, 1.0]], times=np.array([1e6]), stratum=label)


def test_no_event_of_the_cause_is_not_estimable():
    rows = generated(15, 40)
    rows = replace(rows, status=np.where(rows.status == 1, 0, rows.status))
    for baseline in ("stratified", "common"):
        with pytest.raises(NotEstimable, match="NO_EVENTS"):
            fine_gray(rows, cause="necrosis", baseline=baseline)


def test_a_stratum_without_events_adds_nothing_and_is_listed():
    rows = generated(16, 90, strata=3)
    quiet = rows.strata.codes == 1
    rows = replace(rows, status=np.where(quiet & (rows.status == 1), 2, rows.status))
    fit, without = fine_gray(rows, cause="necrosis"), fine_gray(rows.take(~quiet), cause="necrosis")
    np.testing.assert_allclose(fit.coef, without.coef, **CLOSE)
    np.testing.assert_allclose(fit.covariance, without.covariance, **CLOSE)
    warning = next(one for one in fit.warnings if one.code is Concern.EMPTY_STRATUM)
    assert "label 1" in warning.message
    parts = list(rows.split(rows.strata.codes))
    np.testing.assert_allclose(fine_gray(parts, cause="necrosis").covariance, fit.covariance, **CLOSE)


@pytest.mark.parametrize("baseline", ["stratified", "common"])
def test_a_covariate_of_the_stratum_is_aliased_and_the_others_are_fitted(baseline):
    rows = generated(17, 90, strata=3)
    of_site = np.array([0.0, 1.3, 2.2])[rows.strata.codes]
    wide = replace(
        rows,
        covariates=np.asfortranarray(np.column_stack((rows.covariates, of_site))),
        names=(*rows.names, "volume"),
        terms=(*rows.terms, "volume"),
    )
    fit = fine_gray(wide, cause="necrosis", baseline=baseline)
    np.testing.assert_allclose(fit.coef[:3], fine_gray(rows, cause="necrosis").coef, **CLOSE)
    assert np.isnan(fit.coef[3])
    assert fit.table()["coef"][3] is None
    assert next(one for one in fit.warnings if one.code is Concern.ALIASED).columns == ("volume",)


@pytest.mark.parametrize("sign", [1, -1])
def test_separation_gives_a_direction_and_a_bound_but_no_number(sign):
    rows = generated(18, 90)
    marker = sign * (rows.status == 1).astype(float)
    rows = replace(rows, covariates=np.asfortranarray(np.column_stack((rows.covariates[:, :2], marker))))
    fit = fine_gray(rows, cause="necrosis")
    assert list(fit.direction) == [0, 0, sign]
    assert np.isnan(fit.coef[2])
    assert np.isnan(fit.se[2])
    assert np.isfinite(fit.se[:2]).all()
    bound = fit.one_sided_bound[2]
    held = reference(rows, np.array([*_profile(rows, bound), bound]))
    assert held.loglik == pytest.approx(fit.loglik - 1.6448536269514722**2 / 2, abs=1e-6)
    assert fit.has(Concern.MONOTONE_LIKELIHOOD)
    with pytest.raises(NotEstimable, match="MONOTONE"):
        fit.predict(rows.covariates[:1])


def _profile(rows: CompetingRisks, bound: float) -> np.ndarray:
    beta = np.array([0.0, 0.0, bound])
    for _ in range(12):
        now = reference(rows, beta, psi=False)
        beta[:2] += np.linalg.solve(now.information[:2, :2], now.score[:2])
    return beta[:2]


def test_an_indicator_without_events_is_monotone():
    rows = generated(19, 90)
    rare = np.zeros(rows.n)
    rare[np.flatnonzero(rows.status == 0)[:2]] = 1.0
    rows = replace(rows, covariates=np.asfortranarray(np.column_stack((rows.covariates[:, :2], rare))))
    fit = fine_gray(rows, cause="necrosis")
    assert list(fit.direction) == [0, 0, -1]


def test_awkward_rows_are_told():
    rows = generated(20, 60, weights=True)
    heavy = rows.weights.copy()
    heavy[0] = 60.0
    codes = {one.code for one in fine_gray(replace(rows, weights=heavy), cause="necrosis").warnings}
    assert Concern.WEIGHTS_EXTREME in codes
    assert fine_gray(generated(21, 30), cause="necrosis").has(Concern.FEW_EVENTS)


def test_the_scale_of_a_covariate_does_not_matter():
    rows = generated(22, 90)
    fit, scale = fine_gray(rows, cause="necrosis"), np.array([1e7, 1e-4, 1.0])
    scaled = replace(rows, covariates=np.asfortranarray(rows.covariates * scale))
    other = fine_gray(scaled, cause="necrosis")
    np.testing.assert_allclose(other.coef * scale, fit.coef, rtol=1e-9)
    np.testing.assert_allclose(other.se * scale, fit.se, rtol=1e-9)
    assert np.isfinite(other.shr_upper).all()
    assert not other.has(Concern.ILL_CONDITIONED)


def test_nobody_at_risk_for_a_while_is_told_and_nothing_is_carried_over_it():
    rows = generated(23, 60)
    early = rows.time <= 3
    rows = replace(
        rows,
        start=np.where(early, 0.0, 10.0),
        time=np.where(early, rows.time, rows.time + 10),
    )
    fit = fine_gray(rows, cause="necrosis")
    assert fit.has(Concern.RISK_SET_GAP)
    strata = replace(rows, strata=Labels(early.astype(np.int64), ("late", "early")), strata_columns=("era",))
    apart = fine_gray(strata, cause="necrosis")
    np.testing.assert_allclose(fit.coef, apart.coef, **CLOSE)
    np.testing.assert_allclose(fit.covariance, apart.covariance, **CLOSE)


def test_a_first_patient_who_was_alone_is_not_carried_past_the_entry_of_the_others():
    rows = generated(27, 60, entry=True)
    alone = np.arange(60) == 0
    rows = replace(
        rows,
        start=np.where(alone, 0.0, 5.0 + rows.start),
        time=np.where(alone, 2.0, 5.0 + rows.time),
        status=np.where(alone, 2, rows.status),
    )
    fit, without = fine_gray(rows, cause="necrosis"), fine_gray(rows.take(~alone), cause="necrosis")
    assert fit.has(Concern.RISK_SET_GAP)
    np.testing.assert_allclose(fit.coef, without.coef, **CLOSE)
    np.testing.assert_allclose(fit.covariance, without.covariance, **CLOSE)


def test_rows_in_chunks_give_the_same_sums(monkeypatch):
    rows = generated(28, 100, clusters=30, strata=2, groups=2)
    whole = fine_gray(replace(rows), cause="necrosis", censoring_groups=True)
    for module in (fine_gray_risk, fine_gray_part):
        monkeypatch.setattr(module, "CHUNK", 16)
    chunks = fine_gray(replace(rows), cause="necrosis", censoring_groups=True)
    np.testing.assert_allclose(chunks.coef, whole.coef, **CLOSE)
    np.testing.assert_allclose(chunks.covariance, whole.covariance, **CLOSE)


def test_several_rows_of_one_id_and_unlike_covariates_are_refused():
    rows = generated(24, 30)
    with pytest.raises(NotEstimable, match="several rows of one id"):
        fine_gray(replace(rows, id=np.arange(30) // 2), cause="necrosis")
    with pytest.raises(ContractError, match="covariates that differ"):
        fine_gray([rows, replace(rows, names=("a", "b", "c"))], cause="necrosis", baseline="common")
    with pytest.raises(NotEstimable, match="after the events of its day"):
        fine_gray(generated(24, 30, entry=True), cause="necrosis", censor_ties="with_events")


def test_incidences_above_one_are_told():
    rows = generated(25, 200)
    rows = replace(rows, status=np.where(rows.status == 0, 1, rows.status))
    fits = fine_gray_causes(rows)
    at_end = sum(fit.predict(rows.covariates).incidence[-1] for fit in fits.values())
    assert (at_end > 1 + 1e-9).any()
    said = next(one for one in fits["death"].warnings if one.code is Concern.CIF_SUM).message
    assert said.startswith(f"{(at_end > 1 + 1e-9).sum()} rows")
    few = fine_gray_causes(replace(rows, status=np.where(rows.time > 2, 0, rows.status)))
    assert not few["death"].has(Concern.CIF_SUM)


@pytest.mark.parametrize(
    ("made", "options", "call"),
    [
        ({}, {}, "cmprsk::crr(time, status, cbind(size, dose, adc), failcode = 1"),
        ({"strata": 2}, {}, "crrSC::crrs("),
        ({"clusters": 20}, {}, "crrSC::crrc("),
        ({}, {"censor_ties": "after_events"}, "finegray("),
        ({"groups": 2}, {"censoring_groups": True}, "cengroup = scanner"),
    ],
)
def test_the_fit_names_the_call_in_r(made, options, call):
    assert call in fine_gray(generated(26, 60, **made), cause="necrosis", **options).r_call
