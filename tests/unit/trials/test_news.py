"""What counts as a change of a study, and which studies a query finds in all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.build import build_snapshot
from cimara.trials.news import numbers_found, study_marks
from cimara.trials.search import Page, Query
from cimara.trials.snapshot import Snapshot
from tests.web.finder.registry_of import ALLOWS, EXCLUDES, SILENT, study


def marks(folder: Path, record: dict[str, Any]) -> str:
    """The mark of one study."""
    with built(folder, record) as snapshot:
        ((number, mark),) = study_marks(snapshot)
    assert number == "NCT00000001"
    return mark


def built(folder: Path, *records: dict[str, Any]) -> Snapshot:
    source, target = folder / "records.jsonl", folder / "registry.sqlite3"
    source.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    build_snapshot([source], target, built_at="2026-01-02")
    return Snapshot.open(target)


@pytest.mark.parametrize(
    ("criteria", "changes"),
    [
        (ALLOWS, {"updated": "2026-01-02"}),
        (ALLOWS, {"status": "COMPLETED"}),
        (EXCLUDES, {}),
    ],
    ids=["an update", "another status", "another policy as read"],
)
def test_a_reader_would_want_to_look_again(tmp_path: Path, criteria: str, changes: dict[str, str]) -> None:
    assert marks(tmp_path, study(1, criteria, **changes)) != marks(tmp_path, study(1, ALLOWS))


def test_the_same_record_on_another_day_has_the_same_mark(tmp_path: Path) -> None:
    stamped = study(1, ALLOWS) | {"derivedSection": {"miscInfoModule": {"versionHolder": "2026-03-02"}}}
    assert marks(tmp_path, stamped) == marks(tmp_path, study(1, ALLOWS))


def test_a_record_without_a_date_counts_by_its_content(tmp_path: Path) -> None:
    undated = study(1, ALLOWS, updated=None)
    other = study(1, ALLOWS, updated=None, title="Another title")
    assert marks(tmp_path, undated) == marks(tmp_path, undated)
    assert marks(tmp_path, undated) != marks(tmp_path, other)


def test_every_study_that_the_search_pages_show_is_found_at_once(tmp_path: Path) -> None:
    kinds = (ALLOWS, EXCLUDES, SILENT)
    records = [
        study(number, kinds[number % 3], status=("RECRUITING", "COMPLETED")[number % 5 == 0])
        for number in range(1, 130)
    ]
    with built(tmp_path, *records) as snapshot:
        for query in (Query(), Query(brm={"stable_only"}), Query(tumour={"lung"}, status=set())):
            found, cursor = [], None
            while True:
                page = snapshot.search(query.with_field(page=Page(size=50, cursor=cursor)))
                found += [hit.nct_id for hit in page.hits]
                cursor = page.cursor
                if cursor is None:
                    break
            assert numbers_found(snapshot, query) == tuple(found)
            assert found
