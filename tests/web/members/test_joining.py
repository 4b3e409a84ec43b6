"""The guest's link: opening it changes nothing; POST makes an account and a member, once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from cimara_web.accounts.models import RoleGrant
from cimara_web.members.actions.invitations import InvitationError, invite, revoke
from cimara_web.members.actions.joining import accept
from cimara_web.members.actions.profile import ProfileError
from cimara_web.members.models import Invitation, InvitationState, Member
from cimara_web.members.words import Field, Specialty, Visibility
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from cimara_web.writes import action
from tests.web import people
from tests.web.members.trail import count, last
from tests.web.people import NOW

GUEST = "guest@example.org"
PASSWORD = "a quiet lamp on the third shelf"
FORM = {
    "display_name": "Demo Guest",
    "primary": "neurosurgery",
    "second": "neuro-oncology",
    "third": "",
    "password": PASSWORD,
    **{f"sees_{one}": "office" for one in Field},
    "sees_display_name": "members",
}


@pytest.fixture
def sent(office: Holder) -> tuple[Invitation, str]:
    place = people.institution(name="Demo Institution 03")
    return invite(by=office, email=GUEST, institution=place, roles=[], now=NOW)


def post(token: str, prefix: str = "", client: Client | None = None, **changes: Any) -> Any:
    return (client or Client()).post(f"{prefix}/join/{token}/", FORM | changes, secure=True)


def facts(**changes: Any) -> dict[str, Any]:
    return {
        "display_name": "Demo Guest",
        "specialties": [Specialty.NEUROSURGERY],
        "visibility": {Field.NAME: Visibility.MEMBERS},
        "now": NOW,
        **changes,
    }


def test_opening_the_link_changes_nothing(sent: Any) -> None:
    invitation, token = sent
    before = count()
    for prefix in ("", "/es"):
        page = Client().get(f"{prefix}/join/{token}/", secure=True)
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.SENT
    assert count() == before


def test_the_guest_becomes_a_member_with_an_account_and_is_signed_in(sent: Any) -> None:
    client = Client()
    response = post(sent[1], client=client)
    assert response.status_code in (302, 303)
    member = Member.objects.get(display_name="Demo Guest")
    assert member.account.email == GUEST
    assert member.account.check_password(PASSWORD)
    assert member.specialties == ["neurosurgery", "neuro-oncology"]
    assert member.visibility["display_name"] == "members"
    assert member.visibility["orcid"] == "office"
    assert member.affiliations.get().institution.name == "Demo Institution 03"
    assert client.get("/me/profile/", secure=True).status_code == 200


def test_joining_leaves_one_event_and_no_address_in_the_invitation(sent: Any) -> None:
    before = count()
    post(sent[1])
    assert count() == before + 1
    assert last() == ("invitation.accepted", {"roles": ["member"]})
    invitation = Invitation.objects.get()
    assert (invitation.state, invitation.email) == (InvitationState.ACCEPTED, "")


def test_the_link_works_once(sent: Any) -> None:
    post(sent[1])
    assert post(sent[1]).status_code == 404
    assert Member.objects.filter(display_name="Demo Guest").count() == 1


def test_an_ended_link_says_whom_to_ask_in_both_languages(sent: Any) -> None:
    @action
    def late() -> None:
        Invitation.objects.update(expires_at=NOW)

    late()
    page = Client().get(f"/join/{sent[1]}/", secure=True)
    assert page.status_code == 404
    assert "ask the person who told you of the invitation, or the consortium office" in page.content.decode()
    assert Client().get(f"/es/join/{sent[1]}/", secure=True).status_code == 404
    assert post(sent[1]).status_code == 404


def test_a_link_that_was_taken_back_or_never_was_is_the_same_page(sent: Any, office: Holder) -> None:
    revoke(by=office, invitation=sent[0], now=NOW)
    gone = Client().get(f"/join/{sent[1]}/", secure=True)
    never = Client().get(f"/join/{'x' * 43}/", secure=True)
    assert gone.status_code == never.status_code == 404


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"password": "short"}, "at least 12 characters"),
        ({"password": "consortium"}, "Password"),
        ({"password": ""}, "Fill this in"),
        ({"primary": ""}, "Primary specialty: "),
        ({"display_name": "two\nlines"}, "in one line"),
        ({"orcid": "0000-0002-1825-0098"}, "one of the 16 is mistyped"),
        ({"sees_orcid": "everybody"}, "ORCID iD: "),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(sent: Any, wrong: dict[str, str], words: str) -> None:
    response = post(sent[1], **wrong)
    page = response.content.decode()
    assert response.status_code == 200
    assert words in page
    assert "There is a problem" in page
    assert ("Demo Guest" in page) is ("display_name" not in wrong)
    assert PASSWORD not in page
    assert not get_user_model().objects.filter(email=GUEST).exists()


def test_an_orcid_id_of_somebody_else_makes_no_account(sent: Any) -> None:
    people.member(orcid="0000-0002-1825-0097")
    page = post(sent[1], orcid="0000-0002-1825-0097").content.decode()
    assert "Another member has this ORCID iD" in page
    assert not get_user_model().objects.filter(email=GUEST).exists()
    assert Invitation.objects.get().state == InvitationState.SENT


def test_who_has_an_account_signs_in_first(sent: Any) -> None:
    people.account(email=GUEST, member=False)
    page = Client().get(f"/join/{sent[1]}/", secure=True).content.decode()
    assert "Sign in first" in page
    assert post(sent[1]).status_code == 200
    assert not Member.objects.filter(display_name="Demo Guest").exists()


def test_an_account_of_that_address_accepts_without_a_new_password(sent: Any) -> None:
    own = people.account(email=GUEST.upper(), member=False)
    page = people.signed_in(own).get(f"/join/{sent[1]}/").content.decode()
    assert 'type="password"' not in page
    assert people.signed_in(own).post(f"/join/{sent[1]}/", FORM).status_code == 303
    assert Member.objects.get(account=own).display_name == "Demo Guest"


def test_an_account_of_another_address_is_told_to_sign_out(sent: Any) -> None:
    other = people.account(member=False)
    page = people.signed_in(other).get(f"/join/{sent[1]}/").content.decode()
    assert "another address than the one that was invited" in page
    with pytest.raises(InvitationError, match="another address"):
        accept(token=sent[1], account=other.pk, **facts())


def test_somebody_who_left_comes_back_as_the_same_member(sent: Any) -> None:
    own = people.account(email=GUEST, member=False)
    before = people.member(own, left=people.TODAY - timedelta(days=9))
    member = accept(token=sent[1], account=own.pk, **facts())
    assert (member.pk, member.left) == (before.pk, None)
    assert [one.primary for one in member.affiliations.order_by("primary")] == [False, True]


def test_a_member_has_nothing_to_accept(sent: Any) -> None:
    own = people.account(email=GUEST)
    people.member(own)
    with pytest.raises(InvitationError, match="a member already"):
        accept(token=sent[1], account=own.pk, **facts())


def test_privileged_roles_come_from_who_invited_with_an_end(officer: Any, office: Holder) -> None:
    _invitation, token = invite(
        by=office, email=GUEST, institution=people.institution(), roles=[Role.AUDITOR], now=NOW
    )
    own = people.account(email=GUEST, member=False)
    accept(token=token, account=own.pk, **facts())
    grant = RoleGrant.objects.get(account=own, role=Role.AUDITOR)
    assert grant.granted_by == officer.pk
    assert grant.ends_at is not None
    assert RoleGrant.objects.get(account=own, role=Role.MEMBER).ends_at is None


def test_a_privileged_role_is_not_given_by_who_left_the_office_since(officer: Any, office: Holder) -> None:
    _invitation, token = invite(
        by=office, email=GUEST, institution=people.institution(), roles=[Role.AUDITOR], now=NOW
    )

    @action
    def ended() -> None:
        RoleGrant.objects.filter(account=officer, role=Role.OFFICE).update(ended_at=NOW)

    ended()
    own = people.account(email=GUEST, member=False)
    with pytest.raises(InvitationError, match="left the office"):
        accept(token=token, account=own.pk, **facts())
    assert not RoleGrant.objects.filter(account=own).exists()


def test_after_a_privileged_role_the_portal_asks_for_a_second_factor(office: Holder) -> None:
    _invitation, token = invite(
        by=office, email=GUEST, institution=people.institution(), roles=[Role.OFFICE], now=NOW
    )
    client = Client()
    assert "second proof" in client.get(f"/join/{token}/", secure=True).content.decode()
    post(token, client=client)
    response = client.get("/office/", secure=True)
    assert response.status_code == 303
    assert response["Location"].endswith("/account/factors/")


def test_specialties_and_interests_have_a_most(sent: Any) -> None:
    own = people.account(email=GUEST, member=False)
    with pytest.raises(ProfileError):
        accept(token=sent[1], account=own.pk, **facts(specialties=list(Specialty)[:4]))
    with pytest.raises(ProfileError):
        accept(token=sent[1], account=own.pk, **facts(interests=[str(n) for n in range(9)]))


def test_an_ended_link_is_not_accepted_by_a_form_that_was_open_when_it_ended(sent: Any) -> None:
    own = people.account(email=GUEST, member=False)
    with pytest.raises(InvitationError, match="too old"):
        accept(token=sent[1], account=own.pk, **facts(now=sent[0].expires_at))
    accept(token=sent[1], account=own.pk, **facts(now=sent[0].expires_at - timedelta(seconds=1)))
