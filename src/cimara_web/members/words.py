"""The closed lists of the directory: specialties, capabilities, kinds of place, volumes, who sees a field."""

from __future__ import annotations

from enum import StrEnum


class Specialty(StrEnum):
    """What somebody does (the first eight from Anders et al. 2025, vdaf049; the others are ours)."""

    MEDICAL_ONCOLOGY = "medical oncology"
    RADIATION_ONCOLOGY = "radiation oncology"
    NEUROSURGERY = "neurosurgery"
    NEURORADIOLOGY = "neuroradiology"
    NEUROPSYCHOLOGY = "neuropsychology"
    PALLIATIVE_CARE = "palliative care"
    ADVOCACY = "non-profit and patient advocacy"
    RESEARCH = "basic and translational research"
    NEURO_ONCOLOGY = "neuro-oncology"
    BIOSTATISTICS = "biostatistics and data"
    OTHER = "other"


class InstitutionKind(StrEnum):
    """What a place is."""

    UNIVERSITY = "university"
    HOSPITAL = "hospital"
    INSTITUTE = "institute"
    NON_PROFIT = "non-profit"


class CapabilityKind(StrEnum):
    """What a place can do."""

    SRS = "SRS"
    HSRT = "HSRT"
    WBRT_HA = "WBRT-HA"
    LITT = "LITT"
    NEUROSURGERY = "neurosurgery"
    CSF_SAMPLING = "CSF sampling"
    ORGANOTYPIC_CULTURE = "organotypic culture"
    PET_AMINO_ACID = "PET amino acid"
    PERFUSION_MRI = "perfusion MRI"
    PHASE_1_UNIT = "phase 1 unit"
    BIOBANK = "biobank"
    WINDOW_SURGERY = "window-of-opportunity surgery"


class Volume(StrEnum):
    """Patients with brain metastases or leptomeningeal disease a year."""

    UNDER_25 = "<25"
    FROM_25 = "25-99"
    FROM_100 = "100-299"
    FROM_300 = "300+"


class Visibility(StrEnum):
    """Who sees a field of somebody's profile, from the fewest to everybody."""

    OFFICE = "office"
    MEMBERS = "members"
    PUBLIC = "public"


class Field(StrEnum):
    """What of a profile can be shown or not, by the name that `Member.visibility` keeps."""

    NAME = "display_name"
    DEGREES = "degrees"
    SPECIALTIES = "specialties"
    AFFILIATION = "affiliation"
    ORCID = "orcid"
    INTERESTS = "interests"
    LANGUAGES = "languages"


class Topic(StrEnum):
    """What somebody works on, besides the tumours of `TUMOURS`."""

    LEPTOMENINGEAL = "leptomeningeal disease"
    RADIOSURGERY = "radiosurgery"
    RADIONECROSIS = "radionecrosis"
    SURGERY = "surgery"
    BARRIER = "blood-brain barrier"
    TARGETED = "targeted therapy"
    IMMUNOTHERAPY = "immunotherapy"
    IMAGING = "imaging and response"
    FLUID = "cerebrospinal fluid and biomarkers"
    MODELS = "preclinical models"
    COGNITION = "cognition"
    SUPPORT = "symptoms and quality of life"
    TRIALS = "trial design"
    DATA = "data and machine learning"
    EQUITY = "access to care"


TUMOURS = (
    "lung",
    "breast",
    "melanoma",
    "renal",
    "colorectal",
    "gastro_oesophageal_junction",
    "ovarian",
    "endometrial",
    "prostate",
    "urothelial",
    "thyroid",
    "sarcoma",
    "unknown_primary",
)
"""Tumours (ids of `cimara.terms.tumour`) that a place or a person can name as theirs."""

MOST_SPECIALTIES = 3
MOST_INTERESTS = 8


class Intervention(StrEnum):
    """What an idea would do to a patient."""

    RADIOSURGERY = "radiosurgery"
    WHOLE_BRAIN = "whole-brain radiotherapy sparing the hippocampi"
    ABLATION = "laser ablation"
    SURGERY = "surgery"
    WINDOW = "a drug before planned surgery"
    FIRST_IN_HUMAN = "a drug that is new in people"
    FLUID = "samples of cerebrospinal fluid"
    TISSUE = "a study of tissue"


NEEDS: dict[Intervention, CapabilityKind] = {
    Intervention.RADIOSURGERY: CapabilityKind.SRS,
    Intervention.WHOLE_BRAIN: CapabilityKind.WBRT_HA,
    Intervention.ABLATION: CapabilityKind.LITT,
    Intervention.SURGERY: CapabilityKind.NEUROSURGERY,
    Intervention.WINDOW: CapabilityKind.WINDOW_SURGERY,
    Intervention.FIRST_IN_HUMAN: CapabilityKind.PHASE_1_UNIT,
    Intervention.FLUID: CapabilityKind.CSF_SAMPLING,
    Intervention.TISSUE: CapabilityKind.BIOBANK,
}
"""What a place needs for it."""
