"""Each change of an account leaves one audit event; sign-ins and failures go to the log without a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from cimara_web.accounts.models import Account
from cimara_web.accounts.security_log import cut
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.logs import JsonLines
from cimara_web.permissions.roles import Role
from tests.web.accounts.entering import ADDRESS, GOOD, Person, app_of, code, mails, path_in
from tests.web.people import PASSWORD, account, signed_in

NEW = "eleven paper boats at noon"


@contextmanager
def leaves(*events: Event) -> Iterator[None]:
    """What is done leaves exactly these events, about and by the account alone."""
    before = AuditEvent.objects.count()
    yield
    rows = list(AuditEvent.objects.all()[before:])
    assert [one.event for one in rows] == list(events)
    for one in rows:
        assert one.about_type == "account"
        assert one.actor in (one.about_id, None)


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    return django_capture_on_commit_callbacks


def test_sign_up(person: Person) -> None:
    with leaves(Event.ACCOUNT_MADE):
        person.sign_up()
        person.client.post(path_in(mails()[0]), secure=True)


def test_a_sign_up_for_a_taken_address_leaves_none(person: Person) -> None:
    account(email=ADDRESS)
    with leaves():
        person.sign_up()


def test_a_sign_in_leaves_none(person: Person) -> None:
    one = account()
    with leaves():
        person.sign_in(one.email, "wrong")
        person.sign_in(one.email)


def test_change_of_password() -> None:
    person = Person(signed_in(account()))
    with leaves(Event.ACCOUNT_PASSWORD_CHANGED):
        person.post("account_change_password", oldpassword=PASSWORD, password1=NEW, password2=NEW)


def test_first_password() -> None:
    one = account()
    one.set_unusable_password()
    one.save()
    with leaves(Event.ACCOUNT_PASSWORD_CHANGED):
        Person(signed_in(one)).post("account_set_password", password1=NEW, password2=NEW)


def test_reset_of_password(person: Person) -> None:
    one = account()
    person.post("account_reset_password", email=one.email)
    form = person.client.get(path_in(mails()[0]), secure=True, follow=True).request["PATH_INFO"]
    with leaves(Event.ACCOUNT_PASSWORD_CHANGED):
        person.client.post(form, {"password1": GOOD, "password2": GOOD}, secure=True)


class TestChangeOfAddress:
    """The new address takes the place of the old one when it is confirmed."""

    def test_it_leaves_an_event_and_tells_the_old_address(self) -> None:
        one = account(email="old@example.org")
        person = Person(signed_in(one))
        person.post("account_email", email="new@example.org", action_add="1")
        [letter] = mails()
        assert letter.to == ["new@example.org"]
        with leaves(Event.ACCOUNT_EMAIL_CHANGED):
            person.client.post(path_in(letter), secure=True)
        one.refresh_from_db()
        assert one.email == "new@example.org"
        assert list(EmailAddress.objects.values_list("email", flat=True)) == ["new@example.org"]
        assert [each.to for each in mails()] == [["old@example.org"]]

    def test_with_a_second_factor_it_works_as_well(self) -> None:
        one = account()
        app_of(one)
        person = Person(signed_in(one))
        person.post("account_email", email="new@example.org", action_add="1")
        assert len(mails()) == 1

    def test_an_address_of_somebody_else_is_answered_alike_and_not_taken(self) -> None:
        account(email="taken@example.org")
        one = account()
        person = Person(signed_in(one))
        response = person.post("account_email", email="taken@example.org", action_add="1")
        assert response.status_code == 302
        [letter] = mails()
        assert b"no longer works" in person.client.get(path_in(letter), secure=True).content
        one.refresh_from_db()
        assert one.email != "taken@example.org"

    def test_a_sign_up_that_nobody_confirmed_does_not_hold_an_address(self) -> None:
        Person().sign_up("wanted@example.org")
        mails()
        cache.clear()  # an address gets one such mail in three minutes
        one = account()
        person = Person(signed_in(one))
        person.post("account_email", email="wanted@example.org", action_add="1")
        person.client.post(path_in(mails()[0]), secure=True)
        assert Account.objects.get(email="wanted@example.org") == one


class TestFactors:
    """Set up, made anew, removed."""

    def test_an_app_and_its_recovery_codes(self, committed: Any) -> None:
        person = Person(signed_in(account()))
        person.get("mfa_activate_totp")
        with (
            leaves(Event.ACCOUNT_FACTOR_ADDED, Event.ACCOUNT_FACTOR_ADDED),
            committed(execute=True),
        ):
            person.post("mfa_activate_totp", code=code(person.client.session["mfa.totp.secret"]))
        kinds = AuditEvent.objects.values_list("context", flat=True)
        assert {one["kind"] for one in kinds} == {"totp", "recovery_codes"}
        assert Authenticator.objects.count() == 2

    def test_removal(self) -> None:
        one = account()
        app_of(one)
        with leaves(Event.ACCOUNT_FACTOR_REMOVED):
            Person(signed_in(one)).post("mfa_deactivate_totp")

    def test_new_recovery_codes(self, committed: Any) -> None:
        one = account()
        app_of(one)
        with leaves(Event.ACCOUNT_FACTOR_ADDED), committed(execute=True):
            Person(signed_in(one)).post("mfa_generate_recovery_codes")

    def test_recovery_codes_are_shown_once(self) -> None:
        one = account()
        app_of(one)
        person = Person(signed_in(one))
        person.post("mfa_generate_recovery_codes")
        shown = Authenticator.objects.get(type="recovery_codes").wrap().generate_codes()[0]
        assert shown[:5] in person.get("mfa_view_recovery_codes").content.decode()
        assert shown[:5] not in person.get("mfa_view_recovery_codes").content.decode()
        assert person.get("mfa_download_recovery_codes").status_code == 403

    def test_their_owner_hears_of_it(self) -> None:
        one = account()
        app_of(one)
        Person(signed_in(one)).post("mfa_deactivate_totp")
        [letter] = mails()
        assert letter.subject == "Your account was changed"
        assert "authenticator app" in str(letter.body)


class TestTheLog:
    """Security events."""

    def lines(self, caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
        return [json.loads(JsonLines().format(one)) for one in caplog.records]

    def test_sign_ins_and_failures_with_the_network_and_no_address(
        self, person: Person, caplog: pytest.LogCaptureFixture
    ) -> None:
        one = account(email="canary@example.org")
        app_of(one)
        person.client.defaults["REMOTE_ADDR"] = "203.0.113.77"
        person.sign_in("canary@example.org", "wrong")
        person.sign_in("canary@example.org")
        person.post("mfa_authenticate", code="000000")
        person.post("mfa_authenticate", code=code())
        found = self.lines(caplog)
        told = [(line["event"], line.get("way")) for line in found if line["event"].startswith("sign_")]
        assert told == [
            ("sign_in.failed", "password"),
            ("sign_in.failed", "second factor"),
            ("sign_in", None),
        ]
        text = str(found)
        assert "203.0.113.0/24" in text
        assert "203.0.113.77" not in text
        assert "canary" not in text
        assert PASSWORD not in text

    def test_refusals_and_limits(self, person: Person, caplog: pytest.LogCaptureFixture) -> None:
        one = account()
        for _ in range(6):
            person.post("account_reset_password", email=one.email)
        assert "limit.hit" in {line["event"] for line in self.lines(caplog)}

    @pytest.mark.parametrize(
        ("address", "kept"),
        [
            ("203.0.113.77", "203.0.113.0/24"),
            ("2001:db8:1234:5678::9", "2001:db8:1234::/48"),
            ("", None),
            ("unix", None),
        ],
    )
    def test_what_is_kept_of_an_address(self, address: str, kept: str | None) -> None:
        assert cut(address) == kept


def test_no_event_tells_a_persons_word() -> None:
    one = account(Role.OFFICE, email="canary@example.org")
    person = Person(signed_in(one))
    person.post("account_change_password", oldpassword=PASSWORD, password1=NEW, password2=NEW)
    assert "canary" not in str(list(AuditEvent.objects.values()))
