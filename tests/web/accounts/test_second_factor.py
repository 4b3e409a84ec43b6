"""Before its second factor a privileged session reaches what sets one up, the way out, and public pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from cimara_web import clock as portal_clock
from cimara_web.accounts.actions.links import sign_in_link
from cimara_web.accounts.second_factor import REACHED_BEFORE
from cimara_web.permissions.roles import ROLES, Role
from tests.web.accounts.entering import Person, app_of, code
from tests.web.addresses import ACCOUNTS, SITE_WIDE, WITHOUT_LANGUAGE, patterns
from tests.web.alerts.inbox import Clock
from tests.web.people import account, give, signed_in, study

SET_UP = "/account/factors/"
OURS = [
    (route, one)
    for route, one in patterns()
    if route in ACCOUNTS or route in SITE_WIDE or (route in WITHOUT_LANGUAGE and "orcid" in route)
]
BEFORE = {
    "account/again/",
    "account/reauthenticate/",
    "account/password/set/",
    "account/factors/",
    "account/factors/app/picture.svg",
    "account/factors/reauthenticate/",
    "account/factors/totp/activate/",
    "account/factors/totp/deactivate/",
    "account/factors/recovery-codes/",
    "account/factors/recovery-codes/generate/",
    "account/factors/webauthn/",
    "account/factors/webauthn/add/",
    "account/factors/webauthn/reauthenticate/",
    "account/logout/",
}
"""The whole list of what opens before; what is public opens besides."""


def address_of(route: str) -> str:
    example = {**ACCOUNTS, **SITE_WIDE, **WITHOUT_LANGUAGE}[route]
    return "/" + example.format(auditor="00000000-0000-4000-8000-000000000000")


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("route", "pattern"), OURS, ids=[route for route, _ in OURS])
def test_every_address_of_sign_in_before_a_second_factor(
    route: str, pattern: URLPattern, method: str
) -> None:
    client = signed_in(account(Role.OFFICE), factor=False)
    response = getattr(client, method)(address_of(route), secure=True)
    is_public = not getattr(pattern.callback, "login_required", True)
    is_sent_away = response.status_code == 303 and response["Location"] == SET_UP
    assert is_sent_away == (not is_public and route not in BEFORE)


def test_the_list_of_what_opens_before_is_that_of_the_middleware() -> None:
    names = {one.name for route, one in OURS if route in BEFORE}
    assert names == REACHED_BEFORE


def test_the_page_that_sets_one_up_says_why() -> None:
    client = signed_in(account(Role.OFFICE), factor=False)
    assert b"Your roles ask for a second step" in client.get(SET_UP, secure=True).content


@pytest.mark.parametrize("role", [role for role in Role if ROLES[role].privileged])
def test_every_privileged_role_asks_for_one(role: Role) -> None:
    one = account()
    give(one, role, study=study() if role is not Role.OFFICE else None)
    assert signed_in(one, factor=False).get("/me/", secure=True).status_code == 303


def test_a_session_that_passed_one_goes_on() -> None:
    assert signed_in(account(Role.OFFICE)).get("/me/", secure=True).status_code == 200


def test_a_public_account_needs_none() -> None:
    assert signed_in(account(member=False), factor=False).get("/me/", secure=True).status_code == 200


@pytest.mark.parametrize(("days", "status"), [(13.99, 200), (14, 303), (400, 303)])
def test_a_member_needs_one_from_day_14(clock: Clock, days: float, status: int) -> None:
    clock.at = portal_clock.now()
    one = account(member=False)
    give(one, Role.MEMBER, granted_at=clock.at - timedelta(days=days))
    assert signed_in(one, factor=False).get("/me/", secure=True).status_code == status


def test_until_then_roles_count_for_nothing_on_public_pages_either() -> None:
    client = signed_in(account(Role.OFFICE), factor=False)
    response = client.get("/about/", secure=True)
    assert response.status_code == 200
    assert response.wsgi_request._holder.roles == ()


def test_setting_up_an_app_opens_the_pages_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call: call())  # a test never commits
    one = account(Role.OFFICE)
    person = Person(signed_in(one, factor=False))
    person.get("mfa_activate_totp")
    secret = person.client.session["mfa.totp.secret"]
    response = person.post("mfa_activate_totp", code=code(secret))
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert person.get("roles").status_code == 200


def test_removing_the_last_one_closes_them_again() -> None:
    one = account(Role.OFFICE)
    app_of(one)
    person = Person(signed_in(one))
    assert person.post("mfa_deactivate_totp").status_code == 302
    assert person.get("me").status_code == 303


def test_an_operators_link_counts_for_a_demonstration_alone() -> None:
    for is_demonstration, status in ((True, 200), (False, 303)):
        one = account(Role.OFFICE, is_demonstration=is_demonstration)
        person = Person(Client())
        person.post("account-once", sign_in_link(account=one, now=portal_clock.now()))
        assert person.get("me").status_code == status


def test_the_picture_of_the_app_is_there_only_while_it_is_set_up() -> None:
    person = Person(signed_in(account(), factor=False))
    assert person.get("account-app-picture").status_code == 404
    person.get("mfa_activate_totp")
    picture = person.get("account-app-picture")
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
