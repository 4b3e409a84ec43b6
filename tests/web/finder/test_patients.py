"""Three people played through the pages on real records, with the right sentence on the page."""

from __future__ import annotations

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.build import build_snapshot
from cimara_web import clock
from tests.shared_data import shared_data
from tests.web.conftest import Visitor

pytestmark = pytest.mark.shared_data
TODAY = date(2026, 6, 15)
"""Within the dates of the records, so that intervals and staleness are those of that day."""


@pytest.fixture(scope="module")
def real_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All 1,536 records as a snapshot."""
    target = tmp_path_factory.mktemp("registry") / "registry.sqlite3"
    report = build_snapshot([shared_data("trials/studies_v2.jsonl.gz")], target, built_at=TODAY.isoformat())
    assert (report.stored, report.rejected) == (1536, 0)
    return target


@pytest.fixture(autouse=True)
def on_that_day(real_records: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages read the real records as of that day."""
    settings.SNAPSHOT = real_records
    monkeypatch.setattr(clock, "today", lambda: TODAY)


ABOUT = {"steroids": {"taking": "no"}, "about": {"age": "18-64", "ability": "1"}}
LUNG: dict[str, Any] = {
    "cancer": {"cancer": "nsclc"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": ["srs"], "month": "1", "year": "2026"},
    "growth": {"growth": "stable"},
    "symptoms": {"symptoms": "none"},
    **ABOUT,
}
MELANOMA: dict[str, Any] = {
    "cancer": {"cancer": "melanoma"},
    "spread": {"spread": "brain"},
    "treatment": {"kinds": ["none"]},
    "growth": {"growth": "grown"},
    "symptoms": {"symptoms": "none"},
    **ABOUT,
}
BREAST: dict[str, Any] = {
    "cancer": {"cancer": "breast"},
    "spread": {"spread": "lining"},
    "treatment": {"kinds": ["none"]},
    "growth": {"growth": "grown"},
    "symptoms": {"symptoms": "stable"},
    **ABOUT,
}

TAKES_TREATED = "This study takes people whose brain tumours were treated and have not grown."
TREATED_FIRST = "This study asks that the brain tumours are treated first, and then do not grow."
NO_BRAIN = "This study does not take people with tumours in the brain."
NO_LINING = "This study does not take people with cancer in the lining of the brain."
SOME_LINING = "This study takes some people with cancer in the lining of the brain."
FOR_BRAIN = "This study is made for people with tumours in the brain."

CASES = [
    (
        LUNG,
        "NCT07130032",
        "possible",
        TAKES_TREATED,
        "eligible only if the metastases are adequately treated",
    ),
    (LUNG, "NCT06227377", "possible", TAKES_TREATED, "Active brain metastases or carcinomatous meningitis"),
    (LUNG, "NCT06248606", "possible", FOR_BRAIN, "CNS lesions have already been treated with SRS"),
    (
        MELANOMA,
        "NCT06227377",
        "not_now",
        TREATED_FIRST,
        "Active brain metastases or carcinomatous meningitis",
    ),
    (MELANOMA, "NCT05251389", "no", NO_BRAIN, "Patients with brain or LM metastasis"),
    (MELANOMA, "NCT04511013", "possible", FOR_BRAIN, "melanoma that has metastasized to the brain"),
    (BREAST, "NCT06176261", "possible", SOME_LINING, "leptomeningeal disease"),
    (BREAST, "NCT05748834", "no", NO_LINING, "Known or suspected leptomeningeal disease (LMD)"),
    (
        BREAST,
        "NCT05187832",
        "no",
        "This study does not take people whose cancer has reached the brain",
        "any central nervous system metastasis",
    ),
]
NAMES = {id(LUNG): "treated stable lung", id(MELANOMA): "untreated melanoma", id(BREAST): "lining breast"}


@pytest.mark.parametrize(
    ("person", "number", "verdict", "sentence", "quoted"),
    CASES,
    ids=[f"{NAMES[id(case[0])]}-{case[1]}" for case in CASES],
)
def test_the_verdict_and_the_sentence_that_decides(
    visitor: Visitor, person: dict[str, Any], number: str, verdict: str, sentence: str, quoted: str
) -> None:
    visitor.play(**person)
    page = visitor.get(f"/find/results/{number}/").content.decode()
    assert f'class="verdict verdict-{verdict}"' in page
    points = re.findall(r'<li class="point">.*?</li>', page, re.S)
    told = next(point for point in points if sentence in point)
    marked = html.unescape(" ".join(re.findall(r"<mark>(.*?)</mark>", told, re.S)))
    assert quoted in marked
    assert '<blockquote lang="en">' in told


@pytest.mark.parametrize("person", [LUNG, MELANOMA, BREAST], ids=NAMES.values())
def test_every_study_of_the_first_page_shows_the_records_words_or_says_that_there_are_none(
    visitor: Visitor, person: dict[str, Any]
) -> None:
    visitor.play(**person)
    page = visitor.get("/find/results/").content.decode()
    cards = re.findall(r'<li class="card.*?(?=<li class="card|</ol>)', page, re.S)
    assert len(cards) == 20
    for card in cards:
        assert 'class="verdict verdict-' in card
        assert "<blockquote" in card or "The record has no sentence about this." in card


@pytest.mark.parametrize(
    ("person", "number", "quoted"),
    [
        (LUNG, "NCT06248606", "CNS lesions have already been treated with SRS"),
        (MELANOMA, "NCT04511013", "melanoma that has metastasized to the brain"),
        (BREAST, "NCT06176261", "leptomeningeal disease"),
    ],
    ids=NAMES.values(),
)
def test_a_study_made_for_them_is_near_the_top_with_its_sentence(
    visitor: Visitor, person: dict[str, Any], number: str, quoted: str
) -> None:
    visitor.play(**person)
    pages = (visitor.get("/find/results/", page=str(page)).content.decode() for page in (1, 2, 3))
    card = next(
        found[0]
        for page in pages
        if (found := re.search(rf'<li class="card[^>]*id="{number}".*?(?=<li class="card|</ol>)', page, re.S))
    )
    assert quoted in html.unescape(" ".join(re.findall(r"<mark>(.*?)</mark>", card, re.S)))


def test_nothing_is_lost_between_the_registry_and_the_pages(visitor: Visitor) -> None:
    visitor.play(**LUNG)
    page = visitor.get("/find/results/", show="all").content.decode()
    listed = sum(int(one.replace(",", "")) for one in re.findall(r'class="tally-count">([\d,]+)<', page))
    beside = sum(
        int(one.replace(",", "")) for one in re.findall(r"([\d,]+) stud(?:y|ies) of (?:other|blood)", page)
    )
    assert listed + beside == 1536
