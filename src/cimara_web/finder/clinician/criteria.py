"""The table of criteria: what a study asks and what is known of the patient, in a professional's words."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from cimara.terms.registry import OverallStatus
from cimara.trials.plain import status_words
from cimara.trials.verdict import Criterion, CriterionId, CriterionValue
from cimara_web.finder.clinician import words
from cimara_web.finder.policy import BRM_SHORT, LMD_SHORT, STATE_WORDS
from cimara_web.finder.words import tumour_name

CRITERIA: dict[CriterionId, Any] = {
    CriterionId.STATUS: gettext_lazy("Recruitment"),
    CriterionId.AGE: gettext_lazy("Age"),
    CriterionId.SEX: gettext_lazy("Sex"),
    CriterionId.TUMOUR: gettext_lazy("Tumour"),
    CriterionId.BRM: gettext_lazy("Brain metastases"),
    CriterionId.LMD: gettext_lazy("Leptomeningeal disease"),
    CriterionId.STABLE_DAYS: gettext_lazy("Stable on imaging"),
    CriterionId.DAYS_SINCE_SRS: gettext_lazy("Time since SRS"),
    CriterionId.DAYS_SINCE_WBRT: gettext_lazy("Time since WBRT"),
    CriterionId.DAYS_SINCE_SURGERY: gettext_lazy("Time since brain surgery"),
    CriterionId.DAYS_SINCE_ANY_RT: gettext_lazy("Time since any RT"),
    CriterionId.PRIOR_LOCAL_THERAPY: gettext_lazy("Prior local therapy"),
    CriterionId.PRIOR_WBRT: gettext_lazy("Prior WBRT"),
    CriterionId.STEROIDS: gettext_lazy("Steroids"),
    CriterionId.LESION_SIZE: gettext_lazy("Lesion size"),
    CriterionId.LESION_COUNT: gettext_lazy("Number of lesions"),
    CriterionId.LESION_PLACE: gettext_lazy("Lesion location"),
    CriterionId.ANTISEIZURE: gettext_lazy("Antiseizure drugs"),
    CriterionId.SEIZURES: gettext_lazy("Seizures"),
    CriterionId.HAEMORRHAGE: gettext_lazy("Haemorrhage"),
    CriterionId.IMAGING: gettext_lazy("Brain imaging"),
    CriterionId.CNS_ONLY: gettext_lazy("Disease outside the brain"),
    CriterionId.PERFORMANCE: gettext_lazy("Performance status"),
    CriterionId.BIOMARKER: gettext_lazy("Biomarkers"),
}
VALUES: dict[CriterionValue, Any] = {
    CriterionValue.MEETS: gettext_lazy("Met"),
    CriterionValue.FAILS: gettext_lazy("Not met"),
    CriterionValue.NEEDS_CHECK: gettext_lazy("To check"),
    CriterionValue.UNKNOWN: gettext_lazy("Unknown"),
}
_SEXES: dict[str, Any] = {
    **words.SEXES,
    "ALL": gettext_lazy("all"),
    "FEMALE": gettext_lazy("female only"),
    "MALE": gettext_lazy("male only"),
}
_ASKED: dict[CriterionId, dict[str, Any]] = {
    CriterionId.SEX: _SEXES,
    CriterionId.BRM: {str(key): label for key, label in BRM_SHORT.items()},
    CriterionId.LMD: {str(key): label for key, label in LMD_SHORT.items()},
    CriterionId.PRIOR_LOCAL_THERAPY: {
        "required": gettext_lazy("required"),
        "forbidden": gettext_lazy("none allowed"),
        "optional": gettext_lazy("not required"),
    },
    CriterionId.PRIOR_WBRT: {"excluded": gettext_lazy("none allowed")},
    CriterionId.ANTISEIZURE: {
        "none": gettext_lazy("none allowed"),
        "stable": gettext_lazy("stable dose"),
        "enzyme_inducers_excluded": gettext_lazy("no enzyme inducers"),
    },
    CriterionId.SEIZURES: {"controlled": gettext_lazy("controlled")},
    CriterionId.HAEMORRHAGE: {"excluded": gettext_lazy("none allowed")},
    CriterionId.IMAGING: {
        "required_all": gettext_lazy("brain scan for everyone"),
        "required_if_history": gettext_lazy("brain scan if there is a history of brain metastases"),
        "required_if_symptoms": gettext_lazy("brain scan if there are symptoms"),
    },
    CriterionId.CNS_ONLY: {"extracranial": gettext_lazy("needed")},
    CriterionId.STEROIDS: {
        "none": gettext_lazy("none allowed"),
        "stable_or_tapering": gettext_lazy("stable or falling dose"),
        "any": gettext_lazy("allowed"),
    },
}
_KNOWN: dict[CriterionId, dict[str, Any]] = {
    CriterionId.SEX: _SEXES,
    CriterionId.BRM: {str(key): label for key, label in STATE_WORDS.items()},
    CriterionId.LMD: words.LMD,
    CriterionId.PRIOR_LOCAL_THERAPY: {"had": gettext_lazy("yes"), "none": gettext_lazy("none")},
    CriterionId.PRIOR_WBRT: {"had": gettext_lazy("yes"), "none": gettext_lazy("none")},
    CriterionId.SEIZURES: words.SEIZURES,
    CriterionId.HAEMORRHAGE: {"present": gettext_lazy("yes"), "none": gettext_lazy("none")},
    CriterionId.CNS_ONLY: {
        "cns_only": gettext_lazy("none measurable"),
        "extracranial": gettext_lazy("measurable"),
    },
}
_COMMON: dict[str, Any] = {
    "none": gettext_lazy("none"),
    "brainstem": gettext_lazy("brainstem"),
    "optic pathway": gettext_lazy("optic pathway"),
    "optic_pathway": gettext_lazy("optic pathway"),
    "eloquent": gettext_lazy("eloquent areas"),
    "eloquent cortex": gettext_lazy("eloquent areas"),
    "dural": gettext_lazy("dura"),
    "posterior_fossa": gettext_lazy("posterior fossa"),
    "posterior fossa": gettext_lazy("posterior fossa"),
}
_INTERVALS = frozenset(one for one in CriterionId if one.startswith("days_since_")) | {
    CriterionId.STABLE_DAYS
}
_NO_STEROID = "prednisone 0 mg, dexamethasone 0 mg"
"""How the library writes that no steroid is allowed, whatever its name."""
_AGES = re.compile(r"(?P<least>[\d.]+)-(?P<most>[\d.]*)")
_OFF = re.compile(r"\boff (\d+) d\b")
_WITHIN = re.compile(r"within (\d+) d")
_DAYS = re.compile(r"(\d+) d")
_DOSE = re.compile(r"\b([a-z]+) ([\d.]+) mg\b")


def asked_words(criterion: Criterion) -> str:
    """What the study asks; empty when its sentence can't be put into a short form."""
    text = criterion.requirement
    if criterion.id is CriterionId.STATUS and criterion.fact:
        return status_words(OverallStatus(criterion.fact), get_language() or "en")
    if text is None:
        return ""
    if criterion.id is CriterionId.AGE and (ages := _AGES.fullmatch(text)):
        return _age_words(ages["least"], ages["most"])
    if criterion.id in _INTERVALS:
        return _("at least %(time)s") % {"time": days_words(int(text))} if text.isdigit() else text
    if criterion.id is CriterionId.LESION_COUNT and text.isdigit():
        return f"≤ {text}"
    if criterion.id is CriterionId.TUMOUR:
        return ", ".join(tumour_name(one) for one in text.split(","))
    text = text.replace(_NO_STEROID, "none")
    return _ASKED.get(criterion.id, {}).get(text) or _in_parts(text, limit="≤ ")


