#!/usr/bin/env python3
"""Takes the pictures for README and tutorials: pages of the portal at 1280 pixels, the sheet on paper."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image, ImageOps
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000
COLOURS = 128
SIZE = {"width": 1280, "height": 1280}
TALL = {"width": 1280, "height": 1680}
PAPER = {"width": 690, "height": 1000}
"""A4 within its margins, at 96 pixels an inch."""
MARGIN = 52
ON_SHEET = 2
ANSWERS = {
    "who": "self",
    "cancer": "nsclc",
    "spread": "brain",
    "kinds": "srs",
    "growth": "stable",
    "symptoms": "none",
    "taking": "no",
    "age": "18-64",
    "ability": "1",
    "reach": "any",
}
PLACE = "Durham, NC"
STUDY = "Bevacizumab for radiation necrosis of the brain"
FILLED_MS = 300_000


def main() -> None:
    """Serve the finder alone, then the demonstration, and take the pictures of each."""
    with served("--without-study", "--without-consortium") as portal:
        take(portal, of_the_finder)
    with served("--without-study") as portal:
        take(portal, of_the_consortium)


@contextmanager
def served(*flags: str) -> Iterator[str]:
    """A demonstration in a folder of its own; its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-c",
            "from cimara.cli import main; raise SystemExit(main())",
            "web",
            "demo",
            *flags,
        ]
        server = subprocess.Popen(  # noqa: S603 (our own command)
            [*command, "--bind", f"127.0.0.1:{port}"], env={"CIMARA_VAR": folder}, stdout=subprocess.DEVNULL
        )
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


def take(portal: str, pictures: Callable[[Page, str], None]) -> None:
    """Pictures from a running portal."""
    wait_for(portal)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell"), args=["--no-sandbox", "--disable-gpu"]
        )
        pictures(browser.new_page(viewport=SIZE), portal)
        browser.close()


def of_the_finder(page: Page, portal: str) -> None:
    """Front page, results, and the sheet on paper."""
    page.goto(f"{portal}/")
    save(page, "finder-start.png")
    answer_all(page, portal)
    page.goto(f"{portal}/find/results/")
    save(page, "finder-results.png")
    choose(page, portal)
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.goto(f"{portal}/find/sheet/")
    save(page, "finder-sheet.png", MARGIN)


def of_the_consortium(page: Page, portal: str) -> None:
    """The network, a study as its lead sees it, and a report of a check as a coordinator does."""
    look_as(page, portal, "study-lead")
    page.goto(f"{portal}/network/")
    page.set_viewport_size(TALL)
    save(page, "network.png")
    page.goto(f"{portal}/studies/")
    page.get_by_role("link", name=STUDY).last.click()
    save(page, "study-workspace.png")
    look_as(page, portal, "coordinator")
    page.get_by_role("link", name=STUDY).last.click()
    page.get_by_role("link", name="Submissions", exact=True).click()
    page.locator("main tbody a").first.click()
    save(page, "submission-report.png")


def look_as(page: Page, portal: str, role: str) -> None:
    """Sign in as one of the demonstration, once all of it is there."""
    page.goto(f"{portal}/demonstration/")
    page.locator("main [role=status]").wait_for(state="detached", timeout=FILLED_MS)
    with page.expect_navigation():
        page.locator(f"button[value={role}]").click()


def wait_for(portal: str) -> None:
    """Return when the portal answers."""
    for _ in range(600):
        try:
            httpx.get(f"{portal}/health/", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the portal did not start")


def answer_all(page: Page, portal: str) -> None:
    """Go through the questions; those without an answer above are skipped."""
    page.goto(f"{portal}/find/q/who/")
    while "/find/q/" in page.url:
        answered = False
        for name, value in ANSWERS.items():
            choice = page.locator(f'[name={name}][value="{value}"]')
            if choice.count():
                choice.check()
                answered = True
        if page.locator("[name=place]").count():
            page.locator("[name=place]").fill(PLACE)
        page.locator("main button[type=submit]:not([name])" if answered else "button[name=skip]").click()


def choose(page: Page, portal: str) -> None:
    """Put the first studies of the list on the sheet."""
    for number in range(ON_SHEET):
        page.goto(f"{portal}/find/results/")
        with page.expect_navigation():
            page.get_by_role("button", name="Add to my sheet").nth(number).click()


def save(page: Page, name: str, margin: int = 0) -> None:
    """The page as a small picture of few colours, within a white margin."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    picture = ImageOps.expand(shot, margin, "white").quantize(COLOURS, dither=Image.Dither.NONE)
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.save(IMAGES / name, optimize=True)
    size = (IMAGES / name).stat().st_size
    print(f"{name}: {size:,} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"{name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
