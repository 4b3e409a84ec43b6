"""Secondary fields of the CNS rules: the rows of trials.md section 6.5."""

from __future__ import annotations

import pytest

from cimara.trials.eligibility import read_eligibility
from cimara.trials.eligibility.amounts import DAYS, amounts
from cimara.trials.eligibility.model import (
    Allowance,
    Antiseizure,
    BrainImaging,
    CnsFields,
    LocalTherapy,
    SteroidPolicy,
)
from tests.unit.trials.eligibility.made_statements import tokens

STABLE = "* Untreated brain metastases. Patients with treated brain metastases are eligible if "


def fields(exclusion: str, *, inclusion: str = "* Adults", title: str = "") -> CnsFields:
    criteria = f"Inclusion Criteria:\n{inclusion}\nExclusion Criteria:\n{exclusion}"
    return read_eligibility(criteria, title=title).fields


@pytest.mark.parametrize(
    ("time", "days"),
    [
        ("4 weeks", 28),
        ("1 month", 30),
        ("2 months", 60),
        ("3 months", 90),
        ("> 14 days", 14),
        ("≥ 14 days", 14),
    ],
)
def test_the_time_of_stability_in_days(time: str, days: int) -> None:
    assert fields(f"{STABLE}stable for at least {time}").stable_days == days


def test_the_shortest_time_of_stability_stands() -> None:
    found = fields(f"{STABLE}stable for 4 weeks after radiosurgery or stable for 8 weeks after resection")
    assert found.stable_days == 28


def test_a_window_of_imaging_is_no_stability() -> None:
    found = fields(f"{STABLE}stable on a brain MRI within 28 days")
    assert (found.stable_days, found.imaging_window_days) == (None, 28)


def test_a_time_without_steroids_is_no_stability() -> None:
    found = fields(f"{STABLE}they have been off steroids for at least 4 weeks")
    assert (found.stable_days, found.steroid_free_days) == (None, 28)


@pytest.mark.parametrize(
    ("therapy", "field"),
    [
        ("radiosurgery", "min_days_since_srs"),
        ("whole brain radiotherapy", "min_days_since_wbrt"),
        ("surgery", "min_days_since_surgery"),
        ("radiotherapy", "min_days_since_any_rt"),
    ],
)
def test_the_time_since_each_local_therapy(therapy: str, field: str) -> None:
    assert (
        getattr(fields(f"* Brain metastases, unless treated with {therapy} at least 14 days before"), field)
        == 14
    )


def test_a_general_washout_of_radiotherapy_is_no_field_of_the_brain() -> None:
    found = fields("* Active brain metastases\n* Radiotherapy within 14 days of the first dose")
    assert found.min_days_since_any_rt is None


@pytest.mark.parametrize(
    ("dose", "field", "milligrams"),
    [
        ("no more than 10 mg of prednisone a day", "max_pred_mg", 10),
        ("≤ 4 mg dexamethasone daily", "max_dex_mg", 4),
        ("dexamethasone at a dose of ≤ 2 mg", "max_dex_mg", 2),
    ],
)
def test_a_steroid_maximum_keeps_the_trials_own_drug(dose: str, field: str, milligrams: float) -> None:
    found = fields(f"{STABLE}they take {dose}")
    assert getattr(found, field) == milligrams
    assert {found.max_pred_mg, found.max_dex_mg} == {milligrams, None}
    assert found.steroid_policy is SteroidPolicy.MAX_DOSE


@pytest.mark.parametrize(
    "words", ["off steroids", "without steroids", "they have no need for corticosteroids"]
)
def test_patients_off_steroids_have_a_maximum_of_nothing(words: str) -> None:
    found = fields(f"{STABLE}stable and {words}")
    assert (found.max_pred_mg, found.max_dex_mg, found.steroid_policy) == (0, 0, SteroidPolicy.NONE)


