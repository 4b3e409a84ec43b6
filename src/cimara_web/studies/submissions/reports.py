"""The validation report of a submission as one kept archive: for people, for machines, as a table."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cimara.cohort.report.html import page, rule_words
from cimara.cohort.report.json import report_json
from cimara.cohort.report.travelling import without_formulas
from cimara.cohort.report.value_free import with_rules
from cimara_web.logs import event
from cimara_web.studies.kept_bytes import keep, opened
from cimara_web.studies.submissions.checking import Checked, UnreadableError

log = logging.getLogger(__name__)
MOST = 1 << 30
TELL = "Tell whoever runs the portal; the state and the counts of this submission are as they were."
SAME_DAY = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the archive, so that equal reports are one kept file."""


class Form(StrEnum):
    """A file of the archive, by its name."""

    HTML = "report.html"
    JSON = "report.json"
    CSV = "findings.csv"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """Where a finding stands, and what would be right there."""

    place: str
    row: int | None
    kind: str
    hint: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """Findings of one rule at one field."""

    severity: str
    rule: str
    table: str
    field: str
    count: int
    patients: int
    says: str
    hint: str
    rows: tuple[ShownRow, ...]


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A column in which the scan found what may identify a person."""

    is_hard: bool
    table: str
    column: str
    count: int
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class ShownReport:
    """A report as its page tells it. `problem` and `expected` are of a file that can't be read."""

    groups: tuple[ShownGroup, ...] = ()
    hits: tuple[ShownHit, ...] = ()
    unused: tuple[str, ...] = ()
    changes: tuple[dict[str, Any], ...] = ()
    problem: str = ""
    expected: str = ""

    def of(self, severity: str) -> list[ShownGroup]:
        """Groups of one severity."""
        return [one for one in self.groups if one.severity == severity]


def keep_report(checked: Checked) -> str:
    """Keep the three files of a report; the SHA-256 of their archive."""
    report = checked.report
    return _kept(
        {
            Form.HTML: page(report).encode(),
            Form.JSON: report_json(report),
            Form.CSV: without_formulas(with_rules(report.findings)).write_csv().encode("utf-8-sig"),
        }
    )


def keep_unreadable(error: UnreadableError) -> str:
    """Keep what is wrong with a file that can't be read, and what was expected."""
    told = {"unreadable": {"problem": error.problem, "expected": error.expected}}
    return _kept({Form.JSON: (json.dumps(told, indent=1, ensure_ascii=False) + "\n").encode()})


def report_file(sha256: str, form: Form) -> bytes | None:
    """One file of a report; None where it has no such file, or the store lost it."""
    try:
        with opened(sha256) as file, zipfile.ZipFile(file) as packed:
            return packed.read(form.value) if form.value in packed.namelist() else None
    except (OSError, zipfile.BadZipFile) as error:
        event(log, "store.damaged", level=logging.ERROR, sha256=sha256, error=type(error).__name__)
        return None


def shown_report(sha256: str) -> ShownReport:
    """The report of an archive, as its page tells it."""
    content = report_file(sha256, Form.JSON)
    if content is None:
        return ShownReport(problem="The report can't be read from the study store.", expected=TELL)
    told = json.loads(content)
    if unreadable := told.get("unreadable"):
        return ShownReport(problem=unreadable["problem"], expected=unreadable["expected"])
    words = rule_words()
    return ShownReport(
        groups=tuple(_group(one, words) for one in told["groups"]),
        hits=tuple(_hits(told["identifiers"])),
        unused=tuple(told["unused"]),
        changes=tuple(told["changes"] or ()),
    )


def _group(one: dict[str, Any], words: dict[str, str]) -> ShownGroup:
    return ShownGroup(
        severity=one["severity"],
        rule=one["rule"],
        table=one["table"],
        field=one["field"],
        count=one["count"],
        patients=one["patients"],
        says=words.get(one["rule"], ""),
        hint=one["hint"],
        rows=tuple(_row(row) for row in one["first"]),
    )


def _row(row: dict[str, Any]) -> ShownRow:
    sheet = f" sheet {row['sheet']}" if row["sheet"] else ""
    instance = f" instance {row['instance']}" if row["instance"] is not None else ""
    return ShownRow(f"{row['file']}{sheet}{instance}", row["row"], row["value_kind"], row["hint"])


def _hits(identifiers: dict[str, Any] | None) -> Iterator[ShownHit]:
    for hit in identifiers["hits"] if identifiers else ():
        shown = {name: hit[name] for name in ("table", "column", "count", "message", "hint")}
        yield ShownHit(is_hard=hit["kind"] == "hard", **shown)


def _kept(files: dict[Form, bytes]) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for form, content in files.items():
            archive.writestr(zipfile.ZipInfo(form.value, SAME_DAY), content, zipfile.ZIP_DEFLATED)
    return keep([packed.getvalue()], most=MOST).sha256
