"""Derived responses as the RS data set that reports them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from cimara.response.accepted import ACCEPTED
from cimara.response.model import Patient, Study
from cimara.response.reading.sdtm_cells import evaluator_cells
from cimara.response.records import ordered_visits
from cimara.response.rows import TimepointRow

TESTS = {
    "TRGRESP": ("Target Response", "target"),
    "NTRGRESP": ("Non-target Response", "nontarget"),
    "NEWLPROG": ("New Lesion Progression", "new_lesion"),
    "OVRLRESP": ("Overall Response", "response"),
}
"""RSTESTCD: RSTEST, and the field of a row that it reports."""
_COLUMNS: dict[str, pl.DataType] = {
    "STUDYID": pl.String(),
    "DOMAIN": pl.String(),
    "USUBJID": pl.String(),
    "RSSEQ": pl.Int64(),
    "RSTESTCD": pl.String(),
    "RSTEST": pl.String(),
    "RSCAT": pl.String(),
    "RSORRES": pl.String(),
    "RSSTRESC": pl.String(),
    "RSEVAL": pl.String(),
    "RSEVALID": pl.String(),
    "VISITNUM": pl.Float64(),
    "RSDTC": pl.String(),
}


def rs_frame(study: Study, rows: Iterable[TimepointRow], *, study_id: str, category: str) -> pl.DataFrame:
    """RS of derived time points: a row a component. The accepted series is no evaluator's and left out.

    `category` is RSCAT. A visit without a number gets its place among the patient's visits.
    """
    numbers = {patient.patient_id: _numbers(patient) for patient in study.patients}
    sequence: dict[str, int] = {}
    found: list[Mapping[str, object]] = []
    for row in rows:
        for test, (label, field) in TESTS.items() if row.evaluator != ACCEPTED else ():
            word = getattr(row, field)
            if word in ("", "NA", "NO"):
                continue
            sequence[row.patient_id] = sequence.get(row.patient_id, 0) + 1
            found.append(
                {
                    "STUDYID": study_id,
                    "DOMAIN": "RS",
                    "USUBJID": row.patient_id,
                    "RSSEQ": sequence[row.patient_id],
                    "RSTESTCD": test,
                    "RSTEST": label,
                    "RSCAT": category,
                    "RSORRES": word,
                    "RSSTRESC": word,
                    **evaluator_cells(row.evaluator, "RS"),
                    "VISITNUM": numbers[row.patient_id].get(row.visit_id),
                    "RSDTC": row.date.isoformat(),
                }
            )
    return pl.DataFrame(found, schema=_COLUMNS)


def _numbers(patient: Patient) -> dict[str, float]:
    """VISITNUM by visit id."""
    visits, _ = ordered_visits(patient)
    return {
        visit.visit_id: float(place) if visit.number is None else visit.number
        for place, visit in enumerate(visits, start=1)
    }
