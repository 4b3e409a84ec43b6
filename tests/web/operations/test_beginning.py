"""The first office: by a one-time link and once; no account is there by default."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cimara_web import clock
from cimara_web.accounts.models import Account
from cimara_web.accounts.queries import accounts_with
from cimara_web.audit.models import AuditEvent
from cimara_web.members.models import Affiliation, Institution
from cimara_web.permissions.roles import Role

pytestmark = pytest.mark.django_db
ASKED = {
    "email": "office@example.org",
    "name": "Demo Office",
    "institution": "Demo Institution",
    "country": "US",
    "kind": "university",
}


def init(**changed: str) -> str:
    """What the command prints on stdout."""
    out = io.StringIO()
    call_command("init", stdout=out, stderr=io.StringIO(), **ASKED | changed)
    return out.getvalue().strip()


def test_a_new_portal_has_no_account() -> None:
    assert Account.objects.count() == 0


def test_the_link_signs_the_office_in_once(client: Client) -> None:
    path = urlsplit(init()).path
    assert client.get(path, secure=True).status_code == 200
    assert client.session.get("_auth_user_id") is None, "looking at a link does nothing"
    client.post(path, secure=True)
    assert client.session.get("_auth_user_id")
    another = Client()
    another.post(path, secure=True)
    assert another.session.get("_auth_user_id") is None


def test_the_office_is_a_member_at_its_institution() -> None:
    init()
    (office,) = accounts_with(Role.OFFICE, now=clock.now())
    assert office in accounts_with(Role.MEMBER, now=clock.now())
    (place,) = Affiliation.objects.all()
    assert (place.member.account_id, place.member.display_name) == (office, "Demo Office")
    assert (place.institution.name, place.primary) == ("Demo Institution", True)


def test_each_step_stands_in_the_trail() -> None:
    init()
    told = list(AuditEvent.objects.order_by("seq").values_list("event", flat=True))
    assert told == [
        "role.granted",
        "institution.added",
        "invitation.sent",
        "invitation.accepted",
        "account.link_made",
    ]


def test_a_second_office_is_refused_and_nothing_is_made() -> None:
    init()
    with pytest.raises(CommandError, match="there is an office account already"):
        init(email="second@example.org")
    assert (Account.objects.count(), Institution.objects.count()) == (1, 1)


def test_what_fails_half_way_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: Any) -> None:
        raise OSError

    monkeypatch.setattr("cimara_web.beginning.accept", broken)
    with pytest.raises(OSError):  # noqa: PT011 (ours)
        init()
    assert (Account.objects.count(), Institution.objects.count(), AuditEvent.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "nonsense", "--email: Enter a valid email address"),
        ("country", "usa", "--country: Two capital letters"),
        ("name", "", "--name"),
        ("institution", "x" * 201, "--institution"),
    ],
)
def test_what_cannot_be_read_is_named(field: str, value: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        init(**{field: value})
    assert Account.objects.count() == 0


def test_the_link_ends_after_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    path = urlsplit(init()).path
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr("cimara_web.clock.now", lambda: later)
    client.post(path, secure=True)
    assert client.session.get("_auth_user_id") is None
