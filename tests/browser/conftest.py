"""A portal served as in production, a registry, and Debian's Chromium before it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Request, sync_playwright

from cimara.cli.trials.registry import default_registry

START_SECONDS = 60
COMMAND = "from cimara.cli import main; raise SystemExit(main())"
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium-headless-shell"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)

MEMBERS_ONLY = """
from datetime import UTC, datetime
import django
django.setup()
from cimara_web.demonstration.chapters import play_what_is_left
from cimara_web.demonstration.story import OPENING
from cimara_web.demonstration.world import World
end = datetime.now(UTC)
play_what_is_left(OPENING, World(end, 0, 0), end, lambda words: None)
"""


@dataclass(frozen=True)
class Portal:
    """A running portal: where it is, and what it wrote."""

    address: str
    log: Path
    database: Path

    def url(self, path: str) -> str:
        """The address of a page."""
        return f"{self.address}{path}"


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Portal]]:
    """Start `cimara web demo` on a registry, empty unless flags say more; all are stopped at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start(registry: Path, *flags: str) -> Portal:
        folder, port = tmp_path_factory.mktemp("portal"), free_port()
        log = folder / "log"
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CIMARA_", "DATABASE_", "DJANGO"))
        }
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 (our own command)
                [
                    sys.executable,
                    "-c",
                    COMMAND,
                    "web",
                    "demo",
                    *(flags or ("--without-study", "--without-consortium")),
                    "--bind",
                    f"127.0.0.1:{port}",
                ],
                env={**kept, "CIMARA_VAR": str(folder / "var"), "CIMARA_SNAPSHOT": str(registry)},
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        started.append(process)
        portal = Portal(f"http://127.0.0.1:{port}", log, folder / "var" / "portal.sqlite3")
        wait_until_ready(portal, process)
        return portal

    yield start
    for process in started:
        process.send_signal(signal.SIGINT)
    for process in started:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until_ready(portal: Portal, process: subprocess.Popen[bytes]) -> None:
    """Return when every part of the portal works."""
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        assert process.poll() is None, portal.log.read_text()
        try:
            if httpx.get(portal.url("/health/ready/"), trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the portal did not start:\n{portal.log.read_text()}")


@pytest.fixture(scope="session")
def portal(serve: Callable[[Path], Portal]) -> Portal:
    """A portal with the starter registry."""
    return serve(default_registry())


@pytest.fixture(scope="session")
def consortium(serve: Callable[[Path], Portal]) -> Portal:
    """A portal whose 133 members have no study yet."""
    portal = serve(default_registry())
    var = portal.database.parent
    settings = {
        "CIMARA_VAR": str(var),
        "CIMARA_SECRET_KEY_FILE": str(var / "demo-secret"),
        "DJANGO_SETTINGS_MODULE": "cimara_web.settings",
    }
    subprocess.run([sys.executable, "-c", MEMBERS_ONLY], env={**os.environ, **settings}, check=True)  # noqa: S603
    return portal


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright itself, for one module: two can't run at once in a process."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Chromium that can reach this machine only."""
    opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
    yield opened
    opened.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """A page in a context of its own; fails the test on a request to another host or a broken policy."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    refused: list[str] = []

    def watch(request: Request) -> None:
        if not request.url.startswith(("http://127.0.0.1:", "data:", "about:")):
            foreign.append(request.url)

    def opened(**options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        context.on("request", watch)
        context.on("console", lambda one: refused.append(one.text) if one.type == "error" else None)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()
    assert foreign == []
    assert [one for one in refused if "Content Security Policy" in one] == []


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page of usual size, with scripts."""
    return open_page(viewport={"width": 1280, "height": 800})


STABLE_LUNG: dict[str, dict[str, Any]] = {
    "who": {"who": "self"},
    "cancer": {"cancer": "nsclc"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": "srs", "month": "3", "year": "2025"},
    "growth": {"growth": "stable"},
    "symptoms": {"symptoms": "none"},
    "steroids": {"taking": "no"},
    "about": {"age": "18-64", "sex": "female", "ability": "1"},
    "markers": {"found": "EGFR"},
    "place": {"place": "Durham, NC", "reach": "any"},
}


def fill(page: Page, fields: dict[str, Any]) -> None:
    """Answer the fields of the question on the page."""
    for name, value in fields.items():
        kind = page.locator(f"[name={name}]").first.evaluate("one => one.type")
        if kind in ("radio", "checkbox"):
            page.locator(f'[name={name}][value="{value}"]').check()
        elif kind == "select-one":
            page.locator(f"[name={name}]").select_option(value)
        else:
            page.locator(f"[name={name}]").fill(value)


def follow(target: Locator) -> None:
    """Click what leads to another page and wait until that page is there.

    A click alone returns once the request is on its way; what is read then may still be the old page.
    """
    with target.page.expect_navigation():
        target.click()


def play(page: Page, portal: Portal, answers: dict[str, dict[str, Any]], prefix: str = "") -> None:
    """Go from the start to the check page; a question without an answer is skipped."""
    page.goto(portal.url(f"{prefix}/find/"))
    follow(page.locator(f'a[href="{prefix}/find/q/who/"]').last)
    while found := re.search(r"/find/q/(\w+)/", page.url):
        fields = answers.get(found[1])
        if fields is None:
            follow(page.locator("button[name=skip]"))
            continue
        fill(page, fields)
        follow(page.locator("main button[type=submit]:not([name])"))
        assert not page.url.endswith(f"/q/{found[1]}/"), page.locator("main").inner_text()
    assert page.url.endswith(f"{prefix}/find/check/")


def answer(page: Page, portal: Portal, answers: dict[str, dict[str, Any]]) -> None:
    """The same answers without the way there, for what comes after it: posted as the pages post them.

    The browser gets the cookies under https, as it takes a `__Host-` cookie from nowhere else.
    """
    with httpx.Client(base_url=portal.address, trust_env=False) as visitor:
        first = visitor.get("/find/q/who/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', first.text)
        assert token is not None
        for step, fields in answers.items():
            # a cookie jar keeps its Secure cookies from http, a browser gives them to its own machine
            kept = "; ".join(f"{one.name}={one.value}" for one in visitor.cookies.jar)
            sent = {**fields, "csrfmiddlewaretoken": token[1]}
            said = visitor.post(f"/find/q/{step}/", data=sent, headers={"Cookie": kept})
            assert said.status_code == httpx.codes.SEE_OTHER, step
        assert said.headers["location"] == "/find/check/"
        page.context.add_cookies(
            [
                {"name": one.name, "value": one.value or "", "url": "https://127.0.0.1/", "secure": True}
                | {"httpOnly": True, "sameSite": "Lax"}
                for one in visitor.cookies.jar
            ]
        )
