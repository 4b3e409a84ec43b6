"""Responses that others reported in RS: kept word by word, for the audit alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from cimara.response.reading.sdtm_cells import evaluator_of
from cimara.response.reading.sdtm_visits import visit_number
from cimara.terms.partial_dates import PartialDate
from cimara.terms.tables import Row, Table

COMPONENTS = {"TRGRESP": "target", "NTRGRESP": "nontarget", "NEWLPROG": "new_lesion", "OVRLRESP": "overall"}
"""RSTESTCD to the part of the response that it reports."""


@dataclass(frozen=True, slots=True)
class ReportedCall:
    """What one evaluator reported at one time point, as written; "" is not reported.

    `date` is None where it is partial. `rows` are the rows of RS, counted from 1 below the header.
    """

    patient_id: str
    evaluator: str
    visit_number: str
    date: dt.date | None
    date_text: str = ""
    label: str = ""
    target: str = ""
    nontarget: str = ""
    new_lesion: str = ""
    overall: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reported:
    """All that RS reports, in its order, and which evaluator's records are accepted (--ACPTFL)."""

    calls: tuple[ReportedCall, ...] = ()
    accepted: dict[str, str] = field(default_factory=dict)


def reported_of(table: Table) -> Reported:
    """The calls of RS; a second value of one component at a time point is refused, and an unknown test."""
    calls: dict[tuple[str, str, str, str], ReportedCall] = {}
    accepted: dict[str, str] = {}
    for row in table.rows:
        component = COMPONENTS.get(row.text("RSTESTCD"))
        if component is None:
            table.reject(row, "RSTESTCD", "UNKNOWN_TEST", "a test that is no response", expected=_TESTS)
            continue
        key, call = _key(row), calls.get(_key(row)) or _call(row)
        if getattr(call, component):
            table.reject(row, "RSTESTCD", "DUPLICATE_RESPONSE", "a second response at one time point")
            continue
        value = row.text("RSSTRESC") or row.text("RSORRES") or row.text("RSSTAT")
        said: dict[str, str] = {component: value}
        calls[key] = replace(call, rows=(*call.rows, row.number), **said)  # type: ignore[arg-type]
        if row.text("RSACPTFL") == "Y":
            accepted[call.patient_id] = call.evaluator
    return Reported(tuple(calls.values()), accepted)


_TESTS = " | ".join(COMPONENTS)


def _key(row: Row) -> tuple[str, str, str, str]:
    evaluator = evaluator_of(row.text("RSEVAL"), row.text("RSEVALID"))
    date = row.get("RSDTC", PartialDate)
    return row.text("USUBJID"), evaluator, visit_number(row.text("VISITNUM")), str(date or "")


def _call(row: Row) -> ReportedCall:
    patient_id, evaluator, number, text = _key(row)
    date = row.get("RSDTC", PartialDate)
    return ReportedCall(
        patient_id, evaluator, number, date.full if date else None, text, label=row.text("VISIT")
    )
