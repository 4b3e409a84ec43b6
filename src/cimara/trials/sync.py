"""Brings a registry folder up to date from the registry's API: whole, or what changed since the last time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import msgspec

from cimara.terms.ids import NctId
from cimara.trials.build import BuildReport, IngestPolicy, build_snapshot
from cimara.trials.ingest.readers import Reader
from cimara.trials.ingest.report import Progress, Provenance
from cimara.trials.publish import publish
from cimara.trials.snapshot import RemovedStudy, removed_in
from cimara.trials.sync_client import (
    BASE_URL,
    PACE_SECONDS,
    RegistryClient,
    SyncError,
    Timing,
    TokenRefusedError,
    open_http,
)
from cimara.trials.sync_plan import LARGEST_LOSS, Planner, Previous, ShrinkError, listed_ids, missing_studies
from cimara.trials.sync_state import Staging, SyncState, Window, WindowKind, locked

RESTARTS = 3
"""How often a window is begun anew after a refused or repeated token, before the sync gives up."""
BUILDING = ".building.sqlite3"

SyncProgress = Callable[[WindowKind, int, int | None], None]
"""Told after each page: what for, pages so far, studies in all where the registry says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncSettings:
    """What to fetch. `condition` limits it to a search for a condition, such as `cancer`.

    `full` fetches everything again; `allow_shrink` accepts that many studies are gone.
    """

    base_url: str = BASE_URL
    condition: str | None = None
    full: bool = False
    allow_shrink: bool = False
    pace_seconds: float = PACE_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncReport:
    """What a sync did. `fetched` counts records in pages, `removed` studies newly gone from the registry."""

    path: Path
    full: bool
    pages: int
    fetched: int
    removed: tuple[NctId, ...]
    data_timestamp: str
    build: BuildReport


def sync_registry(
    folder: Path,
    *,
    settings: SyncSettings | None = None,
    http: httpx.Client | None = None,
    timing: Timing | None = None,
    reader: Reader | None = None,
    policy: IngestPolicy | None = None,
    progress: SyncProgress | None = None,
    build_progress: Progress | None = None,
) -> SyncReport:
    """Fetch, build, publish. An interrupted run goes on where it stopped when called again.

    Raises
    ------
    SyncError
        When the registry refuses, or would lose too many studies; what was fetched is kept.
    cimara.trials.sync_state.SyncLockedError
        When another sync holds the folder.
    """
    settings, timing = settings or SyncSettings(), timing or Timing()
    today = timing.now().date()
    with ExitStack() as stack:
        stack.enter_context(locked(folder, timing.now().isoformat(timespec="seconds")))
        http = http or stack.enter_context(open_http(settings.base_url))
        planner = Planner(
            previous=Previous.of(folder),
            condition=settings.condition,
            full=settings.full,
            base_url=settings.base_url,
            today=today,
        )
        client = RegistryClient(http, timing, settings.pace_seconds)
        run = _Run(planner, client, Staging(folder), settings.allow_shrink, progress or _tell_nobody)
        state = run.fetch_all()
        removed = run.removed()
        built = build_snapshot(
            run.sources(),
            folder / BUILDING,
            policy=policy,
            built_at=timing.now().isoformat(timespec="seconds"),
            reader=reader,
            progress=build_progress,
            provenance=run.provenance(state, removed),
        )
        path = publish(folder, built.path)
        report = run.report(path, state, removed, built)
        run.staging.clear()
        return report


def _tell_nobody(kind: WindowKind, pages: int, total: int | None) -> None:
    return None


