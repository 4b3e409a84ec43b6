"""The office's pages: what waits, members with filters, and nobody else inside."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from cimara_web.members.models import Member
from cimara_web.outbox.actions.messages import put_in
from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import State
from cimara_web.permissions.roles import Role
from cimara_web.writes import action
from tests.web import people
from tests.web.members.trail import last
from tests.web.people import NOW

PAGES = (
    "office/",
    "office/invitations/",
    "office/members/",
    "office/members/members.csv",
    "office/institutions/",
)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("roles", [(), (Role.AUDITOR,), (Role.EDITOR,)], ids=["member", "auditor", "editor"])
def test_to_others_there_is_no_office(page: str, roles: tuple[Role, ...]) -> None:
    browser = people.signed_in(people.account(*roles))
    missing = browser.get("/no/such/page/")
    found = browser.get(f"/{page}")
    assert found.status_code == 404
    assert len(found.content) == len(missing.content)


@pytest.mark.parametrize("page", PAGES)
def test_the_office_opens_each(office_browser: Client, page: str) -> None:
    assert office_browser.get(f"/{page}").status_code == 200


def test_a_proposal_waits(office_browser: Client) -> None:
    people.study(title="Demo proposal", state="proposed")
    people.study(title="Demo idea")
    page = office_browser.get("/office/").content.decode()
    assert "Decide on the proposal “Demo proposal”" in page
    assert "Demo idea" not in page


def test_a_role_that_ends_soon_waits_with_its_holders_name(office_browser: Client) -> None:
    own = people.account()
    people.give(own, Role.AUDITOR, ends_at=NOW + timedelta(days=10))
    people.member(own, display_name="Demo Auditor")
    page = office_browser.get("/office/").content.decode()
    assert "Renew or end: Auditor of Demo Auditor" in page
    assert "ends 30 Nov 2026" in page


def test_mails_that_were_given_up_are_told(office_browser: Client) -> None:
    assert "No mail was given up" in office_browser.get("/office/").content.decode()

    @action
    def dead() -> None:
        put_in(
            dedupe_key="k",
            about=people.institution().pk,
            to="a@example.org",
            template="contact",
            language="en",
            context={},
            now=NOW,
        )
        OutboxMessage.objects.update(state=State.DEAD)

    dead()
    assert "1 mail was given up" in office_browser.get("/office/").content.decode()


@pytest.fixture
def someone() -> Member:
    place = people.institution(name="Demo Institution 03", country="GR")
    own = people.account()
    return people.member(own, at=place, display_name="Demo Hidden", specialties=["neurosurgery"])


class TestMembers:
    def test_the_office_finds_who_shows_nothing(self, office_browser: Client, someone: Member) -> None:
        for asked in ({"q": "hidden"}, {"country": "GR"}, {"specialty": "neurosurgery"}):
            for address in ("/office/members/", "/office/members/members.csv"):
                assert "Demo Hidden" in office_browser.get(address, asked).content.decode()
        assert "Demo Hidden" not in office_browser.get("/office/members/", {"q": "nobody"}).content.decode()

    def test_the_file_and_the_page_have_the_same_rows(self, office_browser: Client, someone: Member) -> None:
        page = office_browser.get("/office/members/").content.decode()
        rows = office_browser.get("/office/members/members.csv").content.decode().splitlines()[1:]
        assert f"{len(rows)} members" in page

    def test_a_profile_is_changed(self, office_browser: Client, someone: Member) -> None:
        address = f"/office/members/{someone.pk}/"
        place = someone.affiliations.get().institution_id
        sent = {"display_name": "Demo Renamed", "primary": "other", "institution": str(place)}
        assert office_browser.post(address, sent).status_code == 303
        assert "Demo Renamed" in office_browser.get(address).content.decode()
        assert last()[0] == "member.changed"

    def test_the_page_tells_who_sees_what_and_can_not_change_it(
        self, office_browser: Client, someone: Member
    ) -> None:
        page = office_browser.get(f"/office/members/{someone.pk}/").content.decode()
        assert "Only the consortium office" in page
        assert "sees_" not in page

    def test_who_left_is_noted_once_and_listed_apart(self, office_browser: Client, someone: Member) -> None:
        address = f"/office/members/{someone.pk}/"
        for _ in range(2):
            assert office_browser.post(address, {"do": "leave"}).status_code == 303
        assert "Demo Hidden" not in office_browser.get("/office/members/").content.decode()
        assert "Demo Hidden" in office_browser.get("/office/members/", {"left": "1"}).content.decode()


def test_a_list_longer_than_a_page_goes_on(office_browser: Client) -> None:
    place = people.institution()
    for number in range(60):
        people.member(
            at=place, display_name=f"Demo Member {number:03}", visibility={"display_name": "members"}
        )
    for base in ("/office/members/", "/network/people/"):
        first, second = (office_browser.get(base, {"page": page}).content.decode() for page in ("1", "2"))
        assert "Demo Member 001" in first
        assert "Demo Member 059" not in first
        assert "Demo Member 059" in second
        assert "page=2" in first
        assert office_browser.get(base, {"page": "zebra"}).status_code == 200
