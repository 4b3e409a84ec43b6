"""An mCODE bundle becomes a profile, and every step is accounted for."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from cimara.trials.fhir import read_bundle
from cimara.trials.matching import Biomarker, Lmd, PatientSex, Steroids, possible_states
from tests.unit.trials.fhir.demo_bundle import (
    AS_OF,
    BRAIN,
    FILE,
    ICD10,
    SNOMED,
    bundle,
    concept,
    condition,
    demo,
    observation,
    procedure,
    without_profiles,
)


def read(*resources: dict[str, Any]) -> Any:
    return read_bundle(bundle(*resources), AS_OF)


def test_the_demonstration_patient_is_valid_fhir() -> None:
    assert Bundle.model_validate(demo()).type == "collection"


def test_the_demonstration_patient_is_read() -> None:
    profile = read_bundle(FILE.read_bytes(), AS_OF).profile
    assert (profile.age, profile.sex, profile.tumour) == (58, PatientSex.FEMALE, "nsclc")
    assert profile.cns.brm_present is True
    assert profile.cns.last_srs == date(2025, 9, 10)
    assert profile.cns.largest_mm == 9.0
    assert profile.steroids == Steroids(drug="dexamethasone", mg_per_day=2.0)  # type: ignore[arg-type]
    assert profile.antiseizure_drugs == ("levetiracetam",)
    assert profile.biomarkers == (Biomarker(gene="EGFR", result="present"),)


def test_ecog_0_is_a_value() -> None:
    assert read_bundle(demo(), AS_OF).profile.ecog == 0


def test_a_bundle_without_profiles_reads_the_same() -> None:
    assert read_bundle(without_profiles(demo()), AS_OF).profile == read_bundle(demo(), AS_OF).profile


def test_the_state_stays_unknown_until_the_person_sets_it() -> None:
    profile = read_bundle(demo(), AS_OF).profile
    assert profile.cns.state is None
    assert len(possible_states(profile.cns)) > 1


def test_identifiers_are_counted_and_never_kept() -> None:
    reading = read_bundle(demo(), AS_OF)
    assert reading.dropped_identifiers == {
        "address": 1,
        "birthDate": 1,
        "id": 15,
        "identifier": 1,
        "name": 1,
        "telecom": 1,
    }
    told = repr(reading) + reading.profile.to_json()
    assert not [one for one in ("DEMO-0001", "Exampletown", "1967", "555-0100", "demo-01") if one in told]


def test_every_used_fact_names_its_resource_and_value() -> None:
    used = {one.field: (one.resource, one.value) for one in read_bundle(demo(), AS_OF).used}
    assert used["ecog"] == ("Observation[10]", "0")
    assert used["cns.last_srs"] == ("Procedure[5]", "2025-09-10")
    assert used["cns.largest_mm"] == ("Observation[8]", "9")
    assert used["steroids"] == ("MedicationRequest[13]", "dexamethasone 2 mg/day")


def test_the_latest_dated_value_wins_and_the_clash_is_listed() -> None:
    (clash,) = read_bundle(demo(), AS_OF).clashes
    assert (clash.field, clash.used, clash.left, clash.left_from) == ("ecog", "0", "1", "Observation[9]")


def test_disease_status_and_stage_are_shown_and_not_used() -> None:
    shown = {one.field for one in read_bundle(demo(), AS_OF).shown}
    assert {"disease_status", "stage", "biomarker"} <= shown


def test_a_reference_out_of_the_bundle_is_listed() -> None:
    assert read_bundle(demo(), AS_OF).dangling == ("Observation[10].performer",)


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ("verificationStatus", "refuted"),
        ("verificationStatus", "entered-in-error"),
        ("clinicalStatus", "resolved"),
    ],
)
def test_refuted_mistaken_and_resolved_conditions_are_not_used(element: str, code: str) -> None:
    reading = read(condition(concept(ICD10, "C79.31"), **{element: concept("x", code)}))
    assert reading.profile.cns.brm_present is None
    assert reading.ignored[0].resource == "Condition[0]"


@pytest.mark.parametrize(
    ("code", "more", "tumour"),
    [
        (concept(ICD10, "C34.11"), {}, "lung"),
        (concept(ICD10, "C50.911"), {}, "breast"),
        (concept(ICD10, "C43.59"), {}, "melanoma"),
        (concept(ICD10, "C22.1"), {}, "biliary"),
        (concept(SNOMED, "254632001"), {}, "sclc"),
        (concept(SNOMED, "1", "Malignant melanoma of skin"), {}, "melanoma"),
        ({"text": "HER2-positive breast cancer"}, {}, "her2_breast"),
        ({"text": "Diabetes mellitus"}, {}, None),
    ],
)
def test_the_primary_cancer_gives_the_tumour(
    code: dict[str, Any], more: dict[str, Any], tumour: str | None
) -> None:
    assert read(condition(code, **more)).profile.tumour == tumour


@pytest.mark.parametrize(
    ("morphology", "tumour"), [("8041/3", "sclc"), ("8070/3", "nsclc"), ("8000/3", "lung")]
)
def test_histology_narrows_the_tumour(morphology: str, tumour: str) -> None:
    icdo3 = "http://terminology.hl7.org/CodeSystem/icd-o-3"
    extension = {
        "url": "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-histology-morphology-behavior",
        "valueCodeableConcept": concept(icdo3, morphology),
    }
    assert read(condition(concept(ICD10, "C34.9"), extension=[extension])).profile.tumour == tumour


def test_an_unknown_code_of_a_primary_cancer_is_listed_and_the_tumour_stays_unknown() -> None:
    mcode = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-primary-cancer-condition"
    reading = read(condition(concept(SNOMED, "99999999"), meta={"profile": [mcode]}))
    assert reading.profile.tumour is None
    (unmapped,) = reading.unmapped
    assert (unmapped.resource, unmapped.system, unmapped.code) == ("Condition[0]", SNOMED, "99999999")


def test_free_text_in_the_place_of_a_code_is_not_repeated() -> None:
    mcode = "http://hl7.org/fhir/us/mcode/StructureDefinition/mcode-primary-cancer-condition"
    reading = read(condition(concept("x", "Zoltan Z., born 1967"), meta={"profile": [mcode]}))
    assert reading.unmapped[0].code == "(not a code)"


@pytest.mark.parametrize(
    ("code", "present", "lmd"),
    [
        (concept(SNOMED, "94225005"), True, None),
        (concept(ICD10, "C79.31"), True, None),
        (concept(ICD10, "C79.32"), None, Lmd.IMAGING),
        (concept(ICD10, "C79.49"), None, Lmd.SUSPECTED),
        ({"text": "Leptomeningeal carcinomatosis"}, None, Lmd.IMAGING),
        ({"text": "Metastasis to the brain"}, True, None),
        (concept(ICD10, "C79.51"), None, None),
    ],
)
def test_spread_to_the_cns(code: dict[str, Any], present: bool | None, lmd: Lmd | None) -> None:
    facts = read(condition(code)).profile.cns
    assert (facts.brm_present, facts.lmd) == (present, lmd)


def test_a_secondary_cancer_whose_body_site_is_the_brain() -> None:
    reading = read(condition({"text": "Secondary malignant neoplasm"}, bodySite=[BRAIN]))
    assert reading.profile.cns.brm_present is True


def test_unconfirmed_brain_metastases_are_not_used() -> None:
    status = concept("x", "provisional")
    assert (
        read(condition(concept(ICD10, "C79.31"), verificationStatus=status)).profile.cns.brm_present is None
    )


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("Stereotactic radiosurgery", "last_srs"),
        ("Gamma Knife treatment, radiation", "last_srs"),
        ("Whole brain radiotherapy", "last_wbrt"),
        ("External beam radiotherapy", "last_brain_rt"),
    ],
)
def test_brain_radiotherapy_is_srs_or_wbrt_only_when_the_words_say_so(name: str, field: str) -> None:
    facts = read(procedure(name, BRAIN, performedDateTime="2025-12-01")).profile.cns
    found = {one: getattr(facts, one) for one in ("last_srs", "last_wbrt", "last_brain_rt")}
    assert found == {one: (date(2025, 12, 1) if one == field else None) for one in found}


def test_radiotherapy_of_another_place_is_not_used() -> None:
    lung = concept(SNOMED, "39607008", "Lung structure")
    reading = read(procedure("Stereotactic radiotherapy", lung, performedDateTime="2025-12-01"))
    assert reading.profile.cns.last_srs is None
    assert reading.ignored[0].reason == "local therapy outside the brain"


def test_the_last_course_counts_and_earlier_ones_are_no_clash() -> None:
    courses = [
        procedure("Radiosurgery", BRAIN, performedDateTime=day) for day in ("2025-12-01", "2024-01-01")
    ]
    reading = read(*courses)
    assert reading.profile.cns.last_srs == date(2025, 12, 1)
    assert reading.clashes == ()


def test_surgery_of_the_brain() -> None:
    made = procedure(
        "Craniotomy and resection", BRAIN, performedPeriod={"start": "2025-11-01", "end": "2025-11-02"}
    )
    assert read(made).profile.cns.last_surgery == date(2025, 11, 2)


@pytest.mark.parametrize("status", ["not-done", "entered-in-error", "preparation"])
def test_a_procedure_that_did_not_take_place_is_not_used(status: str) -> None:
    made = procedure("Radiosurgery", BRAIN, performedDateTime="2025-12-01") | {"status": status}
    assert read(made).profile.cns.last_srs is None


def test_of_a_month_the_last_day_counts_so_that_no_interval_is_overstated() -> None:
    reading = read(procedure("Radiosurgery", BRAIN, performedDateTime="2025-12"))
    assert reading.profile.cns.last_srs == date(2025, 12, 31)
    assert reading.used[0].note == "only its month or year is known"


def test_what_is_dated_after_the_day_of_matching_is_not_used() -> None:
    assert read(observation("89247-1", valueInteger=2, effectiveDateTime="2026-04-01")).profile.ecog is None


def test_a_birth_date_without_a_day_gives_no_age() -> None:
    assert read({"resourceType": "Patient", "birthDate": "1967-06"}).profile.age is None
    assert read({"resourceType": "Patient", "birthDate": "1967-03-02"}).profile.age == 58
    assert read({"resourceType": "Patient", "birthDate": "1967-03-01"}).profile.age == 59


@pytest.mark.parametrize(
    ("more", "ecog"),
    [
        ({"valueInteger": 0}, 0),
        ({"valueQuantity": {"value": 2.0}}, 2),
        ({"valueCodeableConcept": concept("http://loinc.org", "LA9624-3")}, 2),
        ({"valueInteger": 9}, None),
        ({"valueString": "0"}, None),
        ({"valueInteger": True}, None),
    ],
)
def test_ecog_in_its_forms(more: dict[str, Any], ecog: int | None) -> None:
    assert read(observation("89247-1", **more)).profile.ecog == ecog


def test_karnofsky() -> None:
    assert read(observation("89243-0", valueInteger=90)).profile.kps == 90


def test_the_size_of_a_tumour_outside_the_brain_is_not_used() -> None:
    size = {
        "valueQuantity": {"value": 3, "unit": "cm", "code": "cm"},
        "code": concept("http://loinc.org", "33728-7"),
    }
    assert read(observation("21889-1", component=[size])).profile.cns.largest_mm is None
    assert read(observation("21889-1", component=[size], bodySite=BRAIN)).profile.cns.largest_mm == 30.0


def test_the_largest_lesion_counts_each_at_its_latest_size() -> None:
    def sized(lesion: str, mm: float, day: str) -> dict[str, Any]:
        component = {
            "code": concept("http://loinc.org", "33728-7"),
            "valueQuantity": {"value": mm, "unit": "mm"},
        }
        focus = [{"reference": f"BodyStructure/{lesion}"}]
        return observation(
            "21889-1", component=[component], bodySite=BRAIN, focus=focus, effectiveDateTime=day
        )

    reading = read(sized("a", 20, "2025-01-01"), sized("a", 8, "2026-01-01"), sized("b", 11, "2025-06-01"))
    assert reading.profile.cns.largest_mm == 11.0


@pytest.mark.parametrize(
    ("dosage", "mg"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "d"}, 4.0),
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, 8.0),
        ({"frequency": 1, "period": 12, "periodUnit": "h"}, 8.0),
        ({}, None),
    ],
)
def test_the_daily_dose_is_told_only_with_unit_and_timing(dosage: dict[str, Any], mg: float | None) -> None:
    instruction = {
        "timing": {"repeat": dosage},
        "doseAndRate": [{"doseQuantity": {"value": 4, "unit": "mg"}}],
    }
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationCodeableConcept": {"text": "Dexamethasone 4 mg tablet"},
        "dosageInstruction": [instruction],
    }
    assert read(request).profile.steroids == Steroids(drug="dexamethasone", mg_per_day=mg)  # type: ignore[arg-type]


def test_a_stopped_steroid_says_nothing_of_today() -> None:
    request = {
        "resourceType": "MedicationRequest",
        "status": "stopped",
        "medicationCodeableConcept": {"text": "dexamethasone"},
    }
    assert read(request).profile.steroids is None


def test_a_drug_held_in_a_contained_resource_is_found() -> None:
    request = {
        "resourceType": "MedicationRequest",
        "status": "active",
        "medicationReference": {"reference": "#drug"},
        "contained": [{"resourceType": "Medication", "id": "drug", "code": {"text": "Prednisone"}}],
    }
    assert read(request).profile.steroids == Steroids(drug="prednisone")  # type: ignore[arg-type]


def test_no_antiseizure_drug_in_the_list_does_not_mean_that_none_is_taken() -> None:
    assert read({"resourceType": "Patient"}).profile.antiseizure_drugs is None


def test_an_empty_bundle_gives_an_empty_profile() -> None:
    assert read_bundle({"resourceType": "Bundle", "type": "collection"}, AS_OF).used == ()


@pytest.mark.parametrize("kind", ["collection", "transaction", "searchset", "document", "message"])
def test_any_type_of_bundle_is_read(kind: str) -> None:
    given = deepcopy(demo()) | {"type": kind}
    assert read_bundle(json.dumps(given), AS_OF).profile.tumour == "nsclc"


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ({"valueString": "Exon 19 deletion"}, "exon 19 deletion"),
        ({"valueString": "TPS 80%"}, "tps 80%"),
        ({"valueString": "p.Leu858Arg"}, "p.leu858arg"),
        ({"valueCodeableConcept": {"text": "Positive"}}, "positive"),
        ({"valueCodeableConcept": {"text": "Zoltan Testperson: positive"}}, None),
        ({"valueString": "positive, MRN DEMO-0001, Zoltan Testperson"}, None),
        ({"valueString": "  "}, None),
        ({"valueString": "posi\x00tive"}, None),
    ],
)
def test_the_result_of_a_marker_is_told_in_words_of_results_only(
    more: dict[str, Any], result: str | None
) -> None:
    told = observation("x", **more) | {"code": {"text": "EGFR"}}
    assert read(told).profile.biomarkers == (Biomarker(gene="EGFR", result=result),)


def test_a_date_before_1900_is_no_date() -> None:
    made = procedure("Radiosurgery", BRAIN, performedDateTime="1850-01-01")
    reading = read(made)
    assert reading.profile.cns.last_srs is None
    assert reading.ignored[0].reason == "local therapy of the brain without a date"
