"""The sheet for the doctor: up to five studies, chosen and taken off, and no trace of the choice outside."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.http import HttpResponse

from cimara_web.finder.actions.sheets import SheetFullError, change_sheet
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.sealing import new_token, token_of_cookie
from cimara_web.snapshot import close_snapshot
from tests.web.conftest import Build, Visitor
from tests.web.finder.registry_of import ALLOWS, BOSTON, EXCLUDES, SILENT, site, study
from tests.web.finder.test_path import text
from tests.web.finder.test_profiles import NOON
from tests.web.finder.test_query_counts import counted, many
from tests.web.finder.test_results import DURHAM, STABLE, card

FIVE = range(1, 6)


def put(visitor: Visitor, *numbers: int, **more: str) -> HttpResponse:
    """Press the button of some studies; the last response."""
    for number in numbers:
        response = visitor.post("/find/sheet/", put=f"NCT{number:08}", **more)
    return response


def on_sheet(visitor: Visitor) -> list[str]:
    """Numbers on the sheet, as its sections show them."""
    page = visitor.get("/find/sheet/").content.decode()
    return re.findall(r'<p class="sheet-facts"><a [^>]*>(NCT\d{8})</a>', page)


def replace_registry(build: Build, *records: dict[str, Any]) -> None:
    """Another registry takes the place of the one in force, at once."""
    build(*records)
    close_snapshot()


@pytest.fixture
def patient(visitor: Visitor, build: Build) -> Visitor:
    """A visitor with answers before a registry of seven studies."""
    build(*(study(n, ALLOWS, sites=[site(*BOSTON)]) for n in range(1, 8)))
    visitor.play(**STABLE, place=DURHAM | {"reach": "any"})
    return visitor


@pytest.mark.parametrize("answered", [False, True])
def test_an_empty_sheet_says_how_to_fill_it(visitor: Visitor, answered: bool) -> None:
    if answered:
        visitor.play(**STABLE)
    said = text(visitor.get("/find/sheet/"))
    assert "Your sheet is empty" in said
    assert "Press “Add to my sheet” at each study" in said
    assert ("Answer up to ten short questions" in said) is not answered


def test_a_study_is_put_on_it_from_the_list_and_the_list_says_so(patient: Visitor) -> None:
    assert "On your sheet" not in card(patient.get("/find/results/").content.decode(), 2)
    assert put(patient, 2, back="results")["Location"] == "/find/results/"
    page = patient.get("/find/results/").content.decode()
    assert "On your sheet" in card(page, 2)
    assert "On your sheet" not in card(page, 3)
    assert "1 of 5" in page
    assert on_sheet(patient) == ["NCT00000002"]


def test_the_way_back_keeps_page_order_and_choice_of_the_list(patient: Visitor) -> None:
    response = put(patient, 1, back="results", page="2", sort="near", show="all")
    assert response["Location"] == "/find/results/?page=2&sort=near&show=all"


@pytest.mark.parametrize(
    "wrong", [{"page": "2 OR"}, {"sort": "//evil.example"}, {"show": "brain"}, {"next": "//evil.example"}]
)
def test_the_way_back_takes_nothing_else(patient: Visitor, wrong: dict[str, str]) -> None:
    assert put(patient, 1, back="results", **wrong)["Location"] == "/find/results/"


def test_a_study_is_put_on_it_from_its_own_page(patient: Visitor) -> None:
    page = patient.get("/find/results/NCT00000003/").content.decode()
    assert 'name="put" value="NCT00000003"' in page
    assert put(patient, 3, back="result")["Location"] == "/find/results/NCT00000003/"
    page = patient.get("/find/results/NCT00000003/").content.decode()
    assert 'name="take_off" value="NCT00000003"' in page


def test_a_study_is_taken_off(patient: Visitor) -> None:
    put(patient, 1, 2)
    response = patient.post("/find/sheet/", take_off="NCT00000001")
    assert response["Location"] == "/find/sheet/"
    assert on_sheet(patient) == ["NCT00000002"]


def test_the_same_study_twice_stands_once(patient: Visitor) -> None:
    put(patient, 1, 1)
    assert on_sheet(patient) == ["NCT00000001"]


def test_a_sixth_is_told_what_to_do_and_nothing_changes(patient: Visitor) -> None:
    put(patient, *FIVE)
    response = put(patient, 6, back="results", show="all")
    said = text(response)
    assert response.status_code == 409
    assert "It has room for 5 studies" in said
    assert "The study that you want to add: Study 6" in said
    assert said.count("Take off") == 5
    assert 'href="/find/results/?show=all"' in response.content.decode()
    assert on_sheet(patient) == [f"NCT{n:08}" for n in FIVE]


def test_the_one_taken_off_makes_room_for_the_sixth(patient: Visitor) -> None:
    put(patient, *FIVE)
    page = put(patient, 6, back="results", show="all").content.decode()
    kept = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)">', page))
    kept.pop("csrfmiddlewaretoken")
    assert kept == {"put": "NCT00000006", "back": "results", "show": "all"}
    response = patient.post("/find/sheet/", take_off="NCT00000002", **kept)
    assert response["Location"] == "/find/results/?show=all"
    assert on_sheet(patient) == [f"NCT{n:08}" for n in (1, 3, 4, 5, 6)]


def test_changed_answers_keep_the_choice(patient: Visitor) -> None:
    put(patient, 4)
    patient.answer("growth", growth="grown")
    assert on_sheet(patient) == ["NCT00000004"]


def test_the_best_answer_stands_first(visitor: Visitor, build: Build) -> None:
    build(study(1, EXCLUDES), study(2, SILENT), study(3, ALLOWS))
    visitor.play(**STABLE)
    put(visitor, 1, 2, 3)
    assert on_sheet(visitor) == ["NCT00000003", "NCT00000002", "NCT00000001"]


def test_it_holds_all_that_a_visit_needs(patient: Visitor) -> None:
    put(patient, 1)
    page = patient.get("/find/sheet/").content.decode()
    assert re.search(r'<blockquote lang="en"><p>“.*<mark>[^<]*stable brain metastases', page)
    said = text(patient.get("/find/sheet/"))
    for words in (
        "Studies to talk about with your doctor",
        "This is not medical advice",
        "NCT00000001",
        "Open for new people.",
        "Boston Clinic, Boston, United States (about 610 mi)",
        "Questions for the doctor",
        "Are there other studies that may fit?",
        "Notes",
    ):
        assert words in said
    assert page.count("<h1") == 1


def test_the_verdict_is_the_one_of_the_list(visitor: Visitor, build: Build) -> None:
    """The band 65 to 69 holds a limit of 67: the list doesn't judge by it, and neither does the sheet."""
    build(study(1, ALLOWS, oldest="67 Years"))
    visitor.play(**STABLE, about={"age": "65-69", "sex": "female", "ability": "1"})
    put(visitor, 1)
    listed = re.search(r'class="verdict verdict-(\w+)"', visitor.get("/find/results/").content.decode())
    shown = re.search(r"sheet-verdict-(\w+)", visitor.get("/find/sheet/").content.decode())
    assert listed
    assert shown
    assert listed[1] == shown[1]


