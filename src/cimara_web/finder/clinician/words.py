"""Words for the facts of a profile, as a professional reads them in a list, a table or a hint."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from cimara.terms.tumour import TumourFamily, tumours
from cimara.trials.matching import (
    BrainPlace,
    Lmd,
    LmdState,
    PatientSex,
    ScanModality,
    Seizures,
    SteroidDrug,
    Symptoms,
    Trend,
)
from cimara_web.finder.words import tumour_name

SEXES: dict[str, Any] = {
    PatientSex.FEMALE: _("Female"),
    PatientSex.MALE: _("Male"),
    PatientSex.OTHER: _("Other"),
}
ECOG: tuple[tuple[str, Any], ...] = (
    ("0", _("0: fully active")),
    ("1", _("1: restricted, ambulatory")),
    ("2", _("2: up over half of the day")),
    ("3", _("3: in bed over half of the day")),
    ("4", _("4: bedbound")),
)
SYMPTOMS: dict[str, Any] = {
    Symptoms.NONE: _("None"),
    Symptoms.STABLE: _("Residual, stable"),
    Symptoms.NEW_OR_WORSE: _("New or worse"),
    Symptoms.URGENT: _("Urgent, such as herniation"),
}
SEIZURES: dict[str, Any] = {
    Seizures.NONE: _("None"),
    Seizures.CONTROLLED: _("Controlled"),
    Seizures.UNCONTROLLED: _("Uncontrolled"),
}
MODALITIES: dict[str, Any] = {
    ScanModality.MRI: _("MRI"),
    ScanModality.CT: _("CT"),
    ScanModality.PET: _("PET"),
}
PLACES: dict[str, Any] = {
    BrainPlace.BRAINSTEM: _("Brainstem"),
    BrainPlace.OPTIC_PATHWAY: _("Optic pathway"),
    BrainPlace.ELOQUENT: _("Eloquent areas"),
    BrainPlace.DURAL: _("Dura"),
    BrainPlace.POSTERIOR_FOSSA: _("Posterior fossa"),
}
LMD: dict[str, Any] = {
    Lmd.NO: _("No"),
    Lmd.SUSPECTED: _("Suspected"),
    Lmd.IMAGING: _("Yes, by imaging"),
    Lmd.CSF_POSITIVE: _("Yes, by CSF cytology"),
}
LMD_STATES: dict[str, Any] = {
    LmdState.STABLE: _("Stable"),
    LmdState.ACTIVE: _("Active"),
    LmdState.SYMPTOMATIC: _("With symptoms"),
}
STEROIDS: dict[str, Any] = {
    SteroidDrug.NONE: _("None"),
    SteroidDrug.DEXAMETHASONE: _("Dexamethasone"),
    SteroidDrug.PREDNISONE: _("Prednisone"),
    SteroidDrug.PREDNISOLONE: _("Prednisolone"),
    SteroidDrug.METHYLPREDNISOLONE: _("Methylprednisolone"),
    SteroidDrug.HYDROCORTISONE: _("Hydrocortisone"),
    SteroidDrug.OTHER: _("Another steroid"),
}
TRENDS: dict[str, Any] = {
    Trend.STABLE: _("Stable"),
    Trend.TAPERING: _("Tapering"),
    Trend.INCREASING: _("Increasing"),
}
_NOT_PRIMARIES = frozenset({"brain_metastases", "leptomeningeal_disease", "brain_tumour"})
_GENERAL = (TumourFamily.ANY_CANCER, TumourFamily.ANY_SOLID)


def tumour_choices() -> list[tuple[str, str]]:
    """Every tumour that a person can have, by its name in the language in use."""
    listed = (
        one.id for one in tumours().values() if one.family not in _GENERAL and one.id not in _NOT_PRIMARIES
    )
    return sorted(((one, tumour_name(one)) for one in listed), key=lambda pair: pair[1].casefold())
