"""An operator's link signs in once, in a short time, by a button."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cimara_web import clock as portal_clock
from cimara_web.accounts.actions.links import drop_old_links, operator_link, sign_in_link
from cimara_web.accounts.models import Account, SignInLink
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.environment import SettingError, read_environment
from tests.web.accounts.entering import Person, app_of
from tests.web.people import account

STRONG = "0123456789abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEF"


def link_for(one: Account, **life: Any) -> str:
    return sign_in_link(account=one, now=portal_clock.now(), **life)


def test_it_signs_in_once(person: Person) -> None:
    token = link_for(account())
    assert person.post("account-once", token)["Location"] == "/me/"
    assert person.is_signed_in()
    other = Person()
    assert other.post("account-once", token).status_code == 404
    assert not other.is_signed_in()


def test_opening_it_uses_nothing_up(person: Person) -> None:
    token = link_for(account())
    assert b"Press the button" in Person(Client()).get("account-once", token).content
    person.post("account-once", token)
    assert person.is_signed_in()


def test_it_ends(person: Person) -> None:
    token = link_for(account(), life=timedelta(seconds=-1))
    assert person.post("account-once", token).status_code == 404


def test_it_opens_no_closed_account(person: Person) -> None:
    one = account()
    token = link_for(one)
    one.is_active = False
    one.save()
    assert person.post("account-once", token).status_code == 404


def test_a_second_factor_is_asked_for_all_the_same(person: Person) -> None:
    one = account()
    app_of(one)
    assert person.post("account-once", link_for(one))["Location"] == "/account/factors/authenticate/"
    assert not person.is_signed_in()


def test_whoever_was_signed_in_is_signed_out_first(person: Person) -> None:
    first, second = account(), account()
    person.sign_in(first.email)
    person.post("account-once", link_for(second))
    assert second.email in person.get("me").content.decode()


def test_the_database_keeps_no_token() -> None:
    token = link_for(account())
    assert token not in str(list(SignInLink.objects.values()))


def test_under_another_secret_it_is_no_link(person: Person, settings: Any) -> None:
    token = link_for(account())
    settings.SECRET_KEY = STRONG
    assert person.post("account-once", token).status_code == 404


def test_old_ones_are_dropped() -> None:
    link_for(account())
    assert drop_old_links(now=portal_clock.now() + timedelta(days=29)) == 0
    assert drop_old_links(now=portal_clock.now() + timedelta(days=31)) == 1


def test_making_one_for_a_person_leaves_one_event() -> None:
    one = account()
    operator_link(account=one, now=portal_clock.now())
    [row] = AuditEvent.objects.all()
    assert (row.event, row.actor, row.about_id) == (Event.ACCOUNT_LINK_MADE, None, one.pk)


class TestTheCommand:
    """`cimara web link`."""

    @pytest.fixture(autouse=True)
    def _strong(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.ENVIRONMENT = read_environment({"CIMARA_SECRET_KEY": STRONG})
        settings.ADDRESS = "https://trials.example.org"
        monkeypatch.setattr("cimara_web.management.commands.link.pending_migrations", list)

    def test_it_prints_the_link_alone(self, person: Person) -> None:
        one = account()
        out = io.StringIO()
        call_command("link", email=one.email.upper(), stdout=out)
        [line] = out.getvalue().splitlines()
        start = "https://trials.example.org"
        assert line.startswith(f"{start}/account/once/")
        assert person.client.post(line.removeprefix(start), secure=True).status_code == 302
        assert person.is_signed_in()

    def test_it_makes_no_account(self) -> None:
        with pytest.raises(CommandError, match="nobody signs in with this address"):
            call_command("link", email="nobody@example.org")
        assert not Account.objects.exists()

    def test_without_the_portals_secret_it_refuses(self, settings: Any) -> None:
        one = account()
        settings.ENVIRONMENT = read_environment({})
        with pytest.raises(SettingError):
            call_command("link", email=one.email)
        assert not SignInLink.objects.exists()

    def test_on_a_database_that_is_no_portal_it_refuses(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cimara_web.management.commands.link.pending_migrations", lambda: ["accounts"])
        with pytest.raises(CommandError, match="no portal in use"):
            call_command("link", email=account().email)
