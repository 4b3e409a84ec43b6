"""What response assessment starts from: lesions, their sizes, visits, clinical state, decisions.

Frozen, checked when made. Diameters are integer tenths of a millimetre, volumes cubic millimetres, steroid
doses milligrams of dexamethasone-equivalent a day. `None` is "not recorded", which is never zero.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, NewType

from cimara.terms.errors import CimaraError
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    SizeStatus,
    SteroidTrend,
)

Tenths = NewType("Tenths", int)
"""A diameter in tenths of a millimetre."""
CubicMm = NewType("CubicMm", int)
"""A volume in cubic millimetres."""

INVESTIGATOR = "INV"
"""The evaluator of a row that names none."""


class ModelError(CimaraError):
    """A record that can't be: an empty id, a negative size, a word outside its list."""


def _check_ids(record: object, *names: str) -> None:
    for name in names:
        value = getattr(record, name)
        if not isinstance(value, str) or not value.strip() or ";" in value:
            raise ModelError(
                "no usable id",
                where=f"{type(record).__name__}.{name}",
                expected="a text without `;`, not empty",
            )


def _check_words(record: object, **words: type[StrEnum]) -> None:
    """Each field is a member of its list, or None where it may be left out."""
    for name, enum in words.items():
        value = getattr(record, name)
        if value is not None and not isinstance(value, enum):
            where = f"{type(record).__name__}.{name}"
            raise ModelError("word outside its list", where=where, expected=" or ".join(enum))


