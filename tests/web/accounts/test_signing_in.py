"""Password, second step, recovery codes: each proves something once, and tries are counted."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.cache import cache

from cimara_web.accounts.models import Account
from tests.web.accounts.entering import GOOD, SECRET, Person, app_of, code, mails, path_in
from tests.web.people import PASSWORD, account


def at_the_second_step(person: Person, one: Account) -> Person:
    assert person.sign_in(one.email)["Location"] == "/account/factors/authenticate/"
    return person


def test_address_and_password_sign_in(person: Person) -> None:
    one = account()
    assert person.sign_in(one.email.upper())["Location"] == "/me/"
    assert person.is_signed_in()


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_password_and_an_unknown_address_are_answered_alike(person: Person, known: bool) -> None:
    one = account()
    response = person.sign_in(one.email if known else "nobody@example.org", "wrong")
    page = re.sub(r'value="[^"]*"', "", response.content.decode())
    assert response.status_code == 200
    assert "do not go together" in page
    assert "nobody@" not in page
    assert one.email not in page


def test_five_wrong_passwords_close_an_address_for_five_minutes(person: Person) -> None:
    one = account()
    for _ in range(5):
        person.sign_in(one.email, "wrong")
    response = person.sign_in(one.email, PASSWORD)
    assert "Too many tries" in response.content.decode()
    assert not person.is_signed_in()


def test_a_closed_account_does_not_open(person: Person) -> None:
    one = account(is_active=False)
    assert person.sign_in(one.email)["Location"] == "/account/inactive/"
    assert not person.is_signed_in()


class TestTheSecondStep:
    """Somebody who has an authenticator app."""

    def test_the_password_alone_opens_nothing(self, person: Person) -> None:
        one = account()
        app_of(one)
        at_the_second_step(person, one)
        assert not person.is_signed_in()

    def test_the_code_of_now_signs_in(self, person: Person) -> None:
        one = account()
        app_of(one)
        at_the_second_step(person, one).post("mfa_authenticate", code=code())
        assert person.is_signed_in()

    @pytest.mark.parametrize("periods", [-1, 1, 2])
    def test_a_code_of_another_half_minute_does_not(self, person: Person, periods: int) -> None:
        one = account()
        app_of(one)
        at_the_second_step(person, one).post("mfa_authenticate", code=code(periods=periods))
        assert not person.is_signed_in()

    def test_a_code_that_was_used_is_refused(self, person: Person) -> None:
        one = account()
        app_of(one)
        now = code()
        at_the_second_step(person, one).post("mfa_authenticate", code=now)
        other = at_the_second_step(Person(), one)
        response = other.post("mfa_authenticate", code=now)
        assert "This is not the code of now" in response.content.decode()
        assert not other.is_signed_in()

    def test_that_a_code_was_used_is_kept_where_all_processes_see_it(self, person: Person) -> None:
        one = account()
        app_of(one)
        now = code()
        at_the_second_step(person, one).post("mfa_authenticate", code=now)
        key = f"allauth.mfa.totp.used?user={one.pk}&code={now}"
        assert type(cache._connections[cache._alias]).__name__ == "DatabaseCache"
        assert cache.get(key) == "y"

    def test_a_recovery_code_works_once(self, person: Person) -> None:
        one = account()
        app_of(one)
        recovery = RecoveryCodes.activate(one).generate_codes()[3]
        at_the_second_step(person, one).post("mfa_authenticate", code=f"{recovery[:5]} {recovery[5:]}")
        assert person.is_signed_in()
        other = at_the_second_step(Person(), one)
        other.post("mfa_authenticate", code=recovery)
        assert not other.is_signed_in()

    def test_five_wrong_codes_close_it(self, person: Person) -> None:
        one = account()
        app_of(one)
        at_the_second_step(person, one)
        for _ in range(5):
            person.post("mfa_authenticate", code="000000")
        person.post("mfa_authenticate", code=code())
        assert not person.is_signed_in()

    def test_its_secret_is_sealed_in_the_database(self) -> None:
        one = account()
        app_of(one)
        codes = RecoveryCodes.activate(one)
        kept = str(list(Authenticator.objects.values_list("data", flat=True)))
        assert SECRET not in kept
        assert codes.instance.wrap().generate_codes() == codes.generate_codes()


class TestForgottenPasswords:
    """A link to a new password."""

    def test_the_link_sets_one_and_signs_nobody_in(self, person: Person) -> None:
        one = account()
        person.post("account_reset_password", email=one.email)
        [letter] = mails()
        form = person.client.get(path_in(letter), secure=True, follow=True).request["PATH_INFO"]
        assert "set-password" in form
        person.client.post(form, {"password1": GOOD, "password2": GOOD}, secure=True)
        assert not person.is_signed_in()
        person.sign_in(one.email, GOOD)
        assert person.is_signed_in()

    def test_it_works_once(self, person: Person) -> None:
        one = account()
        person.post("account_reset_password", email=one.email)
        link = path_in(mails()[0])
        form = person.client.get(link, secure=True, follow=True).request["PATH_INFO"]
        person.client.post(form, {"password1": GOOD, "password2": GOOD}, secure=True)
        assert b"no longer works" in Person().client.get(link, secure=True).content

    @pytest.mark.parametrize("known", [True, False])
    def test_the_answer_is_the_same_whether_or_not_there_is_an_account(
        self, person: Person, known: bool
    ) -> None:
        email = account().email if known else "nobody@example.org"
        response = person.post("account_reset_password", email=email)
        assert (response.status_code, response["Location"]) == (302, "/account/password/reset/done/")
        [letter] = mails()
        assert letter.to == [email]

    def test_an_address_gets_five_such_mails_an_hour(self, person: Person) -> None:
        one = account()
        for _ in range(5):
            person.post("account_reset_password", email=one.email)
        assert person.post("account_reset_password", email=one.email).status_code == 429
        assert len(mails()) == 5
