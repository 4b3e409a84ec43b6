"""The page as plain lines."""

from __future__ import annotations

from cimara.trials.search import Near, Page, Query
from cimara.trials.search.lines import absence_lines, page_lines
from cimara.trials.search.why_not import why_not
from cimara.trials.snapshot import Snapshot


def shown(snapshot: Snapshot, query: Query) -> str:
    return "\n".join(page_lines(snapshot.search(query), snapshot.meta))


def test_a_hit_shows_number_status_policies_and_title(trials: Snapshot) -> None:
    text = shown(trials, Query(text="tucatinib"))
    assert "NCT00000001  recruiting" in text
    assert "BrM required" in text
    assert "LMD allowed" in text
    assert "Tucatinib in breast cancer" in text


def test_what_is_left_open_is_shown_with_how_to_ask_for_it(trials: Snapshot) -> None:
    assert "4 more do not say anything on brain metastases: --brm not_mentioned" in shown(
        trials, Query(brm="required")
    )


def test_distances_and_their_absence_are_shown(trials: Snapshot) -> None:
    text = shown(trials, Query(near=Near("Athens, GR", 350)))
    assert "304 km: Hospital, Thessaloniki, Greece (recruiting, as the trial's own status)" in text
    assert "distance not known: Greece" in text


def test_the_next_page_is_named(trials: Snapshot) -> None:
    assert "next page: --cursor " in shown(trials, Query(page=Page(2)))


def test_the_data_date_is_shown(trials: Snapshot) -> None:
    assert f"data of {trials.meta.data_date}" in shown(trials, Query())


def test_notices_come_first(trials: Snapshot) -> None:
    assert shown(trials, Query(text="?!")).startswith("note: no word to search for")


def test_reasons_are_listed(trials: Snapshot) -> None:
    why = why_not(trials, Query(brm="required"), "NCT00000006")
    assert "    brm: asked required; found excluded" in list(absence_lines(why))
    assert list(absence_lines(why_not(trials, Query(), "NCT00000001"))) == ["NCT00000001 is among the hits"]
    assert list(absence_lines(why_not(trials, Query(), "NCT00000099"))) == [
        "NCT00000099 isn't in this snapshot"
    ]
