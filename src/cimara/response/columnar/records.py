"""A study as columns of whole numbers: the shape in which objects and frames both reach the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from cimara.response.criteria.clinical import MICROGRAMS
from cimara.response.model import Clinical, Lesion, Measurement, NewLesion, Patient, Visit
from cimara.terms.response import (
    Answer,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    SizeStatus,
    SteroidTrend,
)

Array = npt.NDArray[Any]
Columns = dict[str, Array]
NOTHING = -(2**31)
"""No date, no number. A word that is missing is -1."""
MOST = 10**9
"""Numbers from here on go to the reference engine, so that sums of them fit."""

Kind = type[StrEnum] | str
KINDS: Mapping[type, Mapping[str, Kind]] = {
    Patient: {
        "start_date": "date",
        "immunotherapy": Answer,
        "immunotherapy_start": "date",
        "new_therapy_date": "date",
    },
    Visit: {
        "date": "date",
        "number": "float",
        "is_baseline": "bool",
        "brain_scan_date": "date",
        "spine_scan_date": "date",
        "body_scan_date": "date",
        "brain_assessable": Assessable,
        "lm_assessable": Assessable,
        "body_assessable": Assessable,
        "nonenhancing_pd": Answer,
    },
    Lesion: {
        "compartment": LesionCompartment,
        "role": LesionRole,
        "is_node": "bool",
        "cystic_only": Answer,
        "borders_measurable": Answer,
        "prior_local_therapy": LocalTherapy,
        "progressed_since_therapy": Answer,
    },
    Measurement: {
        "date": "date",
        "status": SizeStatus,
        "ld": "int",
        "perp": "int",
        "short_axis": "int",
        "volume": "int",
        "n_slices": "int",
        "slice_mm": "int",
        "state": LesionState,
    },
    NewLesion: {
        "date": "date",
        "certainty": Certainty,
        "compartment": LesionCompartment,
        "projections": "int",
    },
    Clinical: {
        "date": "date",
        "status": ClinicalStatus,
        "kps": "int",
        "ecog": "int",
        "attributable": Attribution,
        "persisted_days": "int",
        "dex_mg_per_day": "float",
        "steroid_trend": SteroidTrend,
        "physiological": Answer,
        "antiangiogenic": Answer,
    },
}
"""What the engine needs of each record, and what kind of value it is."""


def code(word: StrEnum) -> int:
    """The whole number that stands for a word."""
    return list(type(word)).index(word)


def is_word(column: Array, *words: StrEnum) -> Array:
    """Where a column of codes holds one of some words of one enumeration."""
    found: Array = column == code(words[0])
    for word in words[1:]:
        found = found | (column == code(word))
    return found


@dataclass(slots=True)
class Records:
    """The records of a study. Rows name patients by place, and ids by their place in the lists of ids.

    Ids are in the order of their text. `odd` marks patients whose values the columns can't hold.
    """

    patient_ids: pl.Series
    visit_ids: Sequence[str]
    lesion_ids: Sequence[str]
    evaluators: Sequence[str]
    organs: Sequence[str]
    patients: Columns
    visits: Columns
    lesions: Columns
    measurements: Columns
    new_lesions: Columns
    clinical: Columns
    odd: Array

    def only(self, chosen: Array) -> Records:
        """The records of some patients (a mask); the others keep their place and have no rows."""
        if chosen.all():
            return self
        kept = {
            name: {key: column[chosen[rows["patient"]]] for key, column in rows.items()}
            for name in ("visits", "lesions", "measurements", "new_lesions", "clinical")
            for rows in (getattr(self, name),)
        }
        return Records(
            self.patient_ids,
            self.visit_ids,
            self.lesion_ids,
            self.evaluators,
            self.organs,
            self.patients,
            odd=self.odd,
            **kept,
        )


def take(column: Array, row: Array, missing: int) -> Array:
    """The values of some rows; `missing` where the row is -1."""
    if not len(column):
        return np.full(row.shape, missing)
    return np.where(row >= 0, column[row], missing)


def micrograms(dose: Array) -> Array:
    """Daily doses in milligrams as whole micrograms, so that they compare exactly."""
    column = np.rint(dose * MICROGRAMS)
    return np.where(np.isnan(column), NOTHING, column).astype(np.int64)


def ranges(starts: Array, counts: Array) -> Array:
    """The whole numbers `start`, `start + 1` ... of each range, one range behind the other."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    held: Array = np.arange(total) + np.repeat(starts - (ends - counts), counts)
    return held


class Lookup:
    """Finds the row of a pair of whole numbers below known limits: -1 where there is none.

    `twice` tells which rows repeat the pair of another.
    """

    def __init__(self, major: Array, minor: Array, n_major: int, n_minor: int) -> None:
        self.n_minor = max(n_minor, 1)
        keys = major.astype(np.int64) * self.n_minor + minor
        universe = n_major * self.n_minor
        self.dense: Array | None = None
        if universe <= 16 * len(keys) + 1_000_000:
            self.dense = np.full(universe, -1, np.int32)
            self.dense[keys] = np.arange(len(keys), dtype=np.int32)
            self.twice = np.bincount(keys, minlength=1)[keys] > 1 if len(keys) else np.zeros(0, bool)
        else:
            self.order = np.argsort(keys, kind="stable")
            self.sorted = keys[self.order]
            same = self.sorted[1:] == self.sorted[:-1]
            self.twice = np.zeros(len(keys), bool)
            self.twice[self.order[1:][same]] = True
            self.twice[self.order[:-1][same]] = True

    def find(self, major: Array, minor: Array) -> Array:
        """The row of each pair; pairs with a negative number have none."""
        known = (major >= 0) & (minor >= 0)
        keys = np.where(known, major.astype(np.int64) * self.n_minor + minor, 0)
        if self.dense is not None:
            found = self.dense[keys] if len(self.dense) else np.full(len(keys), -1)
        elif len(self.sorted) == 0:
            found = np.full(len(keys), -1)
        else:
            places = np.minimum(np.searchsorted(self.sorted, keys), len(self.sorted) - 1)
            found = np.where(self.sorted[places] == keys, self.order[places], -1)
        return np.where(known, found, -1)
