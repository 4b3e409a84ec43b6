"""Signing up and in as people do it: password, app, recovery code, passkey; and nobody is kept out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.browser.conftest import CHROMIUM, COMMAND, FLAGS, Portal, follow, free_port, wait_until_ready
from tests.browser.office import link_of
from tests.browser.signing_in import Newcomer
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_keyboard import walk
from tests.browser.test_reflow import OVERFLOW

pytestmark = pytest.mark.browser
LANGUAGES = ("", "/es")
OPEN = (
    "account/login/",
    "account/signup/",
    "account/confirm-email/",
    "account/confirm-email/no-such-key/",
    "account/password/reset/",
    "account/password/reset/done/",
    "account/password/reset/key/done/",
    "account/password/reset/key/0-no-such-key/",
    "account/inactive/",
    "account/orcid/stopped/",
    "account/orcid/failed/",
    "account/once/no-such-token/",
    "me/stay/no-such-token/",
)
OWN = (
    "me/",
    "me/sessions/",
    "me/export/",
    "me/delete/",
    "account/email/",
    "account/password/change/",
    "account/logout/",
    "account/again/",
    "account/reauthenticate/",
    "account/orcid/connected/",
    "account/factors/",
    "account/factors/totp/activate/",
    "account/factors/webauthn/",
    "account/factors/webauthn/add/",
)
WITH_APP = (
    "me/",
    "account/factors/",
    "account/factors/totp/deactivate/",
    "account/factors/reauthenticate/",
    "account/factors/recovery-codes/",
    "account/factors/recovery-codes/generate/",
)


@pytest.fixture
def newcomer(page: Page, portal: Portal) -> Newcomer:
    """Somebody new."""
    return Newcomer(page, portal)


def test_from_sign_up_to_a_recovery_code_that_works_once(newcomer: Newcomer) -> None:
    codes = newcomer.signs_up().sets_up_an_app()
    assert len(codes) == 10
    newcomer.go("/account/factors/recovery-codes/")
    assert newcomer.page.locator("main ol code").count() == 0, "codes are shown once"
    newcomer.signs_out().signs_in()
    assert not newcomer.is_signed_in
    newcomer.types_code(newcomer.code())
    assert newcomer.is_signed_in
    newcomer.signs_out().signs_in().types_code(codes[0])
    assert newcomer.is_signed_in
    newcomer.signs_out().signs_in().types_code(codes[0])
    assert not newcomer.is_signed_in
    assert newcomer.page.locator(".error-summary").count() == 1


def test_another_session_is_ended_from_ones_own_page(
    newcomer: Newcomer, open_page: Callable[..., Page]
) -> None:
    newcomer.signs_up()
    other = replace(newcomer, page=open_page()).signs_in()
    assert other.is_signed_in
    newcomer.go("/me/sessions/")
    newcomer.press("Sign out all other devices")
    other.go("/me/")
    assert not other.is_signed_in
    assert newcomer.is_signed_in


def test_signing_in_works_without_scripts(newcomer: Newcomer, open_page: Callable[..., Page]) -> None:
    newcomer.signs_up().sets_up_an_app()
    plain = replace(newcomer, page=open_page(java_script_enabled=False)).signs_in()
    assert plain.page.get_by_role("button", name="Use a key or passkey").count() == 0
    plain.types_code(plain.code())
    assert plain.is_signed_in


@pytest.fixture
def second_process(portal: Portal) -> Iterator[Portal]:
    """Another process of the same portal: the same database, nothing else in common."""
    var, port = portal.database.parent, free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CIMARA_", "DJANGO"))}
    words = [sys.executable, "-c", COMMAND, "web", "serve", "--bind", f"127.0.0.1:{port}", "--workers", "1"]
    log = var / "second.log"
    with log.open("wb") as out:
        process = subprocess.Popen(  # noqa: S603 (our own command)
            words,
            env={**kept, "CIMARA_VAR": str(var), "CIMARA_SECRET_KEY_FILE": str(var / "demo-secret")},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    other = Portal(f"http://127.0.0.1:{port}", log, portal.database)
    try:
        wait_until_ready(other, process)
        yield other
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def test_a_code_that_was_used_is_refused_in_another_process(
    newcomer: Newcomer, second_process: Portal, open_page: Callable[..., Page]
) -> None:
    newcomer.signs_up().sets_up_an_app()
    newcomer.signs_out().signs_in()
    elsewhere = replace(newcomer, page=open_page(), portal=second_process).signs_in()
    code = newcomer.code()
    newcomer.types_code(code)
    assert newcomer.is_signed_in
    elsewhere.types_code(code)
    assert not elsewhere.is_signed_in


@pytest.fixture
def with_keys(playwright: Playwright, portal: Portal) -> Iterator[Newcomer]:
    """Somebody whose device has a key; browsers know keys of localhost, not of a bare address."""
    names = [one.replace("EXCLUDE 127.0.0.1", "EXCLUDE localhost") for one in FLAGS]
    browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=names)
    page = browser.new_context().new_page()
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    yield Newcomer(page, replace(portal, address=portal.address.replace("127.0.0.1", "localhost")))
    browser.close()


def test_a_passkey_signs_in_alone(with_keys: Newcomer) -> None:
    one = with_keys.signs_up()
    one.go("/account/factors/webauthn/add/")
    one.page.get_by_label("A name for this key").fill("My laptop")
    one.page.get_by_label("Use it alone").check()
    one.press("Add the key")
    assert one.page.locator("main ol code").count() == 10, "recovery codes come with the first factor"
    one.go("/account/factors/webauthn/")
    assert "My laptop" in one.page.locator("main").inner_text()
    one.signs_out().go("/account/login/")
    one.press("Sign in with a passkey")
    assert one.is_signed_in


def test_a_key_is_a_second_step_after_the_password(with_keys: Newcomer) -> None:
    one = with_keys.signs_up()
    one.go("/account/factors/webauthn/add/")
    one.press("Add the key")
    one.signs_out().signs_in()
    assert not one.is_signed_in
    one.press("Use a key or passkey")
    assert one.is_signed_in


def test_a_key_that_fails_is_told_on_the_page(newcomer: Newcomer) -> None:
    newcomer.go("/account/login/")
    newcomer.page.get_by_role("button", name="Sign in with a passkey").click()
    said = newcomer.page.locator("[data-said]")
    said.wait_for(state="visible")
    assert "did not give us a key" in said.inner_text()


def test_the_operators_link_signs_in_by_a_button(newcomer: Newcomer) -> None:
    newcomer.signs_up().signs_out()
    path = link_of(newcomer.portal, newcomer.address)
    newcomer.go(path)
    assert not newcomer.is_signed_in
    newcomer.press("Sign in")
    assert newcomer.is_signed_in
    newcomer.signs_out().go(path)
    newcomer.press("Sign in")
    assert not newcomer.is_signed_in


def looked_at(newcomer: Newcomer, addresses: tuple[str, ...]) -> None:
    for prefix in LANGUAGES:
        for address in addresses:
            newcomer.go(f"{prefix}/{address}")
            assert_no_barrier(newcomer.page, f"{prefix}/{address}")
            assert newcomer.page.evaluate(OVERFLOW) == [], f"{prefix}/{address}"


def test_no_page_has_a_barrier_or_scrolls_sideways(open_page: Callable[..., Page], portal: Portal) -> None:
    newcomer = Newcomer(open_page(viewport={"width": 320, "height": 800}), portal)
    looked_at(newcomer, OPEN)
    newcomer.go("/account/signup/")
    newcomer.press("Make my account")
    assert newcomer.page.locator(".error-summary").count() == 1
    assert_no_barrier(newcomer.page, "sign-up with errors")
    newcomer.signs_up()
    looked_at(newcomer, OWN)
    newcomer.sets_up_an_app()
    assert_no_barrier(newcomer.page, "recovery codes")
    looked_at(newcomer, WITH_APP)
    newcomer.go("/me/delete/")
    newcomer.press("Delete my account")
    looked_at(newcomer, ("me/", "me/delete/"))
    newcomer.go("/me/delete/")
    newcomer.press("Keep my account")
    newcomer.signs_out().signs_in()
    assert_no_barrier(newcomer.page, "second step")


@pytest.mark.parametrize("address", ["account/login/", "account/signup/", "account/password/reset/"])
def test_every_control_is_reached_by_key(newcomer: Newcomer, address: str) -> None:
    newcomer.go(f"/{address}")
    seen = walk(newcomer.page)
    places = [one["place"] for one in seen]
    assert places == sorted(places)
    assert all(one["outline"] and one["inView"] and one["uncovered"] for one in seen), seen


def test_the_error_summary_takes_the_focus_and_leads_to_the_field(newcomer: Newcomer) -> None:
    newcomer.go("/account/login/")
    newcomer.press("Sign in")
    newcomer.page.wait_for_function("document.activeElement.className.includes('error-summary')")
    newcomer.page.keyboard.press("Tab")
    newcomer.page.keyboard.press("Enter")
    newcomer.page.wait_for_function("document.activeElement.id === 'id_login'")


def test_the_header_leads_in_and_out(newcomer: Newcomer) -> None:
    newcomer.go("/")
    follow(newcomer.page.locator("header").get_by_role("link", name="Sign in"))
    assert newcomer.page.url.endswith("/account/login/")
