"""A person before the pages of sign-in: they fill in forms, read their mails, and own a phone with an app."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from cimara_web.accounts.models import Account
from cimara_web.outbox.delivery import send_due
from tests.web.people import PASSWORD

ADDRESS = "demo-person@example.org"
GOOD = "seven quiet lanterns under rain"
"""A password that every rule takes."""
LINK = re.compile(r"https?://\S+")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class Person:
    """Somebody with a browser."""

    def __init__(self, client: Client | None = None, prefix: str = "") -> None:
        self.client = client or Client()
        self.prefix = prefix

    def get(self, name: str, *args: object, **query: str) -> HttpResponse:
        """A page by its name."""
        return self.client.get(self.prefix + reverse(name, args=args), query, secure=True)

    def post(self, name: str, *args: object, **fields: Any) -> HttpResponse:
        """A form that is sent."""
        return self.client.post(self.prefix + reverse(name, args=args), fields, secure=True)

    def sign_in(self, email: str, password: str = PASSWORD) -> HttpResponse:
        """The first step."""
        return self.post("account_login", login=email, password=password)

    def is_signed_in(self) -> bool:
        """Whether one's own page opens."""
        return self.get("me").status_code != 302

    def sign_up(self, email: str = ADDRESS, password: str = GOOD) -> HttpResponse:
        """Ask for an account."""
        return self.post("account_signup", email=email, password1=password)


def mails() -> list[mail.EmailMessage]:
    """Everything that waits in the outbox, sent."""
    before = len(mail.outbox)
    send_due()
    return mail.outbox[before:]


def path_in(message: mail.EmailMessage) -> str:
    """The path of the first link of a mail."""
    found = LINK.search(str(message.body))
    assert found is not None, message.body
    return urlsplit(found.group()).path


def app_of(account: Account) -> Authenticator:
    """An authenticator app that is set up."""
    return auth.TOTP.activate(account, SECRET).instance


def code(secret: str = SECRET, periods: int = 0) -> str:
    """What the app shows now, or some half minutes later."""
    return auth.format_hotp_value(auth.hotp_value(secret, int(auth.time.time()) // 30 + periods))
