"""The one-table CSV: a row for each lesion and visit, from which the tidy tables are made.

It is the template for a person with a spreadsheet; the tidy tables hold more. What is said of a patient, a
visit or a lesion may stand in each of its rows, and must be the same wherever it stands.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cimara.response.model import Finding, Patient, Study
from cimara.response.reading.intake import ERROR, Intake
from cimara.response.reading.schema import TIDY
from cimara.response.reading.tidy import ADD, take_in
from cimara.response.reading.write_tidy import tidy_frames
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.reading import read_sheet
from cimara.terms.table_files import TableError, byte_lines
from cimara.terms.tables import read_records

FILE = "lesions-by-visit.csv"
COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "patients": (
        ("patient_id", "patient_id"),
        ("start_date", "start_date"),
        ("immunotherapy", "immunotherapy"),
        ("immunotherapy_start", "immunotherapy_start"),
    ),
    "visits": (("patient_id", "patient_id"), ("visit_id", "visit_id"), ("visit_date", "date")),
    "clinical": (
        ("patient_id", "patient_id"),
        ("visit_id", "visit_id"),
        ("clinical_status", "status"),
        ("clinical_cause", "attributable"),
        ("steroid_trend", "steroid_trend"),
    ),
    "lesions": (
        ("patient_id", "patient_id"),
        ("lesion_id", "lesion_id"),
        ("compartment", "compartment"),
        ("organ", "organ"),
        ("is_node", "is_node"),
        ("role", "role"),
    ),
    "measurements": (
        ("patient_id", "patient_id"),
        ("lesion_id", "lesion_id"),
        ("visit_id", "visit_id"),
        ("status", "status"),
        ("ld_mm", "ld_mm"),
        ("perp_mm", "perp_mm"),
        ("short_axis_mm", "short_axis_mm"),
        ("state", "state"),
    ),
    "new_lesions": (
        ("patient_id", "patient_id"),
        ("lesion_id", "lesion_id"),
        ("visit_id", "visit_id"),
        ("certainty", "certainty"),
        ("compartment", "compartment"),
    ),
}
"""For each tidy table the columns that are read, and what they are called in it."""
HEADER = tuple(dict.fromkeys(column for pairs in COLUMNS.values() for column, _ in pairs))
NEEDED = ("patient_id", "start_date", "visit_id", "visit_date", "lesion_id", "compartment", "status")
_KEYS = {
    "patients": ("patient_id",),
    "visits": ("patient_id", "visit_id"),
    "clinical": ("patient_id", "visit_id"),
    "lesions": ("patient_id", "lesion_id"),
}
_FILLED_BY = {"measurements": ("status", "state"), "new_lesions": ("certainty",)}
"""A row of these tables is made where one of the columns is filled in."""


def template_csv(rows: Sequence[Mapping[str, str]] = ()) -> str:
    """The header, and `rows` below it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADER, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read_one_table(raw: bytes) -> Study:
    """The table as a Study; what can't be used is told with its row. Raises TableError."""
    lines = byte_lines(raw, FILE)
    header = [name.strip() for name in next(lines.records, [])]
    missing = [name for name in NEEDED if name not in header]
    if missing:
        raise TableError(
            f"required columns are missing: {', '.join(missing)}",
            where=FILE,
            expected=f"a zip of tidy tables, or a CSV with {', '.join(HEADER)}",
            hint="Start from the template.",
        )
    parts = _Parts()
    for number, cells in enumerate(lines.records, start=1):
        if len(cells) != len(header):
            parts.refuse(number, "", f"found {len(cells)} cells, expected {len(header)}", "ROW_LENGTH")
        else:
            parts.add(number, {name: cell.strip() for name, cell in zip(header, cells, strict=True)})
    return parts.study()


@dataclass
class _Parts:
    """The rows of each tidy table, with the numbers of the rows that they came from."""

    rows: dict[str, list[dict[str, str]]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    numbers: dict[str, list[int]] = field(default_factory=lambda: {name: [] for name in COLUMNS})
    known: dict[tuple[str, ...], dict[str, str]] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def refuse(self, number: int, column: str, text: str, code: str) -> None:
        place = f"{FILE} row {number}" + (f" column {column}" if column else "")
        self.findings.append(Finding(code, ERROR, f"{place}: {text}", file=FILE, row=number, column=column))

    def add(self, number: int, cells: Mapping[str, str]) -> None:
        made = {
            table: {name: cells.get(column, "") for column, name in pairs} for table, pairs in COLUMNS.items()
        }
        if cells.get("certainty") or cells.get("role") == "NEW":
            del made["lesions"]
        if not cells["lesion_id"]:
            made = {table: row for table, row in made.items() if "lesion_id" not in row}
        conflict = next(filter(None, (self._conflict(table, row) for table, row in made.items())), None)
        if conflict is not None:
            self.refuse(number, conflict, "found another value than in an earlier row", "ROW_CONFLICT")
            return
        for table, row in made.items():
            if table in _KEYS:
                self._once(table, row, number)
            elif any(row[name] for name in _FILLED_BY[table]):
                self.rows[table].append(row)
                self.numbers[table].append(number)

    def _conflict(self, table: str, row: Mapping[str, str]) -> str | None:
        """The column that says something else than an earlier row of the same patient, visit or lesion."""
        if table not in _KEYS:
            return None
        before = self.known.get((table, *(row[name] for name in _KEYS[table])), {})
        return next(
            (
                column
                for column, name in COLUMNS[table]
                if row[name] and before.get(name) and row[name] != before[name]
            ),
            None,
        )

    def _once(self, table: str, row: dict[str, str], number: int) -> None:
        key = (table, *(row[name] for name in _KEYS[table]))
        before = self.known.get(key)
        if before is not None:
            before.update({name: value for name, value in row.items() if value})
            return
        self.known[key] = row
        self.rows[table].append(row)
        self.numbers[table].append(number)

    def study(self) -> Study:
        """The tables through the same reader as the tidy ones; a table's errors name the rows given here."""
        intake = Intake()
        intake.findings += self.findings
        for name, add in ADD.items():
            if name in COLUMNS:
                table = read_records(self.rows[name], TIDY[name], file=FILE, numbers=self.numbers[name])
                take_in(intake, table, add)
        return intake.study()


def demo_csv() -> str:
    """The invented patient as the one-table CSV: a template with an example."""
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    return template_csv(list(rows_of(patient)))


def rows_of(patient: Patient) -> Iterator[dict[str, str]]:
    """A row for each lesion and visit of one patient."""
    frames = tidy_frames(Study.from_objects([patient]))
    about: dict[str, dict[tuple[str, ...], dict[str, str]]] = {name: {} for name in _KEYS}
    for name, keys in _KEYS.items():
        for row in frames[name].iter_rows(named=True):
            about[name][tuple(row[key] for key in keys)] = _renamed(name, row)
    for name in _FILLED_BY:
        for row in frames[name].iter_rows(named=True):
            of_patient, visit = (row["patient_id"],), (row["patient_id"], row["visit_id"])
            lesion = about["lesions"].get((row["patient_id"], row["lesion_id"]), {"role": "NEW"})
            yield {
                **about["patients"][of_patient],
                **about["visits"][visit],
                **about["clinical"].get(visit, {}),
                **lesion,
                **_renamed(name, row),
            }


def _renamed(table: str, row: Mapping[str, str]) -> dict[str, str]:
    """A row of a tidy table in the columns of the one table."""
    return {column: row[name] or "" for column, name in COLUMNS[table]}
