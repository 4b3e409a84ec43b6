"""A person with a mailbox and an authenticator app, before a running portal."""

from __future__ import annotations

import base64
import email
import hmac
import itertools
import re
import time
from dataclasses import dataclass
from email.message import Message

from playwright.sync_api import Page

from tests.browser.conftest import Portal, follow

PASSWORD = "seven quiet lanterns under rain"
MAIL_SECONDS = 60
_numbers = itertools.count(1)


@dataclass
class Newcomer:
    """Somebody who makes an account; `key` is that of their app, once it is set up."""

    page: Page
    portal: Portal
    address: str = ""
    key: str = ""

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.portal.url(path))
        return self.page

    def press(self, words: str) -> None:
        """Press a button of the main part and wait for the next page."""
        follow(self.page.locator("main").get_by_role("button", name=words, exact=True))

    def signs_up(self) -> Newcomer:
        """Make an account, read the mail, confirm."""
        self.address = f"newcomer{next(_numbers)}.{time.time_ns()}@example.org"
        self.go("/account/signup/")
        self.page.get_by_label("E-mail address").fill(self.address)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Make my account")
        self.go(link_in(wait_for_mail(self.portal, self.address)))
        self.press("Yes, this is my address")
        assert self.page.url.endswith("/me/")
        return self

    def signs_in(self) -> Newcomer:
        """The first step."""
        self.go("/account/login/")
        self.page.get_by_label("E-mail address").fill(self.address)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        return self

    def signs_out(self) -> Newcomer:
        """By the button of the header."""
        follow(self.page.locator("header").get_by_role("button", name="Sign out"))
        return self

    def sets_up_an_app(self) -> list[str]:
        """Set an app up with the key on the page; returns the recovery codes that are shown."""
        self.go("/account/factors/")
        follow(self.page.get_by_role("link", name="Set up an app"))
        self.key = self.page.locator("main code").inner_text().replace(" ", "")
        self.page.get_by_label("Code that your app shows now").fill(self.code())
        self.press("Set it up")
        return [one.replace(" ", "") for one in self.page.locator("main ol code").all_inner_texts()]

    def code(self) -> str:
        """What the app shows; waits when it is about to change."""
        if time.time() % 30 > 27:
            time.sleep(30 - time.time() % 30)
        return code_of(self.key, int(time.time()) // 30)

    def types_code(self, code: str) -> None:
        """The second step."""
        self.page.get_by_label("Code of your app, or a recovery code").fill(code)
        self.press("Sign in")

    @property
    def is_signed_in(self) -> bool:
        """Whether the page has a button that signs out."""
        return self.page.locator("header").get_by_role("button", name="Sign out").count() == 1


def code_of(key: str, half_minute: int) -> str:
    """Six digits, as RFC 6238 has an app compute them."""
    mac = hmac.digest(base64.b32decode(key), half_minute.to_bytes(8, "big"), "sha1")
    place = mac[-1] & 15
    return f"{(int.from_bytes(mac[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def wait_for_mail(portal: Portal, address: str) -> Message:
    """The newest mail to an address, once it has left the outbox."""
    end = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < end:
        found = [one for one in _mails(portal) if one["To"] == address]
        if found:
            return found[-1]
        time.sleep(0.3)
    raise AssertionError(f"no mail came:\n{portal.log.read_text()[-2000:]}")


def link_in(message: Message) -> str:
    """The path of the first link of a mail."""
    text = message.get_payload(decode=True)
    assert isinstance(text, bytes)
    found = re.search(r"https?://[^/\s]+(\S+)", text.decode())
    assert found is not None
    return found[1]


def _mails(portal: Portal) -> list[Message]:
    files = sorted((portal.database.parent / "mail").glob("*.log"))
    texts = [part for file in files for part in file.read_text().split("-" * 79 + "\n")]
    return [email.message_from_string(one) for one in texts if one.strip()]
