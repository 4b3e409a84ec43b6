"""A snapshot tells what was wrong with its records, and which could not be stored."""

from __future__ import annotations

from pathlib import Path

from cimara.trials.build import build_snapshot
from cimara.trials.faults import count_rejected, fault_counts, rejected_records
from cimara.trials.issue import IssueCode
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import built, record


def test_faults_are_counted_by_kind_and_by_study(tmp_path: Path) -> None:
    two_phases = record("NCT00000002")
    two_phases["protocolSection"]["designModule"]["phases"] = ["PHASE1", "PHASE2"]
    with built(tmp_path, [record(), two_phases]) as snapshot:
        found = {one.code: (one.faults, one.studies) for one in fault_counts(snapshot)}
        assert found[IssueCode.TWO_PHASES] == (1, 1)
        assert sum(faults for faults, _ in found.values()) == len(list(snapshot.issues()))


def test_a_record_that_could_not_be_stored_is_told_with_its_line(tmp_path: Path) -> None:
    source = tmp_path / "records.jsonl"
    source.write_text("no json\n{}\n")
    build_snapshot([source], tmp_path / "snapshot", built_at="2026-01-02")
    with Snapshot.open(tmp_path / "snapshot") as snapshot:
        assert count_rejected(snapshot) == 2
        assert [(one.code, one.line) for one in rejected_records(snapshot, 5)] == [
            (IssueCode.NOT_JSON, 1),
            (IssueCode.NO_NCT_ID, 2),
        ]
        assert len(rejected_records(snapshot, 1)) == 1


def test_whole_records_leave_no_list(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        assert (count_rejected(snapshot), rejected_records(snapshot, 5)) == (0, ())
