"""The tidy tables of a folder as a Study (response.md §11)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.response.model import INVESTIGATOR, Finding, Measurement, Study, Visit
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake, problem_finding
from cimara.response.reading.lm_rows import add_lm_forms
from cimara.response.reading.rows import (
    add_adjudications,
    add_clinical,
    add_lesions,
    add_measurements,
    add_new_lesions,
    add_patients,
    add_visits,
)
from cimara.response.reading.schema import NEEDED, TIDY
from cimara.terms.partial_dates import DateFormError, PartialDate
from cimara.terms.response import LesionRole, LesionState, SizeStatus
from cimara.terms.table_files import TableError
from cimara.terms.tables import Problem, Rejected, Table, read_table, rejected_lines

ENDINGS = (".csv", ".csv.gz", ".parquet")
ADD: dict[str, Callable[[Intake, Table], None]] = {
    "patients": add_patients,
    "visits": add_visits,
    "lesions": add_lesions,
    "new_lesions": add_new_lesions,
    "measurements": add_measurements,
    "clinical": add_clinical,
    "lm_forms": add_lm_forms,
    "adjudications": add_adjudications,
}
"""How each table comes in, in the order in which they must: patients, visits and lesions before the rest."""


@dataclass(frozen=True)
class Reading:
    """A study, and the tables that it was read from with their rejected rows."""

    study: Study
    tables: tuple[Table, ...]

    @property
    def n_rejected(self) -> int:
        """How many rows could not be used."""
        return sum(len(table.rejected) for table in self.tables)

    def write_rejected(self, path: Path) -> None:
        """Write every rejected row as it stood, with its problems, to `rejected.csv`."""
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rejected_lines(self.tables))


def read_tidy(source: Path | Mapping[str, Any]) -> Study:
    """A folder of tables (CSV, CSV.gz, Parquet), or frames by table name, as a Study.

    Rows that can't be used are findings of severity "error". Raises TableError, with the problems of all
    files, when a table as a whole can't be read or `patients` or `visits` is missing.
    """
    return load_tidy(source).study


def load_tidy(source: Path | Mapping[str, Any]) -> Reading:
    """`read_tidy` that gives the tables, too."""
    tables = _read_all(_files(source) if isinstance(source, Path) else dict(source))
    intake = Intake()
    for name in ("measurements", "new_lesions"):
        for row in tables[name].rows if name in tables else ():
            given = row.get("date", PartialDate)
            if given is not None and given.full is not None:
                intake.stated_dates[row.text("patient_id"), row.text("visit_id")].add(given.full)
    for name, add in ADD.items():
        if name in tables:
            take_in(intake, tables[name], add)
    return Reading(intake.study(), tuple(tables.values()))


def take_in(intake: Intake, table: Table, add: Callable[[Intake, Table], None]) -> None:
    """Bring one table in; its rejected rows become findings, and no row is lost."""
    add(intake, table)
    table.drop_rejected()
    intake.source[table.file] = table.sha256
    for rejected in sorted(table.rejected, key=lambda item: item.number):
        cells = _cells(table, rejected)
        known = cells.get("patient_id", "") if cells.get("patient_id") in intake.patients else ""
        intake.findings += [problem_finding(problem, known) for problem in rejected.problems]
        if table.name == "measurements":
            leave_not_assessed(intake, cells, rejected.problems[0])
    if table.extra_columns:
        _note_extra_columns(intake, table)


def _note_extra_columns(intake: Intake, table: Table) -> None:
    listed = ", ".join(table.extra_columns)
    text = f"{table.file}: columns that are not read, kept aside: {listed}"
    intake.findings.append(
        Finding("EXTRA_COLUMNS", WARNING, text, file=table.file, hint=hint_for("EXTRA_COLUMNS"))
    )


def leave_not_assessed(intake: Intake, cells: Mapping[str, str], problem: Problem) -> None:
    """The lesion of a refused measurement counts as not assessed at that visit, with the reason.

    `cells` are the tidy cells of the refused row; where they don't tell patient, lesion and visit, nothing
    is done.
    """
    patient_id, lesion_id = cells.get("patient_id", ""), cells.get("lesion_id", "")
    visit = _visit(intake, cells)
    if visit is None or not intake.knows_lesion(patient_id, lesion_id):
        return
    evaluator = cells.get("evaluator") or INVESTIGATOR
    of_lesion = [lesion for lesion in intake.lesions[patient_id] if lesion.lesion_id == lesion_id]
    roles = {lesion.role for lesion in of_lesion if lesion.evaluator == evaluator} or {
        lesion.role for lesion in of_lesion
    }
    intake.measurements[patient_id].append(
        Measurement(
            patient_id,
            lesion_id,
            visit.visit_id,
            visit.date,
            status=SizeStatus.NOT_EVALUABLE,
            evaluator=evaluator,
            state=None if roles == {LesionRole.TARGET} else LesionState.NE,
            reason=f"row rejected: {problem.file} row {problem.row}, {problem.code}",
        )
    )


def _visit(intake: Intake, cells: Mapping[str, str]) -> Visit | None:
    """The visit of a refused row, where it can be told."""
    visits = intake.visits_of(cells.get("patient_id", ""), cells.get("visit_id", ""))
    if len(visits) == 1:
        return visits[0]
    try:
        given = PartialDate.parse(cells.get("date", ""))
    except DateFormError:
        return None
    agreeing = [visit for visit in visits if given.agrees(visit.date)]
    return agreeing[0] if len(agreeing) == 1 else None


def _cells(table: Table, rejected: Rejected) -> dict[str, str]:
    """The cells of a refused row by column; empty where their number is not that of the header."""
    if len(rejected.cells) != len(table.header):
        return {}
    return {name: cell.strip() for name, cell in zip(table.header, rejected.cells, strict=True)}


def _files(folder: Path) -> dict[str, Any]:
    """The file of each table in the folder."""
    if not folder.is_dir():
        raise TableError("no such folder", where=folder.name)
    found: dict[str, Any] = {}
    for name in TIDY:
        files = [path for ending in ENDINGS if (path := folder / f"{name}{ending}").is_file()]
        if len(files) > 1:
            raise TableError(f"two files of one table: {name}", where=folder.name, expected="one of them")
        if files:
            found[name] = files[0]
    return found


def _read_all(sources: dict[str, Any]) -> dict[str, Table]:
    """Every table; the problems of all files in one error."""
    problems = [f"table {name} is missing" for name in NEEDED if name not in sources]
    problems += [f"no table is called {name}" for name in sources if name not in TIDY]
    tables: dict[str, Table] = {}
    for name in TIDY:
        if name in sources:
            try:
                tables[name] = read_table(sources[name], TIDY[name], file=name)
            except TableError as error:
                problems.append(str(error))
    if problems:
        raise TableError("; ".join(problems), expected=f"tables of {', '.join(TIDY)}")
    return tables
