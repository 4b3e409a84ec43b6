"""Checks a study's store whole: every line of the chain, every file and hash, and what was left behind."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cimara.cohort.store.errors import DamagedStoreError
from cimara.cohort.store.folder import PART
from cimara.cohort.store.manifest import FIRST, Held, Line, TableEntry, faults_of, unsigned
from cimara.cohort.store.objects import tombstone, verified
from cimara.cohort.store.parquet import sha256, stored_table
from cimara.cohort.store.places import Place
from cimara.cohort.store.removing import leftovers
from cimara.cohort.store.versions import History, list_path, object_path, report_path
from cimara.cohort.study.keys import PublicKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a check found. `problems` are damage; `leftovers` are harmless remains of interrupted work.

    `last_line` is the SHA-256 of the last line. Noted outside the store, it later shows that nothing was
    taken from the end together with what the store itself notes of it.
    """

    lines: int
    files: int
    last_line: str
    problems: tuple[str, ...]
    leftovers: tuple[str, ...]

    @property
    def clean(self) -> bool:
        """Nothing is damaged."""
        return not self.problems


def check(place: Place, study: str, *, trusted: Iterable[PublicKey] = (), noted_line: str = "") -> Check:
    """Check the chain, every file that a line names, and what no line names.

    `trusted` are keys by one of which every line must be signed; `noted_line` is a `last_line` from earlier.
    """
    held = place.manifest(study)
    keys = tuple(trusted)
    problems = faults_of(held) + (unsigned(held.lines, keys) if keys else []) + _unknown(held, noted_line)
    remains = [f"{len(held.torn)} bytes of a line that was never finished"] if held.torn else []
    files = 0
    if not faults_of(held):
        history = History.of(held)
        files = len(history.known_paths)
        problems += _file_problems(place, history)
        remains += [_told(path) for path in leftovers(place, study, history)]
    last = sha256(held.lines[-1]) if held.lines else FIRST
    return Check(
        lines=len(held.lines), files=files, last_line=last, problems=tuple(problems), leftovers=tuple(remains)
    )


def _unknown(held: Held, noted_line: str) -> list[str]:
    if not noted_line or noted_line in {sha256(one) for one in held.lines}:
        return []
    return [f"manifest: the line that was noted ({noted_line[:10]}) is not in it"]


def _told(path: str) -> str:
    return f"{path}: half written" if path.endswith(PART) else f"{path}: written, but in no version"


def _file_problems(place: Place, history: History) -> list[str]:
    found, seen = [], set()
    for version in history.versions:
        for name, entry in version.tables.items():
            path = object_path(version.line.study_id, entry.file_hash)
            if path in history.live_paths and (path, entry) not in seen:
                found += _table_problems(place, path, name, entry)
                seen.add((path, entry))
    for line in history.lines:
        found += _other_problems(place, history, line)
    for path, seq in history.purged_paths.items():
        if _bytes(place, path) != tombstone(path, seq):
            found.append(
                f"{path}: ordered to be purged by line {seq}, and still there; the next write purges it"
            )
    return found


def _table_problems(place: Place, path: str, name: str, entry: TableEntry) -> list[str]:
    try:
        table = stored_table(verified(place, path, entry.file_hash), path)
    except DamagedStoreError as error:
        return [f"{path}: {error.problem}"]
    if table.layout.entity != name:
        return [f"{path}: a table of {table.layout.entity}, not of {name}"]
    if table.frame.height != entry.rows or table.content_hash != entry.content_hash:
        return [f"{path}: its rows are not those that the manifest names"]
    return []


def _other_problems(place: Place, history: History, line: Line) -> list[str]:
    """Faults of the report and the list of the withdrawn of a line."""
    named = {}
    if line.report and report_path(line) in history.live_paths:
        named[report_path(line)] = line.report_hash
    if line.withdrawn_list:
        named[list_path(line.study_id, line.withdrawn_list)] = line.withdrawn_list
    found = []
    for path, digest in named.items():
        try:
            verified(place, path, digest)
        except DamagedStoreError as error:
            found.append(f"{path}: {error.problem}")
    return found


def _bytes(place: Place, path: str) -> bytes:
    try:
        return place.read(path)
    except FileNotFoundError:
        return b""