def test_a_stable_or_falling_dose_lets_steroids_be() -> None:
    found = fields(f"{STABLE}on a stable or decreasing dose of steroids")
    assert (found.steroid_policy, found.max_pred_mg) == (SteroidPolicy.STABLE_OR_TAPERING, None)


def test_a_steroid_limit_of_another_criterion_is_none_of_the_brains() -> None:
    found = fields("* Active brain metastases\n* More than 10 mg prednisone a day")
    assert found.max_pred_mg is None


def test_centimetres_become_millimetres() -> None:
    assert fields("* Any brain lesion larger than 2 cm").max_lesion_mm == 20


def test_a_ceiling_below_a_size_is_strict() -> None:
    found = fields("* Stroke", inclusion="* Untreated brain metastases < 2 cm are permitted")
    assert (found.max_lesion_mm, found.max_lesion_strict) == (20, True)


@pytest.mark.parametrize(
    "words",
    [
        "No brain lesion larger than 3 cm",
        "Up to 10 brain metastases if none is larger than 3 cm",
        "1 to 4 brain metastases, none of which is > 3 cm",
        "Brain metastases, none exceeds 3 cm",
        "Brain metastases must not be over 3 cm",
        "Brain metastases > 3 cm are not allowed",
    ],
)
def test_a_denied_size_is_a_ceiling(words: str) -> None:
    found = fields("* Stroke", inclusion=f"* {words}", title="Brain metastases")
    assert (found.min_lesion_mm, found.max_lesion_mm) == (None, 30)


@pytest.mark.parametrize(
    "words",
    [
        "At least one brain metastasis that was not irradiated and measures at least 5 mm",
        "Brain metastases without prior radiotherapy measuring ≥ 5 mm",
        "No prior WBRT and at least one brain lesion ≥ 5 mm",
        "At least one brain lesion ≥ 5 mm that must not have been irradiated",
    ],
)
def test_what_else_is_denied_leaves_the_size_a_floor(words: str) -> None:
    found = fields("* Stroke", inclusion=f"* {words}", title="Brain metastases")
    assert found.max_lesion_mm is None


def test_a_ceiling_behind_another_denial_stays_one() -> None:
    words = "Untreated brain metastases are eligible if they are not symptomatic and less than 1 cm in size"
    found = fields("* Stroke", inclusion=f"* {words}")
    assert (found.min_lesion_mm, found.max_lesion_mm) == (None, 10)


def test_a_denied_size_among_the_exclusions_is_left_open() -> None:
    found = fields("* No brain lesion larger than 2 cm")
    assert (found.min_lesion_mm, found.max_lesion_mm) == (None, None)


def test_a_measurable_lesion_has_a_smallest_size() -> None:
    found = fields("* Stroke", inclusion="* At least one brain metastasis ≥ 5 mm", title="Brain metastases")
    assert found.min_lesion_mm == 5


def test_a_slice_thickness_is_no_lesion() -> None:
    found = fields(
        "* Stroke", inclusion="* Brain metastases on MRI with slices ≤ 2 mm", title="Brain metastases"
    )
    assert found.max_lesion_mm is None


@pytest.mark.parametrize(
    "words", ["up to 10 brain metastases are allowed", "≤ 10 brain metastases are allowed"]
)
def test_the_largest_number_of_lesions(words: str) -> None:
    assert fields("* Stroke", inclusion=f"* Patients with {words}").max_lesion_count == 10


def test_more_than_a_number_excluded_is_the_largest_number() -> None:
    assert fields("* More than 4 brain metastases").max_lesion_count == 4


def test_treated_metastases_require_local_therapy() -> None:
    assert fields(f"{STABLE}stable for 4 weeks").prior_local_therapy is LocalTherapy.REQUIRED


def test_treated_or_unnecessary_to_treat_leaves_local_therapy_open() -> None:
    found = fields("* Brain metastases, unless treated or deemed unnecessary to treat and stable")
    assert found.prior_local_therapy is LocalTherapy.OPTIONAL


