"""Takes patients out: withdrawn from here on, or purged from every version by order of two people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.lines import Act, checked_name
from cimara.cohort.store.manifest import Kind, Line
from cimara.cohort.store.objects import tombstone, trimmed, verified, write_files
from cimara.cohort.store.parquet import stored_table
from cimara.cohort.store.places import Place
from cimara.cohort.store.submitting import Append, Submission, answer, carried_on
from cimara.cohort.store.versions import History, Version, object_path, object_paths, report_path
from cimara.cohort.store.withdrawn import patients_in, read_list, write_list


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge took away.

    `versions` can no longer be read. `files` were replaced by tombstones. `still_used` are files of a purged
    version that stay, since a version that was not purged has the same table.
    """

    versions: tuple[int, ...]
    files: int
    still_used: int


def withdraw(place: Place, append: Append, patient: str, act: Act) -> Submission:
    """Make the next version without a patient's rows, and keep the patient out of all later ones.

    Raises
    ------
    StoreError
        The current version has no row of the patient.
    """
    done: list[Submission] = []

    def make(now: History) -> Line:
        current = now.version(act.site, None).line
        made, found = trimmed(place, current, frozenset([patient]))
        if not found:
            raise StoreError(
                "the current version has no row of that patient",
                where=f"site {act.site}",
                hint="Look at the spelling of the id.",
            )
        write_files(place, act.study, made.files)
        line = act.line(
            now,
            Kind.WITHDRAWN,
            version=now.next_version(act.site),
            withdrawn_list=_with(place, now, act, patient),
            **carried_on(current, made),
        )
        done.append(answer(line, found))
        return line

    append(act.study, make)
    return done[-1]


def readmit(place: Place, append: Append, patient: str, act: Act) -> None:
    """Take a patient off the list of the withdrawn; the rows come with the next submission or restoration.

    Raises
    ------
    StoreError
        The patient is not withdrawn.
    """

    def make(now: History) -> Line:
        known = read_list(place, act.study, now.withdrawn_list(act.site))
        if patient not in known:
            raise StoreError("that patient is not withdrawn", where=f"site {act.site}")
        return act.line(now, Kind.UNLOCKED, withdrawn_list=write_list(place, act.study, known - {patient}))

    append(act.study, make)


def purge_version(place: Place, append: Append, number: int, act: Act, approved_by: tuple[str, str]) -> Purge:
    """Replace the files of a version by tombstones; those that a version not purged needs, too, stay.

    Raises
    ------
    StoreError
        There is no such version, it was purged already, or one person approved twice.
    """
    _check_approval(approved_by)
    told: list[Purge] = []

    def make(now: History) -> Line:
        version = now.version(act.site, number)
        paths = set(object_paths(version.line))
        others = [one for one in now.versions if not one.purged and one != version]
        shared = paths & {path for one in others for path in object_paths(one.line)}
        report = {report_path(version.line)} & now.live_paths
        gone = (paths - shared) | report
        told.append(Purge((number,), len(gone), len(shared)))
        return _order(now, act, approved_by, gone, version=number)

    append(act.study, make)
    _sweep(place, append, act.study)
    return told[-1]


def purge_patient(
    place: Place, append: Append, patient: str, act: Act, approved_by: tuple[str, str]
) -> Purge:
    """Withdraw a patient, and replace every table and report of any version that names them by a tombstone.

    The versions that had rows of the patient can no longer be read.

    Raises
    ------
    StoreError
        No version of the site has a row of the patient, or one person approved twice.
    """
    _check_approval(approved_by)
    history = History.of(place.manifest(act.study))
    current = history.current.get(act.site)
    if current is not None and _tables_naming(place, [current], patient):
        withdraw(place, append, patient, act)
    told: list[Purge] = []

    def make(now: History) -> Line:
        kept = [one for one in now.of_site(act.site) if not one.purged]
        tables = _tables_naming(place, kept, patient)
        if not tables:
            raise StoreError("no version has a row of that patient", where=f"site {act.site}")
        reports = _reports_naming(place, now, act.site, patient)
        hit = [one.number for one in kept if tables & set(object_paths(one.line))]
        told.append(Purge(tuple(hit), len(tables | reports), 0))
        listed = _with(place, now, act, patient)
        return _order(now, act, approved_by, tables | reports, withdrawn_list=listed)

    append(act.study, make)
    _sweep(place, append, act.study)
    return told[-1]


def finish_purges(place: Place, history: History) -> None:
    """Put the tombstones that a purge had ordered when it was interrupted."""
    for path, seq in history.purged_paths.items():
        mark = tombstone(path, seq)
        if place.size(path) != len(mark) or place.read(path) != mark:
            place.put(path, mark)


def leftovers(place: Place, study: str, history: History) -> list[str]:
    """Files that no line names: what interrupted submissions left behind."""
    held = [*place.paths(f"{study}/objects"), *place.paths(f"{study}/reports")]
    return [path for path in held if path not in history.known_paths]


def _order(
    history: History, act: Act, approved_by: tuple[str, str], paths: Iterable[str], **more: object
) -> Line:
    start = len(act.study) + 1
    purged = tuple(sorted(path[start:] for path in paths))
    return act.line(history, Kind.PURGED, approved_by=approved_by, purged=purged, **more)


def _sweep(place: Place, append: Append, study: str) -> None:
    """Put the tombstones, and remove what no line names: it may hold what was ordered away."""

    def make(now: History) -> None:
        for path in leftovers(place, study, now):
            place.remove(path)

    append(study, make)


def _tables_naming(place: Place, versions: Iterable[Version], patient: str) -> set[str]:
    """Paths of the tables of these versions that have a row of a patient."""
    study_hashes = {(one.line.study_id, entry.file_hash) for one in versions for entry in one.tables.values()}
    found = set()
    for study, file_hash in study_hashes:
        path = object_path(study, file_hash)
        if patient in patients_in(stored_table(verified(place, path, file_hash), path).frame):
            found.add(path)
    return found


def _reports_naming(place: Place, history: History, site: str, patient: str) -> set[str]:
    """Paths of the reports of a site, those of rejected uploads included, that name a patient."""
    named = re.compile(rf"(?<![0-9A-Za-z]){re.escape(patient)}(?![0-9])".encode())
    paths = {report_path(line) for line in history.lines if line.report and line.site_id == site}
    return {path for path in paths & history.live_paths if named.search(place.read(path))}


def _with(place: Place, history: History, act: Act, patient: str) -> str:
    known = read_list(place, act.study, history.withdrawn_list(act.site))
    return write_list(place, act.study, known | {patient})


def _check_approval(approved_by: tuple[str, str]) -> None:
    names = [checked_name(one, "approver").strip().casefold() for one in approved_by]
    if len(set(names)) != 2:
        raise StoreError("a purge cannot be undone", expected="approval by two different people")
