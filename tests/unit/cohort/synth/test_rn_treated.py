"""The demonstration study holds what was planted in it."""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest

from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.cohort.synth.rn_draw import (
    RnPatients,
    draw_rn_patients,
    log_death_ratio,
    log_recurrence_ratio,
    mean_survival,
)
from cimara.cohort.synth.rn_effects import Cell, RnTruth, cells
from cimara.cohort.synth.sites import DemoSite, demo_sites
from tests.unit.cohort.synth.consortia import PATIENTS, charts, consortium

TRUTH = RnTruth()


@cache
def many() -> tuple[RnPatients, tuple[DemoSite, ...]]:
    """8,500 patients as drawn, and their sites."""
    options = SynthOptions(seed=2, patients=8_500)
    sites = demo_sites(options)
    return draw_rn_patients(options, sites, TRUTH), sites


def test_the_states_at_the_first_dose_share_all_patients_among_them() -> None:
    assert sum(one.share for one in cells()) == pytest.approx(1.0)


def test_a_patient_with_everything_against_them() -> None:
    worst = next(one for one in cells() if one.kps == 60 and one.progressing and one.severe and not one.early)
    assert log_death_ratio(TRUTH, worst) == pytest.approx(-0.25 * -2 + 0.5 + 0.3)


def test_each_state_counts_with_its_own_effect() -> None:
    base = Cell(kps=80, progressing=False, severe=False, early=False, share=1.0)
    assert log_death_ratio(TRUTH, base) == 0
    for changed, effect in (
        ({"kps": 90}, TRUTH.death.kps_per_10),
        ({"progressing": True}, TRUTH.death.extracranial_progression),
        ({"severe": True}, TRUTH.death.severe_necrosis),
        ({"early": True}, TRUTH.death.early_start),
    ):
        assert log_death_ratio(TRUTH, replace(base, **changed)) == pytest.approx(effect)


def test_each_factor_of_recurrence_counts_with_its_own_effect() -> None:
    v12 = np.expm1(np.array([2.0, 3.0, 2.0, 2.0]))
    second, third = np.array([False, False, True, False]), np.array([False, False, False, True])
    effects = TRUTH.recurrence
    wanted = [0, effects.ln_v12, effects.adc_concurrent, effects.early_start]
    assert log_recurrence_ratio(TRUTH, v12, second, third) == pytest.approx(wanted)


def test_nineteen_in_a_hundred_would_have_a_recurrence() -> None:
    drawn, _ = many()
    assert (drawn.recurrence < 10**6).mean() == pytest.approx(TRUTH.recurrence_overall, abs=0.012)
    assert not drawn.excess.any()


def test_survival_averaged_over_states_is_that_of_the_patients_drawn() -> None:
    drawn, sites = many()
    for early in (False, True):
        curves = mean_survival(TRUTH, sites, early=early)
        held = drawn.early == early
        expected = curves[drawn.people.site[held], 365].mean()
        assert (drawn.death[held] > 365).mean() == pytest.approx(expected, abs=0.015)


def test_all_were_given_bevacizumab_after_the_onset_of_their_necrosis() -> None:
    held = charts(Scenario.RN_TREATED)
    given = held.frame("SupportiveCourse").filter(kind="bevacizumab_rn")
    assert given["patient_id"].n_unique() == PATIENTS
    joined = given.join(held.frame("AdverseRadiationEffect"), on="are_id")
    assert (joined["start_day"] > joined["onset_day"]).all()
    assert set(given["dose_mg_kg"]) == {7.5}
    assert set(given["interval_days"]) == {21}


def test_three_to_four_cycles_in_the_median() -> None:
    given = charts(Scenario.RN_TREATED).frame("SupportiveCourse").filter(kind="bevacizumab_rn")
    assert given["cycles"].median() in (3, 4)


def test_88_in_a_hundred_respond_and_the_mean_changes_are_those_of_the_meta_analysis() -> None:
    effects = charts(Scenario.RN_TREATED).frame("AdverseRadiationEffect").drop_nulls("best_t1gd_change_pct")
    change = effects["best_t1gd_change_pct"].to_numpy()
    assert (change <= -25).mean() == pytest.approx(TRUTH.response, abs=0.03)
    assert change.mean() == pytest.approx(TRUTH.t1gd_change, abs=2)
    assert effects["best_flair_change_pct"].to_numpy().mean() == pytest.approx(TRUTH.flair_change, abs=2)


def test_a_quarter_has_toxicity() -> None:
    given = charts(Scenario.RN_TREATED).frame("SupportiveCourse").filter(kind="bevacizumab_rn")
    share = (given["toxicity"].list.first() != "none").to_numpy().mean()
    assert share == pytest.approx(0.24, abs=0.03)


def test_71_in_a_hundred_on_dexamethasone_stop_at_1_9_months() -> None:
    drawn, _ = many()
    change = drawn.steroid_change[drawn.on_steroid]
    assert (change < 10**6).mean() == pytest.approx(0.71, abs=0.015)
    assert np.median(change[change < 10**6]) == pytest.approx(1.9 * 30.4375, abs=2)


def test_dexamethasone_at_the_first_dose_ends_on_the_day_of_change() -> None:
    held = charts(Scenario.RN_TREATED)
    dose = (
        held.frame("SupportiveCourse")
        .filter(kind="bevacizumab_rn")
        .group_by("patient_id")
        .agg(pl.min("start_day"))
    )
    steroid = (
        held.frame("SupportiveCourse")
        .filter(kind="dexamethasone")
        .join(dose, on="patient_id", suffix="_dose")
    )
    on = steroid.filter(pl.col("start_day") == pl.col("start_day_dose"))
    assert on["patient_id"].n_unique() == on.height, "one interval from the first dose on"
    before = steroid.filter(pl.col("start_day") < pl.col("start_day_dose"))
    assert (before["stop_day"] < before["start_day_dose"]).all()


def test_recurrences_lie_between_the_first_dose_and_the_last_contact() -> None:
    held = charts(Scenario.RN_TREATED)
    effects = (
        held.frame("AdverseRadiationEffect")
        .drop_nulls("recurred_day")
        .join(held.frame("Patient"), on="patient_id")
    )
    assert effects.height == consortium(Scenario.RN_TREATED).truth["drawn"]["recurrences_seen"]
    assert (effects["recurred_day"] <= effects["last_contact_day"]).all()


def test_seen_at_scans_every_recurrence_is_on_the_day_of_one() -> None:
    made = synth_consortium(SynthOptions(seed=1, patients=300, sites=3, exact_days=False))
    assert made.truth["estimands"]["recurrent_necrosis"]["exact"] is False
    for dataset in made.datasets.values():
        scans = dataset.frame("ImagingAssessment").select("patient_id", recurred_day="day")
        seen = dataset.frame("AdverseRadiationEffect").drop_nulls("recurred_day")
        assert seen.join(scans, on=["patient_id", "recurred_day"]).height == seen.height > 0


def test_with_a_frailty_the_truth_says_that_nothing_is_exact() -> None:
    truth = synth_consortium(SynthOptions(seed=1, patients=300, sites=3, frailty_sd=0.3)).truth["estimands"]
    assert not any(one["exact"] for one in truth.values())


def test_without_one_both_estimands_are_exact() -> None:
    assert all(one["exact"] for one in consortium(Scenario.RN_TREATED).truth["estimands"].values())
