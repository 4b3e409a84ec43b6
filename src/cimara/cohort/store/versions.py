"""What the lines of a manifest add up to: the versions of each site, the current one, what was purged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from cimara.cohort.model import closest
from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.manifest import FIRST, Held, Kind, Line, TableEntry, lines_of
from cimara.cohort.store.parquet import sha256

MAKES_VERSION = frozenset({Kind.ACCEPTED, Kind.WITHDRAWN})


class State(StrEnum):
    """Where a line of the history stands today."""

    CURRENT = "current"
    EARLIER = "earlier"
    PURGED = "purged"
    NO_VERSION = "no version"


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a site's data. Its content never changes; a purge can only take it away."""

    line: Line
    number: int
    purged: bool = False

    @property
    def site(self) -> str:
        """Site id."""
        return self.line.site_id

    @property
    def content_hash(self) -> str:
        """SHA-256 of the whole submission."""
        return self.line.content_hash

    @property
    def tables(self) -> dict[str, TableEntry]:
        """Tables by entity name."""
        return self.line.tables

    @property
    def release_id(self) -> str:
        """A name to cite: study, site, version, and the first ten digits of the content hash."""
        return f"{self.line.study_id}.{self.site}.v{self.number}.{self.content_hash[:10]}"


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One line of the history with its state today; `release_id` is "" where it makes no version."""

    line: Line
    state: State
    release_id: str = ""


@dataclass(frozen=True)
class History:
    """The lines of a study, in order. `last_hash` is the SHA-256 of the last, `cut_off` an unfinished end."""

    lines: tuple[Line, ...]
    last_hash: str = FIRST
    cut_off: int = 0

    @classmethod
    def of(cls, held: Held) -> History:
        """Raises DamagedStoreError where the manifest is not what was written."""
        last = sha256(held.lines[-1]) if held.lines else FIRST
        return cls(lines_of(held), last, len(held.torn))

    @cached_property
    def versions(self) -> tuple[Version, ...]:
        """All versions of all sites, in order."""
        made = [line for line in self.lines if line.kind in MAKES_VERSION and line.version is not None]
        return tuple(Version(line, line.version or 0, self._is_purged(line)) for line in made)

    @cached_property
    def current(self) -> dict[str, Version]:
        """The last version of each site; a site whose last version was purged has none."""
        last = {one.site: one for one in self.versions}
        return {site: last[site] for site in sorted(last) if not last[site].purged}

    @property
    def rows(self) -> tuple[HistoryRow, ...]:
        """Every line with its state."""
        by_seq = {one.line.seq: one for one in self.versions}
        return tuple(self._row(line, by_seq.get(line.seq)) for line in self.lines)

    def of_site(self, site: str) -> tuple[Version, ...]:
        """The versions of a site."""
        return tuple(one for one in self.versions if one.site == site)

    def version(self, site: str, number: int | None) -> Version:
        """A version by number, the current one for None. Raises StoreError where there is none to read."""
        known = {one.number: one for one in self.of_site(site)}
        if not known:
            near = closest(site, {one.site for one in self.versions})
            raise StoreError("no version", where=f"site {site}", expected=near or "a site that has submitted")
        if number is None and site not in self.current:
            raise StoreError(
                "the last version was purged",
                where=f"site {site}",
                hint="Submit again, or restore an older one.",
            )
        found = self.current[site] if number is None else known.get(number)
        if found is None:
            raise StoreError(f"no version {number}", where=f"site {site}", expected=f"1 to {max(known)}")
        if found.purged:
            raise StoreError(
                f"version {number} was purged", where=f"site {site}", hint="Its hashes stay on record."
            )
        return found

    def next_version(self, site: str) -> int:
        """Number of the version that a site makes next."""
        return max((one.number for one in self.of_site(site)), default=0) + 1

    def withdrawn_list(self, site: str) -> str:
        """File hash of the list of patients withdrawn at a site; "" where there is none."""
        lists = [line.withdrawn_list for line in self.lines if line.site_id == site and line.withdrawn_list]
        return lists[-1] if lists else ""

    @cached_property
    def live_paths(self) -> frozenset[str]:
        """Files of versions that were not purged, reports, and lists of the withdrawn."""
        objects = {path for one in self.versions if not one.purged for path in object_paths(one.line)}
        lists = {list_path(line.study_id, line.withdrawn_list) for line in self.lines if line.withdrawn_list}
        reports = {report_path(line) for line in self.lines if line.report} - self._purged_later
        return frozenset(objects | lists | reports)

    @cached_property
    def purged_paths(self) -> dict[str, int]:
        """Files that must be tombstones, with the line that ordered it."""
        ordered = {f"{line.study_id}/{path}": line.seq for line in self.lines for path in line.purged}
        return {path: seq for path, seq in ordered.items() if path not in self.live_paths}

    @cached_property
    def known_paths(self) -> frozenset[str]:
        """Every file that a line names."""
        objects = {path for line in self.lines for path in object_paths(line)}
        return frozenset(objects | self.live_paths | set(self.purged_paths))

    @cached_property
    def _purged_later(self) -> frozenset[str]:
        return frozenset(f"{line.study_id}/{path}" for line in self.lines for path in line.purged)

    def _is_purged(self, line: Line) -> bool:
        """Whether a later line orders the version away, or a file that it is made of."""
        paths = set(object_paths(line))
        return any(
            one.kind is Kind.PURGED
            and one.site_id == line.site_id
            and (one.version == line.version or paths & {f"{one.study_id}/{path}" for path in one.purged})
            for one in self.lines[line.seq :]
        )

    def _row(self, line: Line, version: Version | None) -> HistoryRow:
        if version is None:
            return HistoryRow(line, State.NO_VERSION)
        current = self.current.get(version.site) == version
        state = State.PURGED if version.purged else State.CURRENT if current else State.EARLIER
        return HistoryRow(line, state, version.release_id)


def object_path(study: str, file_hash: str) -> str:
    """Where the table of a file hash stands."""
    return f"{study}/objects/{file_hash[:2]}/{file_hash}.parquet"


def list_path(study: str, file_hash: str) -> str:
    """Where a list of withdrawn patients stands."""
    return f"{study}/objects/{file_hash[:2]}/{file_hash}.json"


def report_path(line: Line) -> str:
    """Where the report of a line stands."""
    return f"{line.study_id}/{line.report}"


def object_paths(line: Line) -> tuple[str, ...]:
    """Where the tables of a line stand."""
    return tuple(object_path(line.study_id, one.file_hash) for one in line.tables.values())


def release(versions: Iterable[Version], release_id: str) -> Version:
    """The version that a citation means. Raises StoreError where none has that id."""
    for one in versions:
        if one.release_id == release_id:
            return one
    raise StoreError("no version has this release id", where=release_id, expected="STUDY.SITE.vN.HASH")
