"""The demonstration study, from made-up scans to the report, and its page in a browser."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from cimara.cli import EXIT_OK, main

CHROMIUM = shutil.which("chromium-headless-shell")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demonstration")
    assert main(["outcomes", "plan", "demo", "--patients", "80", "--out", str(folder)]) == EXIT_OK
    words = ["outcomes", "report", str(folder / "plan.toml"), "--data", str(folder / "data")]
    assert main([*words, "--out", str(folder / "report")]) == EXIT_OK
    return folder / "report"


def test_every_analysis_of_the_demonstration_is_done(report: Path) -> None:
    found = json.loads((report / "results.json").read_text(encoding="utf-8"))
    assert len(found["analyses"]) >= 8
    assert {one["status"] for one in found["analyses"]} == {"done"}


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 1280])
def test_the_page_fits_its_window_and_asks_for_nothing(report: Path, width: int) -> None:
    if CHROMIUM is None:
        pytest.skip("Chromium is not here")
    from playwright.sync_api import sync_playwright

    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        view = browser.new_page(viewport={"width": width, "height": 800})
        view.on("request", lambda one: asked.append(one.url))
        view.goto((report / "report.html").as_uri())
        wide = view.evaluate("document.documentElement.scrollWidth")
        browser.close()
    assert wide <= width
    assert len(asked) == 1
