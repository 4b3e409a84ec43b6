"""Keep answers as a file of one's own, and go on with it: nothing lost, every fault named."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from cimara_web.finder.answer_file import MOST_BYTES
from cimara_web.finder.models import FinderProfile
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text

ALL = {
    "who": {"who": "other"},
    "cancer": {"cancer": "other", "other": "ovarian"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": ["srs", "surgery"], "month": "2", "year": "2025"},
    "growth": {"growth": "stable"},
    "symptoms": {"symptoms": "none"},
    "steroids": {"taking": "yes", "drug": "prednisone", "mg": "7.5"},
    "about": {"age": "65-69", "sex": "female", "ability": "1"},
    "markers": {"found": ["HER2", "BRCA"]},
    "place": {"place": "Durham, NC", "reach": "100"},
}
OURS: dict[str, Any] = {"format": "cimara-answers", "version": 1, "answers": {}}


def kept(visitor: Visitor) -> bytes:
    """The file that a visitor saves."""
    response = visitor.post("/find/keep/")
    assert response.status_code == 200
    return bytes(response.content)


def bring(visitor: Visitor, raw: bytes, name: str = "cimara-answers.json") -> HttpResponse:
    """Choose a file and send it."""
    return visitor.post("/find/continue/", file=SimpleUploadedFile(name, raw))


def bring_ours(visitor: Visitor, **parts: Any) -> HttpResponse:
    """Send a file of ours with some parts changed."""
    return bring(visitor, json.dumps(OURS | parts).encode())


def faults(response: HttpResponse) -> list[str]:
    """What the page says is wrong."""
    found = re.search(r'<div class="error-summary".*?</div>', response.content.decode(), re.S)
    return re.findall(r'<a href="#id_file">(.*?)</a>', found[0], re.S) if found else []


def test_the_file_says_what_it_is_and_is_the_persons_own(visitor: Visitor) -> None:
    visitor.play(**ALL)
    response = visitor.post("/find/keep/")
    assert response["Content-Type"] == "application/json"
    assert response["Cache-Control"] == "no-store"
    assert re.fullmatch(
        r'attachment; filename="cimara-answers-\d{4}-\d\d-\d\d\.json"', response["Content-Disposition"]
    )
    whole = json.loads(response.content)
    assert next(iter(whole)) == "read_me"
    assert "open https://testserver/find/continue/ and choose this file" in whole["read_me"]
    assert (whole["format"], whole["version"]) == ("cimara-answers", 1)
    assert whole["answers"] == ALL


def test_it_speaks_the_language_of_the_page(visitante: Visitor) -> None:
    visitante.play(who=ALL["who"])
    whole = json.loads(kept(visitante))
    assert "Estas son sus respuestas" in whole["read_me"]
    assert "/es/find/continue/" in whole["read_me"]


def test_the_file_is_given_only_when_asked_for(visitor: Visitor) -> None:
    visitor.play(**ALL)
    response = visitor.get("/find/keep/")
    assert "Content-Disposition" not in response
    assert "ovarian" not in response.content.decode()
    assert "It is not locked" in text(response)


def test_without_answers_there_is_nothing_to_keep(visitor: Visitor) -> None:
    assert "There are no answers to keep" in text(visitor.get("/find/keep/"))
    assert visitor.post("/find/keep/")["Location"] == "/find/keep/"


def test_nothing_is_lost_on_the_way_out_and_back(visitor: Visitor) -> None:
    visitor.play(**ALL)
    visitor.post("/find/q/growth/", skip="1")
    number = re.search(r"NCT\d{8}", visitor.get("/find/results/", show="all").content.decode())
    assert number
    visitor.post("/find/sheet/", put=number[0])
    before, file = text(visitor.get("/find/check/")), kept(visitor)

    another_day = Visitor()
    response = bring(another_day, file)
    assert (response.status_code, response["Location"]) == (303, "/find/check/")
    assert text(another_day.get("/find/check/")) == before
    assert json.loads(kept(another_day)) == json.loads(file)
    assert number[0] in another_day.get("/find/sheet/").content.decode()


def test_a_file_saved_in_spanish_is_read_in_english_and_the_other_way_round(
    visitor: Visitor, visitante: Visitor
) -> None:
    visitante.play(**ALL | {"steroids": {"taking": "yes", "drug": "prednisone", "mg": "7,5"}})
    file = kept(visitante)
    bring(visitor, file)
    assert "Prednisone, 7.5 mg a day" in text(visitor.get("/find/check/"))
    bring(visitante, kept(visitor))
    assert json.loads(kept(visitante))["answers"] == json.loads(file)["answers"]


def test_a_part_of_the_answers_is_enough(visitor: Visitor) -> None:
    bring_ours(visitor, answers={"cancer": {"cancer": "melanoma"}})
    said = text(visitor.get("/find/check/"))
    assert "Skin: melanoma" in said
    assert "About your file" not in said


def test_the_file_takes_the_place_of_todays_answers_and_the_page_says_so_before(visitor: Visitor) -> None:
    visitor.play(**ALL)
    assert "take the place of those that you gave today" in text(visitor.get("/find/continue/"))
    bring_ours(visitor, answers={"cancer": {"cancer": "breast"}})
    assert json.loads(kept(visitor))["answers"] == {"cancer": {"cancer": "breast"}}
    assert FinderProfile.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"%PDF-1.7 a letter", "This is not a file of answers"),
        (b"\xff\xfe\x00", "This is not a file of answers"),
        (b"[" * 20_000, "This is not a file of answers"),
        (b'{"n": ' + b"9" * 9_000 + b"}", "This is not a file of answers"),
        (b'{"resourceType": "Bundle"}', "This file is not from the study finder"),
        (b"[1, 2]", "This file is not from the study finder"),
        (b"null", "This file is not from the study finder"),
        (json.dumps(OURS | {"version": 2}).encode(), "newer study finder"),
        (json.dumps(OURS).encode()[:-9], "This file is damaged"),
        (json.dumps(OURS | {"version": "1"}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"version": True}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"version": 0}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"answers": ["melanoma"]}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"answers": {"cancer": "melanoma"}}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"answers": {"about": {"age": 65}}}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"answers": {"place": {"place": "\ud800"}}}).encode(), "This file is damaged"),
        (json.dumps(OURS | {"sheet": "NCT00000001"}).encode(), "This file is damaged"),
        (b"", "This file is empty"),
        (b" " * (MOST_BYTES + 1), "This file is too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_changes_nothing(
    visitor: Visitor, raw: bytes, words: str
) -> None:
    visitor.play(**ALL)
    before = kept(visitor)
    response = bring(visitor, raw)
    page = response.content.decode()
    assert response.status_code == 200
    assert "<title>Error:" in page
    assert len(faults(response)) == 1
    assert words in faults(response)[0]
    assert 'aria-describedby="id_file-hint id_file-error"' in page
    assert kept(visitor) == before


def test_no_file_at_all_is_named(visitor: Visitor) -> None:
    assert faults(visitor.post("/find/continue/")) == ["Choose the file that you saved."]
    assert not FinderProfile.objects.exists()


def test_the_largest_file_is_still_read(visitor: Visitor) -> None:
    whole = json.dumps(OURS | {"answers": {"who": {"who": "self"}}}).encode()
    assert bring(visitor, whole.ljust(MOST_BYTES)).status_code == 303


def test_a_mark_of_byte_order_from_an_editor_does_no_harm(visitor: Visitor) -> None:
    assert bring(visitor, b"\xef\xbb\xbf" + json.dumps(OURS).encode()).status_code == 303


@pytest.mark.parametrize(
    "parts",
    [
        {"colour": "green"},
        {"answers": {"cancer": {"cancer": "melanoma"}, "hobby": {"hobby": "chess"}}},
        {"answers": {"cancer": {"cancer": "melanoma", "stage": "IV"}}},
        {"sheet": ["NCT00000001", "not a number"]},
        {"sheet": [f"NCT{n:08}" for n in range(1, 8)]},
    ],
)
def test_what_nobody_here_knows_is_left_out_with_a_word(visitor: Visitor, parts: dict[str, Any]) -> None:
    bring_ours(visitor, **{"answers": {"cancer": {"cancer": "melanoma"}}} | parts)
    said = text(visitor.get("/find/check/"))
    assert "It also holds something that we don’t know" in said
    assert "Skin: melanoma" in said
    assert len(json.loads(kept(visitor))["sheet"]) <= 5


def test_the_word_goes_once_the_person_goes_on(visitor: Visitor) -> None:
    bring_ours(visitor, colour="green")
    visitor.answer("who", who="self")
    assert "About your file" not in text(visitor.get("/find/check/"))


@pytest.mark.parametrize(
    ("step", "given"),
    [
        ("cancer", {"cancer": "no such cancer"}),
        ("treatment", {"kinds": ["srs"], "month": "2", "year": "3025"}),
        ("treatment", {"kinds": ["srs", "none"]}),
        ("steroids", {"taking": "yes", "drug": "prednisone", "mg": "9000"}),
        ("about", {"age": ["65-69"]}),
        ("markers", {"found": "EGFR"}),
        ("place", {"place": "x" * 81}),
        ("place", {"place": "a\u0000b"}),
    ],
)
def test_an_answer_that_cannot_be_is_asked_anew(
    visitor: Visitor, step: str, given: dict[str, str | list[str]]
) -> None:
    rest = {"symptoms": {"symptoms": "none"}}
    bring_ours(visitor, answers=rest | {step: given})
    page = visitor.get("/find/check/").content.decode()
    notice = page[page.index("About your file") : page.index('class="facts"')]
    assert re.findall(r"/find/q/(\w+)/\?from=check", notice) == [step]
    assert json.loads(kept(visitor))["answers"] == rest


def test_the_notice_goes_with_the_new_answer(visitor: Visitor) -> None:
    bring_ours(visitor, answers={"cancer": {"cancer": "no such cancer"}})
    visitor.answer("cancer", cancer="breast")
    assert "About your file" not in text(visitor.get("/find/check/"))


def test_a_file_starts_a_visit_with_a_key_of_its_own(visitor: Visitor) -> None:
    response = bring_ours(visitor, answers={"who": {"who": "self"}})
    cookie = response.cookies["__Host-finder"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert FinderProfile.objects.count() == 1
    assert b"self" not in bytes(FinderProfile.objects.get().body)


@pytest.mark.parametrize("address", ["/find/check/", "/find/results/", "/find/forget/", "/find/"])
def test_keeping_is_offered_where_one_would_look(visitor: Visitor, address: str) -> None:
    visitor.play(**ALL)
    assert 'href="/find/keep/"' in visitor.get(address).content.decode()


@pytest.mark.parametrize("address", ["/find/", "/find/forget/", "/find/sheet/", "/find/keep/"])
def test_going_on_is_offered_where_one_would_look(visitor: Visitor, address: str) -> None:
    assert 'href="/find/continue/"' in visitor.get(address).content.decode()


def test_the_faults_are_said_in_spanish(visitante: Visitor) -> None:
    assert faults(bring(visitante, b"no"))[0].startswith("Este no es un archivo de respuestas.")
