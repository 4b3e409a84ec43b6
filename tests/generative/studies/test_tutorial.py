"""The tutorial from dirty exports to figures: its commands, run as a person types them, and what they leave.

As written (1,700 patients) with CIMARA_MANY=1; else with fewer patients, and fewer lines to hold.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cimara.cohort.store.store import Store
from cimara.studies.demonstration.whole_way import Demonstration, make_demonstration
from tests.many import MANY, examples

PAGE = Path(__file__).resolve().parents[3] / "docs" / "tutorial" / "from-exports-to-figures.md"
BLOCK = re.compile(r"^```(sh|text)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SITES, PATIENTS = 17, examples(255, 1700)
NOW = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)


def steps() -> list[tuple[str, str]]:
    """Each block of commands with the output that the page shows of it."""
    found: list[tuple[str, str]] = []
    for language, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if language == "sh":
            found.append((text, ""))
        else:
            found[-1] = (found[-1][0], text)
    return [one for one in found if "make install" not in one[0]]


def run_block(text: str, folder: Path) -> str:
    """What the commands print; those that the page shows to be refused end with 1, 2 or 3."""
    found = subprocess.run(  # noqa: S603  (the commands of our own page)
        ["/bin/sh", "-c", text if MANY else smaller(text)],
        cwd=folder,
        env=os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode in (0, 1, 2, 3), found.stderr[-2000:]
    assert "Traceback" not in found.stderr, found.stderr[-2000:]
    return found.stdout


def smaller(text: str) -> str:
    """The commands for fewer patients."""
    return text.replace("study demo --out demo", f"study demo --out demo --patients {PATIENTS}")


def holds(shown: str, printed: str) -> bool:
    """Whether the page's lines stand in the output in their order; `…` stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.strip().split("…"))
    return re.search(pattern, printed, re.DOTALL) is not None


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, str]]]:
    """The folder in which the page was followed, and what was shown and printed."""
    folder = tmp_path_factory.mktemp("tutorial")
    return folder, [(shown, run_block(text, folder)) for text, shown in steps()]


def test_the_page_leads_from_exports_to_the_report(walked: tuple[Path, list[tuple[str, str]]]) -> None:
    folder, printed = walked
    assert len(printed) == len(steps()) > 8
    assert len(Store(str(folder / "store")).current("demo-rn-bev")) == SITES
    results = json.loads((folder / "out" / "report" / "results.json").read_text(encoding="utf-8"))
    told = {one["id"]: one["status"] for one in results["analyses"]}
    assert {told[name] for name in ("A1", "A2", "A3", "A4")} == {"done"}
    assert told["A5"] in ("done", "not_estimable")  # a coefficient a site asks for more patients than a few
    assert not (folder / "other").exists()
    assert (folder / "matrix" / "matrix.html").is_file()


@pytest.mark.skipif(not MANY, reason="the page shows 17 hospitals")
def test_the_page_shows_what_the_commands_print(walked: tuple[Path, list[tuple[str, str]]]) -> None:
    assert [shown for shown, printed in walked[1] if not holds(shown, printed)] == []


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    folder = tmp_path_factory.mktemp("whole") / "demo"
    return make_demonstration(folder, patients=PATIENTS, sites=SITES, now=lambda: NOW)


@pytest.mark.skipif(not MANY, reason="the page walks the same way by its commands")
def test_every_first_export_is_sent_back_and_every_mended_one_is_stored(whole: Demonstration) -> None:
    assert len(whole.sites) == SITES
    assert [site for site, way in whole.sites.items() if way.first is not None and way.first.ok] == []
    assert {way.version for way in whole.sites.values()} == {1}


@pytest.mark.skipif(not MANY, reason="needs all patients")
def test_the_study_finds_what_was_planted(whole: Demonstration) -> None:
    """Within three and a half standard errors, of all eight effects."""
    truth = json.loads((whole.folder / "consortium" / "truth.json").read_text(encoding="utf-8"))["estimands"]
    planted = {
        ("A1", "hazard ratio"): truth["overall_survival"]["log_hazard_ratios"],
        ("A2", "subdistribution hazard ratio"): truth["recurrent_necrosis"][
            "log_subdistribution_hazard_ratios"
        ],
    }
    names = {
        "kps_per_10": "Karnofsky",
        "extracranial_progression": "Extracranial",
        "severe_necrosis": "Necrosis of CTCAE",
        "early_start": "Bevacizumab within",
        "dexamethasone": "dexamethasone",
        "ln_v12": "ln(1 + V12)",
        "adc_concurrent": "Antibody-drug",
    }
    missed = []
    for result in whole.finished.report.results:
        for (analysis, measure), effects in planted.items():
            if result.analysis.id != analysis or result.findings is None:
                continue
            for name, log_ratio in effects.items():
                found = next(
                    one
                    for one in result.findings.estimates
                    if one.measure == measure and names[name] in one.of
                )
                assert found.estimate
                assert found.lower
                assert found.upper
                error = math.log(found.upper / found.lower) / (2 * 1.96)
                if abs(math.log(found.estimate) - log_ratio) > 3.5 * error:
                    missed.append(f"{analysis} {name}: {found.estimate:.2f} for {math.exp(log_ratio):.2f}")
    assert missed == []
