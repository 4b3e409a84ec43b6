"""One takes all of one's data, and leaves: after seven days, unless one thinks again."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from cimara_web import clock as portal_clock
from cimara_web.accounts.actions.leaving import NotLeavingError, delete_account, delete_due
from cimara_web.accounts.models import Account, RoleGrant, SignInLink
from cimara_web.accounts.own_data import ERASERS, STAYING
from cimara_web.alerts.actions.asking import ask_for_alert
from cimara_web.alerts.facets import Facets
from cimara_web.alerts.models import Alert, Every
from cimara_web.alerts.queries import address_of
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.outbox.models import OutboxMessage
from tests.web.accounts.entering import Person, app_of, mails, path_in
from tests.web.alerts.inbox import Clock
from tests.web.people import account, signed_in


def taken(one: Account) -> dict[str, Any]:
    response = Person(signed_in(one)).post("my-export")
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith("json")}


class TestTheCopy:
    """`/me/export/`."""

    def test_every_personal_field_of_accounts_is_in_it(self) -> None:
        copy = taken(account())["account.json"]
        for model, row in ((Account, copy["account"]), (RoleGrant, copy["roles"][0])):
            personal = {name for name, level in vars(model.Privacy).items() if level == "personal"}
            assert personal <= row.keys()
        assert {name for name, level in vars(SignInLink.Privacy).items() if level == "personal"}

    def test_no_secret_is_in_it(self) -> None:
        one = account()
        secret = app_of(one).data["secret"]
        text = json.dumps(taken(one))
        assert secret not in text
        assert one.password not in text

    def test_it_leaves_one_event(self) -> None:
        one = account()
        taken(one)
        assert [row.event for row in AuditEvent.objects.all()] == [Event.ACCOUNT_EXPORTED]

    def test_looking_at_the_page_gives_nothing_away(self) -> None:
        Person(signed_in(account())).get("my-export")
        assert not AuditEvent.objects.exists()

    def test_it_holds_nobody_elses(self) -> None:
        other = account(email="other@example.org")
        assert other.email not in json.dumps(taken(account()))


class TestAlerts:
    """Alerts to an address that the account proved to be its own."""

    @pytest.fixture
    def one(self) -> Account:
        one = account(email="me@example.org")
        for address in ("me@example.org", "other@example.org"):
            ask_for_alert(
                address=address, facets=Facets(), every=Every.DAILY, language="en", now=portal_clock.now()
            )
        return one

    def test_they_are_in_the_copy(self, one: Account) -> None:
        assert [row["every"] for row in taken(one)["alerts.json"]] == ["daily"]

    def test_they_go_with_the_account(self, one: Account) -> None:
        one.deletion_due_at = portal_clock.now()
        one.save()
        delete_due(portal_clock.now())
        assert [address_of(row) for row in Alert.objects.all()] == ["other@example.org"]


class TestLeaving:
    """`/me/delete/`."""

    @pytest.fixture
    def now(self, clock: Clock) -> Clock:
        clock.at = portal_clock.now().replace(year=2026, month=11, day=21)
        return clock

    def asked(self, one: Account) -> Person:
        person = Person(signed_in(one))
        assert person.post("my-deletion").status_code == 303
        return person

    def test_the_account_works_for_seven_days_and_then_goes(self, now: Clock) -> None:
        one = account()
        self.asked(one)
        now.goes(days=6, hours=23)
        assert delete_due(now.at) == 0
        now.goes(hours=1)
        assert delete_due(now.at) == 1
        assert not Account.objects.exists()
        assert not RoleGrant.objects.exists()

    def test_each_step_leaves_one_event(self, now: Clock) -> None:
        one = account()
        person = self.asked(one)
        person.post("my-deletion", stay="1")
        person.post("my-deletion")
        delete_due(now.at + timedelta(days=7))
        assert [row.event for row in AuditEvent.objects.all()] == [
            Event.ACCOUNT_DELETION_ASKED,
            Event.ACCOUNT_DELETION_CANCELLED,
            Event.ACCOUNT_DELETION_ASKED,
            Event.ACCOUNT_DELETED,
        ]

    def test_the_mail_holds_a_link_that_cancels_by_a_button(self, now: Clock) -> None:
        one = account()
        self.asked(one)
        [letter] = mails()
        stranger = Person()
        stranger.client.get(path_in(letter), secure=True)
        one.refresh_from_db()
        assert one.deletion_due_at is not None
        stranger.client.post(path_in(letter), secure=True)
        one.refresh_from_db()
        assert one.deletion_due_at is None

    def test_a_link_of_nobody_is_a_dead_link(self, person: Person) -> None:
        assert person.get("my-stay", "no-such-token").status_code == 404
        assert person.post("my-stay", "no-such-token").status_code == 404

    def test_its_sessions_end_and_its_mails_go(self, now: Clock) -> None:
        one = account()
        person = Person()
        person.sign_in(one.email)
        person.post("my-deletion")
        now.goes(days=7)
        delete_due(now.at)
        assert not person.is_signed_in()
        assert not OutboxMessage.objects.filter(about=one.pk).exists()

    def test_every_app_is_asked_to_forget_them(self, now: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        one = account(email="gone@example.org")
        forgotten: list[Any] = []
        monkeypatch.setitem(
            ERASERS, "test", lambda owner, at: forgotten.append((owner.account, owner.addresses, at))
        )
        self.asked(one)
        due = now.at + timedelta(days=7)
        delete_due(due)
        assert forgotten == [(one.pk, ("gone@example.org",), due)]

    def test_an_app_that_fails_keeps_the_whole_account(
        self, now: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(owner: object, at: object) -> None:
            raise RuntimeError("not now")

        one = account()
        self.asked(one)
        monkeypatch.setitem(ERASERS, "test", fails)
        with pytest.raises(RuntimeError):
            delete_due(now.at + timedelta(days=7))
        assert Account.objects.filter(pk=one.pk).exists()

    def test_two_at_once_delete_once(self, now: Clock) -> None:
        one = account()
        self.asked(one)
        due = now.at + timedelta(days=7)
        delete_account(account=one.pk, now=due)
        with pytest.raises(NotLeavingError):
            delete_account(account=one.pk, now=due)

    def test_the_page_says_what_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(STAYING, "test", lambda owner: ["Your name stays with a study of 2027."])
        page = Person(signed_in(account())).get("my-deletion").content.decode()
        assert "Your name stays with a study of 2027." in page
