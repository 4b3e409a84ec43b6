"""The words of the RANO-LM form in the language in use."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cimara.response.worksheet.lm_sheet import LmProblem
from cimara.terms.response import FormFault

ITEMS: dict[str, Any] = {
    "brain.nodules": _("Nodules, subarachnoid or ventricular"),
    "brain.linear_enhancement": _("Leptomeningeal linear enhancement"),
    "brain.hydrocephalus": _("Hydrocephalus"),
    "spine.nodules": _("Nodules, subarachnoid"),
    "spine.linear_enhancement": _("Leptomeningeal linear enhancement"),
    "brain.parenchymal": _("Parenchymal brain metastases"),
    "spine.intramedullary": _("Intramedullary spine metastases"),
}
REGIONS: dict[str, Any] = {"brain": _("Brain"), "spine": _("Spine")}
PARTS: dict[str, Any] = {
    "reference": _("At the reference scan"),
    "followup": _("At follow-up"),
    "change": _("Change since then"),
    "fewer": _("Fewer than three measurable nodules"),
}
HEADER: dict[str, Any] = {
    "patient": _("Patient code (no name)"),
    "evaluator": _("Read by"),
    "reference_scan_date": _("Date of the reference scan"),
    "date": _("Date of the follow-up scan"),
    "last_lumbar_puncture": _("Last lumbar puncture: date, or “none”"),
    "treatment_since_reference": _("Treatment since the reference scan, or “none”"),
    "overall_human": _("Your own call, if it differs"),
    "overall_reason": _("Why your call differs"),
}
PRESENCE: dict[str, Any] = {"": _("Choose"), "1": _("1, present"), "0": _("0, absent"), "NE": _("NE")}
CHANGE: dict[str, Any] = {
    "": _("Choose"),
    "improved": _("Improved"),
    "no change": _("No change"),
    "worse": _("Worse"),
    "NE": _("NE"),
}
CALLS = ("", "CR", "PR", "SD", "PD", "NE")
REASONS: dict[str, Any] = {
    "LM_FORM_INCOMPLETE": _("The form is not complete."),
    "LM_ITEM_NEW": _("An item is newly present."),
    "LM_ITEM_WORSE": _("An item is worse."),
    "LM_ITEM_NOT_EVALUABLE": _("An item could not be judged."),
    "LM_ITEM_IMPROVED": _("An item improved."),
    "LM_ALL_ABSENT": _("All items are absent now."),
    "LM_CR_EXCLUDED_BY_UNSEEN_ITEM": _("An item that could not be judged holds back CR."),
    "LM_NONE_AT_REFERENCE": _("No item was present at the reference scan."),
}
_MISSING: dict[str, Any] = {
    "overall_reason": _("Write why your call differs from the computed one."),
    "last_lumbar_puncture": _("The date of the last lumbar puncture, or “none”, is missing."),
    "treatment_since_reference": _("The treatment since the reference scan, or “none”, is missing."),
    "reference_scan_date": _("The date of the reference scan is missing."),
    "date": _("The date of the follow-up scan is missing."),
}
_WRONG: tuple[tuple[str, Any], ...] = (
    ("the reference scan must be earlier", _("The reference scan must be earlier than the follow-up scan.")),
    ("date of", _("Write a date as year, month, day: 2026-03-09.")),
    ("sizes need nodules", _("Sizes need nodules that are present at follow-up.")),
    ("three sizes and fewer", _("Three sizes and “fewer than three” exclude each other.")),
    ("a measurable nodule", _("A measurable nodule is larger than 5 x 5 mm in both diameters.")),
    ("size of nodule", _("Write a size in mm, such as 7.5.")),
)


def call_choices() -> dict[str, str]:
    """The words of a call, for a list."""
    return {one: one or gettext("Choose") for one in CALLS}


def field_label(name: str) -> str:
    """What a field is called on the page: item and part, or the field of the header."""
    if name in HEADER:
        return str(HEADER[name])
    region, item, part = name.split(".")
    about = f"{REGIONS[region]}, {ITEMS[f'{region}.{item}']}"
    if part in PARTS:
        return f"{about}: {PARTS[part]}"
    return gettext("%(item)s: nodule %(number)s, %(axis)s in mm") % {
        "item": about,
        "number": part[1],
        "axis": part[2].upper(),
    }


def problem_words(found: LmProblem) -> str:
    """One thing that keeps the form from being final; the field is named."""
    name, problem = found.field, found.problem
    if problem.fault is FormFault.EMPTY:
        if name in _MISSING:
            return str(_MISSING[name])
        if ".n" in name and not name.endswith(".ne") and name.rsplit(".", 1)[1][1:2].isdigit():
            return gettext("%(field)s is missing. Give it, or tick “fewer than three”.") % {
                "field": field_label(name)
            }
        return gettext("%(field)s is missing.") % {"field": field_label(name)}
    leaves = problem.text.partition("which leaves ")[2]
    if leaves:
        fitting = gettext("%(field)s does not agree with what was seen then and now. What fits: %(words)s.")
        return fitting % {"field": field_label(name), "words": _change_words(leaves)}
    said = next((text for start, text in _WRONG if problem.text.startswith(start)), problem.text)
    return f"{field_label(name)}: {said}"


def _change_words(leaves: str) -> str:
    """The words for change that are left, in the language in use."""
    if leaves == "no word":
        return gettext("leave it empty")
    return ", ".join(str(CHANGE.get(one, one)) for one in leaves.split(" or "))
