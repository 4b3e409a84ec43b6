"""Invitations: a link for 14 days, of which only the hash is kept; sending again ends the older one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from cimara_web.members.actions.invitations import (
    MOST_A_DAY,
    InvitationError,
    invite,
    resend,
    revoke,
)
from cimara_web.members.links import token_hash
from cimara_web.members.models import Institution, Invitation, InvitationState
from cimara_web.outbox.actions.messages import ADDRESS, CONTEXT
from cimara_web.outbox.models import OutboxMessage
from cimara_web.permissions.holder import Held, Holder, Refused
from cimara_web.permissions.roles import Role
from cimara_web.sealed import unseal
from tests.web import people
from tests.web.members.trail import last
from tests.web.people import NOW

GUEST = "guest@example.org"


@pytest.fixture
def place() -> Institution:
    return people.institution(name="Demo Institution 03")


def send(by: Holder, place: Institution, *roles: Role, **changes: Any) -> tuple[Invitation, str]:
    return invite(**{"by": by, "email": GUEST, "institution": place, "roles": roles, "now": NOW, **changes})


def mail() -> tuple[str, dict[str, Any]]:
    row = OutboxMessage.objects.get(template="invitation")
    key = row.dedupe_key
    return unseal(ADDRESS, row.to, row=key), json.loads(unseal(CONTEXT, row.context, row=key))


def test_the_mail_holds_the_link_and_the_row_its_hash_alone(office: Holder, place: Institution) -> None:
    made, token = send(office, place)
    to, context = mail()
    assert to == GUEST
    assert context["token"] == token
    assert made.token_hash == token_hash(token)
    assert token not in str(vars(made))
    assert made.expires_at - NOW == timedelta(days=14)
    assert last() == ("invitation.sent", {"roles": ["member"], "replaces": 0})


def test_the_trail_has_no_address_and_no_token(office: Holder, place: Institution) -> None:
    _made, token = send(office, place)
    assert GUEST not in str(last())
    assert token not in str(last())


def test_members_do_not_invite(place: Institution) -> None:
    with pytest.raises(Refused):
        send(people.acting(people.account()), place)


def test_a_privileged_role_needs_the_right_to_give_roles(place: Institution, monkeypatch: Any) -> None:
    from cimara_web.permissions import roles
    from cimara_web.permissions.permission import Permission

    desk = roles.RoleRule("Desk", "", roles.Scope.SITE_WIDE, frozenset({Permission.MEMBER_INVITE}))
    monkeypatch.setitem(roles.ROLES, Role.MODERATOR, desk)
    by = Holder(people.account().pk, (Held(Role.MODERATOR),))
    send(by, place)
    with pytest.raises(Refused, match="giving such a role"):
        send(by, place, Role.AUDITOR)


def test_a_role_over_a_study_is_no_matter_of_an_invitation(office: Holder, place: Institution) -> None:
    with pytest.raises(InvitationError, match="within a study"):
        send(office, place, Role.STUDY_LEAD)


@pytest.mark.parametrize("address", [GUEST, GUEST.upper()])
def test_a_second_invitation_ends_the_first_and_its_mail(
    office: Holder, place: Institution, address: str
) -> None:
    first, _token = send(office, place)
    send(office, place, email=address)
    first.refresh_from_db()
    assert first.state == InvitationState.REVOKED
    assert OutboxMessage.objects.filter(about=first.pk).count() == 0
    assert last()[1]["replaces"] == 1


def test_sending_again_makes_a_new_link_with_the_same_roles(office: Holder, place: Institution) -> None:
    first, token = send(office, place, Role.AUDITOR)
    again, new_token = resend(by=office, invitation=first, now=NOW + timedelta(days=20))
    first.refresh_from_db()
    assert token != new_token
    assert (first.state, again.state) == (InvitationState.REVOKED, InvitationState.SENT)
    assert again.roles == ["member", "auditor"]


def test_taking_back_ends_the_link_and_the_waiting_mail(office: Holder, place: Institution) -> None:
    made, _token = send(office, place)
    revoke(by=office, invitation=made, now=NOW)
    made.refresh_from_db()
    assert made.state == InvitationState.REVOKED
    assert not OutboxMessage.objects.exists()
    assert last() == ("invitation.revoked", {})


def test_what_was_taken_back_is_not_sent_again(office: Holder, place: Institution) -> None:
    made, _token = send(office, place)
    revoke(by=office, invitation=made, now=NOW)
    for act in (resend, revoke):
        with pytest.raises(InvitationError, match="was revoked already"):
            act(by=office, invitation=made, now=NOW)


def test_nobody_sends_more_than_so_many_a_day(office: Holder, place: Institution, monkeypatch: Any) -> None:
    monkeypatch.setattr("cimara_web.members.actions.invitations.MOST_A_DAY", 2)
    assert MOST_A_DAY >= 133
    for number in (1, 2):
        send(office, place, email=f"{number}@example.org")
    with pytest.raises(InvitationError, match="Go on tomorrow"):
        send(office, place)
    send(office, place, now=NOW + timedelta(days=1, seconds=1))


class TestTheOfficesPage:
    def test_a_guest_is_invited(self, office_browser: Client, place: Institution) -> None:
        sent = {"email": GUEST, "institution": str(place.pk), "roles": ["auditor"], "language": "es"}
        response = office_browser.post("/office/invitations/", sent)
        assert response.status_code == 303
        assert GUEST not in response["Location"]
        assert Invitation.objects.get().roles == ["member", "auditor"]
        assert OutboxMessage.objects.get().language == "es"

    def test_an_address_that_is_none_is_told_and_kept(
        self, office_browser: Client, place: Institution
    ) -> None:
        sent = {"email": "guest at example", "institution": str(place.pk), "language": "en"}
        page = office_browser.post("/office/invitations/", sent).content.decode()
        assert "Write an e-mail address with an @" in page
        assert 'value="guest at example"' in page

    def test_an_ended_one_reads_expired_and_can_be_sent_again(
        self, office: Holder, office_browser: Client, place: Institution
    ) -> None:
        made, _token = send(office, place, now=NOW - timedelta(days=15))
        assert "expired" in office_browser.get("/office/invitations/").content.decode()
        office_browser.post(f"/office/invitations/{made.pk}/", {"do": "again"})
        assert Invitation.objects.filter(state=InvitationState.SENT).count() == 1
        late = office_browser.post(f"/office/invitations/{made.pk}/", {"do": "revoke"})
        assert late["Location"].endswith("?done=late")

    def test_it_waits_on_the_first_page_of_the_office(
        self, office: Holder, office_browser: Client, place: Institution
    ) -> None:
        send(office, place, now=NOW - timedelta(days=15))
        send(office, place, email="second@example.org", now=NOW - timedelta(days=12))
        page = office_browser.get("/office/").content.decode()
        assert "invitations that ended unanswered (1)" in page
        assert "Invitations that end within 3 days (1)" in page
