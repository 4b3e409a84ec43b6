"""Takes in a submission, or makes an older version current again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.errors import RejectedError
from cimara.cohort.store.lines import Act
from cimara.cohort.store.manifest import Kind, Line
from cimara.cohort.store.objects import (
    Prepared,
    prepared,
    refuse_other_sites,
    trimmed,
    write_files,
    write_missing,
)
from cimara.cohort.store.parquet import sha256
from cimara.cohort.store.places import Place
from cimara.cohort.store.versions import History, Version
from cimara.cohort.store.withdrawn import patients_of, read_list, without

Append = Callable[[str, Callable[[History], Line | None]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What became of a submission.

    `existing` says that the current version has this very content already, and none was made. `left_out` are
    withdrawn patients whose rows were left out. `cut_off` are bytes of an unfinished line that were removed.
    """

    version: int
    content_hash: str
    release_id: str
    existing: bool
    left_out: tuple[str, ...] = ()
    cut_off: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What comes with a submission: the validation report and what the data were made with."""

    counts: Mapping[str, int]
    report: bytes
    mapping_hash: str = ""
    study_hash: str = ""
    soft_hit_reason: str = ""


def submit(place: Place, append: Append, dataset: Dataset, papers: Papers, act: Act) -> Submission:
    """Store a data set as the next version of its site.

    Raises
    ------
    RejectedError
        The report counts errors.
    StoreError
        Rows are of another site, or a table is not of the model's shape.
    """
    if papers.counts.get("errors", 0):
        raise _rejected(place, append, papers, act)
    refuse_other_sites(dataset, act.site)
    upload = _Upload(place, act, dataset)
    done: list[Submission] = []

    def make(now: History) -> Line | None:
        upload.prepare(now.withdrawn_list(act.site))
        same = same_as_current(now, act.site, upload.made)
        if same is not None:
            done.append(answer(same.line, upload.left_out, existing=True))
            return None
        write_missing(place, act.study, upload.made.files)
        version = now.next_version(act.site)
        line = act.line(
            now,
            Kind.ACCEPTED,
            version=version,
            schema_version=dataset.model.version,
            content_hash=upload.made.content_hash,
            tables=dict(upload.made.entries),
            left_out=len(upload.left_out),
            **_filed(place, act, papers, str(version)),
        )
        done.append(answer(line, upload.left_out))
        return line

    before = History.of(place.manifest(act.study))
    upload.prepare(before.withdrawn_list(act.site))
    if same_as_current(before, act.site, upload.made) is None:
        write_files(place, act.study, upload.made.files)  # the long part, before the lock is taken
    append(act.study, make)
    if not (place.locks or done[-1].existing):
        write_missing(place, act.study, upload.made.files)
    return done[-1]


class _Upload:
    """The files of an upload, made before the lock is taken; again if somebody was withdrawn since."""

    def __init__(self, place: Place, act: Act, dataset: Dataset) -> None:
        self._place, self._act, self._dataset = place, act, dataset
        self._withdrawn_list: str | None = None
        self.made = Prepared({})
        self.left_out: frozenset[str] = frozenset()

    def prepare(self, withdrawn_list: str) -> None:
        """Make the files without the patients of this list."""
        if withdrawn_list == self._withdrawn_list:
            return
        withdrawn = read_list(self._place, self._act.study, withdrawn_list)
        self.left_out = withdrawn & patients_of(self._dataset)
        self.made = prepared(without(self._dataset, self.left_out))
        self._withdrawn_list = withdrawn_list


def restore(place: Place, append: Append, number: int, act: Act) -> Submission:
    """Make an older version current again, as a new version; who was withdrawn since stays withdrawn.

    Raises
    ------
    StoreError
        There is no such version, or it was purged.
    """
    done: list[Submission] = []

    def make(now: History) -> Line | None:
        old = now.version(act.site, number).line
        made, left_out = trimmed(place, old, read_list(place, act.study, now.withdrawn_list(act.site)))
        same = same_as_current(now, act.site, made)
        if same is not None:
            done.append(answer(same.line, left_out, existing=True))
            return None
        write_files(place, act.study, made.files)
        line = act.line(
            now,
            Kind.ACCEPTED,
            version=now.next_version(act.site),
            restored_from=number,
            left_out=len(left_out),
            report_counts=old.report_counts,
            **carried_on(old, made),
        )
        done.append(answer(line, left_out))
        return line

    append(act.study, make)
    return done[-1]


def carried_on(old: Line, made: Prepared) -> dict[str, object]:
    """What a version made from an older one says of its tables and of how they came about."""
    return {
        "schema_version": old.schema_version,
        "mapping_hash": old.mapping_hash,
        "study_hash": old.study_hash,
        "content_hash": made.content_hash,
        "tables": dict(made.entries),
    }


def answer(line: Line, left_out: frozenset[str], *, existing: bool = False) -> Submission:
    """What is told of the version that a line makes, or that was there already."""
    version = Version(line, line.version or 0)
    return Submission(
        version=version.number,
        content_hash=version.content_hash,
        release_id=version.release_id,
        existing=existing,
        left_out=tuple(sorted(left_out)),
        cut_off=0 if existing else line.cut_off,
    )


def same_as_current(history: History, site: str, made: Prepared) -> Version | None:
    """The current version, if it has this very content."""
    current = history.current.get(site)
    return current if current is not None and current.content_hash == made.content_hash else None


def _rejected(place: Place, append: Append, papers: Papers, act: Act) -> RejectedError:
    """Put a rejection on record."""

    def make(now: History) -> Line:
        return act.line(
            now, Kind.REJECTED, **_filed(place, act, papers, f"rejected-{len(now.lines) + 1:06d}")
        )

    append(act.study, make)
    return RejectedError(
        f"the report has {papers.counts['errors']} errors; the upload is on record as rejected",
        where=f"site {act.site}",
        expected="a report without errors",
        hint="The current version is as it was. Mend what the report lists and submit again.",
    )


def _filed(place: Place, act: Act, papers: Papers, name: str) -> dict[str, object]:
    """Write the report, and say of it what its line holds. Without a lock the name needs a hash."""
    told: dict[str, object] = {
        "report_counts": dict(papers.counts),
        "mapping_hash": papers.mapping_hash,
        "study_hash": papers.study_hash,
        "soft_hit_reason": papers.soft_hit_reason,
    }
    if not papers.report:
        return told
    digest = sha256(papers.report)
    path = (
        f"reports/{act.site}/{name}.json" if place.locks else f"reports/{act.site}/{name}-{digest[:10]}.json"
    )
    place.put(f"{act.study}/{path}", papers.report)
    return {**told, "report": path, "report_hash": digest}
