"""Opens the data sets of an SDTM package; makes tidy rows of theirs, and knows where each came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.response.model import Finding
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake, problem_finding
from cimara.response.reading.schema import TIDY
from cimara.response.reading.sdtm_cells import Cells
from cimara.response.reading.sdtm_schema import SUPP
from cimara.response.reading.sdtm_visits import visit_number
from cimara.response.transport.files import is_described, read_dataset
from cimara.terms.tables import Problem, Rejected, Row, Schema, Table, read_records, read_table

Source = Path | Any
"""A file (CSV, CSV.gz, Parquet, XPT, Dataset-JSON) or a frame."""


def open_table(source: Source, schema: Schema) -> Table:
    """Read one data set, whatever its format. Raises TableError or DatasetError."""
    if isinstance(source, Path) and is_described(source):
        return read_table(read_dataset(source).frame, schema, file=source.name)
    return read_table(source, schema, file=schema.name)


@dataclass
class Derived:
    """A tidy row, and the rows of the source that it was made from."""

    cells: Cells
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Origin:
    """The source of tidy rows, and which of its columns stands for each of theirs."""

    table: Table
    columns: Mapping[str, str]


def take_derived(
    intake: Intake,
    name: str,
    derived: Sequence[Derived],
    origin: Origin,
    add: Callable[[Intake, Table], None],
) -> list[Rejected]:
    """Bring in tidy rows made from a source; a refused one refuses all the rows that it was made from."""
    numbers = [item.rows[0].number for item in derived]
    tidy = read_records([item.cells for item in derived], TIDY[name], file=origin.table.file, numbers=numbers)
    before = len(tidy.rejected)
    add(intake, tidy)
    tidy.drop_rejected()
    assert before <= len(tidy.rejected)
    by_number = {item.rows[0].number: item for item in derived}
    for rejected in tidy.rejected:
        problems = tuple(_moved(problem, origin) for problem in rejected.problems)
        origin.table.rejected += [
            Rejected(row.number, row.cells, problems) for row in by_number[rejected.number].rows
        ]
    return tidy.rejected


def _moved(problem: Problem, origin: Origin) -> Problem:
    """The problem as one of the source's own column."""
    column = origin.columns.get(problem.column, problem.column)
    return Problem(
        problem.file, problem.row, column, problem.code, problem.found, problem.expected, problem.hint
    )


def finish(intake: Intake, table: Table, subject: str = "USUBJID") -> None:
    """Account for every row of a source: its rejected rows become findings, each problem once."""
    table.drop_rejected()
    intake.source[table.file] = table.sha256
    told: set[Problem] = set()
    for rejected in sorted(table.rejected, key=lambda item: item.number):
        fits = subject in table.header and len(rejected.cells) == len(table.header)
        patient_id = rejected.cells[table.header.index(subject)].strip() if fits else ""
        for problem in rejected.problems:
            if problem not in told:
                known = patient_id if patient_id in intake.patients else ""
                intake.findings.append(problem_finding(problem, known))
                told.add(problem)


@dataclass
class Qualifiers:
    """Supplementary qualifiers, by subject, identifying variable and its value."""

    values: dict[tuple[str, str, str], dict[str, str]] = field(default_factory=dict)

    def of(self, row: Row, *variables: str) -> dict[str, str]:
        """The qualifiers of a row of the parent, by any of its identifying variables."""
        found: dict[str, str] = {}
        for variable in variables:
            key = (row.text("USUBJID"), variable, visit_number(row.text(variable)))
            found |= self.values.get(key, {})
        return found


def read_qualifiers(intake: Intake, source: Source | None, name: str, known: set[str]) -> Qualifiers:
    """Read a SUPP-- data set; qualifiers that are not `known` are kept aside and listed."""
    if source is None:
        return Qualifiers()
    table = open_table(source, Schema(name, SUPP.columns))
    found, aside = Qualifiers(), set()
    for row in table.rows:
        if row.text("QNAM") not in known:
            aside.add(row.text("QNAM"))
            continue
        key = (row.text("USUBJID"), row.text("IDVAR"), visit_number(row.text("IDVARVAL")))
        found.values.setdefault(key, {})[row.text("QNAM")] = row.text("QVAL")
    if aside:
        text = f"{table.file}: qualifiers that are not read, kept aside: {', '.join(sorted(aside))}"
        intake.findings.append(
            Finding("EXTRA_QUALIFIERS", WARNING, text, file=table.file, hint=hint_for("EXTRA_QUALIFIERS"))
        )
    finish(intake, table)
    return found
