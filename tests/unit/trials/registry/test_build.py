"""Building a snapshot: what is stored, what wins, what is refused, and what stays when it fails."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cimara.terms.ids import NctId
from cimara.trials.build import BuildStage, Provenance, StrictBuildError, build_snapshot
from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.importers.source import SourceError
from cimara.trials.ingest.readers import ReaderError
from cimara.trials.ingest.writer import STALE_SECONDS, SnapshotBuildError
from cimara.trials.issue import IssueCode
from cimara.trials.snapshot import RemovedStudy, Snapshot
from tests.unit.trials.registry.records import (
    BUILT_AT,
    MISSING,
    build,
    built,
    quick_reader,
    raw,
    record,
    updated,
    write_lines,
)
from tests.unit.trials.registry.test_cts import TRIAL
from tests.unit.trials.registry.test_xml import FILE


def order(snapshot: Snapshot) -> list[str]:
    return [study.nct_id for study in snapshot.studies()]


def of_day(nct_id: str, day: str, **changes: Any) -> dict[str, Any]:
    return record(nct_id, status__lastUpdatePostDateStruct=updated(day), **changes)


def test_every_record_read_is_stored_a_duplicate_or_rejected(tmp_path: Path) -> None:
    source = write_lines(
        tmp_path / "a.jsonl",
        [record("NCT00000001"), record("NCT00000001"), record("NCT00000002"), {"no": "study"}, "text"],
    )
    report = build([source], tmp_path / "a.sqlite3")
    assert (report.read, report.stored, report.duplicates, report.rejected) == (5, 2, 1, 2)
    assert report.issues == {"DUPLICATE": 1}


def test_studies_stand_in_static_rank_order(tmp_path: Path) -> None:
    records = [
        of_day("NCT00000001", "2026-01-01", status__overallStatus="COMPLETED"),
        of_day("NCT00000002", "2026-01-02", status__overallStatus="ENROLLING_BY_INVITATION"),
        of_day("NCT00000003", "2026-01-03", status__overallStatus="NOT_YET_RECRUITING"),
        of_day("NCT00000004", "2026-01-04"),
        of_day("NCT00000005", "2026-02-04"),
        record("NCT00000006", status__lastUpdatePostDateStruct=MISSING),
        of_day("NCT00000007", "2026-02-04"),
        of_day("NCT00000008", "2026-03-01", status__overallStatus="UNKNOWN"),
    ]
    with built(tmp_path, records) as snapshot:
        assert [nct_id[-1] for nct_id in order(snapshot)] == list("57463281")


@pytest.mark.parametrize(
    ("first", "second", "winner"),
    [
        (of_day("NCT00000001", "2026-02-01"), of_day("NCT00000001", "2026-01-31"), 0),
        (of_day("NCT00000001", "2026-01-31"), of_day("NCT00000001", "2026-02-01"), 1),
        (
            record(derivedSection={"miscInfoModule": {"versionHolder": "2026-02-20"}}),
            record(derivedSection={"miscInfoModule": {"versionHolder": "2026-02-19"}}),
            0,
        ),
        (record(identification__acronym="OLD"), record(identification__acronym="NEW"), 1),
    ],
    ids=["later update first", "later update second", "later version holder", "else the later file"],
)
def test_of_two_records_of_one_study_the_later_wins(
    first: dict[str, Any], second: dict[str, Any], winner: int, tmp_path: Path
) -> None:
    files = [write_lines(tmp_path / "a.jsonl", [first]), write_lines(tmp_path / "b.jsonl", [second])]
    build(files, tmp_path / "out.sqlite3")
    with Snapshot.open(tmp_path / "out.sqlite3") as snapshot:
        assert snapshot.study("NCT00000001").raw == raw([first, second][winner])
        (issue,) = snapshot.issues("NCT00000001")
    assert (issue.code, issue.source, issue.line) == (IssueCode.DUPLICATE, "ba"[winner] + ".jsonl", 1)


def test_api_v2_wins_over_xml_over_nci_whatever_their_dates(tmp_path: Path) -> None:
    number = "NCT00000009"
    xml = tmp_path / "a.xml"
    xml.write_text(FILE)
    nci = tmp_path / "b.json"
    nci.write_bytes(raw(TRIAL | {"nct_id": number}))
    api = write_lines(tmp_path / "c.jsonl", [of_day(number, "2001-01-01")])
    for sources, form in (([nci, xml], "xml"), ([xml, api, nci], "api_v2")):
        build(sources, tmp_path / "out.sqlite3")
        with Snapshot.open(tmp_path / "out.sqlite3") as snapshot:
            assert snapshot.study(number).source_form == form
            assert len(list(snapshot.issues(number))) == len(sources) - 1 + (form == "xml")


def test_facts_that_only_the_losing_nci_record_has_fill_the_gaps(tmp_path: Path) -> None:
    sites = [{"facility": "Example  Center", "city": "HOUSTON", "country": "United States"}]
    api = write_lines(tmp_path / "a.jsonl", [record("NCT00000011", contactsLocations__locations=sites)])
    nci = write_lines(tmp_path / "b.jsonl", [TRIAL])
    build([api, nci], tmp_path / "out.sqlite3")
    with Snapshot.open(tmp_path / "out.sqlite3") as snapshot:
        (site,) = snapshot.study("NCT00000011").sites
        assert (site.lat, site.lon, site.geo_basis) == (29.7, -95.4, "registry")
        codes = snapshot.connection.execute("SELECT code FROM ncit ORDER BY ord").fetchall()
        assert codes == [("C3224",), ("C9305",), ("C111",)]
        assert snapshot.connection.execute("SELECT count(*) FROM criteria_bullet").fetchone() == (0,)


def test_an_alias_leads_to_the_current_number(tmp_path: Path) -> None:
    with built(tmp_path, [record("NCT00000001", identification__nctIdAliases=["NCT00000099"])]) as snapshot:
        assert snapshot.study(" nct00000099 ").nct_id == "NCT00000001"


def test_an_alias_that_is_a_study_of_its_own_leads_to_that_study(tmp_path: Path) -> None:
    records = [record("NCT00000001", identification__nctIdAliases=["NCT00000002"]), record("NCT00000002")]
    with built(tmp_path, records) as snapshot:
        assert snapshot.study("NCT00000002").nct_id == "NCT00000002"


def hash_of(folder: Path, records: Sequence[Any], **more: Any) -> str:
    folder.mkdir()
    return build([write_lines(folder / "a.jsonl", records)], folder / "a.sqlite3", **more).content_hash


def test_the_content_hash_is_that_of_the_records_whatever_their_order_and_spacing(tmp_path: Path) -> None:
    records = [record(f"NCT{number:08d}") for number in range(20)]
    shuffled = random.Random(7).sample(records, len(records))
    spaced = tmp_path / "spaced.json"
    spaced.write_text(json.dumps({"studies": shuffled}, indent=3, ensure_ascii=True, sort_keys=True))
    first = hash_of(tmp_path / "first", records)
    assert hash_of(tmp_path / "second", shuffled) == first
    assert build([spaced], tmp_path / "third.sqlite3").content_hash == first


def test_the_content_hash_differs_when_a_record_or_the_rules_do(tmp_path: Path) -> None:
    first = hash_of(tmp_path / "first", [record()])
    assert hash_of(tmp_path / "second", [record(identification__acronym="OTHER")]) != first

    def reader(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
        from dataclasses import replace

        return replace(quick_reader(criteria, title=title, conditions=conditions), rules_hash="changed")

    source = tmp_path / "first" / "a.jsonl"
    other = build_snapshot([source], tmp_path / "c.sqlite3", built_at=BUILT_AT, reader=reader)
    assert other.content_hash != first


def test_a_strict_build_refuses_a_reject_and_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.sqlite3"
    build([write_lines(tmp_path / "a.jsonl", [record()])], out)
    before = out.read_bytes()
    source = write_lines(tmp_path / "b.jsonl", [record("NCT00000002"), {"no": "study"}])
    with pytest.raises(StrictBuildError, match=r"IMPORT b\.jsonl line 2: no valid registry number"):
        build([source], out, strict=True)
    assert out.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.jsonl", "b.jsonl", "out.sqlite3"]


def test_a_record_with_nothing_right_in_it_is_rejected_in_the_second_pass(tmp_path: Path) -> None:
    wrong = record("NCT00000002", conditions__conditions=[1] * 200)
    source = write_lines(tmp_path / "a.jsonl", [record(), wrong])
    report = build([source], tmp_path / "a.sqlite3")
    assert (report.stored, report.rejected) == (1, 1)
    assert report.rejects == ("IMPORT a.jsonl line 2: more than 100 fields of a wrong type",)
    with pytest.raises(StrictBuildError):
        build([source], tmp_path / "b.sqlite3", strict=True)


def test_a_reject_is_kept_with_its_text(tmp_path: Path) -> None:
    import zlib

    with built(tmp_path, [{"no": "study"}]) as snapshot:
        ((code, line, deflated),) = snapshot.connection.execute("SELECT code, line, deflated FROM rejected")
    assert (code, line, zlib.decompress(deflated)) == ("NO_NCT_ID", 1, b'{"no": "study"}')


def failing_reader(criteria: str, *, title: str, conditions: Sequence[str]) -> CnsEligibility:
    if title:
        raise RuntimeError("reader is broken")
    return quick_reader(criteria, title=title, conditions=conditions)


def test_a_failing_reader_names_the_study_and_leaves_no_trace(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    with pytest.raises(ReaderError, match="NCT00000001"):
        build_snapshot([source], tmp_path / "a.sqlite3", built_at=BUILT_AT, reader=failing_reader)
    assert [file.name for file in tmp_path.iterdir()] == ["a.jsonl"]


def test_a_missing_source_is_found_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        build([tmp_path / "absent"], tmp_path / "deep" / "a.sqlite3")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    (tmp_path / "blocked").write_text("a file, no folder")
    with pytest.raises(SnapshotBuildError, match="can't be written"):
        build([source], tmp_path / "blocked" / "a.sqlite3")


def test_what_a_killed_build_left_is_removed_after_a_day(tmp_path: Path) -> None:
    old, new = tmp_path / ".a.sqlite3.77.tmp", tmp_path / ".a.sqlite3.78.tmp"
    for file in (old, new):
        file.write_bytes(b"half")
    past = new.stat().st_mtime - STALE_SECONDS - 60
    os.utime(old, (past, past))
    build([write_lines(tmp_path / "a.jsonl", [record()])], tmp_path / "a.sqlite3")
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize(
    ("changes", "provenance", "date", "basis"),
    [
        ({}, Provenance(), "2026-02-10", "version_holder"),
        ({}, Provenance(api_timestamp="2026-02-28T09:00:05"), "2026-02-28", "api_timestamp"),
        ({}, Provenance(api_timestamp="2026-02-09T09:00:05"), "2026-02-10", "version_holder"),
        ({"derivedSection": MISSING}, Provenance(), "2026-02-01", "last_update"),
        (
            {"derivedSection": MISSING, "status__lastUpdatePostDateStruct": MISSING},
            Provenance(),
            "1970-01-02",
            "file_date",
        ),
    ],
)
def test_the_data_date_comes_from_the_best_source_that_tells(
    changes: dict[str, Any], provenance: Provenance, date: str, basis: str, tmp_path: Path
) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record(**changes)])
    os.utime(source, (100_000, 100_000))
    report = build([source], tmp_path / "a.sqlite3", provenance=provenance)
    assert (report.data_date, report.data_date_basis) == (date, basis)


def test_without_any_source_the_data_date_is_unknown(tmp_path: Path) -> None:
    report = build([], tmp_path / "a.sqlite3")
    assert (report.stored, report.data_date, report.data_date_basis) == (0, None, "unknown")


def test_starter_records_mark_the_snapshot(tmp_path: Path) -> None:
    note = {
        "starter": True,
        "restated": True,
        "source": "NCT1",
        "data_date": "2026-01-02",
        "note": "restated",
    }
    with built(tmp_path, [record(), record("NCT00000002", cimara=note)]) as snapshot:
        assert snapshot.meta.starter
        notes = {study.nct_id: study.starter is not None for study in snapshot.studies()}
    assert notes == {"NCT00000001": False, "NCT00000002": True}


def test_sources_are_named_with_size_and_digest(tmp_path: Path) -> None:
    with built(tmp_path, [record(), record()]) as snapshot:
        (source,) = snapshot.meta.sources
    assert (source.file, source.records) == ("registry.jsonl", 2)
    assert source.size == (tmp_path / "registry.jsonl").stat().st_size
    assert len(source.sha256) == 64


def test_a_snapshot_rebuilt_from_itself_is_the_same(tmp_path: Path) -> None:
    records = [record("NCT00000001"), record("NCT00000002")]
    xml = tmp_path / "c.xml"
    xml.write_text(FILE)
    first = build([write_lines(tmp_path / "a.jsonl", records), xml], tmp_path / "a.sqlite3")
    again = build([tmp_path / "a.sqlite3"], tmp_path / "b.sqlite3")
    assert (again.read, again.content_hash) == (3, first.content_hash)


def test_removed_studies_are_listed_left_out_and_handed_on(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record("NCT00000001"), record("NCT00000002")])
    gone = RemovedStudy(nct_id=NctId("NCT00000002"), brief_title="B", last_updated=None, noticed="2026-03-01")
    report = build([source], tmp_path / "a.sqlite3", provenance=Provenance(removed=(gone,)))
    assert (report.read, report.stored) == (1, 1)
    build([tmp_path / "a.sqlite3"], tmp_path / "b.sqlite3")
    with Snapshot.open(tmp_path / "b.sqlite3") as snapshot:
        assert snapshot.removed() == (gone,)
    build([tmp_path / "a.sqlite3", source], tmp_path / "c.sqlite3")
    with Snapshot.open(tmp_path / "c.sqlite3") as snapshot:
        assert snapshot.removed() == ()
        assert len(snapshot) == 2


def test_progress_tells_each_stage_with_growing_counts(tmp_path: Path) -> None:
    told: list[tuple[BuildStage, int]] = []
    source = write_lines(tmp_path / "a.jsonl", [record(f"NCT{number:08d}") for number in range(600)])
    build([source], tmp_path / "a.sqlite3", progress=lambda stage, done: told.append((stage, done)))
    assert [stage for stage, _ in told if stage is not BuildStage.CHECKING][-3:] == [
        BuildStage.INDEXING,
        BuildStage.VERIFYING,
        BuildStage.IN_PLACE,
    ]
    assert [done for stage, done in told if stage is BuildStage.READING] == [250, 500, 600]


def test_the_tables_hold_what_was_read(tmp_path: Path) -> None:
    with built(tmp_path, [record(status__overallStatus="COMPLETED")]) as snapshot:

        def row(query: str) -> tuple[Any, ...]:
            return tuple(snapshot.connection.execute(query).fetchone())

        assert row("SELECT nct_id, phases, sex, has_outcomes, n_sites FROM study") == (
            "NCT00000001",
            8,
            "FEMALE",
            1,
            1,
        )
        assert row("SELECT term, folded FROM condition") == ("Breast Cancer", "breast cancer")
        assert row("SELECT term, type FROM intervention") == ("Drug A", "DRUG")
        assert row("SELECT term FROM mesh") == ("Breast Neoplasms",)
        assert row("SELECT effective_status, status_inherited, open, iso2 FROM location") == (
            "RECRUITING",
            0,
            1,
            "GR",
        )
        assert row("SELECT measure, time_frame FROM outcome") == ("Intracranial response", "24 weeks")
        assert row("SELECT brm_policy, confidence FROM eligibility") == ("stable_only", "medium")
        assert row("SELECT field, rule_id FROM evidence") == ("brm_policy", "Q1")
        assert row("SELECT open, start_year, last_updated FROM facet") == (0, 2024, 20260201)


def test_endpoints_are_read_unless_the_policy_says_otherwise(tmp_path: Path) -> None:
    source = write_lines(
        tmp_path / "a.jsonl", [record(outcomes__primaryOutcomes=[{"measure": "Overall survival"}])]
    )
    for endpoints in (True, False):
        build([source], tmp_path / "a.sqlite3", endpoints=endpoints)
        with Snapshot.open(tmp_path / "a.sqlite3") as snapshot:
            found = snapshot.connection.execute("SELECT role, ord, use, canonical FROM endpoint").fetchall()
        assert found == ([("primary", 0, 0, "OS")] if endpoints else [])


def test_both_full_text_indexes_find_the_study(tmp_path: Path) -> None:
    with built(tmp_path, [record(), record("NCT00000002", identification__acronym="Étoile")]) as snapshot:

        def found(table: str, words: str) -> int:
            query = f"SELECT count(*) FROM {table} WHERE {table} MATCH ?"  # noqa: S608
            return int(snapshot.connection.execute(query, (words,)).fetchone()[0])

        assert found("head_fts", "etoile") == 1
        assert found("head_fts", "radioth*") == 2
        assert found("text_fts", '"stable brain metastases"') == 2
        assert found("text_fts", "outcomes:intracranial") == 2
