"""The closed lists of the directory in words, in the language in use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cimara.terms.tumour import tumours
from cimara.trials.gazetteer import gazetteer
from cimara_web.members.words import (
    TUMOURS,
    CapabilityKind,
    Field,
    InstitutionKind,
    Specialty,
    Topic,
    Visibility,
    Volume,
)

SPECIALTIES: Mapping[str, Any] = {
    Specialty.MEDICAL_ONCOLOGY: _("Medical oncology"),
    Specialty.RADIATION_ONCOLOGY: _("Radiation oncology"),
    Specialty.NEUROSURGERY: _("Neurosurgery"),
    Specialty.NEURORADIOLOGY: _("Neuroradiology"),
    Specialty.NEUROPSYCHOLOGY: _("Neuropsychology"),
    Specialty.PALLIATIVE_CARE: _("Palliative care"),
    Specialty.ADVOCACY: _("Non-profit and patient advocacy"),
    Specialty.RESEARCH: _("Basic and translational research"),
    Specialty.NEURO_ONCOLOGY: _("Neuro-oncology"),
    Specialty.BIOSTATISTICS: _("Biostatistics and data"),
    Specialty.OTHER: _("Other"),
}
KINDS: Mapping[str, Any] = {
    InstitutionKind.UNIVERSITY: _("University"),
    InstitutionKind.HOSPITAL: _("Hospital"),
    InstitutionKind.INSTITUTE: _("Institute"),
    InstitutionKind.NON_PROFIT: _("Non-profit organisation"),
}
CAPABILITIES: Mapping[str, Any] = {
    CapabilityKind.SRS: _("Stereotactic radiosurgery (SRS)"),
    CapabilityKind.HSRT: _("Hypofractionated stereotactic radiotherapy (HSRT)"),
    CapabilityKind.WBRT_HA: _("Whole-brain radiotherapy sparing the hippocampi"),
    CapabilityKind.LITT: _("Laser interstitial thermal therapy (LITT)"),
    CapabilityKind.NEUROSURGERY: _("Neurosurgery"),
    CapabilityKind.CSF_SAMPLING: _("Sampling of cerebrospinal fluid"),
    CapabilityKind.ORGANOTYPIC_CULTURE: _("Organotypic culture"),
    CapabilityKind.PET_AMINO_ACID: _("Amino acid PET"),
    CapabilityKind.PERFUSION_MRI: _("Perfusion MRI"),
    CapabilityKind.PHASE_1_UNIT: _("Phase 1 unit"),
    CapabilityKind.BIOBANK: _("Biobank"),
    CapabilityKind.WINDOW_SURGERY: _("Window-of-opportunity surgery"),
}
VOLUMES: Mapping[str, Any] = {
    Volume.UNDER_25: _("Fewer than 25"),
    Volume.FROM_25: _("25 to 99"),
    Volume.FROM_100: _("100 to 299"),
    Volume.FROM_300: _("300 or more"),
}
FIELDS: Mapping[str, Any] = {
    Field.NAME: _("Name"),
    Field.DEGREES: _("Degrees"),
    Field.SPECIALTIES: _("Specialties"),
    Field.AFFILIATION: _("Institution and department"),
    Field.ORCID: _("ORCID iD"),
    Field.INTERESTS: _("Interests"),
    Field.LANGUAGES: _("Languages"),
}
SEEN_BY: Mapping[str, Any] = {
    Visibility.OFFICE: _("Only the consortium office"),
    Visibility.MEMBERS: _("Members"),
    Visibility.PUBLIC: _("Everybody"),
}
TOPICS: Mapping[str, Any] = {
    Topic.LEPTOMENINGEAL: _("Leptomeningeal disease"),
    Topic.RADIOSURGERY: _("Radiosurgery"),
    Topic.RADIONECROSIS: _("Radionecrosis"),
    Topic.SURGERY: _("Surgery"),
    Topic.BARRIER: _("Blood-brain barrier"),
    Topic.TARGETED: _("Targeted therapy"),
    Topic.IMMUNOTHERAPY: _("Immunotherapy"),
    Topic.IMAGING: _("Imaging and response"),
    Topic.FLUID: _("Cerebrospinal fluid and biomarkers"),
    Topic.MODELS: _("Preclinical models"),
    Topic.COGNITION: _("Cognition"),
    Topic.SUPPORT: _("Symptoms and quality of life"),
    Topic.TRIALS: _("Trial design"),
    Topic.DATA: _("Data and machine learning"),
    Topic.EQUITY: _("Access to care"),
}


def worded(words: Mapping[str, Any], value: str) -> str:
    """A value in words; the value itself when it isn't of the list."""
    return str(words.get(value, value))


def choices(words: Mapping[str, Any], *, nothing: Any = None) -> list[tuple[str, Any]]:
    """A list as the choices of a form field, with an empty first one where `nothing` says what it means."""
    first = [] if nothing is None else [("", nothing)]
    return [*first, *((str(value), label) for value, label in words.items())]


def tumour_words(tumour: str) -> str:
    """A tumour of the vocabulary in words."""
    entry = tumours().get(tumour)
    if entry is None:
        return tumour
    return entry.name_es if _language() == "es" else entry.name


def tumour_choices() -> list[tuple[str, str]]:
    """Tumours that a place or a person can name."""
    return [(one, _begun(tumour_words(one))) for one in TUMOURS]


def interest_words(interest: str) -> str:
    """A topic or a tumour in words."""
    return str(TOPICS[interest]) if interest in TOPICS else _begun(tumour_words(interest))


def interest_choices() -> list[tuple[str, str]]:
    """Topics, then tumours."""
    return [*((str(one), str(label)) for one, label in TOPICS.items()), *tumour_choices()]


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def country_words(code: str) -> str:
    """A country by its ISO 3166-1 code."""
    return _country_names(_language()).get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Every country by name."""
    names = _country_names(_language())
    return sorted(names.items(), key=lambda pair: pair[1].casefold())


@cache
def _country_names(language: str) -> dict[str, str]:
    names = Locale.parse(language).territories
    return {code: str(names.get(code, english)) for code, english in gazetteer().country_names.items()}


def languages_words(codes: Iterable[str]) -> list[str]:
    """Languages by their ISO 639-1 codes."""
    names = Locale.parse(_language()).languages
    return [_begun(str(names.get(code, code))) for code in codes]


SPOKEN = (
    "ar",
    "bn",
    "da",
    "de",
    "el",
    "en",
    "es",
    "fa",
    "fi",
    "fr",
    "he",
    "hi",
    "it",
    "ja",
    "ko",
    "nl",
    "no",
    "pl",
    "pt",
    "ru",
    "sv",
    "tr",
    "uk",
    "ur",
    "vi",
    "zh",
)
"""ISO 639-1 codes of the languages that are offered."""


def language_choices() -> list[tuple[str, str]]:
    """Languages that somebody may speak with patients and colleagues."""
    return sorted(zip(SPOKEN, languages_words(SPOKEN), strict=True), key=lambda pair: pair[1].casefold())


def _language() -> str:
    return (get_language() or "en")[:2]
