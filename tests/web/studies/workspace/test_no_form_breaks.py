"""Whatever is sent to a form or an address of the workspace: an answer in words, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.text import slugify
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara_web.members.queries import institutions
from cimara_web.studies.forms.approvals import AGREEMENT_STEPS, ETHICS_STEPS
from cimara_web.studies.forms.papers import DocumentForm, MilestoneForm, RoleForm
from cimara_web.studies.forms.sites import AttestForm, InviteForm
from cimara_web.studies.forms.study import NewStudyForm, ProposalForm, ReasonForm, StudyForm
from cimara_web.studies.states.agreement import AgreementHappening
from cimara_web.studies.states.ethics import EthicsHappening
from tests.web.generative.odd_input import BYTES, NAMES, filled, pairs
from tests.web.people import TODAY
from tests.web.studies.workspace.conftest import Team
from tests.web.studies.workspace.made import PDF, document, milestone, stored

FORM = "application/x-www-form-urlencoded"
OFTEN = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def forms_of(team: Team) -> dict[str, Any]:
    """Every form of the workspace by its address."""
    sites = [team.site]
    people = [(team.people["member"].public_id, "Demo Member")]
    return {
        "/studies/new/": NewStudyForm(),
        team.address("proposal"): ProposalForm(),
        team.address("edit"): StudyForm(),
        team.address("do", "withdraw"): ReasonForm(),
        team.address("sites", "new"): InviteForm(),
        team.address("documents", "new"): DocumentForm(sites=sites, is_lead=True),
        team.address("milestones", "new"): MilestoneForm(sites=sites),
        team.address("team", "new"): RoleForm(people=people, sites=sites),
    }


@pytest.fixture
def asked(team: Team) -> tuple[Team, Client]:
    """The lead's browser; each answer is an answer, a fault would be raised."""
    assert institutions().exists()
    stored(team.study, state="idea")
    return team, team.browser("lead")


@pytest.mark.parametrize("place", range(8))
def test_forms_of_a_study(asked: tuple[Team, Client], place: int) -> None:
    team, browser = asked
    address, form = list(forms_of(team).items())[place]

    @OFTEN
    @given(body=filled(form))
    def send(body: str) -> None:
        stored(team.study, state="idea")
        assert browser.post(address, body, FORM, secure=True).status_code in (200, 303, 403)

    send()


@pytest.mark.parametrize("on", [*ETHICS_STEPS, *AGREEMENT_STEPS], ids=str)
def test_steps_of_ethics_and_agreements(team: Team, on: EthicsHappening | AgreementHappening) -> None:
    stored(team.site, mode="federated")
    papers = {"ethics": "approval", "agreement": "agreement"}
    kind = "ethics" if isinstance(on, EthicsHappening) else "agreement"
    paper = document(team.study, papers[kind], study_site=team.site, state="draft")
    machine = ETHICS_STEPS if kind == "ethics" else AGREEMENT_STEPS
    names = [name.rstrip("?") for name in machine[on]]
    sources = {
        "preparing": "not started",
        "submit": "preparing",
        "approve": "submitted",
        "ask for changes": "submitted",
        "reject": "submitted",
        "resubmit": "changes asked",
        "suspend": "approved",
        "close": "approved",
        "renew": "suspended",
        "send to site": "drafting",
        "withdraw": "drafting",
        "site returns text": "negotiating",
        "site signs": "negotiating",
        "countersign": "signed by site",
        "terminate": "executed",
        "extend": "executed",
    }
    browser = team.browser("lead")
    address = team.address("site", kind, slugify(on))
    likely = [TODAY.isoformat(), "2027-01-01", str(paper.public_id), "on", "DUA", "some words"]

    @OFTEN
    @given(body=pairs(names, likely))
    def send(body: str) -> None:
        stored(getattr(team.site, kind), state=sources.get(on, "not started"), valid_until=None)
        assert browser.post(address, body, FORM, secure=True).status_code in (200, 303)

    send()


def test_attestations(team: Team) -> None:
    stored(team.study, dictionary_hash="d" * 64)
    stored(team.site, mode="federated")
    stored(team.site.ethics, state="exempt")
    stored(team.site.agreement, state="executed")
    browser = team.browser("coordinator")

    @OFTEN
    @given(body=filled(AttestForm()))
    def send(body: str) -> None:
        address = team.address("site", "attest")
        assert browser.post(address, body, FORM, secure=True).status_code in (200, 303)

    send()


def test_files_that_are_sent_as_documents(team: Team) -> None:
    browser = team.browser("lead")
    tails = st.sampled_from([".pdf", ".docx", ".zip", ".toml", ".txt", ".csv", ""])
    bytes_of = st.tuples(st.sampled_from([PDF, b"PK\x03\x04", b"", b"[study]"]), st.binary(max_size=60))

    @OFTEN
    @given(
        name=NAMES.map(lambda name: name.replace("/", "_") or "x"), tail=tails, data=bytes_of.map(b"".join)
    )
    def send(name: str, tail: str, data: bytes) -> None:
        fields = {"kind": "dictionary", "title": "T", "version": "1"}
        file = SimpleUploadedFile("x", data)
        file.name = f"{name}{tail}"
        answer = browser.post(team.address("documents", "new"), {**fields, "file": file}, secure=True)
        assert answer.status_code in (200, 303)
        for row in team.study.documents.order_by("-added_at")[:1]:
            address = team.address("documents", row.public_id)
            assert browser.get(address, secure=True).status_code == 200
            assert browser.post(f"{address}current/", secure=True).status_code in (303, 409)
        assert browser.get(team.address("documents"), secure=True).status_code == 200

    send()


def test_queries_of_the_tables(team: Team) -> None:
    browser = team.browser("lead")
    milestone(team.study)

    @OFTEN
    @given(query=pairs(["sort", "state", "page", "done"], ["-ethics", "lead", "active", "saved", "9"]))
    def ask(query: str) -> None:
        for page in ("sites", "log", "team", "milestones"):
            assert browser.get(f"{team.address(page)}?{query}", secure=True).status_code == 200
        assert browser.get(f"{team.address('sites')[:-1]}.csv?{query}", secure=True).status_code == 200

    ask()


@OFTEN
@given(word=BYTES.map(lambda data: data.decode("latin-1")))
def test_words_in_an_address(team: Team, word: str) -> None:
    browser = team.browser("lead")
    for address in (team.address("do", word), team.address("site", "ethics", word), f"/studies/{word}/"):
        assert browser.get(address, secure=True).status_code in (200, 301, 302, 403, 404)
