"""Whatever is sent to a form or a filter of the directory: an answer in words, never a fault of ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cimara_web.members.forms.idea import IdeaForm
from cimara_web.members.forms.joining import NewAccountForm
from cimara_web.members.forms.office import CapabilityForm, InstitutionForm
from cimara_web.members.forms.profile import ProfileForm
from cimara_web.permissions.roles import Role
from tests.many import examples
from tests.web import people
from tests.web.generative.odd_input import ODD

drawn = settings(
    deadline=None,
    max_examples=examples(few=15, many=300),
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
NAMES = sorted(
    {
        *ProfileForm.base_fields,
        *InstitutionForm.base_fields,
        *CapabilityForm.base_fields,
        *IdeaForm.base_fields,
        *NewAccountForm.base_fields,
        *("email", "roles", "language", "into", "do", "subject", "text", "password", "forget", "page"),
        *("q", "specialty", "interest", "country", "left", "done", "sent", "sees_display_name", "sees_orcid"),
    }
)
SOUND = {
    "name": ["Demo"],
    "display_name": ["Demo"],
    "kind": ["hospital", "SRS"],
    "country": ["US", "GR"],
    "primary": ["neurosurgery"],
    "as_of": ["2025-01-31"],
    "present": ["yes"],
    "subject": ["Words"],
    "text": ["Words"],
    "email": ["a@example.org"],
    "language": ["en"],
    "do": ["leave", "revoke", "again", "remove"],
}
VALUE = ODD.map(lambda text: text.encode("utf-8", "replace").decode())
SENT = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(VALUE | st.sampled_from(SOUND.get(name, ["1"])), min_size=1, max_size=3)
        for name in NAMES
    },
)


@pytest.fixture
def everything(db: None) -> tuple[Any, dict[str, str]]:
    own = people.account(Role.OFFICE)
    me = people.member(own, contactable=True)
    place = me.affiliations.get().institution
    other = people.member(people.account(), contactable=True, visibility={"display_name": "members"})
    ids = {"institution": str(place.pk), "member": str(other.pk)}
    return people.signed_in(own), ids


FORMS = (
    "/me/profile/",
    "/es/me/visibility/",
    "/network/idea/",
    "/network/people/{member}/contact/",
    "/office/invitations/",
    "/office/institutions/new/",
    "/office/institutions/{institution}/",
    "/office/institutions/{institution}/capabilities/",
    "/office/institutions/{institution}/merge/",
    "/office/members/{member}/",
)
FILTERS = (
    "/network/institutions/",
    "/network/people/",
    "/network/people/people.csv",
    "/office/institutions/",
    "/office/members/",
    "/office/members/members.csv",
    "/office/invitations/",
    "/network/map.svg",
)


@pytest.mark.parametrize("address", FORMS)
def test_no_form_breaks(everything: Any, address: str) -> None:
    browser, ids = everything
    browser.raise_request_exception = True

    @drawn
    @given(sent=SENT)
    def send(sent: dict[str, list[str]]) -> None:
        response = browser.post(address.format(**ids), sent)
        assert response.status_code in (200, 303, 400, 404)

    send()


@pytest.mark.parametrize("address", FILTERS)
def test_no_filter_breaks(everything: Any, address: str) -> None:
    browser, _ids = everything
    browser.raise_request_exception = True

    @drawn
    @given(asked=SENT)
    def ask(asked: dict[str, list[str]]) -> None:
        assert browser.get(address, asked).status_code in (200, 400)

    ask()


@drawn
@given(token=st.from_regex(r"[-a-zA-Z0-9_]{1,60}", fullmatch=True), sent=SENT)
def test_no_link_breaks(db: None, token: str, sent: dict[str, list[str]]) -> None:
    from django.test import Client

    assert Client().post(f"/join/{token}/", sent, secure=True).status_code in (400, 404)
