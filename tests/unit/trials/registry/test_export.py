"""Studies written out again."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cimara.trials.export import CSV_COLUMNS, ExportFormat, export
from cimara.trials.snapshot import Snapshot, UnknownStudyError
from tests.unit.trials.registry.records import build, built, record, write_lines
from tests.unit.trials.registry.test_cts import TRIAL
from tests.unit.trials.registry.test_xml import FILE

NOTE = {
    "starter": True,
    "restated": True,
    "source": "NCT1",
    "data_date": "2026-01-02",
    "note": "starter record",
}


def written(snapshot: Snapshot, form: ExportFormat, ids: list[str] | None = None) -> tuple[str, int]:
    out = io.StringIO()
    count = export(snapshot, form, out, ids)
    return out.getvalue(), count


def test_json_lines_equal_what_came_in(tmp_path: Path) -> None:
    records = [record("NCT00000001"), record("NCT00000002", identification__acronym="É🧠"), TRIAL]
    with built(tmp_path, records) as snapshot:
        text, count = written(snapshot, ExportFormat.JSONL)
    assert count == 3
    found = sorted((json.loads(line) for line in text.splitlines()), key=json.dumps)
    assert found == sorted(records, key=json.dumps)


def test_a_record_written_for_people_becomes_one_line(tmp_path: Path) -> None:
    source = tmp_path / "a.json"
    source.write_text(json.dumps(record(), indent=2).replace("\n", "\r\n"))
    build([source], tmp_path / "a.sqlite3")
    with Snapshot.open(tmp_path / "a.sqlite3") as snapshot:
        text, _ = written(snapshot, ExportFormat.JSONL)
    assert text.count("\n") == 1
    assert json.loads(text) == record()


def test_an_exported_xml_record_builds_the_same_snapshot(tmp_path: Path) -> None:
    xml = tmp_path / "a.xml"
    xml.write_text(FILE)
    first = build([xml], tmp_path / "a.sqlite3")
    with Snapshot.open(tmp_path / "a.sqlite3") as snapshot:
        text, _ = written(snapshot, ExportFormat.JSONL)
    (tmp_path / "b.jsonl").write_text(text)
    assert build([tmp_path / "b.jsonl"], tmp_path / "b.sqlite3").content_hash == first.content_hash


def test_studies_asked_for_come_in_that_order(tmp_path: Path) -> None:
    with built(tmp_path, [record("NCT00000001"), record("NCT00000002")]) as snapshot:
        text, count = written(snapshot, ExportFormat.JSONL, ["NCT00000002", "NCT00000001"])
        with pytest.raises(UnknownStudyError):
            written(snapshot, ExportFormat.JSONL, ["NCT00000003"])
    assert count == 2
    assert text.index("NCT00000002") < text.index("NCT00000001")


def test_the_table_has_a_row_for_each_study(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        text, count = written(snapshot, ExportFormat.CSV)
    (row,) = csv.DictReader(io.StringIO(text))
    assert count == 1
    assert tuple(row) == CSV_COLUMNS
    assert (row["nct_id"], row["phases"], row["countries"], row["brm_policy"], row["data_date"]) == (
        "NCT00000001",
        "PHASE2",
        "Greece",
        "stable_only",
        "2026-02-10",
    )


@pytest.mark.parametrize("title", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_a_cell_is_never_a_formula(title: str, tmp_path: Path) -> None:
    with built(tmp_path, [record(identification__briefTitle=title)]) as snapshot:
        text, _ = written(snapshot, ExportFormat.CSV)
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["brief_title"] == f"'{title}"


def test_references_have_the_tags_that_managers_read(tmp_path: Path) -> None:
    title = "A title\nin two lines"
    with built(tmp_path, [record(identification__officialTitle=title)]) as snapshot:
        text, count = written(snapshot, ExportFormat.RIS)
    lines = text.splitlines()
    assert count == 1
    assert lines[0] == "TY  - ELEC"
    assert "TI  - A title in two lines" in lines
    assert "UR  - https://clinicaltrials.gov/study/NCT00000001" in lines
    assert "PY  - 2024" in lines
    assert lines[-2:] == ["ER  - ", ""]


@pytest.mark.parametrize("form", ExportFormat)
def test_every_form_shows_the_note_of_a_starter_record(form: ExportFormat, tmp_path: Path) -> None:
    with built(tmp_path, [record(cimara=NOTE)]) as snapshot:
        assert "starter record" in written(snapshot, form)[0]


def test_an_empty_snapshot_exports_nothing(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [])
    build([source], tmp_path / "a.sqlite3")
    with Snapshot.open(tmp_path / "a.sqlite3") as snapshot:
        assert written(snapshot, ExportFormat.JSONL) == ("", 0)
        assert written(snapshot, ExportFormat.CSV)[1] == 0
