"""What one patient's records are as text, whatever their order: the input that a result is bound to by hash.

A record is one line of its fields that are not at their default, so that both engines can write it: this
module from objects, `columnar.hashes` from whole columns.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any

from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    LmForm,
    Measurement,
    NewLesion,
    Patient,
    Visit,
)

FIELD_END, LINE_END = "\x1f", "\x1e"
KIND = {
    Adjudication: "A",
    Clinical: "C",
    LmForm: "F",
    Lesion: "L",
    Measurement: "M",
    NewLesion: "N",
    Visit: "V",
}
"""The letter that a line begins with; kinds follow each other in its order."""
FIRST: Mapping[type, tuple[str, ...]] = {
    Clinical: ("date", "visit_id"),
    LmForm: ("date", "visit_id"),
    Measurement: ("date", "visit_id", "lesion_id"),
    NewLesion: ("date", "visit_id", "lesion_id"),
    Visit: ("date", "visit_id"),
}
"""Fields that come first, unnamed, so that records in order of date and lesion make lines in order."""
RECORDS = ("lesions", "measurements", "new_lesions", "visits", "clinical", "lm_forms", "adjudications")


def input_hash(patient: Patient, as_of: dt.date | None = None) -> str:
    """SHA-256 of one patient's records, whatever their order, with the decisions made by `as_of`."""
    records = (record for name in RECORDS[:-1] for record in getattr(patient, name))
    decided = (item for item in patient.adjudications if as_of is None or item.decided_on <= as_of)
    lines = sorted(map(line, (*records, *decided)))
    return digest(LINE_END.join((patient_line(patient), *lines)).encode())


def digest(content: bytes) -> str:
    """SHA-256 as hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def patient_line(patient: Patient) -> str:
    """The patient's own fields as one line."""
    own = (item for item in fields(Patient) if item.name not in RECORDS)
    return FIELD_END.join(_said(patient, own))


def line(record: object) -> str:
    """One record as one line: its kind, then each field that is not at its default, without the patient."""
    kind = type(record)
    return FIELD_END.join((KIND[kind], *_said(record, LINE_FIELDS[kind], len(FIRST.get(kind, ())))))


def _ordered(kind: type[Any]) -> tuple[Field[Any], ...]:
    first = FIRST.get(kind, ())
    named = {item.name: item for item in fields(kind) if item.name != "patient_id"}
    return (*(named[name] for name in first), *(item for name, item in named.items() if name not in first))


LINE_FIELDS: Mapping[type, tuple[Field[Any], ...]] = {kind: _ordered(kind) for kind in KIND}
"""The fields of each kind of record in the order of its lines."""


def _said(record: object, wanted: Iterable[Field[Any]], unnamed: int = 0) -> Iterable[str]:
    """The fields that say something; the first `unnamed` ones are told by their place."""
    for place, item in enumerate(wanted):
        value = getattr(record, item.name)
        if place < unnamed:
            yield text_of(value)
        elif item.default is MISSING or value != item.default:
            yield f"{item.name}={text_of(value)}"


def text_of(value: object) -> str:
    """A value as a line holds it; what could end a field or a line is escaped."""
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value) if isinstance(value, str | int) else repr(value)
    if text.isprintable() and "\\" not in text:
        return text
    return text.encode("unicode_escape").decode()
