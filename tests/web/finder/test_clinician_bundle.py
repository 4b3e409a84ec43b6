"""A FHIR bundle in: read by the library, accounted for, kept as facts only; named errors for the rest."""

from __future__ import annotations

import ast
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

import cimara.trials.fhir
from cimara.trials.fhir import BundleFault
from cimara.trials.fhir.bundle_error import MAX_BYTES
from cimara_web.finder.clinician.bundles import BY_STATUS, FAULTS, NOTES, REASONS, SHOWN_ONLY
from cimara_web.finder.clinician.profile import profile_of
from cimara_web.finder.clinician.upload import MOST_BYTES
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.queries import visit_of
from cimara_web.finder.sealing import token_of_cookie
from tests.unit.trials.fhir.demo_bundle import FILE, bundle, condition, demo, observation
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text

BUNDLE = "/clinician/match/fhir/"
FORM, LIST = "/clinician/match/", "/clinician/match/results/"
NAMED = {
    "name": [{"family": "Testperson", "given": ["Zoltan"]}],
    "identifier": [{"system": "urn:mrn", "value": "MRN-4711"}],
    "telecom": [{"system": "phone", "value": "555-0199"}],
    "address": [{"city": "Canaryville", "postalCode": "00000"}],
    "photo": [{"contentType": "image/png", "data": "Q0FOQVJZ"}],
    "contact": [{"name": {"text": "Aurelia Nextofkin"}}],
    "text": {"status": "generated", "div": "<div>Zoltan Testperson, born 1967-02-29</div>"},
}
CANARIES = (
    "Testperson",
    "Zoltan",
    "MRN-4711",
    "555-0199",
    "Canaryville",
    "Q0FOQVJZ",
    "Nextofkin",
    "1967-02-29",
)


def named_demo() -> dict[str, Any]:
    """The demonstration patient with names wherever a bundle may hold one."""
    made = demo()
    made["entry"][0]["resource"] |= NAMED
    made["entry"][0]["fullUrl"] = "urn:x:Testperson"
    for entry in made["entry"][1:]:
        entry["resource"] |= {
            "text": NAMED["text"],
            "note": [{"text": "Zoltan says so"}],
            "subject": {"reference": "Patient/demo-01", "display": "Zoltan Testperson"},
        }
    stage = {"summary": {"text": "IVB, Zoltan Testperson"}}
    made["entry"][1]["resource"]["stage"] = [stage]
    told = observation("x", valueString="positive, MRN-4711 Testperson") | {"code": {"text": "HER2"}}
    made["entry"] += [
        {"resource": told},
        {"resource": {"resourceType": "Zoltan Testperson"}},
        {"resource": {"resourceType": "Observation", "status": "Testperson"}},
        {"resource": condition({"coding": [{"system": "Testperson", "code": "Zoltan T"}]})},
    ]
    return made


def paste(visitor: Visitor, source: str | dict[str, Any]) -> Any:
    """A bundle sent as pasted text."""
    return visitor.post(BUNDLE, bundle=source if isinstance(source, str) else json.dumps(source))


def upload(visitor: Visitor, raw: bytes, **more: Any) -> Any:
    """A bundle sent as a file."""
    return visitor.post(BUNDLE, file=SimpleUploadedFile("patient.json", raw), **more)


def kept(visitor: Visitor) -> Any:
    """The profile that was kept."""
    cookie = visitor.client.cookies["__Host-finder"].value
    visit = visit_of(token=token_of_cookie(cookie), now=timezone.now())
    assert visit is not None
    return profile_of(visit.answers)


@pytest.mark.parametrize("way", ["paste", "file"])
def test_a_bundle_is_read_pasted_or_as_a_file(visitor: Visitor, way: str) -> None:
    response = paste(visitor, FILE.read_text()) if way == "paste" else upload(visitor, FILE.read_bytes())
    said = text(response)
    assert response.status_code == 200
    assert "Primary tumour Non-small cell lung cancer Condition[1]" in said
    assert "Last SRS (days ago) 2025-09-10" in said
    assert "Steroid now Dexamethasone 2 mg/day MedicationRequest[13]" in said
    assert kept(visitor).cns.largest_mm == 9.0


