"""What a build is asked, what it tells while it works, and what it reports at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from cimara.terms.errors import CimaraError
from cimara.trials.snapshot import RemovedStudy


class BuildStage(StrEnum):
    """What a build is doing; counts are records, and 0 where there is nothing to count."""

    CHECKING = "checking"
    READING = "reading"
    INDEXING = "indexing"
    VERIFYING = "verifying"
    IN_PLACE = "in place"


Progress = Callable[[BuildStage, int], None]


class DataDateBasis(StrEnum):
    """Where the data date comes from, the best first."""

    VERSION_HOLDER = "version_holder"
    API_TIMESTAMP = "api_timestamp"
    LAST_UPDATE = "last_update"
    FILE_DATE = "file_date"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestPolicy:
    """`strict` refuses any rejected record; `processes` is None for one a core.

    Without `endpoints` table `endpoint` stays empty, which saves the larger part of the reading time.
    """

    strict: bool = False
    endpoints: bool = True
    processes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a sync knows of its records beyond the files: the registry's own time stamp, studies gone."""

    api_timestamp: str | None = None
    removed: tuple[RemovedStudy, ...] = ()
    sync: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildReport:
    """What became of the records: `read == stored + duplicates + rejected`."""

    path: Path
    read: int
    stored: int
    duplicates: int
    rejected: int
    issues: Mapping[str, int]
    content_hash: str
    data_date: str | None
    data_date_basis: DataDateBasis
    starter: bool
    rejects: tuple[str, ...]


class StrictBuildError(CimaraError):
    """A strict build that met records it can't store; nothing was written."""

    @classmethod
    def of(cls, rejects: Sequence[str], total: int) -> StrictBuildError:
        more = f" (and {total - len(rejects)} more)" if total > len(rejects) else ""
        return cls(
            f"{total} records can't be stored: {'; '.join(rejects)}{more}",
            hint="Without --strict they are listed in the snapshot and the rest is stored.",
        )
