"""Visits in order of date, number and id, and the clinical record of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.response.columnar.records import Array, Columns, Lookup, Records


@dataclass(slots=True)
class Visits:
    """Every visit as a row, patients one behind the other. `first` and `count` are by patient."""

    rows: Columns
    first: Array
    count: Array
    clinical: Array
    """The clinical record of each visit, -1 for none."""
    before: Array
    """The clinical record of the nearest earlier visit of the patient that has one, -1 for none."""
    known: Lookup
    """Finds the visit of a patient by its id."""


def ordered_visits(records: Records, bad: Array) -> Visits:
    """The visits. Patients without any, with two of one id, or with two clinical records of one are bad."""
    n_patients = len(records.patient_ids)
    rows = in_order(records.visits)
    known = Lookup(rows["patient"], rows["visit_id"], n_patients, len(records.visit_ids))
    count = np.bincount(rows["patient"], minlength=n_patients)
    first = np.cumsum(count) - count
    bad |= count == 0
    bad[rows["patient"][known.twice]] = True
    clinical = clinical_rows(records, known, len(rows["patient"]), bad)
    return Visits(rows, first, count, clinical, _before(clinical, first[rows["patient"]]), known)


def in_order(rows: Columns) -> Columns:
    """Visits by patient, date, number and id."""
    patient, date = rows["patient"].astype(np.int64), rows["date"]
    later = (patient[1:] > patient[:-1]) | ((patient[1:] == patient[:-1]) & (date[1:] > date[:-1]))
    if later.all():
        return rows
    number = np.where(np.isnan(rows["number"]), np.inf, rows["number"])
    order = np.lexsort((rows["visit_id"], number, date, patient))
    return {name: column[order] for name, column in rows.items()}


def clinical_rows(records: Records, known: Lookup, n_visits: int, bad: Array) -> Array:
    """The clinical record of each visit; two of one visit, or one of no visit, are bad."""
    patient = records.clinical["patient"]
    at = known.find(patient, records.clinical["visit_id"])
    bad[patient[at < 0]] = True
    clinical = np.full(n_visits, -1, np.int64)
    held = np.flatnonzero(at >= 0)
    clinical[at[held]] = held
    bad[patient[held[clinical[at[held]] != held]]] = True
    return clinical


def _before(clinical: Array, first: Array) -> Array:
    """For each visit the record of the last visit before it, within its patient."""
    if not len(clinical):
        return clinical
    place = np.maximum.accumulate(np.where(clinical >= 0, np.arange(len(clinical)), -1))
    earlier = np.concatenate([[-1], place[:-1]])
    return np.where(earlier >= first, clinical[np.maximum(earlier, 0)], -1)
