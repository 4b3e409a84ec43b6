"""The tidy tables that facts are read from: their columns, and what each date and word in them is."""

from __future__ import annotations

from cimara.outcomes.endpoints.words import FactWord, Flag
from cimara.terms.partial_dates import DateKind

TABLES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "patients": (
        ("patient_id",),
        (
            "randomisation_date",
            "enrolment_date",
            "treatment_start",
            "treatment_end",
            "withdrawal_date",
            "last_alive",
            "data_cut",
            "cns_disease",
            "measurable_cns",
            "lmd_at_start",
            "site",
        ),
    ),
    "deaths": (("patient_id", "date"), ("cause", "adjudicated")),
    "therapies": (
        ("patient_id", "kind", "start"),
        ("end", "modality", "intent", "lesion_ids", "new_line"),
    ),
    "lesion_events": (
        ("patient_id", "date", "event"),
        (
            "lesion_id",
            "compartment",
            "origin",
            "type",
            "certainty",
            "basis",
            "symptomatic",
            "grade",
            "adjudged",
            "decided_on",
        ),
    ),
    "cognition": (("patient_id", "date", "test"), ("score", "z", "form", "done", "missed")),
    "clinic_visits": (("patient_id", "date"), ()),
    "adjudications": (("event_id", "patient_id", "kind", "decided_on"), ("lesion_id", "visit_id", "basis")),
}
"""Columns of each table: those it must have, and those it may have."""

PATIENT_DATES: dict[str, tuple[FactWord, DateKind]] = {
    "randomisation_date": (FactWord.RANDOMISATION, DateKind.CLOCK_START),
    "enrolment_date": (FactWord.ENROLMENT, DateKind.CLOCK_START),
    "treatment_start": (FactWord.TREATMENT_START, DateKind.CLOCK_START),
    "treatment_end": (FactWord.TREATMENT_END, DateKind.THERAPY_START),
    "withdrawal_date": (FactWord.WITHDRAWAL, DateKind.LAST_ALIVE),
    "last_alive": (FactWord.LAST_ALIVE, DateKind.LAST_ALIVE),
    "data_cut": (FactWord.DATA_CUT, DateKind.LAST_ALIVE),
}

PATIENT_FLAGS: dict[str, dict[str, Flag]] = {
    "cns_disease": {"yes": Flag.CNS_DISEASE, "no": Flag.NO_CNS_DISEASE},
    "measurable_cns": {"yes": Flag.MEASURABLE_CNS},
    "lmd_at_start": {"yes": Flag.LMD_AT_START},
}

LESION_WORDS = (
    FactWord.NEW_LESION,
    FactWord.LOCAL_PD,
    FactWord.LMD,
    FactWord.RN,
    FactWord.LESION_ASSESSED,
)
CLINICAL_PD = "CLINICAL_PD"
"""A lesion event that is an investigator's clinical progression of the CNS."""

ADSL: dict[str, str] = {
    "RANDDT": "randomisation_date",
    "TRTSDT": "treatment_start",
    "TRTEDT": "treatment_end",
    "LSTALVDT": "last_alive",
}
"""ADaM variables of the patients table; DTHDT makes the deaths table."""
