"""What a snapshot tells of faults: how often each kind, and which records could not be stored."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.trials.issue import IssueCode
from cimara.trials.snapshot import Snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultCount:
    """How often one kind of fault occurs in stored records, and in how many studies."""

    code: IssueCode
    faults: int
    studies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRecord:
    """A record that could not become a study: why, and where it stands; `line` is None outside of lines."""

    code: IssueCode
    nct_id: str | None
    message: str
    source: str
    line: int | None


def fault_counts(snapshot: Snapshot) -> tuple[FaultCount, ...]:
    """The kinds of fault that occur, the most frequent first."""
    rows = snapshot.connection.execute(
        "SELECT code, count(*), count(DISTINCT nct_id) FROM issue GROUP BY code ORDER BY 2 DESC, code"
    )
    return tuple(FaultCount(code=IssueCode(code), faults=n, studies=studies) for code, n, studies in rows)


def count_rejected(snapshot: Snapshot) -> int:
    """How many records could not become studies."""
    return int(snapshot.connection.execute("SELECT count(*) FROM rejected").fetchone()[0])


def rejected_records(snapshot: Snapshot, most: int) -> tuple[RejectedRecord, ...]:
    """The first records that could not become studies, in the order in which they were read."""
    rows = snapshot.connection.execute(
        "SELECT code, nct_id, message, source, line FROM rejected ORDER BY id LIMIT ?", (most,)
    )
    return tuple(
        RejectedRecord(code=IssueCode(code), nct_id=number, message=message, source=source, line=line)
        for code, number, message, source, line in rows
    )
