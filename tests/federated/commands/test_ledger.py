"""`cimara federation ledger` verifies what left a house, and writes it down for people."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.federation.site.ledger import Ledger

STUDY, JOB = "demo-brm", "20261120-120000-0123abcd"
UNITS = frozenset({"NL01-0001", "NL01-0002"})


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """A kit whose site took part, sent two rounds, and refused a third."""
    ledger = Ledger(tmp_path / "house" / "kept" / "ledger.jsonl")
    about = {"study": STUDY, "job": JOB, "analysis": "A1"}
    ledger.write(decision="joined", study=STUDY, job=JOB, roster=["DE03", "NL01", "UT02"], analyses=["A1"])
    ledger.write_cohort(ledger.unit_ids(UNITS), **about, data_version="d" * 64, roster=["NL01"])
    for step, size in ((0, 953), (1, 1088)):
        ledger.write(decision="sent", **about, step=step, attempt=0, bytes=size, sha256="b" * 64)
    ledger.write(decision="refused", **about, step=2, code="FED-205", words="not the <next> step")
    return tmp_path


def ledger(*words: object) -> int:
    return main(["federation", "ledger", *map(str, words)])


@pytest.mark.parametrize("place", ["", "house/kept", "house/kept/ledger.jsonl"])
def test_it_is_found_in_a_kit_a_folder_or_by_its_name(
    kit: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger(kit / place) == 0
    told = capsys.readouterr()
    assert "sent: round 1, 1,088 bytes, SHA-256 bbbbbbbbbbbbbbbb" in told.out
    assert "5 lines, and the ledger holds" in told.err


def test_a_changed_line_is_found(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = kit / "house/kept/ledger.jsonl"
    path.write_text(path.read_text().replace('"bytes":953', '"bytes":954'))
    assert ledger(kit) == 2
    assert "FED-218" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["page.html", "WHAT-LEAVES.md"])
def test_the_page_tells_what_left_and_what_did_not(kit: Path, tmp_path: Path, name: str) -> None:
    assert ledger(kit, "--page", tmp_path / name) == 0
    page = " ".join((tmp_path / name).read_text().split())
    for words in ("What left this house", "2,041", "&lt;10", "FED-205 not the &lt;next&gt; step", JOB):
        assert words in page


@pytest.mark.parametrize("form", ["--json", "--page"])
def test_nobody_is_named_not_even_as_a_hash(kit: Path, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    written = kit / "page.html"
    ledger(kit, form, *([written] if form == "--page" else []))
    told = written.read_text() if form == "--page" else capsys.readouterr().out
    units = re.search(r'"units":\[(.*?)\]', (kit / "house/kept/ledger.jsonl").read_text())
    assert units is not None
    for hashed in json.loads(f"[{units[1]}]"):
        assert hashed not in told
    assert "NL01-0001" not in told


def test_a_page_asks_for_nothing_from_elsewhere(kit: Path) -> None:
    ledger(kit, "--page", kit / "page.html")
    page = (kit / "page.html").read_text()
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|<script|<link|<img", page)


def test_lines_of_one_study(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ledger(kit, "--study", "another")
    assert capsys.readouterr().out == ""


def test_to_verify_prints_no_line(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ledger(kit, "--verify") == 0
    assert capsys.readouterr().out == ""


def test_a_house_that_was_asked_nothing_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ledger(tmp_path) == 2
    assert "there is no ledger yet" in capsys.readouterr().err
