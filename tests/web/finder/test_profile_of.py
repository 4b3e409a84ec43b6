"""From answers to facts: what was said and no more."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cimara.terms.cns import CnsState
from cimara.trials.matching import Lmd, LmdState, Never, PatientSex, SteroidDrug, Symptoms
from cimara_web.finder.answers import Answers
from cimara_web.finder.profile import ages_of, profile_of

TODAY = date(2026, 3, 15)


def answers(**steps: dict[str, Any]) -> Answers:
    return Answers(steps)


def facts(**steps: dict[str, Any]) -> Any:
    return profile_of(answers(**steps), as_of=TODAY)


BRAIN = {"spread": {"spread": "brain"}}
NO_SYMPTOMS = {"symptoms": {"symptoms": "none"}}


def test_nothing_said_is_nothing_known() -> None:
    profile = facts()
    assert profile.tumour is profile.age is profile.sex is profile.ecog is profile.steroids is None
    assert profile.cns.state is None
    assert profile.cns.lmd is None


def test_not_sure_is_the_same_as_nothing_said() -> None:
    steps = ("who", "cancer", "spread", "growth", "symptoms")
    unsure = {step: {step: "unsure"} for step in steps}
    unsure |= {
        "treatment": {"kinds": ["unsure"]},
        "steroids": {"taking": "unsure"},
        "about": {"age": "unsure", "sex": "unsure", "ability": "unsure"},
        "markers": {"found": ["unsure"]},
        "place": {"reach": "unsure"},
    }
    assert facts(**unsure) == facts()


@pytest.mark.parametrize(
    ("treatment", "growth", "symptoms", "state"),
    [
        (["srs"], "stable", "none", CnsState.TREATED_STABLE),
        (["surgery", "wbrt"], "stable", "stable", CnsState.TREATED_STABLE),
        (["srs"], "grown", "none", CnsState.PROGRESSING_AFTER_LOCAL),
        (["srs"], "stable", "new_or_worse", CnsState.SYMPTOMATIC),
        (["none"], "grown", "none", CnsState.UNTREATED_ASYMPTOMATIC),
        (["none"], "stable", "stable", CnsState.UNTREATED_ASYMPTOMATIC),
        (["none"], "stable", "new_or_worse", CnsState.SYMPTOMATIC),
        (["none"], "stable", "unsure", None),
        (["srs"], "no_scan", "none", None),
        (["unsure"], "stable", "none", None),
    ],
)
def test_the_state_of_brain_metastases(
    treatment: list[str], growth: str, symptoms: str, state: CnsState | None
) -> None:
    profile = facts(
        **BRAIN, treatment={"kinds": treatment}, growth={"growth": growth}, symptoms={"symptoms": symptoms}
    )
    assert profile.cns.state is state
    assert profile.cns.lmd is Lmd.NO


def test_cancer_in_neither_place_is_known_to_be_in_neither() -> None:
    cns = facts(spread={"spread": "neither"}).cns
    assert (cns.state, cns.lmd) == (CnsState.NONE_KNOWN, Lmd.NO)


@pytest.mark.parametrize(
    ("growth", "symptoms", "state"),
    [
        ("stable", "none", LmdState.STABLE),
        ("grown", "none", LmdState.ACTIVE),
        ("grown", "new_or_worse", LmdState.SYMPTOMATIC),
        ("no_scan", "none", None),
    ],
)
def test_disease_of_the_lining(growth: str, symptoms: str, state: LmdState | None) -> None:
    cns = facts(spread={"spread": "lining"}, growth={"growth": growth}, symptoms={"symptoms": symptoms}).cns
    assert cns.lmd is not None
    assert cns.lmd.present
    assert cns.lmd_state is state
    assert cns.state is CnsState.NONE_KNOWN


def test_disease_of_both_has_both_states() -> None:
    cns = facts(
        spread={"spread": "both"}, treatment={"kinds": ["srs"]}, growth={"growth": "stable"}, **NO_SYMPTOMS
    ).cns
    assert (cns.state, cns.lmd_state) == (CnsState.TREATED_STABLE, LmdState.STABLE)


def test_radiosurgery_beside_disease_of_the_lining_leaves_the_state_open() -> None:
    assert facts(spread={"spread": "lining"}, treatment={"kinds": ["srs"]}).cns.state is None


def test_the_month_of_one_treatment_is_counted_from_its_end() -> None:
    cns = facts(**BRAIN, treatment={"kinds": ["srs"], "month": "2", "year": "2026"}).cns
    assert cns.last_srs == date(2026, 2, 28)
    assert (cns.last_wbrt, cns.last_surgery, cns.had_wbrt) == (Never.NEVER, Never.NEVER, False)


def test_the_month_that_runs_is_counted_to_today() -> None:
    cns = facts(**BRAIN, treatment={"kinds": ["surgery"], "month": "3", "year": "2026"}).cns
    assert cns.last_surgery == TODAY


def test_the_month_of_several_treatments_is_not_given_to_one_of_them() -> None:
    cns = facts(
        **BRAIN,
        treatment={"kinds": ["srs", "surgery"], "month": "1", "year": "2026"},
        growth={"growth": "stable"},
    ).cns
    assert cns.last_srs is cns.last_surgery is None
    assert cns.stable_since == date(2026, 1, 31)


def test_untreated_means_that_no_radiation_was_given() -> None:
    cns = facts(**BRAIN, treatment={"kinds": ["none"]}, **NO_SYMPTOMS).cns
    assert cns.last_srs is cns.last_wbrt is cns.last_surgery is cns.last_brain_rt is Never.NEVER
    assert cns.symptoms is Symptoms.NONE


def test_steroids() -> None:
    assert facts(steroids={"taking": "no"}).steroids.drug is SteroidDrug.NONE
    taken = facts(steroids={"taking": "yes", "drug": "dexamethasone", "mg": "4"}).steroids
    assert (taken.drug, taken.mg_per_day) == (SteroidDrug.DEXAMETHASONE, 4.0)
    unnamed = facts(steroids={"taking": "yes"}).steroids
    assert (unnamed.drug, unnamed.mg_per_day) == (SteroidDrug.OTHER, None)


def test_age_sex_and_ability() -> None:
    profile = facts(about={"age": "65-69", "sex": "female", "ability": "0"})
    assert (profile.age, profile.sex, profile.ecog) == (65, PatientSex.FEMALE, 0)
    assert ages_of(answers(about={"age": "65-69"})) == (65, 69)


@pytest.mark.parametrize(
    ("found", "tumour"),
    [
        (["HER2"], "her2_breast"),
        (["TNBC"], "triple_negative_breast"),
        (["HER2", "HR"], "breast"),
        (["BRCA"], "breast"),
        ([], "breast"),
    ],
)
def test_a_marker_narrows_breast_cancer_only_when_it_is_the_only_kind(found: list[str], tumour: str) -> None:
    assert facts(cancer={"cancer": "breast"}, markers={"found": found}).tumour == tumour


def test_markers_are_facts_and_none_found_is_a_fact_too() -> None:
    profile = facts(cancer={"cancer": "nsclc"}, markers={"found": ["EGFR", "PD_L1"]})
    assert [one.gene for one in profile.biomarkers] == ["EGFR", "PD-L1"]
    assert facts(markers={"found": ["none"]}).biomarkers == ()


def test_a_place_gives_country_and_distance() -> None:
    profile = facts(place={"place": "Durham, NC", "reach": "100"})
    assert profile.country == "US"
    assert (round(profile.lat), round(profile.lon)) == (36, -79)
    assert profile.max_distance_km == 100


def test_a_country_alone_gives_no_distance() -> None:
    profile = facts(place={"place": "Spain", "reach": "any"})
    assert (profile.country, profile.lat, profile.max_distance_km) == ("ES", None, None)


def test_a_place_nobody_knows_gives_nothing() -> None:
    profile = facts(place={"place": "Qwrtzxcv"})
    assert profile.country is profile.place is profile.lat is None
