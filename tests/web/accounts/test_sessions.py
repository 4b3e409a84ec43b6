"""A session ends when it is not used, and when it has lived long; one's own page ends the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client

from cimara_web import clock as portal_clock
from cimara_web.accounts.tending import tend_accounts
from cimara_web.permissions.roles import Role
from tests.web.accounts.entering import Person
from tests.web.alerts.inbox import Clock
from tests.web.people import PASSWORD, account, give, signed_in


def is_in(client: Client) -> bool:
    return client.get("/me/", secure=True).status_code == 200


@pytest.fixture
def now(clock: Clock) -> Clock:
    """The clock, at a time when roles of the tests are held."""
    clock.at = portal_clock.now().replace(year=2026, month=11, day=21)
    return clock


@pytest.mark.parametrize(
    ("role", "hours", "lives"),
    [(None, 23.9, True), (None, 24, False), (Role.AUDITOR, 0.99, True), (Role.AUDITOR, 1, False)],
)
def test_without_use(now: Clock, role: Role | None, hours: float, lives: bool) -> None:
    client = signed_in(account(*([role] if role else []), member=False))
    now.goes(hours=hours)
    assert is_in(client) == lives


@pytest.mark.parametrize(
    ("role", "step", "last"), [(None, {"hours": 23}, 14 * 24), (Role.AUDITOR, {"minutes": 55}, 8)]
)
def test_at_all_however_much_it_is_used(
    now: Clock, role: Role | None, step: dict[str, float], last: float
) -> None:
    client = signed_in(account(*([role] if role else []), member=False))
    began = now.at
    while is_in(client):
        now.goes(**step)
    lived = (now.at - began).total_seconds() / 3600
    assert last <= lived < last + 24 / (24 if role else 1)


def test_use_is_written_once_a_minute(now: Clock) -> None:
    client = signed_in(account(member=False))
    now.goes(seconds=50)
    before = Session.objects.get().session_data
    assert is_in(client)
    assert Session.objects.get().session_data == before
    now.goes(seconds=20)
    assert is_in(client)
    assert Session.objects.get().session_data != before


def test_whoever_gets_a_privileged_role_has_its_short_sessions_from_then_on(now: Clock) -> None:
    one = account(member=False)
    client = signed_in(one)
    now.goes(hours=9)
    give(one, Role.AUDITOR)
    assert not is_in(client)


def test_the_cookie_is_bound_to_this_host_and_closed_to_scripts(person: Person) -> None:
    one = account()
    cookie = person.sign_in(one.email).cookies["__Host-session"]
    assert cookie["secure"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == 14 * 24 * 3600


def test_signing_in_gives_a_new_session(person: Person) -> None:
    one = account()
    person.sign_in(one.email, "wrong")
    person.client.session["planted"] = True
    key = person.client.session.session_key
    person.sign_in(one.email)
    assert person.client.session.session_key != key


class TestTheListOfDevices:
    """`/me/sessions/`."""

    def test_it_ends_all_others(self) -> None:
        one = account()
        first, second = Person(), Person()
        for each in (first, second):
            each.sign_in(one.email)
        assert b"Sign out all other devices" in first.get("usersessions_list").content
        first.post("usersessions_list")
        assert first.is_signed_in()
        assert not second.is_signed_in()

    def test_it_keeps_a_network_and_not_an_address(self, person: Person) -> None:
        one = account()
        person.client.defaults["REMOTE_ADDR"] = "203.0.113.77"
        person.sign_in(one.email)
        assert UserSession.objects.get().ip == "203.0.113.0"

    def test_a_new_password_ends_all_others(self) -> None:
        one = account()
        first, second = Person(), Person()
        for each in (first, second):
            each.sign_in(one.email)
        new = "eleven paper boats at noon"
        first.post("account_change_password", oldpassword=PASSWORD, password1=new, password2=new)
        assert first.is_signed_in()
        assert not second.is_signed_in()


def test_signing_out_needs_a_press_of_the_button(person: Person) -> None:
    one = account()
    person.sign_in(one.email)
    person.get("account_logout")
    assert person.is_signed_in()
    person.post("account_logout")
    assert not person.is_signed_in()


def test_the_portals_regular_work_drops_what_has_ended(now: Clock, person: Person) -> None:
    one = account()
    person.sign_in(one.email)
    assert tend_accounts(now.at + timedelta(days=400))["sessions_dropped"] == 1
    assert not UserSession.objects.exists()
