"""A small data set without a finding: three patients at two sites, and every entity of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from cimara.cohort.dataset import Dataset, schema_of
from cimara.cohort.model import Entity, MissingReason, Need, data_model

FIRST, SECOND, THIRD = "UT01-P0001", "UT01-P0002", "LY02-P0003"
"""Dead of the brain with radiation necrosis; resected at 90 years; whole-brain radiotherapy."""
ENTERED_DAY = 2_000

Row = dict[str, Any]

SITES: list[Row] = [
    {"site_id": "UT01", "country": "NL", "dag_name": "utrecht", "data_cut": "2025-Q2"},
    {"site_id": "LY02", "country": "FR", "dag_name": "lyon", "data_cut": "2025-Q2"},
]
ENROLMENT = {
    "study_id": "rn-bev-1",
    "eligible": "yes",
    "inclusion": ["i01", "i02"],
    "legal_basis": "consent",
    "duo": ["health_medical"],
}
PATIENTS: list[Row] = [
    {
        "patient_id": FIRST,
        "sex": "female",
        "age_at_anchor": 62,
        "age_topcoded": "no",
        "anchor_event": "first_brm_dx",
        "anchor_year": 2019,
        "n_brm_at_anchor": 2,
        "brm_synchronous": "no",
        "last_contact_day": 900,
        "vital_status": "dead",
        "last_cns_imaging_day": 850,
    },
    {
        "patient_id": SECOND,
        "sex": "male",
        "age_at_anchor": 90,
        "age_topcoded": "yes",
        "anchor_event": "first_brm_dx",
        "n_brm_at_anchor": 1,
        "brm_synchronous": "yes",
        "last_contact_day": 700,
        "vital_status": "alive",
    },
    {
        "patient_id": THIRD,
        "sex": "male",
        "age_at_anchor": 58,
        "age_topcoded": "no",
        "anchor_event": "first_cns_therapy",
        "n_brm_at_anchor": 1,
        "brm_synchronous": "no",
        "last_contact_day": 500,
        "vital_status": "lost",
    },
]
PRIMARY = {"primary_no": 1, "dx_day": -400, "stage_at_dx": "IV", "controlled_at_anchor": "yes"}
PRIMARIES: list[Row] = [
    {
        **PRIMARY,
        "patient_id": FIRST,
        "group": "breast",
        "icdo_topography": "C50.9",
        "icdo_morphology": "8500/3",
    },
    {**PRIMARY, "patient_id": SECOND, "group": "nsclc_adeno"},
    {**PRIMARY, "patient_id": THIRD, "group": "melanoma"},
]
MARKER = {"tissue": "primary", "day": -390}
BIOMARKERS: list[Row] = [
    {**MARKER, "patient_id": FIRST, "biomarker_no": 1, "marker": "HER2", "result": "positive"},
    {
        **MARKER,
        "patient_id": FIRST,
        "biomarker_no": 2,
        "marker": "ER",
        "result": "positive",
        "value": 80.0,
        "unit": "percent",
    },
    {
        **MARKER,
        "patient_id": SECOND,
        "biomarker_no": 1,
        "marker": "PDL1_TPS",
        "value": 60.0,
        "unit": "percent",
    },
    {**MARKER, "patient_id": THIRD, "biomarker_no": 1, "marker": "TMB", "value": 12.5, "unit": "mut_mb"},
]
VISIT = {"recorded": "chart"}
PERFORMANCES: list[Row] = [
    {**VISIT, "patient_id": FIRST, "scale": "KPS", "value": 80, "day": 0},
    {**VISIT, "patient_id": FIRST, "scale": "ECOG", "value": 1, "day": 0},
    {**VISIT, "patient_id": SECOND, "scale": "KPS", "value": 90, "day": 2},
    {**VISIT, "patient_id": THIRD, "scale": "ECOG", "value": 2, "day": 1},
]
EXTRACRANIAL: list[Row] = [
    {"patient_id": FIRST, "day": 0, "status": "controlled", "sites": ["liver", "bone"], "n_sites": 2},
    {"patient_id": SECOND, "day": 2, "status": "absent"},
]
LABS: list[Row] = [
    {"patient_id": FIRST, "analyte": "haemoglobin", "value": 12.5, "unit": "g_dl", "day": 0},
    {"patient_id": FIRST, "analyte": "ldh", "value": 1.4, "unit": "ratio_uln", "day": 0},
    {"patient_id": SECOND, "analyte": "albumin", "value": 3.9, "unit": "g_dl", "day": 2},
    {"patient_id": THIRD, "analyte": "platelets", "value": 250.0, "unit": "10e9_l", "day": 1},
]
LESION = {"location": "frontal", "side": "left", "origin": "new", "pathology": "not_sampled"}
LESIONS: list[Row] = [
    {**LESION, "patient_id": FIRST, "lesion_id": f"{FIRST}-L01", "first_seen_day": 0},
    {**LESION, "patient_id": FIRST, "lesion_id": f"{FIRST}-L02", "first_seen_day": 0, "cystic": "yes"},
    {**LESION, "patient_id": SECOND, "lesion_id": f"{SECOND}-L01", "first_seen_day": 0},
    {
        **LESION,
        "patient_id": SECOND,
        "lesion_id": f"{SECOND}-L02",
        "first_seen_day": 12,
        "origin": "resection_cavity",
        "parent_lesion_id": f"{SECOND}-L01",
    },
    {**LESION, "patient_id": THIRD, "lesion_id": f"{THIRD}-L01", "first_seen_day": 0},
]
SCAN = {"modality": "mri", "contrast": "yes"}
SCANS: list[Row] = [
    {**SCAN, "patient_id": FIRST, "scan_id": f"{FIRST}-S01", "day": 0, "slice_mm": 1.0, "field_t": "3.0"},
    {**SCAN, "patient_id": FIRST, "scan_id": f"{FIRST}-S02", "day": 215, "criteria": "rano_bm"},
    {**SCAN, "patient_id": SECOND, "scan_id": f"{SECOND}-S01", "day": 0},
]
MEASUREMENTS: list[Row] = [
    {
        "patient_id": FIRST,
        "scan_id": f"{FIRST}-S01",
        "lesion_id": f"{FIRST}-L01",
        "longest_mm": 20.0,
        "perp_mm": 15.5,
        "vol_total_cm3": 4.1,
        "vol_enhancing_cm3": 3.0,
        "vol_necrotic_cm3": 1.1,
        "target": "yes",
    },
    {"patient_id": FIRST, "scan_id": f"{FIRST}-S02", "lesion_id": f"{FIRST}-L02", "longest_mm": 31.0},
    {"patient_id": SECOND, "scan_id": f"{SECOND}-S01", "lesion_id": f"{SECOND}-L01", "vol_total_cm3": 9.4},
]
COURSES: list[Row] = [
    {"patient_id": FIRST, "course_id": f"{FIRST}-C01", "modality": "srs_gk", "start_day": 10, "end_day": 10},
    {"patient_id": FIRST, "course_id": f"{FIRST}-C02", "modality": "hfsrt", "start_day": 20, "end_day": 24},
    {
        "patient_id": SECOND,
        "course_id": f"{SECOND}-C01",
        "modality": "surgery_gtr",
        "start_day": 9,
        "end_day": 9,
    },
    {
        "patient_id": SECOND,
        "course_id": f"{SECOND}-C02",
        "modality": "srs_linac",
        "start_day": 30,
        "end_day": 30,
    },
    {
        "patient_id": THIRD,
        "course_id": f"{THIRD}-C01",
        "modality": "wbrt",
        "start_day": 5,
        "end_day": 18,
        "total_dose_gy": 30.0,
        "fractions": 10,
    },
]
TREATED: list[Row] = [
    {
        "patient_id": FIRST,
        "course_id": f"{FIRST}-C01",
        "lesion_id": f"{FIRST}-L01",
        "dose_gy": 20.0,
        "fractions": 1,
        "gtv_cm3": 2.1,
        "ptv_cm3": 2.6,
        "v10_cm3": 4.4,
        "v12_cm3": 3.2,
        "brain_minus_gtv": "yes",
        "cavity": "no",
    },
    {
        "patient_id": FIRST,
        "course_id": f"{FIRST}-C02",
        "lesion_id": f"{FIRST}-L02",
        "dose_gy": 27.0,
        "fractions": 3,
        "v18_cm3": 17.0,
        "v20_cm3": 14.0,
        "v24_cm3": 9.0,
        "brain_minus_gtv": "no",
        "cavity": "no",
    },
    {"patient_id": SECOND, "course_id": f"{SECOND}-C01", "lesion_id": f"{SECOND}-L01", "cavity": "no"},
    {
        "patient_id": SECOND,
        "course_id": f"{SECOND}-C02",
        "lesion_id": f"{SECOND}-L02",
        "dose_gy": 18.0,
        "fractions": 1,
        "cavity": "yes",
        "resection_extent": "gtr",
    },
]
LINES: list[Row] = [
    {
        "patient_id": FIRST,
        "line_id": f"{FIRST}-T01",
        "line_no": 1,
        "agents": ["trastuzumab", "tucatinib", "capecitabine"],
        "start_day": 30,
        "stop_day": 400,
        "last_dose_day": 390,
        "interval_days": 21,
        "stop_reason": "progression_systemic",
    },
    {
        "patient_id": FIRST,
        "line_id": f"{FIRST}-T02",
        "line_no": 2,
        "agents": ["trastuzumab_deruxtecan"],
        "start_day": 405,
        "stop_day": 800,
        "stop_reason": "progression_cns",
    },
]
SUPPORT: list[Row] = [
    {
        "patient_id": FIRST,
        "support_no": 1,
        "kind": "dexamethasone",
        "start_day": 212,
        "stop_day": 240,
        "dose_mg_day": 8.0,
        "reason": "rn",
    },
    {
        "patient_id": FIRST,
        "support_no": 2,
        "kind": "dexamethasone",
        "start_day": 240,
        "stop_day": 260,
        "dose_mg_day": 4.0,
        "reason": "rn",
    },
    {
        "patient_id": FIRST,
        "support_no": 3,
        "kind": "bevacizumab_rn",
        "start_day": 245,
        "stop_day": 308,
        "dose_mg_kg": 7.5,
        "interval_days": 21,
        "cycles": 4,
        "reason": "rn",
        "are_id": f"{FIRST}-A01",
        "toxicity": ["hypertension"],
    },
]
EFFECTS: list[Row] = [
    {
        "patient_id": FIRST,
        "are_id": f"{FIRST}-A01",
        "lesion_id": f"{FIRST}-L02",
        "onset_day": 210,
        "basis": ["serial_mri", "perfusion"],
        "certainty": "probable",
        "symptomatic": "yes",
        "ctcae_grade": 3,
        "attributed_course_id": f"{FIRST}-C02",
        "outcome": "improved",
        "outcome_day": 300,
    }
]
LEPTOMENINGEAL: list[Row] = [
    {"patient_id": SECOND, "day": 400, "type": "classical", "basis": ["mri"], "treatment": ["none"]}
]
PROGRESSIONS: list[Row] = [
    {
        "patient_id": FIRST,
        "progression_no": 1,
        "kind": "local",
        "day": 800,
        "lesion_id": f"{FIRST}-L01",
        "basis": "imaging",
        "adjudicated": "yes",
    },
    {
        "patient_id": SECOND,
        "progression_no": 1,
        "kind": "leptomeningeal",
        "day": 400,
        "basis": "imaging",
        "scan_id": f"{SECOND}-S01",
        "adjudicated": "no",
    },
]
DEATHS: list[Row] = [
    {
        "patient_id": FIRST,
        "day": 900,
        "cause": "neurologic",
        "rule_used": "study_v1",
        "adjudicated_by": "site",
    }
]
TESTS: list[Row] = [{"patient_id": FIRST, "instrument": "hvlt_r", "score": 24.0, "day": 0, "version": "1"}]
SPECIMENS: list[Row] = [
    {"patient_id": SECOND, "specimen_no": 1, "kind": "tumour_ffpe", "tissue": "cns", "day": 9}
]
ASSAYS: list[Row] = [{"patient_id": SECOND, "specimen_no": 1, "assay": "panel", "platform": "panel-500"}]

TABLES: dict[str, Sequence[Row]] = {
    "Site": [{**one, "site_curator": "curator-1", "policy_hash": "0" * 64} for one in SITES],
    "StudyEnrolment": [{**ENROLMENT, "patient_id": one} for one in (FIRST, SECOND, THIRD)],
    "Patient": PATIENTS,
    "PrimaryTumour": PRIMARIES,
    "Biomarker": BIOMARKERS,
    "PerformanceStatus": PERFORMANCES,
    "ExtracranialStatus": EXTRACRANIAL,
    "LabResult": LABS,
    "BrainLesion": LESIONS,
    "ImagingAssessment": SCANS,
    "LesionMeasurement": MEASUREMENTS,
    "LocalTherapyCourse": [{**one, "intent": "definitive"} for one in COURSES],
    "CourseLesion": TREATED,
    "SystemicTherapyLine": LINES,
    "SupportiveCourse": SUPPORT,
    "AdverseRadiationEffect": EFFECTS,
    "LmdEvent": LEPTOMENINGEAL,
    "ProgressionEvent": PROGRESSIONS,
    "Death": DEATHS,
    "NeurocogPro": TESTS,
    "Specimen": SPECIMENS,
    "OmicsAssay": ASSAYS,
}


Changes = Mapping[str, Mapping[int, Row]]
"""Other values by entity and row, from 1."""
Additions = Mapping[str, Sequence[Row]]
"""More rows by entity."""


def clean_dataset(changed: Changes | None = None, added: Additions | None = None) -> Dataset:
    """The data set, changed as told. An optional field that a row does not name has the reason NASK."""
    return Dataset({name: table(name, rows) for name, rows in clean_rows(changed, added).items()})


def clean_rows(changed: Changes | None = None, added: Additions | None = None) -> dict[str, list[Row]]:
    """The rows of every entity, changed as told."""
    tables = {name: [dict(one) for one in rows] for name, rows in TABLES.items()}
    for name, rows in (changed or {}).items():
        for row, values in rows.items():
            tables[name][row - 1] |= values
    return {name: [*rows, *(added or {}).get(name, ())] for name, rows in tables.items()}


def table(name: str, rows: Sequence[Row]) -> pl.DataFrame:
    """The typed frame of an entity."""
    entity = data_model().entity(name)
    schema = schema_of(entity) | {one.why: pl.String() for one in entity.fields}
    frame = pl.DataFrame([_filled(entity, row) for row in rows], schema=schema)
    return frame.select(
        [one for one in frame.columns if not one.endswith("__why") or frame[one].null_count() < frame.height]
    )


def _filled(entity: Entity, row: Row) -> Row:
    shared = {"source": "chart", "curator": "curator-1", "entered_day": ENTERED_DAY}
    filled = {name: value for name, value in shared.items() if name in entity.by_name} | row
    for field in entity.fields:
        if field.need is Need.OPTIONAL and field.name not in row:
            filled.setdefault(field.why, str(MissingReason.NOT_ASKED))
    return filled
