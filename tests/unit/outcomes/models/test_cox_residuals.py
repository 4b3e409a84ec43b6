"""Residuals of a Cox model: what they sum to, and that awkward coefficients are left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.residuals import deviance, dfbeta, martingale, schoenfeld, score_residuals
from cimara.outcomes.named_columns import WeightKind
from tests.generative.outcomes.made_survival import made_survival


def test_martingale_residuals_sum_to_nothing_in_each_stratum() -> None:
    rows = made_survival(1, 300, delayed=True)
    found = martingale(rows, cox(rows))
    sums = np.bincount(rows.stratum_codes(), found)
    assert np.abs(sums).max() < 1e-10
    assert (found <= 1).all()


def test_rows_of_a_stratum_without_events_have_no_residual() -> None:
    rows = made_survival(1, 300)
    without = rows.stratum_codes() == 3
    fit = cox(rows)
    assert (martingale(rows, fit)[without] == 0).all()
    assert (score_residuals(rows, fit)[without] == 0).all()


def test_deviance_residuals_square_to_the_gain_over_a_model_of_each_row_its_own() -> None:
    rows = made_survival(1, 300)
    fit = cox(rows)
    residual, expected = martingale(rows, fit), rows.event - martingale(rows, fit)
    gain = -residual - np.where(rows.event, np.log(np.where(rows.event, expected, 1)), 0)
    assert deviance(rows, fit) ** 2 == pytest.approx(2 * gain, abs=1e-12)
    assert (np.sign(deviance(rows, fit)) == np.sign(residual)).all()


def test_schoenfeld_residuals_sum_to_the_score_of_the_fit() -> None:
    rows = made_survival(1, 300, delayed=True)
    found = schoenfeld(rows, cox(rows, ties="breslow"))
    assert np.abs(found.residuals.sum(axis=0)).max() < 1e-7
    assert len(found.times) == rows.event.sum()
    assert rows.time[found.rows - 1].tolist() == found.times.tolist()
    assert found.table().height == 3 * len(found.times)


def test_dfbeta_is_about_the_change_when_a_row_is_left_out() -> None:
    rows = replace(made_survival(2, 250), cluster=None)
    fit = cox(rows)
    about = dfbeta(rows, fit)
    largest = int(np.abs(about[:, 0] / fit.se[0]).argmax())
    without = cox(rows.take(np.arange(250) != largest))
    assert fit.coef[0] - without.coef[0] == pytest.approx(about[largest, 0], rel=0.25)


def test_summed_in_clusters_dfbeta_gives_the_robust_variance() -> None:
    rows = made_survival(3, 300, weights=WeightKind.PROBABILITY)
    fit = cox(rows)
    sums = np.zeros((int(rows.cluster_codes().max()) + 1, 3))
    np.add.at(sums, rows.cluster_codes(), dfbeta(rows, fit))
    assert sums.T @ sums == pytest.approx(fit.covariance, rel=1e-10)


def test_an_aliased_covariate_has_no_dfbeta() -> None:
    rows = made_survival(3, 300)
    constant = rows.covariates.copy(order="F")
    constant[:, 1] = 4.0
    changed = replace(rows, covariates=constant)
    found = dfbeta(changed, cox(changed))
    assert np.isnan(found[:, 1]).all()
    assert np.isfinite(found[:, [0, 2]]).all()
