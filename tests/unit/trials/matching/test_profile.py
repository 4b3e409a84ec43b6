"""A profile takes what can be true, says what can't, and never shows a person's value."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from cimara.trials.matching import (
    Biomarker,
    CnsFacts,
    Never,
    Profile,
    ProfileError,
    ProfileFault,
    Steroids,
)

AS_OF = date(2026, 3, 1)


def full() -> Profile:
    return Profile(
        as_of=AS_OF,
        tumour="nsclc",
        subtype="adenocarcinoma",
        biomarkers=(Biomarker(gene="EGFR", result="L858R"),),
        stage="IV",
        age=61,
        sex="female",  # type: ignore[arg-type]
        ecog=0,
        kps=90,
        country="us",
        place="Durham, US",
        max_distance_km=300,
        phases=("PHASE2",),  # type: ignore[arg-type]
        cns=CnsFacts(
            state="treated_stable",  # type: ignore[arg-type]
            lesion_count=2,
            largest_mm=11.5,
            places=(),
            last_srs=date(2025, 12, 1),
            last_wbrt=Never.NEVER,
            lmd="no",  # type: ignore[arg-type]
        ),
        steroids=Steroids(drug="none"),  # type: ignore[arg-type]
        antiseizure_drugs=(),
        extracranial_measurable=True,
        prior_therapies=("osimertinib",),
    )


def test_a_profile_survives_json() -> None:
    assert Profile.from_json(full().to_json()) == full()


def test_unknown_facts_are_left_out_of_json_and_none_is_kept() -> None:
    written = json.loads(full().to_json())
    assert written["antiseizure_drugs"] == []
    assert written["ecog"] == 0
    assert written["cns"]["last_wbrt"] == "none"
    assert "last_surgery" not in written["cns"]


def test_only_as_of_is_required() -> None:
    assert Profile(as_of=AS_OF).cns == CnsFacts()
    with pytest.raises(ProfileError) as caught:
        Profile.from_json("{}")
    assert (caught.value.field, caught.value.kind) == ("as_of", ProfileFault.MISSING)


def test_a_given_day_stands_in_for_a_missing_as_of_only() -> None:
    assert Profile.from_json("{}", as_of=AS_OF).as_of == AS_OF
    assert Profile.from_json('{"as_of": "2025-01-01"}', as_of=AS_OF).as_of == date(2025, 1, 1)


SECRET = "Zoltan-4711"
WRONG: list[tuple[dict[str, Any], str, ProfileFault]] = [
    ({"age": 121}, "age", ProfileFault.OUT_OF_RANGE),
    ({"age": SECRET}, "age", ProfileFault.WRONG_TYPE),
    ({"age": True}, "age", ProfileFault.WRONG_TYPE),
    ({"age": 61.5}, "age", ProfileFault.WRONG_TYPE),
    ({"ecog": 5}, "ecog", ProfileFault.OUT_OF_RANGE),
    ({"kps": 85}, "kps", ProfileFault.OUT_OF_RANGE),
    ({"sex": SECRET}, "sex", ProfileFault.NOT_IN_VOCABULARY),
    ({"tumour": SECRET}, "tumour", ProfileFault.NOT_IN_VOCABULARY),
    ({"country": "USA"}, "country", ProfileFault.OUT_OF_RANGE),
    ({"country": "1A"}, "country", ProfileFault.NOT_IN_VOCABULARY),
    ({"lat": 91.0, "lon": 0.0}, "lat", ProfileFault.OUT_OF_RANGE),
    ({"lat": 10.0}, "lon", ProfileFault.MISSING),
    ({"max_distance_km": float("nan")}, "max_distance_km", ProfileFault.OUT_OF_RANGE),
    ({"phases": "PHASE1"}, "phases", ProfileFault.WRONG_TYPE),
    ({"phases": [SECRET]}, "phases", ProfileFault.NOT_IN_VOCABULARY),
    ({"biomarkers": [{"gene": "EGFR;" + SECRET}]}, "biomarkers.gene", ProfileFault.NOT_IN_VOCABULARY),
    ({"antiseizure_drugs": ["x" * 61]}, "antiseizure_drugs", ProfileFault.OUT_OF_RANGE),
    ({"place": "a\u0000b"}, "place", ProfileFault.OUT_OF_RANGE),
    ({"cns": []}, "cns", ProfileFault.WRONG_TYPE),
    ({"cns": {"largest_mm": 900}}, "cns.largest_mm", ProfileFault.OUT_OF_RANGE),
    ({"cns": {"lesion_count": -1}}, "cns.lesion_count", ProfileFault.OUT_OF_RANGE),
    ({"cns": {"last_srs": "last spring"}}, "cns.last_srs", ProfileFault.WRONG_TYPE),
    ({"cns": {"last_srs": "2026-03-02"}}, "cns.last_srs", ProfileFault.OUT_OF_RANGE),
    ({"cns": {"stable_since": "1899-12-31"}}, "cns.stable_since", ProfileFault.OUT_OF_RANGE),
    ({"cns": {"lmd": "no", "lmd_state": "active"}}, "cns.lmd_state", ProfileFault.CONTRADICTION),
    ({"cns": {"had_wbrt": False, "last_wbrt": "2025-01-01"}}, "cns.had_wbrt", ProfileFault.CONTRADICTION),
    ({"cns": {"had_wbrt": True, "last_wbrt": "none"}}, "cns.had_wbrt", ProfileFault.CONTRADICTION),
    ({"cns": {"last_brain_rt": "none", "had_wbrt": True}}, "cns.last_brain_rt", ProfileFault.CONTRADICTION),
    (
        {"cns": {"largest_mm": 10, "largest_untreated_mm": 12}},
        "cns.largest_untreated_mm",
        ProfileFault.CONTRADICTION,
    ),
    ({"cns": {"lesion_count": 0, "largest_mm": 12}}, "cns.lesion_count", ProfileFault.CONTRADICTION),
    ({"cns": {"state": "none_known", "lesion_count": 3}}, "cns.state", ProfileFault.CONTRADICTION),
    ({"cns": {"brm_present": False, "lesion_count": 3}}, "cns.brm_present", ProfileFault.CONTRADICTION),
    (
        {"cns": {"state": "treated_stable", "symptoms": "urgent"}},
        "cns.state",
        ProfileFault.CONTRADICTION,
    ),
    ({"steroids": {"drug": "none", "mg_per_day": 4}}, "steroids.mg_per_day", ProfileFault.CONTRADICTION),
    (
        {"steroids": {"drug": "dexamethasone", "mg_per_day": 0}},
        "steroids.mg_per_day",
        ProfileFault.CONTRADICTION,
    ),
    (
        {"steroids": {"drug": "prednisone", "last_dose": "none"}},
        "steroids.last_dose",
        ProfileFault.CONTRADICTION,
    ),
    ({"steroids": {"last_dose": "2027-01-01"}}, "steroids.last_dose", ProfileFault.OUT_OF_RANGE),
    ({"name": SECRET}, "name", ProfileFault.UNKNOWN_FIELD),
    ({"birth_date": SECRET}, "birth_date", ProfileFault.UNKNOWN_FIELD),
    ({"cns": {"mrn": SECRET}}, "cns.mrn", ProfileFault.UNKNOWN_FIELD),
    ({SECRET: 1}, "a field", ProfileFault.UNKNOWN_FIELD),
]


@pytest.mark.parametrize(("given", "field", "kind"), WRONG, ids=[f"{row[1]}-{row[2]}" for row in WRONG])
def test_a_wrong_value_is_named_by_field_range_and_kind(
    given: dict[str, Any], field: str, kind: ProfileFault
) -> None:
    with pytest.raises(ProfileError) as caught:
        Profile.from_json({"as_of": "2026-03-01", **given})
    assert (caught.value.field, caught.value.kind) == (field, kind)
    assert caught.value.allowed
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("given", [row[0] for row in WRONG])
def test_no_error_tells_a_value(given: dict[str, Any]) -> None:
    with pytest.raises(ProfileError) as caught:
        Profile.from_json({"as_of": "2026-03-01", **given})
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize("source", ["", "[]", "{", "null", '"x"', b"\xff\xfe{", "[" * 100_000])
def test_what_is_not_a_json_object_is_refused(source: str | bytes) -> None:
    with pytest.raises(ProfileError) as caught:
        Profile.from_json(source)
    assert caught.value.kind is ProfileFault.NOT_JSON


def test_a_repr_tells_which_facts_are_known_and_not_what_they_are() -> None:
    shown = repr(full())
    assert "age" in shown
    assert "61" not in shown
    assert "Durham" not in shown


def test_there_is_no_field_for_a_name_a_birth_date_or_a_number() -> None:
    names = {name for name in Profile.__dataclass_fields__ if name in ("name", "birth_date", "mrn", "id")}
    assert names == set()


def test_a_biomarker_without_its_gene_is_refused() -> None:
    for biomarker in ({}, {"gene": None, "result": "positive"}):
        with pytest.raises(ProfileError, match="gene"):
            Profile.from_json({"as_of": "2026-11-20", "biomarkers": [biomarker]})
