#!/usr/bin/env python3
"""Takes the README's pictures of the portal: its front page and the results of a search, at 1280 pixels."""

from __future__ import annotations

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 300_000
COLOURS = 128
SIZE = {"width": 1280, "height": 1280}
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


def main() -> None:
    """Serve the demonstration, answer the questions, take two pictures."""
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
        ]
        server = subprocess.Popen(  # noqa: S603 (our own command)
            [*command, "--bind", f"127.0.0.1:{port}"], env={"CIMARA_VAR": folder}, stdout=subprocess.DEVNULL
        )
        try:
            take(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()
            server.wait()


def take(portal: str) -> None:
    """The pictures, from a running portal."""
    wait_for(portal)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport=SIZE)
        page.goto(f"{portal}/")
        save(page, "finder-start.png")
        answer_all(page, portal)
        page.goto(f"{portal}/find/results/")
        save(page, "finder-results.png")
        browser.close()


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


def save(page: Page, name: str) -> None:
    """The page as a small picture of few colours."""
    picture = (
        Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    )
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture.save(IMAGES / name, optimize=True)
    size = (IMAGES / name).stat().st_size
    print(f"{name}: {size:,} bytes")
    if size > MOST_BYTES:
        raise SystemExit(f"{name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    main()
