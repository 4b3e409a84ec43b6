"""Asks the library what a kept file holds: readable or not, what is wrong, how complete. Writes nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.folder import scan_path
from cimara.cohort.deid.hits import Hit, HitKind, IdentifierReport
from cimara.cohort.deid.scan import scan
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.opening import read_any
from cimara.cohort.model import MissingReason
from cimara.cohort.report.build import Report, validate
from cimara.cohort.report.value_free import without_values
from cimara_web.studies.kept_bytes import path_of
from cimara_web.studies.submissions.limits import FileRefusedError
from cimara_web.studies.submissions.unpacking import emptied, laid_out

IDENTIFIER = "identifier"
TO_JUDGE = "to judge"
"""Severities of hits of the identifier scan, beside those of findings."""
DATES = "C"
"""HIPAA's letter for dates. A mapping turns them into days, so a file that comes with one may hold them."""
MAPPING_NAME = "mapping.csv"


class UnreadableError(ValueError):
    """A file can't be read at all; `problem` and `expected` are sentences without a value."""

    def __init__(self, problem: str, expected: str) -> None:
        self.problem, self.expected = problem, expected
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Filed:
    """What is kept, and how it is to be read."""

    sha256: str
    name: str
    mapping: str
    site: str
    study: str
    needed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """How full one variable is, in rows."""

    variable: str
    applicable: int
    present: int
    unknown: int
    not_done: int
    missing: int


@dataclass(frozen=True, eq=False)
class Checked:
    """What the library says of a file that it could read; `report` shows no value."""

    report: Report
    counts: Mapping[str, Mapping[str, int]]
    completeness: tuple[Filled, ...] = field(default=())

    @property
    def errors(self) -> int:
        """What stops a submission: errors of the data, and identifiers."""
        hits = self.report.identifiers.hard if self.report.identifiers else ()
        return self.report.errors + len(hits)

    @property
    def is_valid(self) -> bool:
        """Whether nothing has to be mended, and no person has to judge a hit of the scan."""
        return self.errors == 0 and not (self.report.identifiers and self.report.identifiers.soft)


def check(filed: Filed, *, before: Dataset | None = None) -> Checked:
    """Read, scan and check a kept file.

    Parameters
    ----------
    before
        The accepted data of the site, for what changed since.

    Raises
    ------
    UnreadableError
        When it can't be read; it says what was expected.
    """
    with _laid_out(filed) as (path, mapping):
        dataset = _read(path, mapping)
        identifiers = _identifiers(path, dataset, filed)
    report = validate(
        dataset,
        study=filed.study,
        site=filed.site,
        needed=filed.needed,
        against=before,
        identifiers=identifiers,
    )
    return Checked(without_values(report), _counts(report), tuple(_completeness(report)))


def read(filed: Filed) -> Dataset:
    """The data set of a kept file, to be stored. Raises UnreadableError."""
    with _laid_out(filed) as (path, mapping):
        return _read(path, mapping)


@contextmanager
def _laid_out(filed: Filed) -> Iterator[tuple[Path, Path | None]]:
    kept = path_of(filed.sha256)
    if not kept.is_file():
        raise UnreadableError("The file is no longer in the study store.", "Send a mended file.")
    folder = Path(tempfile.mkdtemp(prefix="cimara-submission-"))
    try:
        (folder / "data").mkdir()
        mapping = folder / MAPPING_NAME if filed.mapping else None
        if mapping:
            mapping.symlink_to(path_of(filed.mapping))
        yield laid_out(kept, filed.name, folder / "data"), mapping
    except FileRefusedError as error:
        raise UnreadableError(str(error), "A file within the limits that the upload page names.") from error
    finally:
        emptied(folder)


def _read(path: Path, mapping: Path | None) -> Dataset:
    try:
        return read_any(path, mapping)
    except CohortError as error:
        told = " ".join(
            part for part in (error.expected and f"Expected: {error.expected}.", error.hint) if part
        )
        raise UnreadableError(f"{error.problem[:1].upper()}{error.problem[1:]}.", told) from error


def _identifiers(path: Path, dataset: Dataset, filed: Filed) -> IdentifierReport:
    """Hits in what would be stored, and in the file as it came: an unused column can name people, too."""
    stored, came = scan(dataset, site=filed.site), scan_path(path)
    dates = {rule.id for rule in came.looked_for if rule.hipaa == DATES} if filed.mapping else set()
    known = {(one.rule, one.column) for one in stored.hits}
    more = [
        one
        for one in came.hits
        if one.kind is HitKind.HARD and one.rule not in dates and (one.rule, one.column) not in known
    ]
    return replace(stored, hits=tuple(_hard_first((*stored.hits, *more))))


def _hard_first(hits: Collection[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda one: one.kind is HitKind.SOFT)


def _counts(report: Report) -> dict[str, dict[str, int]]:
    """Counts by rule id and severity."""
    counts: dict[str, dict[str, int]] = {}
    for rule, severity, n in (
        report.findings.group_by("rule", "severity").len().sort("rule", "severity").rows()
    ):
        counts.setdefault(rule, {})[severity] = n
    for hit in report.identifiers.hits if report.identifiers else ():
        severity = IDENTIFIER if hit.kind is HitKind.HARD else TO_JUDGE
        of_rule = counts.setdefault(hit.rule, {})
        of_rule[severity] = of_rule.get(severity, 0) + 1
    return counts


def _completeness(report: Report) -> Iterator[Filled]:
    """The library's counts in the portal's words: not asked and no longer available count as missing."""
    never = (str(MissingReason.NOT_APPLICABLE), str(MissingReason.IMPOSSIBLE))
    gone = (str(MissingReason.NOT_ASKED), str(MissingReason.NO_LONGER_AVAILABLE))
    for row in report.completeness.iter_rows(named=True):
        yield Filled(
            variable=f"{row['table']}.{row['field']}",
            applicable=row["rows"] - sum(row[one] for one in never),
            present=row["filled"],
            unknown=row["said_unknown"] + row[str(MissingReason.UNKNOWN)],
            not_done=row[str(MissingReason.NOT_DONE)],
            missing=row["blank"] + sum(row[one] for one in gone),
        )
