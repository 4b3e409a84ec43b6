"""What matters asks again who it is, unless that was proven in the last 5 minutes."""

from __future__ import annotations

import pytest
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from cimara_web.accounts.fresh import recently_signed_in
from cimara_web.accounts.models import Account
from cimara_web.urls import handler400, handler403, handler404, handler429, handler500
from cimara_web.urls import urlpatterns as portal
from tests.web.accounts.entering import Person, app_of, code
from tests.web.people import PASSWORD, account, signed_in

done: list[str] = []


@recently_signed_in
def release(request: HttpRequest) -> HttpResponse:
    """Something that matters."""
    done.append(request.POST.get("reason", ""))
    return HttpResponse("released")


urlpatterns = [path("release/", release), *portal]
__all__ = ["handler400", "handler403", "handler404", "handler429", "handler500", "urlpatterns"]


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    done.clear()


def later(one: Account) -> Client:
    return signed_in(one, fresh=False)


@pytest.mark.urls("tests.web.accounts.test_fresh")
class TestAViewThatAsks:
    """`recently_signed_in`."""

    def test_goes_on_at_once_after_a_sign_in(self) -> None:
        assert signed_in(account()).post("/release/", secure=True).content == b"released"

    def test_asks_for_the_password_later_and_then_does_what_was_sent(self) -> None:
        client = later(account())
        response = client.post("/release/", {"reason": "all is well"}, secure=True)
        assert (response.status_code, response["Location"]) == (
            303,
            "/account/reauthenticate/?next=%2Frelease%2F",
        )
        assert done == []
        client.post("/account/reauthenticate/", {"password": PASSWORD, "next": "/release/"}, secure=True)
        assert done == ["all is well"]

    def test_a_wrong_password_does_nothing(self) -> None:
        client = later(account())
        client.post("/release/", secure=True)
        client.post("/account/reauthenticate/", {"password": "wrong", "next": "/release/"}, secure=True)
        assert done == []

    def test_a_code_will_do(self) -> None:
        one = account()
        app_of(one)
        client = later(one)
        client.get("/release/", secure=True)
        client.post("/account/factors/reauthenticate/", {"code": code(), "next": "/release/"}, secure=True)
        assert client.get("/release/", secure=True).status_code == 200

    def test_what_is_kept_meanwhile_holds_no_cookie(self) -> None:
        client = later(account())
        client.cookies["__Host-finder"] = "the-key-to-health-answers"
        client.post("/release/", {"reason": "x"}, secure=True)
        kept = str(client.session[STATE_SESSION_KEY])
        assert "reason=x" in kept
        assert "the-key-to-health-answers" not in kept
        assert "HTTP_COOKIE" not in kept

    def test_a_form_with_a_secret_is_not_kept(self) -> None:
        client = later(account())
        client.post("/release/", {"password1": "seven quiet lanterns"}, secure=True)
        assert STATE_SESSION_KEY not in client.session

    def test_whoever_has_neither_password_nor_factor_signs_in_anew(self) -> None:
        one = account()
        one.set_unusable_password()
        one.save()
        response = later(one).get("/release/", secure=True)
        assert response["Location"].startswith("/account/again/?next=")


@pytest.mark.parametrize(("is_demonstration", "status"), [(True, 200), (False, 303)])
def test_an_operators_link_stays_fresh_for_a_demonstration_alone(is_demonstration: bool, status: int) -> None:
    one = account(is_demonstration=is_demonstration)
    client = later(one)
    session = client.session
    session["account_authentication_methods"] = [{"method": "link", "at": 0}]
    session.save()
    assert Person(client).get("my-export").status_code == status


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "my-export",
        "my-deletion",
    ],
)
def test_pages_of_changes_ask(name: str) -> None:
    person = Person(later(account()))
    fields = {"email": "other@example.org", "action_add": "1"} if name == "account_email" else {}
    response = person.post(name, **fields)
    assert response.status_code in (302, 303)
    assert response["Location"].startswith("/account/reauthenticate/")


def test_without_any_other_proof_allauths_own_pages_ask_for_a_new_sign_in() -> None:
    one = account()
    one.set_unusable_password()
    one.save()
    response = Person(later(one)).get("mfa_activate_totp")
    assert response["Location"].startswith("/account/again/")
    assert not Authenticator.objects.exists()


def test_the_old_password_is_asked_to_set_a_new_one() -> None:
    one = account()
    new = "eleven paper boats at noon"
    person = Person(later(one))
    person.post("account_change_password", oldpassword="wrong", password1=new, password2=new)
    one.refresh_from_db()
    assert one.check_password(PASSWORD)
