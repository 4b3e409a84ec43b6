"""The fields of a profile as a form declares them: every fact that the library can compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cimara.terms.registry import Phase
from cimara.trials.matching import BrainPlace
from cimara_web.finder.browse import PHASE_WORDS, options
from cimara_web.finder.clinician import words
from cimara_web.finder.clinician.fields import (
    Amount,
    Genes,
    Line,
    Listed,
    Pick,
    PickNumber,
    Several,
    When,
    YesNo,
)
from cimara_web.finder.policy import STATE_WORDS


def _listed(words_of: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    return [(str(key), label) for key, label in words_of.items()]


def _countries() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in options("country")]


class ProfileFields(forms.Form):
    """All facts of `cimara.trials.matching.Profile`; a part's fields are named `cns_…` and `steroids_…`."""

    use_required_attribute = False

    age = Amount(0, 120, whole=True, label=_("Age (years)"))
    sex = Pick(_listed(words.SEXES), label=_("Sex"))
    ecog = PickNumber(words.ECOG, label=_("ECOG"))
    kps = PickNumber([(str(one), str(one)) for one in range(100, 0, -10)], label=_("Karnofsky (%)"))

    tumour = Pick(words.tumour_choices, label=_("Primary tumour"))
    subtype = Line(label=_("Subtype or histology"))
    stage = Line(label=_("Stage"), max_length=40, width=10)
    biomarkers = Genes(
        label=_("Biomarkers"),
        most=100,
        longest=92,
        help_text=_("Such as “EGFR: exon 19 deletion; HER2: positive”. “None” if tested, not found."),
    )
    extracranial_measurable = YesNo(label=_("Measurable disease outside the brain"))
    prior_therapies = Listed(
        label=_("Prior systemic therapies"), most=50, longest=80, help_text=_("With semicolons between them.")
    )

    cns_state = Pick(_listed(STATE_WORDS), label=_("State of brain metastases"))
    cns_brm_present = YesNo(label=_("Brain metastases present"))
    cns_lesion_count = Amount(0, 500, whole=True, label=_("Number of lesions"))
    cns_largest_mm = Amount(0, 250, label=_("Largest lesion (mm)"))
    cns_largest_untreated_mm = Amount(
        0, 250, label=_("Largest untreated lesion (mm)"), help_text=_("0: none is untreated.")
    )
    cns_symptoms = Pick(_listed(words.SYMPTOMS), label=_("Symptoms of them"))
    cns_seizures = Pick(_listed(words.SEIZURES), label=_("Seizures"))
    cns_haemorrhage = YesNo(label=_("Haemorrhage in a lesion"))
    cns_places = Several(
        BrainPlace,
        words.PLACES,
        none=_("None of these"),
        label=_("A lesion lies in (none ticked: not known)"),
    )

    cns_last_srs = When(label=_("Last SRS (days ago)"))
    cns_last_wbrt = When(label=_("Last WBRT (days ago)"))
    cns_last_surgery = When(label=_("Last brain surgery (days ago)"))
    cns_last_brain_rt = When(
        label=_("Last brain RT (days ago)"), help_text=_("Only if SRS or WBRT isn’t known.")
    )
    cns_had_wbrt = YesNo(label=_("WBRT at any time"))
    cns_stable_since = When(never=False, label=_("Stable on imaging since (days ago)"))
    cns_last_brain_scan = When(label=_("Last brain scan (days ago)"))
    cns_scan_modality = Pick(_listed(words.MODALITIES), label=_("Scanned by"))

    cns_lmd = Pick(_listed(words.LMD), label=_("Leptomeningeal disease"))
    cns_lmd_state = Pick(_listed(words.LMD_STATES), label=_("State of it"))

    steroids_drug = Pick(_listed(words.STEROIDS), label=_("Steroid now"))
    steroids_mg_per_day = Amount(0, 2000, label=_("Dose (mg/day of that drug)"))
    steroids_trend = Pick(_listed(words.TRENDS), label=_("Dose of late"))
    steroids_last_dose = When(label=_("Last steroid dose (days ago)"), help_text=_("Once stopped."))
    antiseizure_drugs = Listed(
        label=_("Antiseizure drugs"),
        most=20,
        longest=60,
        help_text=_("With semicolons between them, or “none”."),
    )

    place = Line(label=_("Town, US ZIP code, or latitude and longitude"), max_length=80)
    country = Pick(_countries, label=_("Country"))
    max_distance_km = Amount(0, 20_040, label=_("Open site within (km)"), empty=_("Any"))
    phases = Several(Phase, PHASE_WORDS, label=_("Phases (none ticked: any)"))