def test_words_of_a_record_are_escaped(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS, title="<script>alert(1)</script>"))
    visitor.play(**STABLE)
    put(visitor, 1)
    assert b"<script>" not in visitor.get("/find/sheet/").content


def test_a_study_that_left_the_registry_is_told_and_can_be_taken_off(patient: Visitor, build: Build) -> None:
    put(patient, 1, 2)
    replace_registry(build, study(2, ALLOWS))
    page = patient.get("/find/sheet/").content.decode()
    assert "NCT00000001 is no longer in our records" in page
    assert on_sheet(patient) == ["NCT00000002"]
    patient.post("/find/sheet/", take_off="NCT00000001")
    assert "no longer in our records" not in patient.get("/find/sheet/").content.decode()


def test_a_sheet_of_missing_studies_only_can_still_be_changed(patient: Visitor, build: Build) -> None:
    put(patient, 1)
    replace_registry(build, study(2, ALLOWS))
    said = text(patient.get("/find/sheet/"))
    assert "NCT00000001 is no longer in our records" in said
    assert "Take off" in said


@pytest.mark.parametrize("number", ["NCT09999999", "none", "<b>", "NCT00000001\x00"])
def test_an_unknown_number_is_not_put_on_it(patient: Visitor, number: str) -> None:
    assert patient.post("/find/sheet/", put=number).status_code == 404
    assert on_sheet(patient) == []


