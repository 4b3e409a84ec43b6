"""A study in lines for a terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cimara.trials.describe import describe, mark
from cimara.trials.eligibility.model import Evidence
from tests.unit.trials.registry.records import built, record


def span(start: int, end: int) -> Evidence:
    return Evidence(field="brm_policy", start=start, end=end, quote="", rule_id="R")


@pytest.mark.parametrize(
    ("spans", "marked"),
    [
        ([], "stable brain metastases"),
        ([(0, 6)], "»stable« brain metastases"),
        ([(0, 6), (7, 12)], "»stable« »brain« metastases"),
        ([(0, 12), (7, 23)], "»stable brain metastases«"),
        ([(7, 12), (0, 23)], "»stable brain metastases«"),
    ],
)
def test_the_deciding_words_are_marked_once(spans: list[tuple[int, int]], marked: str) -> None:
    assert mark("stable brain metastases", [span(*one) for one in spans]) == marked


def lines(folder: Path, *, criteria: bool = False, sites: int = 5, **changes: Any) -> list[str]:
    with built(folder, [record(**changes)]) as snapshot:
        study = snapshot.study("NCT00000001")
        issues = tuple(snapshot.issues("NCT00000001"))
        return list(describe(study, issues, snapshot.meta, criteria=criteria, sites=sites))


def test_a_policy_stands_with_the_words_that_say_so(tmp_path: Path) -> None:
    told = lines(tmp_path)
    place = told.index("Brain metastases: stable_only")
    assert told[place + 1].strip() == '"brain metastases"  [Q1]'


def test_the_criteria_are_shown_with_marks(tmp_path: Path) -> None:
    assert any("stable »brain metastases«" in line for line in lines(tmp_path, criteria=True))


def test_a_starter_note_stands_first(tmp_path: Path) -> None:
    note = {
        "starter": True,
        "restated": True,
        "source": "NCT1",
        "data_date": "2026-01-02",
        "note": "restated",
    }
    told = lines(tmp_path, cimara=note, criteria=True)
    assert told[0] == "NOTE: restated (NCT1, data of 2026-01-02)"
    assert any(line.startswith("Criteria, in our own words") for line in told)


def test_open_sites_come_before_closed_ones(tmp_path: Path) -> None:
    sites = [
        {"country": "Austria", "status": "COMPLETED"},
        {"country": "Greece"},
        {"country": "Norway", "status": "RECRUITING"},
    ]
    told = lines(tmp_path, contactsLocations__locations=sites, sites=2)
    place = told.index("Sites: 3, open 2")
    assert told[place + 1 : place + 4] == [
        "  RECRUITING (the study’s)  Greece",
        "  RECRUITING  Norway",
        "  ... and 1 more",
    ]


def test_issues_of_the_record_are_shown(tmp_path: Path) -> None:
    assert any("EMPTY_PHASES" in line for line in lines(tmp_path, design__phases=[]))
