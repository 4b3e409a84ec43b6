"""The sponsor-defined domains XV, XC, XL and XA: tidy tables that SDTM has no domain for, as they stand."""

from __future__ import annotations

from dataclasses import dataclass, field

from cimara.response.model import Visit
from cimara.response.reading.intake import Intake
from cimara.response.reading.schema import TIDY
from cimara.response.reading.sdtm_cells import Cells
from cimara.response.reading.sdtm_schema import OWN_DOMAINS
from cimara.response.reading.sdtm_tables import Derived, Origin, Source, finish, open_table, take_derived
from cimara.response.reading.sdtm_visits import visit_number
from cimara.response.reading.tidy import ADD
from cimara.terms.columns import identifier, text
from cimara.terms.tables import Row, Schema, Table


@dataclass
class OwnVisits:
    """Visits of XV, by subject and VISITNUM, which is unique there."""

    by_number: dict[tuple[str, str], Visit] = field(default_factory=dict)


def own_schema(name: str) -> Schema:
    """The columns of the domain that holds a tidy table."""
    domain, columns = OWN_DOMAINS[name]
    held = [text(column) for column in columns.values()]
    return Schema(domain.lower(), (identifier("USUBJID"), text("VISITNUM"), *held))


def add_own_table(intake: Intake, name: str, source: Source) -> Table:
    """Read one such domain into the intake through the tidy table that it holds."""
    table = open_table(source, own_schema(name))
    columns = {"patient_id": "USUBJID", **OWN_DOMAINS[name][1]}
    derived = [Derived(_cells(row, name, columns), [row]) for row in table.rows]
    take_derived(intake, name, derived, Origin(table, columns), ADD[name])
    finish(intake, table)
    return table


def _cells(row: Row, name: str, columns: dict[str, str]) -> Cells:
    tidy = {column.name for column in TIDY[name].columns}
    return {column: row.text(held) for column, held in columns.items() if column in tidy}


def own_visits(intake: Intake, source: Source) -> OwnVisits:
    """Read XV, and index its visits by VISITNUM."""
    table, found = add_own_table(intake, "visits", source), OwnVisits()
    for row in table.rows:
        for visit in intake.visits_of(row.text("USUBJID"), row.text("XVVISID")):
            if visit.date.isoformat() == row.text("XVDTC"):
                key = (row.text("USUBJID"), visit_number(row.text("VISITNUM")))
                found.by_number[key] = visit
    return found
