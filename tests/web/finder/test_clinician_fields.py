"""Every fact of a profile as it is typed: what is taken, what is refused and where, and the way back."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, timedelta
from typing import Any

import pytest

from cimara.terms.registry import Phase
from cimara.trials.matching import (
    Biomarker,
    BrainPlace,
    CnsFacts,
    Lmd,
    LmdState,
    Never,
    Profile,
    Steroids,
)
from cimara_web.finder.clinician.form import ProfileForm
from cimara_web.finder.clinician.profile import given_of, profile_of_given
from cimara_web.finder.clinician.profile_fields import ProfileFields
from tests.web.finder.clinician_visits import AS_OF


def checked(**typed: Any) -> ProfileForm:
    """The form with some fields filled in."""
    return ProfileForm(typed, as_of=AS_OF)


def profile(**typed: Any) -> Profile:
    """The profile that a form gives; it must be valid."""
    form = checked(**typed)
    assert form.is_valid(), form.errors
    return profile_of_given(form.given())


def test_every_fact_of_a_profile_has_its_field() -> None:
    parts = {"cns": CnsFacts, "steroids": Steroids}
    own = {one.name for one in fields(Profile)} - {"as_of", "lat", "lon", *parts}
    inner = {f"{part}_{one.name}" for part, kind in parts.items() for one in fields(kind)}
    assert set(ProfileFields.base_fields) == own | inner


def test_an_empty_form_is_a_profile_of_which_nothing_is_known() -> None:
    assert profile() == Profile(as_of=AS_OF)


FULL = Profile(
    as_of=AS_OF,
    tumour="nsclc",
    subtype="adenocarcinoma",
    biomarkers=(Biomarker(gene="EGFR", result="exon 19"), Biomarker(gene="ALK")),
    stage="IVB",
    age=58,
    sex="female",  # type: ignore[arg-type]
    ecog=0,
    kps=90,
    max_distance_km=250.0,
    phases=(Phase.PHASE1, Phase.PHASE2),
    cns=CnsFacts(
        state="treated_stable",  # type: ignore[arg-type]
        brm_present=True,
        lesion_count=3,
        largest_mm=9.5,
        largest_untreated_mm=0.0,
        places=(BrainPlace.DURAL,),
        last_srs=date(2025, 9, 10),
        last_wbrt=Never.NEVER,
        last_surgery=date(2025, 8, 1),
        had_wbrt=False,
        stable_since=date(2025, 12, 1),
        last_brain_scan=date(2026, 2, 1),
        scan_modality="mri",  # type: ignore[arg-type]
        symptoms="stable",  # type: ignore[arg-type]
        seizures="controlled",  # type: ignore[arg-type]
        haemorrhage=False,
        lmd=Lmd.CSF_POSITIVE,
        lmd_state=LmdState.STABLE,
    ),
    steroids=Steroids(drug="dexamethasone", mg_per_day=1.5, trend="tapering"),  # type: ignore[arg-type]
    antiseizure_drugs=("levetiracetam", "lacosamide"),
    extracranial_measurable=True,
    prior_therapies=(),
)


NOTHING = Profile(
    as_of=AS_OF,
    biomarkers=(),
    antiseizure_drugs=(),
    cns=CnsFacts(places=(), last_brain_rt=Never.NEVER, last_brain_scan=Never.NEVER),
    steroids=Steroids(drug="none", mg_per_day=0.0, last_dose=date(2026, 2, 1)),  # type: ignore[arg-type]
)


@pytest.mark.parametrize("one", [FULL, NOTHING, Profile(as_of=AS_OF)], ids=["full", "nothing", "unknown"])
def test_a_profile_typed_out_and_read_back_is_the_same(one: Profile) -> None:
    form = ProfileForm(dict(given_of(one)), as_of=AS_OF)
    assert form.is_valid(), form.errors
    assert profile_of_given(form.given()) == one


@pytest.mark.parametrize(
    ("typed", "srs"),
    [
        ("0", AS_OF),
        ("120", AS_OF - timedelta(days=120)),
        ("2025-09-10", date(2025, 9, 10)),
        ("never", Never.NEVER),
        ("Nunca", Never.NEVER),
        ("", None),
    ],
)
def test_a_treatment_is_days_ago_a_date_never_or_not_known(typed: str, srs: object) -> None:
    assert profile(cns_last_srs=typed).cns.last_srs == srs


@pytest.mark.parametrize(("typed", "mg"), [("7.5", 7.5), ("7,5", 7.5), ("8", 8.0), ("2000", 2000.0)])
def test_a_dose_is_read_with_a_point_or_a_comma(typed: str, mg: float) -> None:
    taken = profile(steroids_drug="dexamethasone", steroids_mg_per_day=typed).steroids
    assert taken is not None
    assert taken.mg_per_day == mg


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"age": "121"}, "age"),
        ({"age": "58.5"}, "age"),
        ({"steroids_mg_per_day": "1,500"}, "steroids_mg_per_day"),
        ({"steroids_mg_per_day": "2001"}, "steroids_mg_per_day"),
        ({"steroids_mg_per_day": "-4"}, "steroids_mg_per_day"),
        ({"cns_largest_mm": "251"}, "cns_largest_mm"),
        ({"cns_lesion_count": "501"}, "cns_lesion_count"),
        ({"cns_last_srs": "yesterday"}, "cns_last_srs"),
        ({"cns_last_srs": "1899-01-01"}, "cns_last_srs"),
        ({"cns_last_srs": "2026-03-02"}, "cns_last_srs"),
        ({"cns_stable_since": "never"}, "cns_stable_since"),
        ({"cns_stable_since": "2027-01-01"}, "cns_stable_since"),
        ({"steroids_last_dose": "2027-01-01"}, "steroids_last_dose"),
        ({"cns_places": ["dural", "none"]}, "cns_places"),
        ({"biomarkers": "(EGFR)"}, "biomarkers"),
        ({"biomarkers": f"EGFR: {'x' * 70}"}, "biomarkers"),
        ({"antiseizure_drugs": "x" * 61}, "antiseizure_drugs"),
        ({"subtype": "x" * 81}, "subtype"),
        ({"subtype": "a\x01b"}, "subtype"),
        ({"tumour": "unheard_of"}, "tumour"),
        ({"place": "Springfield"}, "which"),
        ({"steroids_drug": "none", "steroids_mg_per_day": "4"}, "steroids_mg_per_day"),
        ({"steroids_drug": "prednisone", "steroids_last_dose": "never"}, "steroids_last_dose"),
        ({"cns_largest_mm": "5", "cns_largest_untreated_mm": "6"}, "cns_largest_untreated_mm"),
        ({"cns_lesion_count": "0", "cns_largest_mm": "6"}, "cns_lesion_count"),
        ({"cns_had_wbrt": "no", "cns_last_wbrt": "30"}, "cns_had_wbrt"),
        ({"cns_last_brain_rt": "never", "cns_last_srs": "30"}, "cns_last_brain_rt"),
        ({"cns_lmd": "no", "cns_lmd_state": "stable"}, "cns_lmd_state"),
        ({"cns_brm_present": "no", "cns_lesion_count": "3"}, "cns_brm_present"),
        ({"cns_state": "none_known", "cns_lesion_count": "3"}, "cns_state"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(typed: dict[str, Any], wrong: str) -> None:
    form = checked(**typed)
    assert not form.is_valid()
    assert list(form.errors) == [wrong]


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        (name, field.low, field.high)
        for name, field in ProfileFields.base_fields.items()
        if hasattr(field, "high")
    ],
)
def test_bounds_are_the_librarys(name: str, low: int, high: int) -> None:
    for value in (low, high):
        assert checked(**{name: str(value)}).is_valid(), value
    assert "Write a" in checked(**{name: str(high + 1)}).errors[name][0]
