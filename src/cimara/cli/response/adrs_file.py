"""Writes ADRS beside the tables of `cimara response derive`."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
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
    """Write `adrs.<form>`. Without deaths in ADSL nothing is said of death: the parameter is left out."""
    import polars as pl

    from cimara.response.adrs import Subjects, to_adrs
    from cimara.response.transport.files import write_dataset

    deaths = None if adsl is None else _deaths(adsl)
    starts = {patient.patient_id: patient.start_date for patient in study.patients}
    known = {subject: date for subject, date in (deaths or {}).items() if subject in starts}
    dataset = to_adrs(tables, Subjects(starts, known), study_id=study_id)
    if deaths is None:
        note("no ADSL with DTHFL or DTHDT: ADRS has no parameter DEATH")
        dataset = replace(dataset, frame=dataset.frame.filter(pl.col("PARAMCD") != "DEATH"))
    path = folder / f"adrs.{form}"
    write_dataset(dataset, path, created=dt.datetime.now(dt.UTC))
    return path


def _deaths(path: Path) -> dict[str, dt.date | None] | None:
    """Who died by ADSL, and when (None: not known to the day); None where ADSL does not tell of deaths."""
    from cimara.response.reading.sdtm_tables import open_table
    from cimara.terms.columns import date, identifier, text
    from cimara.terms.partial_dates import PartialDate
    from cimara.terms.tables import Schema

    table = open_table(path, Schema("adsl", (identifier("USUBJID"), date("DTHDT"), text("DTHFL"))))
    if not {"DTHDT", "DTHFL"} & set(table.header):
        return None
    found: dict[str, dt.date | None] = {}
    for row in table.rows:
        given = row.get("DTHDT", PartialDate)
        if given is not None or row.text("DTHFL") == "Y":
            found[row.text("USUBJID")] = given.full if given is not None else None
    return found
