"""The office gives, renews and ends roles over the portal; nobody for themselves, none without an end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cimara_web.accounts.actions.site_roles import GIVEN_HERE, RoleError, end_role, give_role, renew_role
from cimara_web.accounts.queries import accounts_with, holder_of
from cimara_web.accounts.role_words import ROLE_WORDS
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.permissions.holder import Refused
from cimara_web.permissions.roles import Role
from tests.web.accounts.entering import Person
from tests.web.people import NOW, TODAY, account, acting, signed_in

UNTIL = TODAY + timedelta(days=300)


def test_a_role_is_held_to_the_end_of_its_last_day() -> None:
    office, one = account(Role.OFFICE), account()
    give_role(by=acting(office), account=one.pk, role=Role.AUDITOR, until=UNTIL, now=NOW)
    last = NOW.replace(hour=23) + timedelta(days=300)
    assert Role.AUDITOR in {held.role for held in holder_of(one, now=last).roles}
    assert Role.AUDITOR not in {held.role for held in holder_of(one, now=last + timedelta(hours=1)).roles}


def test_it_leaves_one_event_each_time() -> None:
    office, one = account(Role.OFFICE), account()
    by = acting(office)
    give_role(by=by, account=one.pk, role=Role.EDITOR, until=UNTIL, now=NOW)
    renew_role(by=by, account=one.pk, role=Role.EDITOR, until=UNTIL + timedelta(days=9), now=NOW)
    end_role(by=by, account=one.pk, role=Role.EDITOR, now=NOW)
    rows = list(AuditEvent.objects.all())
    assert [row.event for row in rows] == [Event.ROLE_GRANTED, Event.ROLE_RENEWED, Event.ROLE_ENDED]
    assert rows[0].context == {"role": "editor", "to": str(one.pk), "ends": UNTIL.isoformat()}
    assert {row.acting_role for row in rows} == {"office"}


def test_nobody_gives_or_renews_a_role_for_themselves() -> None:
    office = account(Role.OFFICE)
    for change in (give_role, renew_role):
        with pytest.raises(Refused, match="Nobody gives a role to themselves"):
            change(by=acting(office), account=office.pk, role=Role.OFFICE, until=UNTIL, now=NOW)


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.EDITOR])
def test_others_than_the_office_change_nothing(role: Role | None) -> None:
    by = acting(account(*([role] if role else [])))
    one = account()
    with pytest.raises(Refused):
        give_role(by=by, account=one.pk, role=Role.EDITOR, until=UNTIL, now=NOW)
    with pytest.raises(Refused):
        end_role(by=by, account=one.pk, role=Role.EDITOR, now=NOW)


@pytest.mark.parametrize("until", [TODAY, TODAY - timedelta(days=1), TODAY + timedelta(days=367)])
def test_the_end_is_between_tomorrow_and_a_year(until: date) -> None:
    with pytest.raises(RoleError, match="from tomorrow to one year"):
        give_role(
            by=acting(account(Role.OFFICE)), account=account().pk, role=Role.EDITOR, until=until, now=NOW
        )


@pytest.mark.parametrize("role", [Role.MEMBER, Role.STUDY_LEAD, Role.COORDINATOR, Role.STEWARD])
def test_roles_of_studies_and_membership_are_not_given_here(role: Role) -> None:
    assert role not in GIVEN_HERE
    with pytest.raises(RoleError):
        give_role(by=acting(account(Role.OFFICE)), account=account().pk, role=role, until=UNTIL, now=NOW)


def test_the_last_of_the_office_stays() -> None:
    office = account(Role.OFFICE)
    with pytest.raises(RoleError, match="last of the office"):
        end_role(by=acting(office), account=office.pk, role=Role.OFFICE, now=NOW)
    other = account(Role.OFFICE)
    end_role(by=acting(office), account=office.pk, role=Role.OFFICE, now=NOW)
    assert accounts_with(Role.OFFICE, now=NOW) == {other.pk}


def test_one_that_ended_by_itself_can_be_given_again() -> None:
    office, one = account(Role.OFFICE), account()
    give_role(by=acting(office), account=one.pk, role=Role.EDITOR, until=TODAY + timedelta(days=1), now=NOW)
    later = NOW + timedelta(days=30)
    give_role(by=acting(office), account=one.pk, role=Role.EDITOR, until=UNTIL, now=later)
    assert accounts_with(Role.EDITOR, now=later) == {one.pk}


def test_one_that_is_held_is_renewed_and_not_given_twice() -> None:
    office, one = account(Role.OFFICE), account()
    give_role(by=acting(office), account=one.pk, role=Role.EDITOR, until=UNTIL, now=NOW)
    with pytest.raises(RoleError, match="Renew it instead"):
        give_role(by=acting(office), account=one.pk, role=Role.EDITOR, until=UNTIL, now=NOW)


class TestThePages:
    """`/office/roles/`."""

    def test_others_than_the_office_find_no_such_page(self) -> None:
        for one in (account(), account(Role.AUDITOR)):
            assert Person(signed_in(one)).get("roles").status_code == 404

    def test_it_lists_who_holds_what(self) -> None:
        one = account(Role.AUDITOR)
        page = Person(signed_in(account(Role.OFFICE))).get("roles").content.decode()
        assert one.email in page
        assert "Auditor" in page

    def test_a_role_is_given_by_the_form(self) -> None:
        one = account()
        person = Person(signed_in(account(Role.OFFICE)))
        until = (date.today() + timedelta(days=100)).isoformat()
        assert person.post("roles", email=one.email, role="editor", until=until).status_code == 303
        assert one.email in person.get("roles").content.decode()

    def test_an_error_names_the_field_and_keeps_what_was_typed(self) -> None:
        person = Person(signed_in(account(Role.OFFICE)))
        page = person.post("roles", email="nobody@example.org", role="editor", until="soon").content.decode()
        assert "Nobody has signed up with this address" in page
        assert "Write a day such as" in page
        assert 'value="nobody@example.org"' in page
        assert 'value="soon"' in page

    def test_renewing_and_ending(self) -> None:
        one = account(Role.AUDITOR)
        person = Person(signed_in(account(Role.OFFICE)))
        until = (date.today() + timedelta(days=50)).isoformat()
        assert person.post("role", one.pk, "auditor", until=until).status_code == 303
        assert person.post("role", one.pk, "auditor", end="1").status_code == 303
        assert person.get("role", one.pk, "auditor").status_code == 404

    def test_a_refusal_is_said_on_the_page(self) -> None:
        office = account(Role.OFFICE)
        person = Person(signed_in(office))
        until = (date.today() + timedelta(days=50)).isoformat()
        page = person.post("role", office.pk, "office", until=until).content.decode()
        assert "Nobody gives a role to themselves" in page
        assert "last of the office" in person.post("role", office.pk, "office", end="1").content.decode()

    def test_it_asks_who_it_is_after_five_minutes(self) -> None:
        one = account()
        person = Person(signed_in(account(Role.OFFICE), fresh=False))
        until = (date.today() + timedelta(days=100)).isoformat()
        response = person.post("roles", email=one.email, role="editor", until=until)
        assert response["Location"].startswith("/account/reauthenticate/")


def test_every_role_has_words_for_its_holder() -> None:
    assert set(ROLE_WORDS) == set(Role)
