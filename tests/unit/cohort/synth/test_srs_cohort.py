"""The radiosurgery cohort holds what was planted in it."""

import numpy as np
import polars as pl
import pytest

from cimara.cohort.indices.gpa import gpa
from cimara.cohort.synth.options import Scenario, SynthOptions
from cimara.cohort.synth.prognosis import INDICES, states_of
from cimara.cohort.synth.sites import demo_sites
from cimara.cohort.synth.srs_draw import draw_srs_patients
from cimara.cohort.synth.srs_effects import TWO_YEARS, SrsTruth
from tests.unit.cohort.synth.consortia import PATIENTS, charts, consortium

TRUTH = SrsTruth()


@pytest.mark.parametrize(("v12", "risk"), [(5.0, 0.10), (10.0, 0.15)])
def test_the_risk_by_v12_is_that_of_hytec(v12: float, risk: float) -> None:
    cumulative = TRUTH.necrosis_law.cumulative()[TWO_YEARS]
    ratio = np.exp(TRUTH.necrosis.ln_v12 * np.log1p(v12))
    assert -np.expm1(-cumulative * ratio) == pytest.approx(risk, abs=1e-6)


def test_v20_below_20_cm3_stays_at_or_below_ten_in_a_hundred() -> None:
    cumulative = TRUTH.necrosis_law.cumulative()[TWO_YEARS]
    assert -np.expm1(-cumulative * np.exp(TRUTH.necrosis.ln_v12 * np.log1p(20.0 / 4))) <= 0.1 + 1e-9


def test_a_conjugate_multiplies_the_subdistribution_hazard_by_four() -> None:
    assert np.exp(TRUTH.necrosis.adc_concurrent) == pytest.approx(4.0)


@pytest.mark.parametrize("group", INDICES)
def test_shares_of_prognostic_states_sum_to_one(group: str) -> None:
    assert states_of(group).share.sum() == pytest.approx(1.0)


def test_the_bands_drawn_are_those_that_the_indices_find_in_the_charts() -> None:
    """Points are written twice, here and in `cohort.indices`; each is held against the other."""
    options = SynthOptions(seed=1, scenario=Scenario.SRS_COHORT, missing=False, patients=PATIENTS)
    drawn = draw_srs_patients(options, demo_sites(options), TRUTH)
    planted = pl.DataFrame(
        {
            "patient_id": drawn.people.patient_id.tolist(),
            "group": drawn.people.group.tolist(),
            "planted": np.array(["0-1", "1.5-2", "2.5-3", "3.5-4"])[drawn.band].tolist(),
        }
    ).filter(pl.col("group").is_in(list(INDICES)))
    found = planted.join(gpa(charts(Scenario.SRS_COHORT, missing=False)), on="patient_id")
    assert found.height == planted.height > 600
    assert (found["planted"] == found["band"]).all()


def test_medians_planted_are_those_of_the_indices() -> None:
    found = gpa(charts(Scenario.SRS_COHORT, missing=False)).drop_nulls("band")
    held = charts(Scenario.SRS_COHORT).frame("PrimaryTumour").select("patient_id", tumour="group")
    bands = ["0-1", "1.5-2", "2.5-3", "3.5-4"]
    for tumour, band, median in (
        found.join(held, on="patient_id").select("tumour", "band", "median_months").unique().rows()
    ):
        assert INDICES[tumour].medians[bands.index(band)] == median


def test_asymptomatic_necroses_are_possible_ones_of_grade_1() -> None:
    effects = charts(Scenario.SRS_COHORT).frame("AdverseRadiationEffect")
    silent = effects.filter(symptomatic="no")
    assert silent.height > 8
    assert set(silent["certainty"]) == {"possible"}
    assert set(silent["ctcae_grade"]) == {1}
    seen = consortium(Scenario.SRS_COHORT).truth["drawn"]["symptomatic_necroses_seen"]
    assert effects.filter(symptomatic="yes").height == seen


def test_a_lesion_treated_again_stands_in_two_courses() -> None:
    doses = charts(Scenario.SRS_COHORT).frame("CourseLesion")
    again = charts(Scenario.SRS_COHORT).frame("LocalTherapyCourse").filter(reirradiation="yes")
    twice = doses.group_by("lesion_id").len().filter(pl.col("len") == 2)
    assert twice.height == again.height > 8


def test_every_law_can_be_met() -> None:
    assert consortium(Scenario.SRS_COHORT).truth["drawn"]["rows_whose_law_could_not_be_met"] == 0
