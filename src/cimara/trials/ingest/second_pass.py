"""The second pass of a build: staged records read in full, into rows, in worker processes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from isal import isal_zlib

from cimara.trials.importers import read_study
from cimara.trials.importers.cts import bullets_of_trial, ncit_terms_of_trial
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.ingest.gap_filling import fill_coordinates
from cimara.trials.ingest.readers import Reader, read_all
from cimara.trials.ingest.rows import Row, Rows, add_rows, bullet_rows, facet_row, issue_row, ncit_rows
from cimara.trials.ingest.staging import FORMS, Group, StagedRecord, complaint
from cimara.trials.issue import Issue, IssueCode
from cimara.trials.study import SourceForm, Study


@dataclass(frozen=True, slots=True)
class ReadingTask:
    """Studies to read, numbered from `first_id` on in static-rank order."""

    first_id: int
    groups: Sequence[Group]
    tumour_order: tuple[str, ...]
    reader: Reader | None = None
    endpoints: bool = True


class TaskResult(msgspec.Struct):
    """Rows by table, and what became of the records of a task."""

    rows: dict[str, list[list[object]]]
    stored: int
    duplicates: int
    complaints: list[str]
    version_holder: str
    last_updated: str
    starters: int


_ENCODER = msgspec.msgpack.Encoder(enc_hook=str)
_DECODER = msgspec.msgpack.Decoder(TaskResult)


def read_task(task: ReadingTask) -> bytes:
    """The result of a task as MessagePack, which crosses to the parent several times quicker than pickles."""
    rows: Rows = defaultdict(list)
    result = TaskResult(
        rows={}, stored=0, duplicates=0, complaints=[], version_holder="", last_updated="", starters=0
    )
    for row_id, group in enumerate(task.groups, task.first_id):
        result.duplicates += len(group.records) - 1
        try:
            study = _read_group(row_id, group, task, rows)
        except RejectedRecordError as error:
            winner = group.records[0]
            rows["rejected"].append(_rejected_row(winner, error))
            result.complaints.append(complaint(winner.source, winner.line, str(error)))
            continue
        result.stored += 1
        result.starters += study.starter is not None
        result.version_holder = max(result.version_holder, study.version_holder or "")
        result.last_updated = max(result.last_updated, study.last_updated or "")
    result.rows = rows  # type: ignore[assignment]
    return _ENCODER.encode(result)


def decode_result(packed: bytes) -> TaskResult:
    """The result of a task."""
    return _DECODER.decode(packed)


def _read_group(row_id: int, group: Group, task: ReadingTask, rows: Rows) -> Study:
    winner, *losers = group.records
    raw = isal_zlib.decompress(winner.deflated)
    study, issues = read_study(FORMS[winner.form], raw)
    if losers:
        study = fill_coordinates(study, _studies_of(losers))
    reading = read_all(study, task.reader, endpoints=task.endpoints)
    add_rows(rows, row_id, reading)
    rows["facet"].append(facet_row(row_id, reading, task.tumour_order))
    rows["raw"].append((row_id, winner.deflated, winner.sha256))
    _add_coded_facts(row_id, group, rows)
    rows["issue"].extend(issue_row(issue, winner.source, winner.line) for issue in issues)
    rows["issue"].extend(issue_row(_duplicate(loser, winner), loser.source, loser.line) for loser in losers)
    return study


def _studies_of(losers: Sequence[StagedRecord]) -> Iterator[Study]:
    """Losers of other forms; a loser that can't be read has nothing to add and is listed anyway."""
    for loser in losers:
        if FORMS[loser.form] is SourceForm.CTS:
            yield read_study(SourceForm.CTS, isal_zlib.decompress(loser.deflated))[0]


def _add_coded_facts(row_id: int, group: Group, rows: Rows) -> None:
    """NCI Thesaurus terms of any NCI record of the study; bullets only when its text is the one stored."""
    for place, record in enumerate(group.records):
        if FORMS[record.form] is not SourceForm.CTS:
            continue
        raw = isal_zlib.decompress(record.deflated)
        rows["ncit"].extend(ncit_rows(row_id, ncit_terms_of_trial(raw)))
        if place == 0:
            rows["criteria_bullet"].extend(bullet_rows(row_id, bullets_of_trial(raw)))
        return


def _duplicate(loser: StagedRecord, winner: StagedRecord) -> Issue:
    kept = f"{winner.source} line {winner.line}" if winner.line else winner.source
    return Issue(
        code=IssueCode.DUPLICATE,
        nct_id=loser.nct_id,
        path="",
        message=f"another record ({FORMS[loser.form]}) of this study; kept the one of {kept}",
    )


def _rejected_row(record: StagedRecord, error: RejectedRecordError) -> Row:
    return (None, error.code, record.nct_id, str(error), record.source, record.line, record.deflated)
