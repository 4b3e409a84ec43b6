"""ORCID tells who somebody is; the address is asked for and proven, and never joins two accounts."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from cimara_web.accounts.models import Account
from cimara_web.accounts.sign_in_settings import taken
from cimara_web.audit.events import Event
from cimara_web.audit.models import AuditEvent
from cimara_web.environment import SettingError, read_environment
from tests.web.accounts.entering import ADDRESS, Person, mails, path_in
from tests.web.people import account, signed_in

IDS = {"CIMARA_ORCID_ID": "APP-0123456789ABCDEF", "CIMARA_ORCID_SECRET": "not-a-real-secret"}
IDENTIFIER = "0000-0002-1825-0097"
RECORD = {
    "orcid-identifier": {"path": IDENTIFIER, "uri": f"https://orcid.org/{IDENTIFIER}"},
    "person": {
        "name": {"given-names": {"value": "Demo"}, "family-name": {"value": "Member 014"}},
        "emails": {"email": [{"email": "planted@example.org"}]},
    },
}


class Answer:
    """What ORCID answers."""

    status_code = 200
    headers: ClassVar[dict[str, str]] = {"content-type": "application/json"}

    def __init__(self, told: dict[str, Any]) -> None:
        self.told = told

    def json(self) -> dict[str, Any]:
        return self.told

    def raise_for_status(self) -> None:
        """It is well."""


class Session:
    """ORCID, without a network."""

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to close."""

    def request(self, *_: object, **__: object) -> Answer:
        return Answer({"access_token": "t", "token_type": "bearer", "orcid": IDENTIFIER, "expires_in": 9})

    def get(self, *_: object, **__: object) -> Answer:
        return Answer(RECORD)


@pytest.fixture
def offered(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SOCIALACCOUNT_PROVIDERS = taken(read_environment(IDS))["SOCIALACCOUNT_PROVIDERS"]
    where = "cimara_web.accounts.orcid.IdentityAdapter.get_requests_session"
    monkeypatch.setattr(where, lambda self: Session())


def to_orcid_and_back(person: Person, **query: str) -> Any:
    page = person.client.post("/account/orcid/", query, secure=True)
    target = page.content.decode().split("url=")[1].split('"')[0].replace("&amp;", "&")
    assert target.startswith("https://orcid.org/oauth/authorize?")
    state = parse_qs(urlsplit(target).query)["state"][0]
    return person.client.get("/account/orcid/return/", {"code": "c", "state": state}, secure=True)


@pytest.mark.usefixtures("offered")
class TestWhereItIsOffered:
    """A portal that ORCID knows."""

    def test_the_way_there_is_begun_by_a_button_and_is_a_page_of_our_own(self, person: Person) -> None:
        assert person.get("orcid_login").status_code == 200
        page = person.post("orcid_login")
        assert page.status_code == 200
        assert "Location" not in page
        target = page.content.decode()
        assert "redirect_uri=https%3A%2F%2Ftestserver%2Faccount%2Forcid%2Freturn%2F" in target

    def test_a_newcomer_gives_and_proves_an_address(self, person: Person) -> None:
        assert to_orcid_and_back(person)["Location"] == "/account/orcid/sign-up/"
        assert "planted@example.org" not in person.get("socialaccount_signup").content.decode()
        person.post("socialaccount_signup", email=ADDRESS)
        assert not person.is_signed_in()
        person.client.post(path_in(mails()[0]), secure=True)
        assert person.is_signed_in()
        one = SocialAccount.objects.get()
        assert (one.provider, one.uid, one.user.email) == ("orcid", IDENTIFIER, ADDRESS)
        assert list(EmailAddress.objects.values_list("email", flat=True)) == [ADDRESS]

    def test_nothing_but_the_id_is_kept_of_the_record(self, person: Person) -> None:
        to_orcid_and_back(person)
        person.post("socialaccount_signup", email=ADDRESS)
        assert SocialAccount.objects.get().extra_data == {}

    def test_it_leaves_an_event_for_the_account_and_one_for_the_identity(self, person: Person) -> None:
        to_orcid_and_back(person)
        person.post("socialaccount_signup", email=ADDRESS)
        told = [(one.event, one.context) for one in AuditEvent.objects.all()]
        assert told == [(Event.ACCOUNT_MADE, {}), (Event.ACCOUNT_IDENTITY_ADDED, {"kind": "orcid"})]

    def test_an_address_in_use_joins_no_accounts(self, person: Person) -> None:
        one = account(email=ADDRESS)
        to_orcid_and_back(person)
        response = person.post("socialaccount_signup", email=ADDRESS)
        assert response["Location"] == "/account/confirm-email/"
        [letter] = mails()
        assert letter.subject == "You have an account already"
        assert not SocialAccount.objects.exists()
        assert list(Account.objects.all()) == [one]

    def test_somebody_known_is_signed_in(self, person: Person) -> None:
        one = account()
        SocialAccount.objects.create(user=one, provider="orcid", uid=IDENTIFIER)
        assert to_orcid_and_back(person)["Location"] == "/me/"
        assert person.is_signed_in()

    def test_it_is_connected_and_disconnected_on_ones_own_page(self) -> None:
        one = account()
        person = Person(signed_in(one))
        to_orcid_and_back(person, process="connect")
        found = SocialAccount.objects.get()
        assert found.user == one
        person.post("socialaccount_connections", account=str(found.pk))
        assert not SocialAccount.objects.exists()
        events = [row.event for row in AuditEvent.objects.all()]
        assert events == [Event.ACCOUNT_IDENTITY_ADDED, Event.ACCOUNT_IDENTITY_REMOVED]

    def test_a_return_that_nobody_began_is_refused(self, person: Person) -> None:
        response = person.client.get("/account/orcid/return/", {"code": "c", "state": "made-up"}, secure=True)
        assert response.status_code in (302, 401)
        assert not person.is_signed_in()

    def test_the_language_comes_back(self) -> None:
        person = Person(Client(), prefix="/es")
        page = person.client.post("/es/account/orcid/", secure=True).content.decode()
        state = page.split("state=")[1].split('"')[0].split("&")[0]
        back = person.client.get("/account/orcid/return/", {"code": "c", "state": state}, secure=True)
        assert back["Location"] == "/es/account/orcid/sign-up/"

    def test_the_page_of_sign_in_offers_it(self, person: Person) -> None:
        assert "Sign in with ORCID" in person.get("account_login").content.decode()


def test_where_it_is_not_set_up_it_is_not_there(person: Person) -> None:
    assert "ORCID" not in person.get("account_login").content.decode()
    assert person.get("orcid_login").status_code == 404
    assert person.client.get("/account/orcid/return/", secure=True).status_code == 404
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        {"CIMARA_ORCID_ID": "APP-0123456789ABCDEF"},
        {"CIMARA_ORCID_SECRET": "alone"},
        {"CIMARA_ORCID_ID": "0000-0002-1825-0097", "CIMARA_ORCID_SECRET": "s"},
    ],
)
def test_half_a_setting_is_a_slip(given: dict[str, str]) -> None:
    with pytest.raises(SettingError, match="CIMARA_ORCID"):
        read_environment(given)
