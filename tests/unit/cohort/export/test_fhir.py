"""A patient as an mCODE and CodeX RT bundle: valid FHIR, known profiles, references that resolve."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from fhir.resources.R4B.bundle import Bundle

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.export.fhir.bundle import bundles, unresolved
from cimara.cohort.export.fhir.profiles import Extension, Profile
from cimara.cohort.export.fhir.writing import PLACES, fhir_fates, write_fhir
from cimara.cohort.model import data_model
from tests.unit.cohort.export.consortium import cohort

REQUIRED = {
    Profile.PATIENT: ("identifier", "name", "gender"),
    Profile.PRIMARY: ("category", "code", "subject"),
    Profile.SECONDARY: ("category", "code", "subject"),
    Profile.TUMOR: ("identifier", "morphology", "location", "patient"),
    Profile.TUMOR_SIZE: ("status", "code", "subject", "focus", "component"),
    Profile.KARNOFSKY: ("status", "category", "code", "subject", "valueInteger"),
    Profile.ECOG: ("status", "category", "code", "subject", "valueInteger"),
    Profile.MARKER: ("status", "category", "code", "subject"),
    Profile.VARIANT: ("status", "category", "code", "subject", "valueCodeableConcept"),
    Profile.MEDICATION: (
        "status",
        "medicationCodeableConcept",
        "subject",
        "effectivePeriod",
        "reasonReference",
    ),
    Profile.SURGERY: ("status", "category", "code", "subject", "performedPeriod", "reasonReference"),
    Profile.COURSE: ("status", "category", "code", "subject", "performedPeriod", "reasonReference"),
    Profile.PHASE: ("status", "code", "subject", "performedPeriod", "partOf"),
    Profile.VOLUME: ("identifier", "patient"),
    Profile.ADVERSE_EVENT: ("actuality", "event", "subject"),
    Profile.DISEASE_STATUS: ("status", "code", "subject", "valueCodeableConcept"),
}
"""Elements that the profiles ask for (mCODE STU 4 and CodeX RT, the guides' sources)."""
INNER = frozenset({"volume", "totalDoseDelivered", "fractionsDelivered"})
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


@pytest.fixture(scope="module")
def made() -> list[dict[str, Any]]:
    few = cohort().frame("Patient")["patient_id"].sort().head(30)
    return list(bundles(cohort().of_patients(few)))


@pytest.fixture(scope="module")
def resources(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [entry["resource"] for one in made for entry in one["entry"]]


def test_every_bundle_is_valid_fhir(made: list[dict[str, Any]]) -> None:
    for one in made:
        Bundle.model_validate(json.loads(json.dumps(one)))


def test_every_reference_leads_to_a_resource_of_the_bundle(made: list[dict[str, Any]]) -> None:
    assert [unresolved(one) for one in made] == [[]] * len(made)


def test_only_known_profiles_are_claimed_and_all_of_them_occur(resources: list[dict[str, Any]]) -> None:
    claimed = {profile for one in resources for profile in one["meta"]["profile"]}
    assert claimed <= set(Profile)
    assert set(Profile) - claimed <= {Profile.BUNDLE, Profile.ECOG, Profile.SURGERY}


@pytest.mark.parametrize("profile", REQUIRED, ids=lambda one: one.rsplit("/", 1)[1])
def test_a_resource_has_what_its_profile_asks_for(profile: Profile, resources: list[dict[str, Any]]) -> None:
    for one in resources:
        if profile in one["meta"]["profile"]:
            assert [name for name in REQUIRED[profile] if name not in one] == []


def extensions(piece: Any) -> Iterator[str]:
    if isinstance(piece, dict):
        for one in piece.get("extension", []):
            yield one["url"]
        for value in piece.values():
            yield from extensions(value)
    elif isinstance(piece, list):
        for value in piece:
            yield from extensions(value)


def test_no_extension_but_those_of_the_profiles_and_the_day(made: list[dict[str, Any]]) -> None:
    assert {url for one in made for url in extensions(one)} <= {*map(str, Extension), *INNER, ABSENT}


def test_the_dose_of_each_lesion_stands_in_centigrays_with_its_fractions(
    made: list[dict[str, Any]], resources: list[dict[str, Any]]
) -> None:
    patients = [one["id"] for one in made]
    rows = (
        cohort()
        .frame("CourseLesion")
        .filter(pl.col("patient_id").is_in(patients) & pl.col("dose_gy").is_not_null())
    )
    told = sorted(
        inner["valueQuantity"]["value"]
        for one in resources
        if Profile.COURSE in one["meta"]["profile"]
        for dose in one["extension"]
        if dose["url"] == Extension.DOSE
        for inner in dose["extension"]
        if inner["url"] == "totalDoseDelivered"
    )
    assert told == sorted(round(dose * 100, 2) for dose in rows["dose_gy"])


def test_a_day_stands_as_2000_01_01_plus_the_day_and_as_itself(resources: list[dict[str, Any]]) -> None:
    scored = next(one for one in resources if Profile.KARNOFSKY in one["meta"]["profile"])
    day = next(one["valueInteger"] for one in scored["extension"] if one["url"] == Extension.RELATIVE_DAY)
    assert scored["effectiveDateTime"] == (dt.date(2000, 1, 1) + dt.timedelta(days=day)).isoformat()


def test_a_bundle_says_that_it_is_pseudonymised_and_holds_no_name(made: list[dict[str, Any]]) -> None:
    assert made[0]["meta"]["security"][0]["code"] == "PSEUDED"
    names = [one["entry"][0]["resource"]["name"] for one in made]
    assert all(set(name) == {"extension"} for held in names for name in held)
    assert not re.search(r'"birthDate"', json.dumps(made))


def test_ids_are_unique_in_a_bundle_and_of_the_form_that_fhir_takes(made: list[dict[str, Any]]) -> None:
    for one in made:
        ids = [entry["fullUrl"] for entry in one["entry"]]
        assert len(ids) == len(set(ids))
        assert all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", entry["resource"]["id"]) for entry in one["entry"])


def test_a_tumour_size_without_a_diameter_says_that_it_is_absent() -> None:
    data = cohort()
    without = data.frame("LesionMeasurement").with_columns(longest_mm=pl.lit(None, dtype=pl.Float64))
    spoilt = Dataset({**data.tables, "LesionMeasurement": without}, data.origins)
    held = [entry["resource"] for one in bundles(spoilt) for entry in one["entry"]]
    size = next(one for one in held if Profile.TUMOR_SIZE in one["meta"]["profile"])
    assert "dataAbsentReason" in size["component"][0]


def test_a_row_that_refers_to_a_lesion_that_is_not_there_is_refused(tmp_path: Path) -> None:
    data = cohort()
    first = data.frame("BrainLesion")["lesion_id"][0]
    fewer = data.frame("BrainLesion").filter(pl.col("lesion_id") != first)
    spoilt = Dataset({**data.tables, "BrainLesion": fewer}, data.origins)
    with pytest.raises(CohortError, match="lead nowhere"):
        write_fhir(spoilt, tmp_path)


def test_no_field_is_told_twice_and_each_is_one_of_the_model() -> None:
    said = [(one.entity, one.field) for one in fhir_fates()]
    assert len(said) == len(set(said))
    for entity, places in PLACES.items():
        assert set(places) <= set(data_model().entity(entity).by_name)
