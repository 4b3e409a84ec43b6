"""The clinician's form: nothing typed is lost, all of it is sealed, a patient's answers stay apart."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from cimara.trials.matching import (
    Never,
)
from cimara_web.finder.models import FinderProfile
from tests.web.conftest import Build, Visitor
from tests.web.finder.clinician_visits import AS_OF, FORM, LIST, STABLE, TABLE, typed_and_kept
from tests.web.finder.registry_of import ALLOWS, study
from tests.web.finder.test_path import text


def test_a_wrong_form_keeps_what_was_typed_and_names_the_field(visitor: Visitor) -> None:
    response = visitor.post(FORM, age="580", tumour="nsclc", biomarkers="EGFR", cns_places=["dural"])
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>Error:" in page
    assert "Age (years): Write a whole number from 0 to 120" in text(response)
    assert 'href="#id_age"' in page
    assert re.search(r'id="id_age" name="age" value="580"[^>]*aria-describedby="id_age-error"', page)
    assert '<option value="nsclc" selected>' in page
    assert re.search(r'value="dural" checked', page)
    assert 'name="biomarkers" value="EGFR"' in page
    assert not FinderProfile.objects.exists()


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_the_form_leads_to_the_list_and_back_with_everything_typed(
    db: None, build: Build, prefix: str
) -> None:
    build(study(1, ALLOWS))
    visitor = Visitor(prefix)
    typed = {**STABLE, "cns_last_srs": "nunca", "antiseizure_drugs": "none", "steroids_mg_per_day": "1,5"}
    response = visitor.post(FORM, **typed)
    assert (response.status_code, response["Location"]) == (303, f"{prefix}{LIST}")
    assert "NCT00000001" in text(visitor.get(LIST))
    kept = typed_and_kept(visitor)
    assert (kept.age, kept.cns.last_srs, kept.antiseizure_drugs) == (58, Never.NEVER, ())
    page = visitor.get(FORM).content.decode()
    assert 'name="age" value="58"' in page
    assert 'name="steroids_mg_per_day" value="1.5"' in page
    response = visitor.post(FORM, **{name: value for name, value in typed.items() if name != "age"})
    assert response.status_code == 303
    assert typed_and_kept(visitor).age is None


def test_days_are_counted_back_from_the_day_they_were_typed(visitor: Visitor, monkeypatch: Any) -> None:
    monkeypatch.setattr("cimara_web.clock.today", lambda: AS_OF)
    visitor.post(FORM, cns_last_srs="10")
    monkeypatch.setattr("cimara_web.clock.today", lambda: AS_OF + timedelta(days=1))
    assert typed_and_kept(visitor).cns.last_srs == AS_OF - timedelta(days=10)


def test_the_database_holds_no_word_of_it(visitor: Visitor) -> None:
    visitor.post(FORM, **STABLE, subtype="Canarycarcinoma", place="Chattanooga, Tennessee")
    row = FinderProfile.objects.get()
    for word in (b"Canary", b"Chattanooga", b"nsclc", b"clinician", b"treated"):
        assert word not in bytes(row.body) + row.key.encode()


def test_a_patients_answers_in_the_same_browser_stay_and_stay_apart(visitor: Visitor) -> None:
    visitor.answer("cancer", cancer="melanoma")
    visitor.post(FORM, **STABLE)
    visitor.answer("about", age="65-69")
    assert typed_and_kept(visitor).tumour == "nsclc"
    assert "Skin: melanoma" in text(visitor.get("/find/check/"))
    assert b"nsclc" not in visitor.post("/find/keep/").content
    assert FinderProfile.objects.count() == 1


def test_emptying_the_form_takes_the_profile_away(visitor: Visitor) -> None:
    visitor.post(FORM, **STABLE)
    assert visitor.post(FORM, clear="1")["Location"] == FORM
    assert 'value="58"' not in visitor.get(FORM).content.decode()
    assert visitor.get(LIST)["Location"] == FORM


def test_forgetting_deletes_it_at_once(visitor: Visitor) -> None:
    visitor.post(FORM, **STABLE)
    visitor.post("/find/forget/")
    assert not FinderProfile.objects.exists()
    assert visitor.get(LIST)["Location"] == FORM


@pytest.mark.parametrize("address", [FORM, LIST, f"{LIST}NCT01234567/", TABLE, "/clinician/match/fhir/"])
def test_nothing_is_stored_by_a_browser(visitor: Visitor, address: str) -> None:
    assert visitor.get(address)["Cache-Control"] == "no-store"
    assert not FinderProfile.objects.exists()


def test_without_a_profile_pages_lead_to_where_one_is_made(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    assert visitor.get(LIST)["Location"] == FORM
    assert visitor.post(TABLE)["Location"] == FORM
    assert visitor.get(f"{LIST}NCT00000001/")["Location"] == "/trials/NCT00000001/"