@dataclass(slots=True)
class _Run:
    """One run of a sync, from the first request to the last page."""

    planner: Planner
    client: RegistryClient
    staging: Staging
    allow_shrink: bool
    tell: SyncProgress

    def fetch_all(self) -> SyncState:
        """Go on with an unfinished sync, or begin one, and fetch every page of it."""
        state = self.staging.load(self.planner.key)
        if state is not None and state.is_complete and self.client.data_timestamp() != state.data_timestamp:
            # It stopped after its last page, and the registry moved on: its pages are of another day.
            self.staging.clear()
            state = None
        state = state or self.planner.begin(self.client)
        self.staging.save(state)
        while True:
            for number, window in enumerate(state.windows):
                self.fetch(number, window, state)
            state.windows += (more := self.planner.more(state, self.staging, self.client))
            self.staging.save(state)
            if not more:
                return state

    def fetch(self, number: int, window: Window, state: SyncState) -> None:
        """Fetch what is left of a window, storing each page and the state before the next request."""
        used: set[str | None] = set()
        while not window.done:
            try:
                page = self.client.page(window.params, window.next_token)
                used.add(window.next_token)
                if page.next_token is not None and page.next_token in used:
                    raise TokenRefusedError("the registry repeats a page token")
            except TokenRefusedError as error:
                self._begin_anew(window, state, error)
                used.clear()
                continue
            if window.next_token is None:
                self._refuse_shrunk(window, page.total)
                window.total = page.total
            self.staging.store(number, window, page.body)
            window.page_no += 1
            window.next_token = page.next_token
            window.done = page.next_token is None
            self.staging.save(state)
            self.tell(window.kind, window.page_no, window.total)

    def _begin_anew(self, window: Window, state: SyncState, error: TokenRefusedError) -> None:
        gives_up = window.attempt >= RESTARTS
        window.attempt = 0 if gives_up else window.attempt + 1
        window.page_no, window.next_token = 0, None
        self.staging.save(state)
        if gives_up:
            raise SyncError(
                f"{error.problem}, {RESTARTS + 1} times over",
                hint="What was fetched is kept; run the same command again later.",
            )

    def _refuse_shrunk(self, window: Window, total: int | None) -> None:
        before = self.planner.comparable
        if total is None or before is None or window.kind not in (WindowKind.FULL, WindowKind.IDS):
            return
        self._refuse_loss(before.n_studies - total, before.n_studies)

    def _refuse_loss(self, missing: int, total: int) -> None:
        if missing > LARGEST_LOSS * total and not self.allow_shrink:
            raise ShrinkError.of(missing, total)

    def removed(self) -> tuple[RemovedStudy, ...]:
        """Studies newly gone from the registry."""
        before = self.planner.comparable
        if before is None or not self.planner.sweeps:
            return ()
        missing = missing_studies(before, self.staging)
        self._refuse_loss(len(missing), before.n_studies)
        return tuple(replace(gone, noticed=self.planner.today.isoformat()) for gone in missing)

    def sources(self) -> list[Path]:
        """What the new snapshot is built from: the pages, and the old records unless all were fetched."""
        old = self.planner.previous.path if self.planner.previous and self.planner.incremental else None
        return [path for path in (old, self.staging.pages) if path is not None]

    def provenance(self, state: SyncState, removed: tuple[RemovedStudy, ...]) -> Provenance:
        """What the snapshot is to know of this sync; studies listed as removed earlier stay listed."""
        fetched = set(listed_ids(self.staging.pages))
        earlier = removed_in(self.planner.comparable.path) if self.planner.comparable else ()
        return Provenance(
            api_timestamp=state.data_timestamp,
            removed=(*(gone for gone in earlier if gone.nct_id not in fetched), *removed),
            sync=msgspec.json.encode(self.planner.note()).decode(),
        )

    def report(
        self, path: Path, state: SyncState, removed: tuple[RemovedStudy, ...], built: BuildReport
    ) -> SyncReport:
        """What this sync did."""
        return SyncReport(
            path=path,
            full=not self.planner.incremental,
            pages=sum(window.page_no for window in state.windows),
            fetched=sum(1 for _ in listed_ids(self.staging.pages)),
            removed=tuple(gone.nct_id for gone in removed),
            data_timestamp=state.data_timestamp,
            build=built,
        )