def test_whole_brain_radiotherapy_excluded() -> None:
    found = fields("* Brain metastases with prior whole brain radiotherapy")
    assert found.prior_wbrt is Allowance.EXCLUDED


@pytest.mark.parametrize(
    ("exclusion", "imaging"),
    [
        ("* Active brain metastases", BrainImaging.NONE),
        ("* Active brain metastases. All patients must have a brain MRI", BrainImaging.REQUIRED_ALL),
        ("* Active brain metastases. MRI is required if symptomatic", BrainImaging.REQUIRED_IF_SYMPTOMS),
        (f"{STABLE}stable on brain MRI", BrainImaging.REQUIRED_IF_HISTORY),
        ("* Contraindication to brain MRI", BrainImaging.NONE),
    ],
)
def test_who_must_have_a_brain_scan(exclusion: str, imaging: BrainImaging) -> None:
    assert fields(exclusion).brain_imaging is imaging


@pytest.mark.parametrize(("scan", "modality"), [("MRI", "MRI"), ("CT", "CT")])
def test_the_kind_of_the_scan(scan: str, modality: str) -> None:
    assert fields(f"{STABLE}stable on brain {scan}").imaging_modality == modality


@pytest.mark.parametrize(
    ("words", "policy"),
    [
        ("off anticonvulsants", Antiseizure.NONE),
        ("on stable anticonvulsants", Antiseizure.STABLE),
        ("not on enzyme inducing anticonvulsants", Antiseizure.ENZYME_INDUCERS_EXCLUDED),
    ],
)
def test_antiseizure_drugs_at_entry(words: str, policy: Antiseizure) -> None:
    assert fields(f"{STABLE}{words}").antiseizure is policy


def test_seizures_under_control_are_asked_for() -> None:
    assert fields("* Brain metastases unless seizures are well controlled").seizures_controlled


@pytest.mark.parametrize(
    ("words", "place"),
    [("in the brainstem", "brainstem"), ("near the optic chiasm", "optic pathway"), ("of the dura", "dura")],
)
def test_places_that_are_shut_out(words: str, place: str) -> None:
    assert place in fields(f"* Brain metastases {words}").excluded_places


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ("haemorrhage", "haemorrhage_excluded"),
        ("midline shift", "mass_effect_excluded"),
        ("spinal cord compression", "cord_compression_excluded"),
    ],
)
def test_complications_that_are_shut_out(words: str, field: str) -> None:
    assert getattr(fields(f"* Brain metastases with {words}"), field)


def test_every_field_that_is_read_has_the_words_that_say_it() -> None:
    criteria = f"Exclusion Criteria:\n{STABLE}stable for 4 weeks and on ≤ 10 mg prednisone"
    found = read_eligibility(criteria)
    for name in ("stable_days", "max_pred_mg", "prior_local_therapy"):
        assert all(criteria[item.start : item.end] == item.quote for item in found.evidence_for(name))
        assert found.evidence_for(name)


@pytest.mark.parametrize(
    ("words", "value", "unit"),
    [("four weeks", 4, "weeks"), ("4 (four) weeks", 4, "weeks"), ("at least one month", 1, "month")],
)
def test_a_number_in_figures_or_spelt_with_its_unit(words: str, value: float, unit: str) -> None:
    assert {(item.value, item.unit) for item in amounts(tokens(words), DAYS)} == {(value, unit)}


@pytest.mark.parametrize(
    ("criteria", "quote"),
    [
        ("* Brain metastases as the only site of disease", "Brain metastases as the only site of disease"),
        (
            "* Stroke, unless minor\n* Brain metastases without measurable disease outside the brain. Pain",
            "measurable disease outside the brain",
        ),
    ],
)
def test_disease_of_the_brain_alone_is_shut_out_with_its_words(criteria: str, quote: str) -> None:
    read = read_eligibility(f"Exclusion Criteria:\n{criteria}")
    (evidence,) = read.evidence_for("cns_only_disease")
    assert read.fields.cns_only_disease is Allowance.EXCLUDED
    assert evidence.quote == quote
