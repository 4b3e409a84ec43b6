"""A store of submissions at an address: every version of every site's data, none ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import closest
from cimara.cohort.store import check as checking
from cimara.cohort.store import diff as differing
from cimara.cohort.store import removing, submitting
from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.lines import Act, checked_study
from cimara.cohort.store.manifest import Held, Line, sealed
from cimara.cohort.store.objects import read_line, verified
from cimara.cohort.store.places import open_place
from cimara.cohort.store.versions import History, HistoryRow, Version, release, report_path
from cimara.cohort.study.keys import PublicKey


class Store:
    """Submissions of all studies below one address.

    Parameters
    ----------
    url
        A folder, or the URL of an object store that fsspec knows (`s3://bucket/folder`).
    options
        For fsspec, as its documentation says for the kind of store.
    signing_key
        Signs every line that is written.
    """

    def __init__(
        self,
        url: str,
        *,
        options: Mapping[str, object] | None = None,
        signing_key: Ed25519PrivateKey | None = None,
    ) -> None:
        self.url = url
        self._place = open_place(url, options)
        self._key = signing_key

    def submit(
        self,
        dataset: Dataset,
        counts: Mapping[str, int],
        report: bytes,
        *,
        study: str,
        site: str,
        author: str,
        now: dt.datetime,
        mapping_hash: str = "",
        study_hash: str = "",
        soft_hit_reason: str = "",
    ) -> submitting.Submission:
        """Store a data set as the site's next version; the current one, where it has this content already.

        `counts` are those of the validation report by severity (`errors` decides), `report` its JSON.

        Raises
        ------
        RejectedError
            The report has errors. The rejection is on record, nothing current changed.
        StoreError
            Rows of another site, columns that are not of the model, or a disk that is full: nothing changed.
        """
        papers = submitting.Papers(
            counts=counts,
            report=report,
            mapping_hash=mapping_hash,
            study_hash=study_hash,
            soft_hit_reason=soft_hit_reason,
        )
        act = Act(study=study, site=site, author=author, now=now)
        with _told():
            return submitting.submit(self._place, self._append, dataset, papers, act)

    def restore(
        self, study: str, site: str, version: int, *, author: str, now: dt.datetime, reason: str
    ) -> submitting.Submission:
        """Make an older version current, as a new version without those who were withdrawn since.

        Raises
        ------
        StoreError
            No such version, or it was purged, or no reason is given.
        """
        act = Act(study=study, site=site, author=author, now=now, reason=reason).with_reason()
        with _told():
            self._history(study)
            return submitting.restore(self._place, self._append, version, act)

    def withdraw(
        self, study: str, site: str, patient: str, *, author: str, now: dt.datetime, reason: str
    ) -> submitting.Submission:
        """Make the next version without a patient, who stays out of all later uploads and restorations.

        Raises
        ------
        StoreError
            The current version has no row of the patient, or no reason is given.
        """
        act = Act(study=study, site=site, author=author, now=now, reason=reason).with_reason()
        with _told():
            self._history(study)
            return removing.withdraw(self._place, self._append, patient, act)

    def readmit(
        self, study: str, site: str, patient: str, *, author: str, now: dt.datetime, reason: str
    ) -> None:
        """Undo a withdrawal: the rows come back with the next submission or restoration.

        Raises
        ------
        StoreError
            The patient is not withdrawn, or no reason is given.
        """
        act = Act(study=study, site=site, author=author, now=now, reason=reason).with_reason()
        with _told():
            self._history(study)
            removing.readmit(self._place, self._append, patient, act)

    def purge(
        self,
        study: str,
        site: str,
        *,
        patient: str = "",
        version: int | None = None,
        approved_by: tuple[str, str],
        author: str,
        now: dt.datetime,
        reason: str,
    ) -> removing.Purge:
        """Replace the files of a version, or all that name a patient, by tombstones. It cannot be undone.

        Raises
        ------
        StoreError
            Not exactly one of `patient` and `version`, one approver twice, nothing to purge, or no reason.
        """
        act = Act(study=study, site=site, author=author, now=now, reason=reason).with_reason()
        if bool(patient) == (version is not None):
            raise StoreError("it is not clear what to purge", expected="either a patient or a version")
        with _told():
            self._history(study)
            if version is not None:
                return removing.purge_version(self._place, self._append, version, act, approved_by)
            return removing.purge_patient(self._place, self._append, patient, act, approved_by)

    def current(self, study: str) -> dict[str, Version]:
        """The current version of each site; none for a study without a submission."""
        with _told():
            return History.of(self._place.manifest(checked_study(study))).current

    def versions(self, study: str) -> tuple[Version, ...]:
        """All versions of all sites, in the order in which they were made."""
        with _told():
            return self._history(study).versions

    def version(self, study: str, site: str, version: int | None = None) -> Version:
        """One version, the current one for None. Raises StoreError where there is none, or it was purged."""
        with _told():
            return self._history(study).version(site, version)

    def released(self, study: str, release_id: str) -> Version:
        """The version that a citation means. Raises StoreError where none has that id."""
        return release(self.versions(study), release_id)

    def read(self, study: str, site: str, version: int | None = None) -> Dataset:
        """The data set of a version, the current one for None; every file is held against its hash.

        Raises
        ------
        StoreError
            There is no such version, or it was purged.
        DamagedStoreError
            A file is gone or is not what was written.
        """
        with _told():
            return read_line(self._place, self._history(study).version(site, version).line)

    def history(self, study: str, site: str | None = None) -> tuple[HistoryRow, ...]:
        """Every line of a study, or of one site, in order."""
        with _told():
            rows = self._history(study).rows
        return tuple(one for one in rows if site is None or one.line.site_id == site)

    def report(self, study: str, seq: int) -> bytes:
        """The validation report that was stored with a line; empty where there is none.

        Raises
        ------
        StoreError
            There is no such line, or the report was purged with its version.
        DamagedStoreError
            The report is gone or is not what was written.
        """
        with _told():
            history = self._history(study)
            if not 1 <= seq <= len(history.lines):
                raise StoreError(f"no line {seq}", where=study, expected=f"1 to {len(history.lines)}")
            line = history.lines[seq - 1]
            if not line.report:
                return b""
            if report_path(line) not in history.live_paths:
                raise StoreError("the report was purged", where=f"{study} line {seq}")
            return verified(self._place, report_path(line), line.report_hash)

    def diff(self, study: str, site: str, before: int, after: int | None = None) -> differing.Diff:
        """What changed from one version to another, by default the current one."""
        return differing.diff(self.read(study, site, before), self.read(study, site, after))

    def check(self, study: str, *, trusted: Iterable[PublicKey] = (), noted_line: str = "") -> checking.Check:
        """Check the chain, every file and every hash of a study; see `Check`."""
        with _told():
            if self._place.manifest(checked_study(study)) == Held():
                self._history(study)
            return checking.check(self._place, study, trusted=trusted, noted_line=noted_line)

    def studies(self) -> tuple[str, ...]:
        """The studies that have a manifest."""
        with _told():
            parts = [path.split("/") for path in self._place.paths("")]
        return tuple(sorted({one[0] for one in parts if len(one) > 1 and one[1].startswith("manifest")}))

    def _history(self, study: str) -> History:
        history = History.of(self._place.manifest(checked_study(study)))
        if not history.lines:
            known = self.studies()
            near = closest(study, known) or ", ".join(known)
            raise StoreError(
                "the store has no such study", where=study, expected=near or "a submission first"
            )
        return history

    def _append(self, study: str, make: Callable[[History], Line | None]) -> None:
        """Add the line that `make` gives; a purge that was interrupted is finished."""

        def extend(held: Held) -> bytes | None:
            history = History.of(held)
            removing.finish_purges(self._place, history)
            line = make(history)
            return None if line is None else sealed(line, self._key)

        self._place.append(study, extend)


@contextmanager
def _told() -> Iterator[None]:
    """Say of a disk or network that failed what it means for the store."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"the store cannot be read or written: {_words(error)}",
            hint="No version is half made; see `cimara cohort history --check`, then try again.",
        ) from error


def _words(error: OSError) -> str:
    """What went wrong, without the path that the system may add."""
    return error.strerror or str(error) or type(error).__name__
