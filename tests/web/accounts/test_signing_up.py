"""Anyone makes a public account; it works once its address is proven, and nobody learns who has one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from cimara_web import clock as portal_clock
from cimara_web.accounts.actions.making import AddressTakenError, make_account
from cimara_web.accounts.models import Account, RoleGrant
from cimara_web.accounts.tending import tend_accounts
from tests.web.accounts.entering import ADDRESS, GOOD, Person, mails, path_in
from tests.web.people import NOW, PASSWORD, account


def test_an_account_works_after_its_link_was_opened_and_confirmed(person: Person) -> None:
    response = person.sign_up()
    assert response.status_code == 302
    assert not person.is_signed_in()
    [letter] = mails()
    assert (letter.to, letter.subject) == ([ADDRESS], "Confirm your e-mail address")
    assert person.client.post(path_in(letter), secure=True).status_code == 302
    assert person.is_signed_in()


def test_opening_the_link_alone_confirms_nothing(person: Person) -> None:
    person.sign_up()
    [letter] = mails()
    assert b"Yes, this is my address" in person.client.get(path_in(letter), secure=True).content
    assert not EmailAddress.objects.get(email=ADDRESS).verified


def test_in_another_browser_the_link_confirms_and_signs_nobody_in(person: Person) -> None:
    person.sign_up()
    other = Person()
    other.client.post(path_in(mails()[0]), secure=True)
    assert EmailAddress.objects.get(email=ADDRESS).verified
    assert not other.is_signed_in()


def test_a_public_account_holds_no_role(person: Person) -> None:
    person.sign_up()
    assert not RoleGrant.objects.filter(account=Account.objects.get(email=ADDRESS)).exists()


def test_the_language_of_the_pages_is_that_of_the_mails() -> None:
    Person(prefix="/es").sign_up()
    [letter] = mails()
    assert letter.subject == "Confirme su dirección de correo"
    assert path_in(letter).startswith("/es/account/confirm-email/")


@pytest.mark.parametrize("email", ["new@example.org", "taken@example.org", "waiting@example.org"])
def test_the_answer_is_the_same_for_a_new_a_taken_and_a_waiting_address(person: Person, email: str) -> None:
    account(email="taken@example.org")
    Person().sign_up("waiting@example.org")
    response = person.sign_up(email)
    assert (response.status_code, response["Location"]) == (302, "/account/confirm-email/")


def test_whoever_has_an_account_is_told_so_by_mail_alone(person: Person) -> None:
    account(email=ADDRESS)
    person.sign_up()
    [letter] = mails()
    assert letter.subject == "You have an account already"
    assert Account.objects.filter(email=ADDRESS).count() == 1


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short words", "at least 12 characters"),
        ("x" * 129, "Use 128 characters or fewer"),
        ("qwertyuiop123", "too common"),
        ("CIMARa-brain-metastasis-2026", "Others would try these words first"),
        ("demo-person@example", "Others would try these words first"),
    ],
)
def test_a_password_that_can_be_guessed_is_refused_with_the_reason(
    person: Person, password: str, why: str
) -> None:
    response = person.sign_up(password=password)
    assert response.status_code == 200
    assert why in response.content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "password", [GOOD, "a" * 6 + "zq" * 3, "4815162342108", "ñandú über œuvre 雨", "x y" * 42]
)
def test_any_composition_of_12_to_128_characters_is_taken(person: Person, password: str) -> None:
    assert person.sign_up(password=password).status_code == 302


def test_a_sign_up_that_nobody_confirms_is_gone_after_a_week(person: Person) -> None:
    person.sign_up()
    kept = account()
    tend_accounts(portal_clock.now() + timedelta(days=8))
    assert list(Account.objects.all()) == [kept]


class TestAccountsByInvitation:
    """`make_account`, for an address that is known to be theirs."""

    def test_its_address_needs_no_confirmation(self, person: Person) -> None:
        make_account(email="Guest@Example.org", now=NOW, password=PASSWORD)
        person.sign_in("guest@example.org")
        assert person.is_signed_in()

    def test_an_address_in_use_is_refused(self) -> None:
        account(email=ADDRESS)
        with pytest.raises(AddressTakenError):
            make_account(email=ADDRESS.upper(), now=NOW)

    def test_somebody_who_signed_up_with_a_foreign_address_does_not_block_it(self, person: Person) -> None:
        person.sign_up()
        made = make_account(email=ADDRESS, now=NOW)
        assert Account.objects.get(email=ADDRESS) == made

    def test_without_a_password_nobody_signs_in_by_one(self, person: Person) -> None:
        make_account(email=ADDRESS, now=NOW)
        person.sign_in(ADDRESS, "")
        person.sign_in(ADDRESS, PASSWORD)
        assert not person.is_signed_in()
