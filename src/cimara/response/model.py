"""What response assessment starts from: lesions, their sizes, visits, clinical state, decisions.

Frozen, checked when made. Diameters are integer tenths of a millimetre, volumes cubic millimetres, steroid
doses milligrams of dexamethasone-equivalent a day. `None` is "not recorded", which is never zero.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NewType

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
    """A RANO-LM form of one visit, against its reference visit (Le Rhun 2019, Table 5)."""

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


@dataclass(frozen=True, slots=True)
class Study:
    """Patients, and what reading them found."""

    patients: tuple[Patient, ...]
    findings: tuple[Finding, ...] = ()
    source: dict[str, str] = field(default_factory=dict)
    """What was read: file name to SHA-256."""
