"""Writes ADRS beside the tables of `cimara response derive`."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from cimara.cli.response.inputs import note

if TYPE_CHECKING:
    from cimara.response.model import Study
    from cimara.response.results import ResultTables

FORMS = ("csv", "xpt", "json")


def write_adrs(
    tables: ResultTables, study: Study, folder: Path, form: str, *, adsl: Path | None, study_id: str
) -> Path:
    """Write `adrs.<form>`. Of a subject on whom ADSL says nothing of death, ADRS says nothing either."""
    from cimara.response.adrs import Subjects, to_adrs
    from cimara.response.transport.files import write_dataset

    deaths, alive = ({}, frozenset[str]()) if adsl is None else _deaths(adsl)
    starts = {patient.patient_id: patient.start_date for patient in study.patients}
    untold = sum(subject not in deaths and subject not in alive for subject in starts)
    if untold:
        note(f"{untold:,} subjects without DTHFL or DTHDT in ADSL: ADRS has no DEATH of them")
    dataset = to_adrs(tables, Subjects(starts, deaths, alive), study_id=study_id)
    path = folder / f"adrs.{form}"
    write_dataset(dataset, path, created=dt.datetime.now(dt.UTC))
    return path


def _deaths(path: Path) -> tuple[dict[str, dt.date | None], frozenset[str]]:
    """Who died by ADSL and when (None: not known to the day), and who did not: DTHFL is N, or left empty.

    Without a column DTHFL an empty date of death may be a date that nobody knows.
    """
    from cimara.response.reading.sdtm_tables import open_table
    from cimara.terms.columns import date, identifier, text
    from cimara.terms.partial_dates import PartialDate
    from cimara.terms.tables import Schema

    table = open_table(path, Schema("adsl", (identifier("USUBJID"), date("DTHDT"), text("DTHFL"))))
    died: dict[str, dt.date | None] = {}
    alive = set()
    for row in table.rows:
        given = row.get("DTHDT", PartialDate)
        if given is not None or row.text("DTHFL") == "Y":
            died[row.text("USUBJID")] = given.full if given is not None else None
        elif "DTHFL" in table.header and row.text("DTHFL") in ("", "N"):
            alive.add(row.text("USUBJID"))
    return died, frozenset(alive)
