"""Whatever is sent to a form, a query or an upload of the finder: an answer in words, never a fault of ours.

`CIMARA_MANY=1` draws some thousands, which with the API's own test makes more than ten thousand.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cimara.terms.endpoint import EndpointId
from cimara_web.finder.answers import Answers
from cimara_web.finder.browse import KEYS
from cimara_web.finder.clinician.listing import ListForm
from cimara_web.finder.clinician.profile_fields import ProfileFields
from cimara_web.finder.steps import BY_SLUG, form_for
from tests.many import examples
from tests.unit.trials.fhir.demo_bundle import demo
from tests.web.generative.odd_input import FILES, NAMES, changed, filled, pairs

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"
SOUND: dict[str, dict[str, Any]] = {
    "cancer": {"cancer": "nsclc"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": ["srs"], "month": "3", "year": "2025"},
    "growth": {"growth": "stable"},
    "place": {"place": "Durham, NC", "reach": "300"},
}
KEPT = {"format": "cimara-answers", "version": 1, "answers": SOUND, "sheet": ["NCT02896335"]}
RESULT_KEYS = ("page", "sort", "show")
RESULT_WORDS = ("open", "soon", "all", "best", "near", "1", "2", "99999999")
sent: Counter[str] = Counter()
drawn = settings(
    deadline=None,
    max_examples=examples(few=20, many=300),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)


@pytest.fixture(scope="module", autouse=True)
def told() -> Any:
    """How many inputs each test sent, in the end (`-s` shows it)."""
    yield
    print(f"\nsent: {sum(sent.values())} {dict(sent)}")


class Sender:
    """A program with the cookies of a visitor who answered a few questions."""

    def __init__(self, test: str) -> None:
        self.client, self.test = Client(raise_request_exception=True), test

    def get(self, address: str) -> None:
        """A page or a file, in both languages."""
        self._checked("GET", address)

    def form(self, address: str, body: str) -> None:
        """A form as it would come over the wire."""
        self._checked("POST", address, body.encode("ascii"), FORM)

    def upload(self, address: str, **fields: Any) -> None:
        """A form with a file."""
        sent[self.test] += 1
        response = self.client.post(address, fields, secure=True)
        assert response.status_code < 500

    def _checked(self, method: str, address: str, body: bytes = b"", kind: str = FORM) -> None:
        sent[self.test] += 1
        response = self.client.generic(method, address, body, content_type=kind, secure=True)
        assert response.status_code < 500
        assert response.status_code < 400 or response.content


@pytest.fixture
def patient(request: pytest.FixtureRequest, db: None) -> Sender:
    """Someone on the patient path."""
    made = Sender(request.node.originalname)
    for step, fields in SOUND.items():
        assert made.client.post(f"/find/q/{step}/", fields, secure=True).status_code == 303
    return made


@pytest.fixture
def clinician(request: pytest.FixtureRequest, db: None) -> Sender:
    """Someone on the clinician path."""
    made = Sender(request.node.originalname)
    facts = {"tumour": "nsclc", "age": "58", "cns_state": "treated_stable"}
    assert made.client.post("/clinician/match/", facts, secure=True).status_code == 303
    return made


QUESTIONS = {
    slug: filled(form_for(step, Answers(), today=date(2026, 3, 1))) for slug, step in BY_SLUG.items()
}
BESIDE = pairs(("which", "skip", "from"), ("check", "none"))
"""What stands in the form of a question now and then."""
PROFILE, FILTERS = filled(ProfileFields()), filled(ListForm())
RESULTS = pairs(RESULT_KEYS, RESULT_WORDS)
SHEET = pairs(("put", "take_off", "back", *RESULT_KEYS), (*RESULT_WORDS, "results", "result", "NCT02896335"))
POPULATION = pairs(
    ("tumour", "phase", "from", "to", "of", "page"), ("breast", "PHASE2", "2015", "lmd", "brm")
)
SEARCH = pairs(
    KEYS, ("breast", "stable_only", "required", "PHASE2", "RECRUITING", "any", "US", "tucatinib", "2")
)
SLUG = st.from_regex(r"[-a-zA-Z0-9_]{1,40}", fullmatch=True) | st.sampled_from(
    ["NCT02896335", "nct02896335", "NCT00000000", "NCT1"]
)


@drawn
@given(data=st.data(), slug=st.sampled_from([*BY_SLUG]), query=RESULTS)
def test_a_question(patient: Sender, data: st.DataObject, slug: str, query: str) -> None:
    patient.form(f"/find/q/{slug}/", data.draw(QUESTIONS[slug]))
    patient.form(f"/es/find/q/{slug}/", f"{data.draw(QUESTIONS[slug])}&{data.draw(BESIDE)}")
    patient.get(f"/find/results/?{query}")


@drawn
@given(slug=SLUG | st.sampled_from([*BY_SLUG]), query=pairs(("from",), ("check",)))
def test_the_pages_of_one_question_or_study(patient: Sender, slug: str, query: str) -> None:
    for address in (f"/find/q/{slug}/", f"/find/results/{slug}/", f"/es/trials/{slug}/"):
        patient.get(f"{address}?{query}")


@drawn
@given(body=SHEET)
def test_the_sheet(patient: Sender, body: str) -> None:
    patient.form("/find/sheet/", body)
    patient.get("/es/find/sheet/")


@drawn
@given(body=pairs(("name",)))
def test_keeping_and_forgetting(patient: Sender, body: str) -> None:
    patient.form("/find/q/who/", "who=self")
    patient.form("/find/keep/", body)
    patient.form("/es/find/forget/", body)


@drawn
@given(raw=FILES | changed(KEPT), name=NAMES)
def test_an_uploaded_file_of_answers(patient: Sender, raw: bytes, name: str) -> None:
    patient.upload("/find/continue/", file=SimpleUploadedFile(name or "x", raw))
    for address in ("/find/check/", "/es/find/results/", "/find/sheet/"):
        patient.get(address)


@drawn
@given(body=PROFILE, filters=FILTERS, query=RESULTS)
def test_the_clinicians_forms(clinician: Sender, body: str, filters: str, query: str) -> None:
    clinician.form("/clinician/match/", body)
    clinician.form("/es/clinician/match/results/", filters)
    clinician.get(f"/clinician/match/results/?{query}")
    clinician.form("/clinician/match/results.csv", filters)


@drawn
@given(slug=SLUG)
def test_the_clinicians_page_of_one_study(clinician: Sender, slug: str) -> None:
    clinician.get(f"/clinician/match/results/{slug}/")


@drawn
@given(raw=FILES | changed(demo()), name=NAMES, pasted=st.booleans())
def test_a_bundle(clinician: Sender, raw: bytes, name: str, pasted: bool) -> None:
    text = raw.decode("utf-8", "replace")
    field = {"bundle": text} if pasted else {"file": SimpleUploadedFile(name or "x", raw)}
    clinician.upload("/clinician/match/fhir/", **field)
    clinician.get("/clinician/match/")


@drawn
@given(query=SEARCH)
def test_the_search(patient: Sender, query: str) -> None:
    patient.get(f"/trials/?{query}")
    patient.get(f"/es/trials/?{query}")


@drawn
@given(query=POPULATION, slug=st.sampled_from([one.lower() for one in EndpointId]) | SLUG)
def test_the_counts(patient: Sender, query: str, slug: str) -> None:
    for address in (
        "endpoints/",
        "endpoints/endpoints.csv",
        f"endpoints/{slug}/",
        "survey/",
        "survey/survey.csv",
    ):
        patient.get(f"/{address}?{query}")


@settings(drawn, max_examples=examples(few=3, many=40))
@given(query=POPULATION)
def test_the_figures(patient: Sender, query: str) -> None:
    patient.get(f"/endpoints/figure.svg?{query}")
    patient.get(f"/survey/figure.svg?{query}")


@drawn
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from([FORM, "multipart/form-data; boundary=x", "text/plain", ""]),
)
def test_bodies_that_are_no_form(patient: Sender, body: bytes, kind: str) -> None:
    for address in ("/find/q/place/", "/find/continue/", "/clinician/match/fhir/"):
        patient._checked("POST", address, body, kind)


def test_what_is_sent_can_be_sound(patient: Sender) -> None:
    raw = json.dumps(KEPT).encode()
    answer = patient.client.post("/find/continue/", {"file": SimpleUploadedFile("a.json", raw)}, secure=True)
    assert answer.status_code == 303