def test_a_number_in_another_spelling_is_the_same_study(patient: Visitor) -> None:
    patient.post("/find/sheet/", put=" nct00000001 ")
    assert on_sheet(patient) == ["NCT00000001"]


def test_a_form_that_says_nothing_changes_nothing(patient: Visitor) -> None:
    put(patient, 1)
    assert patient.post("/find/sheet/")["Location"] == "/find/sheet/"
    assert patient.post("/find/sheet/", take_off="brain")["Location"] == "/find/sheet/"
    assert on_sheet(patient) == ["NCT00000001"]


def test_without_answers_a_button_leads_to_the_start(visitor: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    assert put(visitor, 1)["Location"] == "/find/"
    assert not FinderProfile.objects.exists()


def test_the_choice_is_in_no_address_no_cookie_and_no_readable_column(patient: Visitor) -> None:
    before = {name: one.value for name, one in patient.client.cookies.items()}
    response = put(patient, 1, back="results")
    assert "NCT" not in response["Location"]
    assert {name: one.value for name, one in patient.client.cookies.items()} == before
    row = FinderProfile.objects.get()
    assert b"NCT" not in bytes(row.body) + row.key.encode()


def test_the_place_on_the_page_that_a_button_leads_back_to_names_no_study(patient: Visitor) -> None:
    page = patient.get("/find/results/").content.decode()
    targets = re.findall(r'formaction="/find/sheet/#([^"]+)"', page)
    assert len(targets) == 7
    for target in targets:
        assert re.fullmatch(r"study-\d+", target)
        assert page.count(f'id="{target}"') == 1


def test_a_row_whose_time_has_passed_is_not_woken(db: None) -> None:
    token = new_token()
    change_sheet(token=token, put="NCT00000001", take_off=None, now=NOON)
    assert not FinderProfile.objects.exists()


def test_the_limit_holds_in_the_action_itself(patient: Visitor) -> None:
    put(patient, *FIVE)
    token = token_of_cookie(patient.client.cookies["__Host-finder"].value)
    assert token
    row = FinderProfile.objects.get()
    with pytest.raises(SheetFullError):
        change_sheet(token=token, put="NCT00000006", take_off=None, now=row.expires_at.replace(year=2000))
    assert bytes(FinderProfile.objects.get().body) == bytes(row.body)


@pytest.mark.parametrize("size", [5, 200])
def test_the_sheet_asks_the_databases_a_fixed_number_of_times(
    visitor: Visitor, build: Build, size: int
) -> None:
    build(*many(size))
    visitor.play(**STABLE)
    put(visitor, *FIVE)
    visitor.get("/find/sheet/")
    with counted() as count:
        visitor.get("/find/sheet/")
        django, snapshot = count()
    assert django <= 3
    assert snapshot <= 4


def test_in_spanish_the_records_words_stay_english(visitante: Visitor, build: Build) -> None:
    build(study(1, ALLOWS))
    visitante.play(**STABLE)
    assert put(visitante, 1)["Location"] == "/es/find/sheet/"
    page = visitante.get("/find/sheet/")
    assert "Estudios para hablar con su médico" in text(page)
    assert "Preguntas para el médico" in text(page)
    assert '<blockquote lang="en">' in page.content.decode()
    assert "Caben 4 estudios más." in text(page)
