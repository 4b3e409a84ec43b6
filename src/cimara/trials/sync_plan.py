"""Decides what a sync asks for: everything or a window since the last time, a sweep of ids, a last look."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec

from cimara.terms.ids import NctId
from cimara.trials.ingest.processes import in_chunks
from cimara.trials.snapshot import RemovedStudy, Snapshot, SnapshotError
from cimara.trials.staleness import earliest_day
from cimara.trials.sync_client import RegistryClient, SyncError
from cimara.trials.sync_state import Staging, SyncState, Window, WindowKind, fingerprint

OVERLAP = timedelta(days=2)
"""A window begins this much before the data date: days differ by time zone, and updates are posted late."""
SWEEP_EVERY = timedelta(days=30)
LARGEST_LOSS = 0.01
"""Of all studies. More missing than this is taken for a fault of the answer, not for removals."""
IDS_PER_LOOKUP = 100


class ShrinkError(SyncError):
    """An answer that would lose more studies than is likely."""

    @classmethod
    def of(cls, missing: int, total: int) -> ShrinkError:
        return cls(
            f"{missing} of {total} studies are missing from the registry's answer",
            expected=f"at most {LARGEST_LOSS:.0%}",
            hint="Try again tomorrow; with --allow-shrink the loss is accepted.",
        )


class SyncNote(msgspec.Struct, kw_only=True, frozen=True):
    """What a synced snapshot remembers for the next sync; `last_sweep` is an ISO date."""

    condition: str | None = None
    last_sweep: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Previous:
    """The snapshot in use before a sync. `note` is None when a sync didn't make it."""

    path: Path
    n_studies: int
    data_date: str | None
    content_hash: str
    note: SyncNote | None

    @classmethod
    def of(cls, folder: Path) -> Previous | None:
        """The folder's current snapshot; None when there is none, or it holds starter records only."""
        try:
            with Snapshot.open(folder) as snapshot:
                meta = snapshot.meta
                path = snapshot.path
        except SnapshotError:
            return None
        if meta.starter:
            return None
        return cls(
            path=path,
            n_studies=meta.n_studies,
            data_date=meta.data_date,
            content_hash=meta.content_hash,
            note=msgspec.json.decode(meta.sync, type=SyncNote) if meta.sync else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Planner:
    """Plans the windows of one sync. `today` is the day of the run."""

    previous: Previous | None
    condition: str | None
    full: bool
    base_url: str
    today: date

    @property
    def changes(self) -> dict[str, str] | None:
        """Parameters that ask for what changed since the snapshot in use; None when all must be fetched."""
        before = self.previous
        if before is None or before.note is None or before.note.condition != self.condition or self.full:
            return None
        return _since(before.data_date)

    @property
    def incremental(self) -> bool:
        """True when the snapshot in use can be brought up to date by its changes."""
        return self.changes is not None

    @property
    def comparable(self) -> Previous | None:
        """The snapshot whose size the registry's answer must be near to; a changed condition has none."""
        if self.previous is None or (self.previous.note and self.previous.note.condition != self.condition):
            return None
        return self.previous

    @property
    def key(self) -> str:
        """What must be equal for a new run to go on with an old one's pages."""
        return fingerprint(
            {
                "base_url": self.base_url,
                "condition": self.condition or "",
                "full": str(self.full),
                "previous": self.previous.content_hash if self.previous else "",
            }
        )

    def begin(self, client: RegistryClient) -> SyncState:
        """The state of a sync that has asked for nothing but the registry's version."""
        timestamp = client.data_timestamp()
        kind = WindowKind.SINCE if self.incremental else WindowKind.FULL
        window = Window.of(kind, self._query() | (self.changes or {}))
        return SyncState(plan=self.key, data_timestamp=timestamp, windows=[window])

    def more(self, state: SyncState, staging: Staging, client: RegistryClient) -> list[Window]:
        """Windows that follow when all planned ones are done; none when the sync has everything."""
        if self.sweeps and self.incremental and not state.has(WindowKind.IDS):
            return [Window.of(WindowKind.IDS, self._query() | {"fields": "NCTId"})]
        if self.condition and self.sweeps and not state.has(WindowKind.LOOKUP):
            missing = missing_studies(self.comparable, staging)
            if missing:
                return [
                    _lookup(batch) for batch in in_chunks((gone.nct_id for gone in missing), IDS_PER_LOOKUP)
                ]
        if not state.rechecked:
            state.rechecked = True
            before, state.data_timestamp = state.data_timestamp, client.data_timestamp()
            if state.data_timestamp != before and (since := _since(before)):
                return [Window.of(WindowKind.AFTERWARDS, self._query() | since)]
        return []

    @property
    def sweeps(self) -> bool:
        """True when this sync finds out which studies are gone: a full one, or a monthly sweep of ids."""
        if not self.incremental:
            return True
        note = self.previous.note if self.previous else None
        last = earliest_day(note.last_sweep) if note else None
        return last is None or self.today - last >= SWEEP_EVERY

    def note(self) -> SyncNote:
        """What the new snapshot is to remember."""
        before = self.previous.note if self.previous and self.previous.note else SyncNote()
        swept = self.today.isoformat() if self.sweeps else before.last_sweep
        return SyncNote(condition=self.condition, last_sweep=swept)

    def _query(self) -> dict[str, str]:
        return {"query.cond": self.condition} if self.condition else {}


def _since(iso: str | None) -> dict[str, str] | None:
    day = earliest_day(iso[:10] if iso else None)
    if day is None:
        return None
    return {"filter.advanced": f"AREA[LastUpdatePostDate]RANGE[{day - OVERLAP},MAX]"}


def _lookup(ids: Sequence[NctId]) -> Window:
    """Studies that a search for a condition no longer finds may still be in the registry: asked by number."""
    return Window.of(WindowKind.LOOKUP, {"filter.ids": ",".join(ids)})


class _Numbered(msgspec.Struct, rename="camel"):
    nct_id: str


class _Identified(msgspec.Struct, rename="camel"):
    identification_module: _Numbered


class _Listed(msgspec.Struct, rename="camel"):
    protocol_section: _Identified


class _ListPage(msgspec.Struct):
    studies: list[msgspec.Raw]


def listed_ids(*folders: Path) -> Iterator[NctId]:
    """Registry numbers in the stored pages; a record without one is left to the build to reject."""
    pages = msgspec.json.Decoder(_ListPage)
    records = msgspec.json.Decoder(_Listed)
    for folder in folders:
        for file in sorted(folder.glob("*.json")):
            for raw in pages.decode(file.read_bytes()).studies:
                try:
                    found = records.decode(raw).protocol_section.identification_module.nct_id
                except msgspec.ValidationError:
                    continue
                if (nct_id := NctId.parse(found)) is not None:
                    yield nct_id


def missing_studies(previous: Previous | None, staging: Staging) -> list[RemovedStudy]:
    """Studies of the snapshot in use that no stored page lists; `noticed` is left empty."""
    if previous is None:
        return []
    known = set(listed_ids(staging.pages, staging.ids))
    with Snapshot.open(previous.path) as snapshot:
        rows = snapshot.connection.execute(
            "SELECT nct_id, brief_title, last_updated FROM study ORDER BY nct_id"
        )
        return [
            RemovedStudy(nct_id=NctId(number), brief_title=title, last_updated=updated, noticed="")
            for number, title, updated in rows
            if number not in known
        ]
