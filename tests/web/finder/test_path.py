"""The path of questions: one a page, Back and Skip everywhere, nothing typed is lost."""

from __future__ import annotations

import html
import re

import pytest

from cimara_web.finder.models import FinderProfile
from cimara_web.finder.steps import STEPS
from tests.web.conftest import Visitor

SLUGS = [step.slug for step in STEPS]


def text(response: object) -> str:
    """What a reader sees, tags taken away."""
    body = re.sub(r"<(script|style).*?</\1>", " ", response.content.decode(), flags=re.S)  # type: ignore[attr-defined]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_the_start_says_what_happens_to_answers_and_when_to_call_for_help(visitor: Visitor) -> None:
    said = text(visitor.get("/find/"))
    assert "for you, or for the person you care for" in said
    assert "gone after two hours" in said
    assert "This is not medical advice" in said
    assert "emergency number" in said


def test_looking_leaves_no_row_and_no_cookie(visitor: Visitor) -> None:
    for slug in SLUGS:
        assert visitor.get(f"/find/q/{slug}/").status_code == 200
    assert not FinderProfile.objects.exists()
    assert "__Host-finder" not in visitor.client.cookies


def test_skipping_everything_leads_through_all_questions_to_the_results(visitor: Visitor) -> None:
    seen, address = [], "/find/q/who/"
    while "/q/" in address:
        seen.append(address.split("/")[-2])
        address = visitor.post(address, skip="1")["Location"]
    assert seen == SLUGS
    assert address == "/find/check/"
    assert visitor.get("/find/results/").status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_every_question_offers_skip_and_a_way_back(visitor: Visitor, slug: str) -> None:
    page = visitor.get(f"/find/q/{slug}/").content.decode()
    assert 'name="skip"' in page
    assert 'class="back"' in page
    assert page.count("<h1") == 1


def test_back_shows_what_was_answered(visitor: Visitor) -> None:
    visitor.play(who={"who": "other"}, cancer={"cancer": "other", "other": "ovarian"})
    page = visitor.get("/find/q/cancer/").content.decode()
    assert re.search(r'value="other"[^>]* checked', page)
    assert re.search(r'value="ovarian" selected', page)
    assert 'href="/find/q/who/"' in page


def test_a_wrong_answer_keeps_what_was_typed_and_names_the_field(visitor: Visitor) -> None:
    response = visitor.post("/find/q/treatment/", kinds=["srs"], month="2", year="19")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>Error:" in page
    assert 'role="alert"' in page
    assert 'href="#id_year"' in page
    assert 'id="id_year" name="year" value="19"' in page
    assert re.search(r'value="srs"[^>]* checked', page)
    assert re.search(r'aria-describedby="[^"]*id_year-error', page)
    assert not FinderProfile.objects.exists()


def test_words_are_for_whom_the_search_is_for(visitor: Visitor) -> None:
    assert "Where did your cancer start?" in text(visitor.get("/find/q/cancer/"))
    visitor.answer("who", who="other")
    assert "Where did their cancer start?" in text(visitor.get("/find/q/cancer/"))


def test_questions_on_the_head_are_left_out_when_it_is_not_there(visitor: Visitor) -> None:
    target = visitor.answer("spread", spread="neither")["Location"]
    assert target == "/find/q/steroids/"
    assert visitor.get("/find/q/growth/")["Location"] == "/find/check/"


def test_the_check_page_reads_every_answer_back(visitor: Visitor) -> None:
    visitor.play(
        who={"who": "self"},
        cancer={"cancer": "melanoma"},
        treatment={"kinds": ["srs", "surgery"], "month": "2", "year": "2025"},
        steroids={"taking": "yes", "drug": "prednisone", "mg": "7.5"},
        place={"place": "Durham, NC", "reach": "100"},
    )
    visitor.post("/find/q/growth/", skip="1")
    said = text(visitor.get("/find/check/"))
    for words in (
        "Skin: melanoma",
        "Focused radiation, Surgery",
        "Last time: February 2025",
        "Prednisone, 7.5 mg a day",
        "Durham, NC",
        "Last scan Skipped",
        "Symptoms Not answered yet",
    ):
        assert words in said


def test_a_place_nobody_knows_is_said_on_the_check_page(visitor: Visitor) -> None:
    visitor.answer("place", place="Qwrtzxcv")
    assert "We don’t know this place" in text(visitor.get("/find/check/"))


def test_a_change_leads_back_to_the_check_page(visitor: Visitor) -> None:
    visitor.answer("cancer", cancer="breast")
    page = visitor.get("/find/q/cancer/", **{"from": "check"}).content.decode()
    assert 'name="from" value="check"' in page
    assert visitor.answer("cancer", cancer="melanoma", **{"from": "check"})["Location"] == "/find/check/"


def test_without_answers_there_is_nothing_to_check(visitor: Visitor) -> None:
    assert visitor.get("/find/check/")["Location"] == "/find/"
    assert visitor.get("/find/results/")["Location"] == "/find/"


def test_forgetting_asks_first_then_leaves_no_row_and_no_cookie(visitor: Visitor) -> None:
    visitor.answer("cancer", cancer="breast")
    assert "Delete your answers?" in text(visitor.get("/find/forget/"))
    assert FinderProfile.objects.count() == 1
    response = visitor.post("/find/forget/")
    assert response.status_code == 303
    assert not FinderProfile.objects.exists()
    assert response.cookies["__Host-finder"].value == ""
    assert "We hold no answers from you" in text(visitor.get("/find/forget/"))


def test_a_broken_cookie_is_a_new_visitor(visitor: Visitor) -> None:
    visitor.client.cookies["__Host-finder"] = "not a token"
    assert visitor.get("/find/q/cancer/").status_code == 200
    visitor.answer("cancer", cancer="breast")
    assert FinderProfile.objects.count() == 1


def test_an_unknown_question_is_not_there(visitor: Visitor) -> None:
    assert visitor.get("/find/q/name/").status_code == 404


def test_no_answer_is_in_an_address_or_a_title(visitor: Visitor) -> None:
    steps = {
        "who": {"who": "self"},
        "cancer": {"cancer": "melanoma"},
        "spread": {"spread": "lining"},
        "symptoms": {"symptoms": "new_or_worse"},
        "about": {"age": "70-74", "sex": "male"},
        "place": {"place": "Durham, NC"},
    }
    values = {value for fields in steps.values() for value in fields.values()} - {"self"}
    for step, fields in steps.items():
        target = visitor.answer(step, **fields)["Location"]
        title = re.search(r"<title>(.*?)</title>", visitor.get(target).content.decode(), re.S)
        assert title
        for value in values:
            assert value not in target
            assert value not in title[1]


def test_the_whole_path_speaks_spanish(visitante: Visitor) -> None:
    said = text(visitante.get("/find/q/spread/"))
    assert "¿En qué parte de la cabeza está ahora el cáncer?" in said
    assert "Saltar esta pregunta" in said
    assert visitante.answer("spread", spread="brain")["Location"] == "/es/find/q/treatment/"
