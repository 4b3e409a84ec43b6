"""Pages of sign-in: all are ours, in both languages; browsers keep none; queries are bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import allauth
import pytest
from django.db import connection
from django.template.loader import get_template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cimara_web.accounts.mails import CHANGES, LETTERS
from cimara_web.accounts.notices import OF_ALLAUTH, WORDS
from cimara_web.outbox.letters import ACCOUNTS as MAILS
from cimara_web.permissions.roles import Role
from tests.web.accounts.entering import Person, app_of
from tests.web.addresses import ACCOUNTS, patterns
from tests.web.people import account, give, signed_in, site, study

TEMPLATES = Path(allauth.__file__).parent / "templates"
OPEN = (
    "account_login",
    "account_signup",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
    "account_email_verification_sent",
    "socialaccount_login_cancelled",
)
OWN = (
    "me",
    "account_email",
    "account_change_password",
    "account_logout",
    "account_reauthenticate",
    "account-again",
    "my-export",
    "my-deletion",
    "usersessions_list",
    "socialaccount_connections",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
)
WITH_APP = (
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_generate_recovery_codes",
)
LIMITS: dict[str, int] = {
    "account_login": 0,
    "account_signup": 0,
    "me": 8,
    "usersessions_list": 6,
    "mfa_index": 6,
    "my-export": 3,
    "my-deletion": 20,
    "roles": 6,
}
"""Queries of a page, session, account and roles among them; every app says what of somebody would stay."""


def all_pages() -> Iterator[tuple[str, Client]]:
    yield from ((name, Client()) for name in OPEN)
    plain, with_app = account(), account()
    app_of(with_app)
    yield from ((name, signed_in(plain)) for name in OWN)
    yield from ((name, signed_in(with_app)) for name in WITH_APP)


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_has_a_title_of_its_own_and_one_heading_and_is_kept_by_no_browser(language: str) -> None:
    titles: dict[str, str] = {}
    for name, client in all_pages():
        with translation.override(language):
            response = client.get(reverse(name), secure=True)
        page = response.content.decode()
        assert response.status_code == 200, name
        assert response["Cache-Control"] == "no-store", name
        assert f'<html lang="{language}">' in page
        assert page.count("<h1") == 1, name
        title = re.search(r"<title>(.*?)</title>", page)
        assert title is not None
        assert title[1] not in titles, (name, titles.get(title[1]))
        titles[title[1]] = name


def test_every_view_of_allauth_that_shows_a_page_shows_one_of_ours() -> None:
    """A template of allauth's that we forgot would be none at all: only our folder is searched."""
    for route, pattern in patterns():
        view = getattr(pattern.callback, "view_class", None)
        if (
            route in ACCOUNTS
            and getattr(view, "template_name", None)
            and view.__module__.startswith("allauth")
        ):
            if "login_code" in (pattern.name or "") or pattern.name == "mfa_download_recovery_codes":
                continue  # no codes by mail, no codes as a file: these views never get as far as their page
            get_template(view.template_name)


def test_every_mail_of_allauth_has_one_of_ours() -> None:
    theirs = {
        str(path.relative_to(TEMPLATES)).removesuffix("_message.txt")
        for path in TEMPLATES.glob("*/email/*_message.txt")
        if not path.name.startswith("base_")
    }
    by_code = {one for one in theirs if one.endswith("_code")} | {"account/email/email_confirm"}
    assert theirs - by_code <= LETTERS.keys() | CHANGES.keys()
    assert {template for template, _ in LETTERS.values()} | {"changed", "leaving"} == set(MAILS)


def test_every_notice_has_words() -> None:
    assert set(OF_ALLAUTH.values()) <= WORDS.keys()


def test_only_pages_of_keys_may_ask_the_browser_for_one(person: Person) -> None:
    assert "publickey-credentials-get=(self)" in person.get("account_login")["Permissions-Policy"]
    assert "publickey-credentials-get=()" in person.get("account_signup")["Permissions-Policy"]
    assert "publickey-credentials-get=()" in person.client.get("/", secure=True)["Permissions-Policy"]


@pytest.mark.parametrize("name", LIMITS)
def test_queries_of_a_page_are_bounded(name: str) -> None:
    one = account(Role.OFFICE)
    for _ in range(3):
        give(one, Role.COORDINATOR, site=site(study()))
    client = Client() if LIMITS[name] == 0 else signed_in(one)
    client.get(reverse(name), secure=True)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(reverse(name), secure=True).status_code == 200
    assert len(queries) <= LIMITS[name], [each["sql"][:150] for each in queries]


def test_the_header_leads_in_and_out(person: Person) -> None:
    assert "Sign in" in header(person)
    one = account()
    person.sign_in(one.email)
    assert "Your page" in header(person)
    assert "Sign out" in header(person)
    assert one.email not in header(person)


def header(person: Person) -> str:
    return person.client.get("/about/", secure=True).content.decode().split("</header>")[0]


def test_an_error_page_says_the_same_to_everyone_about_who_they_are() -> None:
    clients = (Client(), signed_in(account()))
    assert len({client.get("/no/such/page/", secure=True).content for client in clients}) == 1


def test_a_field_and_its_hint_and_error_are_tied(person: Person) -> None:
    page = person.sign_up(password="short").content.decode()
    assert 'for="id_password1"' in page
    assert 'aria-describedby="id_password1-hint id_password1-error" aria-invalid="true"' in page
    assert '<a href="#id_password1">' in page


def test_a_notice_is_said_once() -> None:
    one = account()
    app_of(one)
    person = Person(signed_in(one))
    person.post("mfa_deactivate_totp")
    assert "Your authenticator app is removed" in person.get("me").content.decode()
    assert "Your authenticator app is removed" not in person.get("me").content.decode()


def test_the_code_of_a_link_is_no_part_of_a_log_line(
    person: Person, caplog: pytest.LogCaptureFixture
) -> None:
    person.get("account-once", "canary-token")
    routes = [getattr(one, "fields", {}).get("route") for one in caplog.records]
    assert "account/once/<slug:token>/" in routes
    assert "canary" not in str([vars(one) for one in caplog.records if one.name.startswith("cimara_web")])