def _is_size(text: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", text) is not None


def _check_counts(record: object, *names: str) -> None:
    """Whole numbers, 0 or more, or None. Sizes are integers: a float is an error, NaN included."""
    for name in names:
        value = getattr(record, name)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            where = f"{type(record).__name__}.{name}"
            raise ModelError(
                "size or count out of range",
                where=where,
                expected="a whole number, 0 or more",
                hint="Diameters are tenths of a millimetre; see cimara.response.sizes.",
            )


@dataclass(frozen=True, slots=True)
class Lesion:
    """One lesion of one patient, as one evaluator classed it."""

    patient_id: str
    lesion_id: str
    compartment: LesionCompartment
    role: LesionRole | None = None
    evaluator: str = INVESTIGATOR
    organ: str = ""
    site: str = ""
    is_node: bool = False
    cystic_only: Answer = Answer.UNKNOWN
    borders_measurable: Answer = Answer.UNKNOWN
    prior_local_therapy: LocalTherapy = LocalTherapy.UNKNOWN
    progressed_since_therapy: Answer = Answer.UNKNOWN
    parent_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id", "lesion_id", "evaluator")
        _check_words(
            self,
            compartment=LesionCompartment,
            role=LesionRole,
            cystic_only=Answer,
            borders_measurable=Answer,
            prior_local_therapy=LocalTherapy,
            progressed_since_therapy=Answer,
        )


@dataclass(frozen=True, slots=True)
class Measurement:
    """What one evaluator saw of one lesion at one visit: a size, a state in words, or why neither.

    `status` speaks of the size and may be `None` where `state` is given (judged in words only).
    `slice_mm` is the slice thickness in tenths of a millimetre.
    """

    patient_id: str
    lesion_id: str
    visit_id: str
    date: dt.date
    status: SizeStatus | None = None
    evaluator: str = INVESTIGATOR
    ld: Tenths | None = None
    perp: Tenths | None = None
    short_axis: Tenths | None = None
    volume: CubicMm | None = None
    n_slices: int | None = None
    slice_mm: Tenths | None = None
    method: str = ""
    merged_into: str = ""
    state: LesionState | None = None
    change: LesionChange | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id", "lesion_id", "visit_id", "evaluator")
        _check_words(self, status=SizeStatus, state=LesionState, change=LesionChange)
        _check_counts(self, "ld", "perp", "short_axis", "volume", "n_slices", "slice_mm")


@dataclass(frozen=True, slots=True)
class NewLesion:
    """A lesion that was not there at baseline, as seen at one visit."""

    patient_id: str
    lesion_id: str
    visit_id: str
    date: dt.date
    certainty: Certainty
    compartment: LesionCompartment
    evaluator: str = INVESTIGATOR
    projections: int | None = None

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id", "lesion_id", "visit_id", "evaluator")
        _check_words(self, certainty=Certainty, compartment=LesionCompartment)
        _check_counts(self, "projections")


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit: when each part was scanned, and how much of it could be judged.

    `is_baseline` is `None` when the source marks no visit as baseline. `nonenhancing_pd` speaks of
    tumour-related change on T2/FLAIR (RANO-BM).
    """

    patient_id: str
    visit_id: str
    date: dt.date
    label: str = ""
    number: float | None = None
    is_baseline: bool | None = None
    scheduled: bool = True
    brain_scan_date: dt.date | None = None
    spine_scan_date: dt.date | None = None
    body_scan_date: dt.date | None = None
    brain_assessable: Assessable = Assessable.ALL
    lm_assessable: Assessable = Assessable.ALL
    body_assessable: Assessable = Assessable.ALL
    nonenhancing_pd: Answer = Answer.UNKNOWN

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id", "visit_id")
        _check_words(
            self,
            brain_assessable=Assessable,
            lm_assessable=Assessable,
            body_assessable=Assessable,
            nonenhancing_pd=Answer,
        )


@dataclass(frozen=True, slots=True)
class Clinical:
    """Clinical state and steroids at one visit. `persisted_days` is how long a decline has lasted."""

    patient_id: str
    visit_id: str
    date: dt.date
    status: ClinicalStatus = ClinicalStatus.UNKNOWN
    kps: int | None = None
    ecog: int | None = None
    attributable: Attribution = Attribution.UNKNOWN
    persisted_days: int | None = None
    dex_mg_per_day: float | None = None
    steroid_trend: SteroidTrend = SteroidTrend.UNKNOWN
    physiological: Answer = Answer.UNKNOWN
    antiangiogenic: Answer = Answer.UNKNOWN

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id", "visit_id")
        _check_words(
            self,
            status=ClinicalStatus,
            attributable=Attribution,
            steroid_trend=SteroidTrend,
            physiological=Answer,
            antiangiogenic=Answer,
        )
        _check_counts(self, "kps", "ecog", "persisted_days")
        dose = self.dex_mg_per_day
        if dose is not None and not (math.isfinite(dose) and dose >= 0):
            raise ModelError(
                "dose out of range", where="Clinical.dex_mg_per_day", expected="mg a day, 0 or more"
            )


@dataclass(frozen=True, slots=True)
class LmItem:
    """One line of the RANO-LM scorecard: an item of a region, at the reference scan and now.

    `reference` and `followup` are "1" (present), "0" (absent), "NE" or "" (left empty); `change` is
    "improved", "no change", "worse", "NE" or "". `sizes` are X and Y of up to three nodules, in tenths of mm.
    """

    region: str
    item: str
    reference: str = ""
    followup: str = ""
    change: str = ""
    sizes: tuple[tuple[Tenths, Tenths], ...] = ()
    fewer_than_three: bool = False


@dataclass(frozen=True, slots=True)
class LmForm:
    """A RANO-LM form of one visit, against its reference visit (Le Rhun 2019, Table 5).

    `date` and `reference_scan_date` are those of the MRI. `last_lumbar_puncture` is an ISO date or "none",
    `treatment_since_reference` a text or "none"; "" is a field left empty. Sizes of the items are those of
    this visit: the reference's own stand on the form of the reference visit.
    """

    patient_id: str
    visit_id: str
    reference_visit_id: str
    date: dt.date
    evaluator: str = INVESTIGATOR
    items: tuple[LmItem, ...] = ()
    csf: str = ""
    exam_change: str = ""
    overall_human: str = ""
    overall_reason: str = ""
    reference_scan_date: dt.date | None = None
    last_lumbar_puncture: str = ""
    treatment_since_reference: str = ""

    def missing(self) -> tuple[str, ...]:
        """Every field that is still empty, in words; a form with any can't be made final."""
        from cimara.response.criteria.rano_lm.final import missing

        return missing(self)


@dataclass(frozen=True, slots=True)
class Adjudication:
    """A decision on what was seen, added later and never edited; `supersedes` names the event it replaces.

    `visit_id`, `lesion_id` and `evaluator` name its target, as far as its kind needs them. `value` is
    the new size in millimetres (MEASUREMENT_CORRECTED), an `Attribution` (CLINICAL_REATTRIBUTED) or an
    evaluator (READER_DECISION).
    """

    event_id: str
    patient_id: str
    kind: AdjudicationKind
    decided_on: dt.date
    visit_id: str = ""
    lesion_id: str = ""
    evaluator: str = ""
    basis: str = ""
    decided_by_role: str = ""
    comment: str = ""
    value: str = ""
    supersedes: str = ""

    def __post_init__(self) -> None:
        _check_ids(self, "event_id", "patient_id")
        _check_words(self, kind=AdjudicationKind)
        if self.kind is AdjudicationKind.CLINICAL_REATTRIBUTED and self.value not in tuple(Attribution):
            raise ModelError("no cause", where="Adjudication.value", expected=" or ".join(Attribution))
        if self.kind is AdjudicationKind.MEASUREMENT_CORRECTED and not _is_size(self.value):
            raise ModelError("no size", where="Adjudication.value", expected="millimetres, such as 12.5")
        if self.kind is AdjudicationKind.READER_DECISION and not self.value:
            raise ModelError("no evaluator", where="Adjudication.value", expected="the accepted evaluator")


@dataclass(frozen=True, slots=True)
class Patient:
    """All that is known of one patient. `new_therapy_date` is the start of the next anti-cancer therapy."""

    patient_id: str
    start_date: dt.date
    immunotherapy: Answer = Answer.UNKNOWN
    immunotherapy_start: dt.date | None = None
    new_therapy_date: dt.date | None = None
    lesions: tuple[Lesion, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    new_lesions: tuple[NewLesion, ...] = ()
    visits: tuple[Visit, ...] = ()
    clinical: tuple[Clinical, ...] = ()
    lm_forms: tuple[LmForm, ...] = ()
    adjudications: tuple[Adjudication, ...] = ()

    def __post_init__(self) -> None:
        _check_ids(self, "patient_id")
        _check_words(self, immunotherapy=Answer)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a person should know about the input. Never a patient's value.

    `severity` is "error" (the row was not used) or "warning" (it was). `row` counts from 1 below the header.
    """

    code: str
    severity: str
    text: str
    patient_id: str = ""
    visit_id: str = ""
    lesion_id: str = ""
    file: str = ""
    row: int | None = None
    column: str = ""
    hint: str = ""


class DuplicatePatientError(CimaraError):
    """Two patients with one id."""


@dataclass(frozen=True, slots=True)
class Study:
    """Patients, and what reading them found."""

    patients: tuple[Patient, ...]
    findings: tuple[Finding, ...] = ()
    source: dict[str, str] = field(default_factory=dict)
    """What was read: file name to SHA-256."""

    @classmethod
    def from_tidy(cls, source: Path | Mapping[str, Any]) -> Study:
        """Read the tidy tables of a folder, or frames by table name (`reading.tidy.read_tidy`)."""
        from cimara.response.reading.tidy import read_tidy

        return read_tidy(source)

    @classmethod
    def from_sdtm(cls, **sources: Any) -> Study:
        """Read SDTM: `tu=`, `tr=`, and others that `reading.sdtm.read_sdtm` names; files or frames."""
        from cimara.response.reading.sdtm import read_sdtm

        return read_sdtm(**sources)[0]

    @classmethod
    def from_objects(cls, patients: Iterable[Patient]) -> Study:
        """A study of patients made in Python. Raises DuplicatePatientError when an id stands twice."""
        made = tuple(patients)
        if len({patient.patient_id for patient in made}) != len(made):
            raise DuplicatePatientError("a patient id stands twice", expected="one Patient for each id")
        return cls(made)
