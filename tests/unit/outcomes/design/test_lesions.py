"""Several lesions in one patient."""

from __future__ import annotations

import dataclasses
import itertools
import tomllib

import numpy as np
import pytest

from cimara.outcomes import catalogue
from cimara.outcomes.design.competing_death import CompetingDeathDesign
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.lesions import LesionCounts, LesionDesign, RandomisedBy, design_effect
from cimara.outcomes.design.log_rank import TwoArmTest
from cimara.outcomes.endpoints.words import UnitOfAnalysis

BASE = CompetingDeathDesign(
    catalogue["LOCFAIL"],
    0.75,
    Hazard((0.05,)),
    Hazard((0.03,)),
    Recruitment(18.0, 12.0),
    test=TwoArmTest(power=0.8),
    unit=UnitOfAnalysis.LESION,
)
PLAN = LesionDesign(BASE, LesionCounts(3.0, 0.5), 0.2)


def test_randomising_patients_inflates() -> None:
    # 1 + (3 x 1.25 - 1) x 0.2
    assert PLAN.effect(RandomisedBy.PATIENT) == pytest.approx(1.55, rel=1e-14)


def test_randomising_lesions_gains() -> None:
    assert design_effect(LesionCounts(2.0, odd_share=0.0), 0.2, RandomisedBy.LESION) == pytest.approx(0.8)
    assert PLAN.effect(RandomisedBy.LESION) < 1.0 < PLAN.effect(RandomisedBy.PATIENT)


def test_a_lonely_lesion_neither_inflates_nor_gains() -> None:
    for by in RandomisedBy:
        assert design_effect(LesionCounts(1.0), 0.9, by) == 1.0


@pytest.mark.parametrize("by", list(RandomisedBy))
def test_the_effect_is_the_variance_of_the_contrast(by: RandomisedBy) -> None:
    """Sum over pairs of lesions of their contrast's signs times their correlation."""
    shares = {1: 0.3, 2: 0.3, 3: 0.2, 5: 0.2}
    icc, variance, lesions = 0.35, 0.0, 0.0
    for count, share in shares.items():
        signs = [1.0] * count if by is RandomisedBy.PATIENT else [(-1.0) ** place for place in range(count)]
        alike = [[1.0 if i == j else icc for j in range(count)] for i in range(count)]
        pairs = itertools.product(range(count), repeat=2)
        variance += share * sum(signs[i] * signs[j] * alike[i][j] for i, j in pairs)
        lesions += share * count
    assert design_effect(LesionCounts.of_shares(shares), icc, by) == pytest.approx(
        variance / lesions, rel=1e-13
    )


def test_counts_from_shares() -> None:
    counts = LesionCounts.of_shares({1: 2.0, 3: 2.0})
    assert (counts.mean, counts.cv, counts.odd_share) == (2.0, 0.5, 1.0)


def test_independent_lesions_need_no_more_than_their_number() -> None:
    plan = dataclasses.replace(PLAN, icc=0.0)
    assert plan.lesions == pytest.approx(BASE.patients, rel=1e-14)


def test_both_units_stand_beside_each_other_in_the_report() -> None:
    numbers = dict(PLAN.report().numbers)
    assert numbers["patients, by patient"] > numbers["patients, by lesion"]


def test_the_analysis_clusters_on_the_patient() -> None:
    (entry,) = tomllib.loads(PLAN.report().analysis)["analysis"]
    assert entry["cluster"] == "patient_id"
    assert entry["unit"] == "lesion"


def test_lesions_of_a_patient_are_split_evenly() -> None:
    uneven = dataclasses.replace(BASE, test=TwoArmTest(allocation=2.0))
    with pytest.raises(DesignError, match="evenly"):
        LesionDesign(uneven, LesionCounts(2.0), 0.2, RandomisedBy.LESION)


@pytest.mark.parametrize("counts", [LesionCounts(3.0), LesionCounts(2.5, 0.3464), LesionCounts(2.6, 0.9)])
def test_simulated_patients_have_the_lesions_of_the_plan(counts: LesionCounts) -> None:
    plan = LesionDesign(dataclasses.replace(BASE, hazard_ratio=0.95), counts, 0.0)
    sizes = plan._cluster_sizes(np.random.default_rng(1))
    assert sizes.min() >= 1
    assert sizes.mean() == pytest.approx(counts.mean, rel=0.03)
    assert sizes.std() / sizes.mean() == pytest.approx(counts.cv, rel=0.07, abs=1e-12)


@pytest.mark.parametrize("numbers", [(0.5, 0.0), (2.0, -0.1), (2.0, 0.0, 1.5)])
def test_counts_that_cannot_be(numbers: tuple[float, ...]) -> None:
    with pytest.raises(DesignError):
        LesionCounts(*numbers)