def known_words(criterion: Criterion) -> str:
    """What is known of the patient; empty when nothing is."""
    text = criterion.fact
    if text is None:
        return ""
    if criterion.id is CriterionId.STATUS:
        return "–"
    if criterion.id is CriterionId.AGE:
        return ngettext("%(n)s year", "%(n)s years", int(text)) % {"n": text}
    if criterion.id is CriterionId.TUMOUR:
        return tumour_name(text)
    if criterion.id in _INTERVALS and text.isdigit():
        return days_words(int(text))
    if criterion.id is CriterionId.IMAGING and (days := _DAYS.fullmatch(text)):
        return _("%(time)s ago") % {"time": days_words(int(days[1]))}
    return _KNOWN.get(criterion.id, {}).get(text) or _in_parts(text)


def _age_words(least: str, most: str) -> str:
    if not most:
        return _("from %(least)s years") % {"least": least}
    return _("%(least)s to %(most)s years") % {"least": least, "most": most}


def _in_parts(text: str, limit: str = "") -> str:
    """Lengths, doses, days and lists of places, each in its own words."""
    parts = [str(_COMMON.get(part, part)) for part in re.split(r", ?", text)]
    return ", ".join(_measured(part, limit) for part in parts)


def _measured(part: str, limit: str) -> str:
    if off := _OFF.fullmatch(part):
        return _("off steroids for %(time)s") % {"time": days_words(int(off[1]))}
    if within := _WITHIN.fullmatch(part):
        return _("brain scan of the last %(time)s") % {"time": days_words(int(within[1]))}
    if dose := _DOSE.fullmatch(part):
        drug = words.STEROIDS.get(dose[1], dose[1])
        return _("%(drug)s %(limit)s%(mg)s mg/day") % {
            "drug": str(drug),
            "limit": limit if dose[2] != "0" else "",
            "mg": dose[2],
        }
    return re.sub(r"([<>])=?\s*(?=\d)", lambda sign: _SIGNS[sign[0].strip()], part)


_SIGNS = {"<=": "≤ ", ">=": "≥ ", "<": "< ", ">": "> "}


def days_words(count: int) -> str:
    """A number of days."""
    return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