def test_two_values_for_one_fact_are_shown_and_the_latest_is_used(visitor: Visitor) -> None:
    said = text(paste(visitor, demo()))
    assert "ECOG 0: fully active (Observation[10]) 1: restricted, ambulatory (Observation[9])" in said
    assert kept(visitor).ecog == 0


def test_identifiers_are_counted_and_what_was_not_used_is_told(visitor: Visitor) -> None:
    said = text(paste(visitor, demo()))
    assert "identifier × 1 name × 1 telecom × 1" in said
    assert "Procedure local therapy outside the brain 1" in said
    assert "Condition Stage: no rule compares it 1" in said
    assert "1 reference leads out of the Bundle" in said


@pytest.mark.parametrize("prefix", ["", "/es"])
def test_no_name_is_in_the_answer_the_database_or_the_form(db: None, prefix: str, capsys: Any) -> None:
    visitor = Visitor(prefix)
    pages = [paste(visitor, named_demo()), visitor.get(FORM), visitor.get(LIST)]
    pages.append(visitor.post(f"{LIST[:-1]}.csv"))
    row = FinderProfile.objects.get()
    logged = capsys.readouterr()
    places = [*(page.content.decode() for page in pages), repr(bytes(row.body)), row.key]
    for place in (*places, logged.out, logged.err, kept(visitor).to_json()):
        for canary in CANARIES:
            assert canary not in place
    assert kept(visitor).age is not None


def test_the_form_is_filled_with_what_was_read(visitor: Visitor) -> None:
    paste(visitor, demo())
    page = visitor.get(FORM).content.decode()
    assert 'name="cns_last_srs" value="2025-09-10"' in page
    assert 'name="cns_largest_mm" value="9"' in page
    assert '<option value="nsclc" selected>' in page
    assert 'name="biomarkers" value="EGFR: present"' in page
    assert visitor.get(LIST).status_code == 200


def test_another_bundle_takes_the_place_of_everything_typed(visitor: Visitor) -> None:
    visitor.post(FORM, place="Durham, NC", subtype="of another patient")
    paste(visitor, demo())
    assert (kept(visitor).subtype, kept(visitor).place) == (None, None)


def nested(levels: int) -> str:
    return '{"resourceType": "Bundle", "x": ' + "[" * levels + "]" * levels + "}"


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("<Bundle/>", BundleFault.NOT_JSON),
        ('{"resourceType": "Bundle"', BundleFault.NOT_JSON),
        ("[]", BundleFault.NOT_A_BUNDLE),
        ('{"resourceType": "Patient"}', BundleFault.NOT_A_BUNDLE),
        ('{"resourceType": "Bundle", "fhirVersion": "5.0.0"}', BundleFault.WRONG_VERSION),
        (nested(40), BundleFault.TOO_DEEP),
        (nested(5000), BundleFault.TOO_DEEP),
        (json.dumps(bundle(*[{}] * 5001)), BundleFault.TOO_MANY_ENTRIES),
        (json.dumps(bundle(*[{"resourceType": "Patient"}] * 2)), BundleFault.SEVERAL_PATIENTS),
        (f'"{"x" * MAX_BYTES}"', BundleFault.TOO_LARGE),
    ],
    ids=lambda one: one.value if isinstance(one, BundleFault) else "",
)
@pytest.mark.parametrize("way", ["paste", "file"])
def test_what_cannot_be_read_is_named(visitor: Visitor, source: str, fault: BundleFault, way: str) -> None:
    response = paste(visitor, source) if way == "paste" else upload(visitor, source.encode())
    assert response.status_code == 200
    assert str(FAULTS[fault]) in text(response)
    assert "<title>Error:" in response.content.decode()
    field = "id_bundle" if way == "paste" else "id_file"
    assert f'href="#{field}"' in response.content.decode()
    assert not FinderProfile.objects.exists()


def test_what_could_not_be_read_is_not_sent_back(visitor: Visitor) -> None:
    assert b"Zoltan" not in paste(visitor, '{"name": "Zoltan"').content


@pytest.mark.parametrize("sent", [{}, {"bundle": " \n "}])
def test_nothing_at_all_is_asked_for(visitor: Visitor, sent: dict[str, str]) -> None:
    assert "Paste a Bundle, or choose a file." in text(visitor.post(BUNDLE, **sent))


