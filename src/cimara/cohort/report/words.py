"""Words of the report: severities, counts, and where a finding stands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cimara.cohort.findings import Severity

SEVERITY_WORDS = {Severity.ERROR: "Error", Severity.WARNING: "Warning", Severity.INFO: "Note"}
PLURALS = {
    "errors": ("error", "errors"),
    "warnings": ("warning", "warnings"),
    "information": ("note", "notes"),
}
_PLACE = re.compile(r"^\w+(?: row \d+)?(?: \(record [^)]*\))?: ")


def counted(count: int, word: str, several: str = "") -> str:
    """`1 error`, `12 errors`."""
    return f"{count:,} {word if count == 1 else several or word + 's'}"


def short_message(message: str) -> str:
    """A message without the table, row and record that stand beside it."""
    return _PLACE.sub("", message)


def row_place(finding: Mapping[str, str | int | None]) -> str:
    """File, sheet, row, record and instance of a finding, as far as known."""
    parts = [str(finding["file"] or "")]
    if finding["sheet"]:
        parts.append(f"sheet {finding['sheet']}")
    if finding["row"] is not None:
        parts.append(f"row {finding['row']:,}")
    if finding["record"] and finding["record"] != finding["patient_id"]:
        parts.append(f"record {finding['record']}")
    if finding["instance"] is not None:
        parts.append(f"instance {finding['instance']}")
    return " ".join(part for part in parts if part) or "whole table"