def test_a_paste_and_a_file_are_one_too_many(visitor: Visitor) -> None:
    assert "not both" in text(upload(visitor, b"{}", bundle="{}"))


def test_a_body_far_over_the_limit_is_answered_without_being_read(visitor: Visitor) -> None:
    response = upload(visitor, b"x" * (MOST_BYTES + 1))
    assert response.status_code == 413
    assert "This Bundle is over 2 MB" in text(response)
    assert response["Cache-Control"] == "no-store"


def test_a_bundle_of_just_2_mb_is_read_pasted_with_the_line_ends_of_browsers(visitor: Visitor) -> None:
    source = json.dumps(demo(), indent=1)
    source += "\n" * (MAX_BYTES - len(source.encode()) - 1)
    assert upload(visitor, source.encode()).status_code == 200
    assert kept(visitor).tumour == "nsclc"
    visitor.post(FORM, clear="1")
    paste(visitor, source.replace("\n", "\r\n")[: MAX_BYTES + 300_000])
    assert kept(visitor).tumour == "nsclc"


@pytest.mark.parametrize("raw", [b"\xff\xfe\x00", b"\x00" * 50, "{\u202e}".encode()])
def test_bytes_that_are_no_text_are_no_json(visitor: Visitor, raw: bytes) -> None:
    assert str(FAULTS[BundleFault.NOT_JSON]) in text(upload(visitor, raw))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nno headers at all"),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--\r\n"),
        ("application/x-www-form-urlencoded", b"bundle=%7B%7D"),
        ("text/plain", b"{}"),
    ],
)
@pytest.mark.django_db
def test_odd_bodies_are_no_fault_of_ours(kind: str, body: bytes) -> None:
    response = Client().generic("POST", BUNDLE, body, kind, secure=True)
    assert response.status_code in (200, 400)
    assert not FinderProfile.objects.exists()


@pytest.mark.django_db
def test_a_bundle_without_the_forms_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post(BUNDLE, {"bundle": FILE.read_text()}, secure=True).status_code == 403
    page = client.get(BUNDLE, secure=True).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token
    sent = {"bundle": FILE.read_text(), "csrfmiddlewaretoken": token[1]}
    refused = client.post(BUNDLE, {**sent, "csrfmiddlewaretoken": "x" * 64}, secure=True)
    taken = client.post(BUNDLE, sent, secure=True, headers={"referer": "https://testserver/"})
    assert (refused.status_code, taken.status_code) == (403, 200)


def test_other_forms_keep_their_limit(visitor: Visitor) -> None:
    assert visitor.post(FORM, subtype="x" * 100_000).status_code == 400


def test_every_fault_has_words() -> None:
    assert set(FAULTS) == set(BundleFault)


def test_every_reason_and_note_of_the_library_has_words() -> None:
    """Each text that the reader gives as a reason or a note, found in its code."""
    folder = Path(inspect.getfile(cimara.trials.fhir)).parent
    reasons, notes = set(), set()
    for path in folder.glob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                if call.func.attr == "left":
                    reasons |= {said(call.args[1])}
                if call.func.attr == "found" and len(call.args) == 5:
                    notes |= {said(call.args[4])}
    notes |= {"only its month or year is known", "no daily dose can be told"}
    known = {*REASONS, *(start for start, _ in BY_STATUS)}
    reasons = {one for one in reasons if not one.startswith("no *")}  # "no ECOG from 0 to 4 in it"
    assert reasons - {"reason", "note"} <= known
    assert notes - {"note"} == set(NOTES)


def said(node: ast.expr) -> str:
    """A text as written; of a made one its beginning, with * for what is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        first = node.values[0]
        start = str(first.value) if isinstance(first, ast.Constant) else ""
        return f"{start}*" if start == "no " else start
    return node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("name", ["ECOG from 0 to 4", "KPS from 10 to 100"])
def test_scores_that_are_none_have_words(name: str) -> None:
    assert f"no {name} in it" in REASONS


def test_facts_that_no_rule_compares_have_names() -> None:
    folder = Path(inspect.getfile(cimara.trials.fhir)).parent
    shown = {
        match
        for path in folder.glob("*.py")
        for match in re.findall(r'account\.show\(resource, "(\w+)"', path.read_text())
    }
    assert shown == {*SHOWN_ONLY, "biomarker"}
