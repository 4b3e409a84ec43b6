"""The words of the workbench in the language in use: choices, what is wrong with a field, what to look at."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cimara.response.worksheet.cautions import PERPENDICULAR_MISSING, Caution
from cimara.response.worksheet.cells import CellFault
from cimara.response.worksheet.filling import LeftOut
from cimara.response.worksheet.reading import SheetFault

CRITERIA: dict[str, Any] = {
    "rano_bm": _("RANO-BM (brain)"),
    "rano_bm_imaging": _("RANO-BM, imaging only (brain)"),
    "recist11": _("RECIST 1.1 (whole body)"),
    "mrecist_cns5": _("mRECIST-CNS, 5 mm (brain)"),
    "irano": _("iRANO (brain)"),
    "irecist": _("iRECIST (whole body)"),
}
"""The presets that the workbench offers, in its order."""
PLACES: dict[str, Any] = {
    "brain": _("Brain or cord"),
    "leptomeninges": _("Leptomeninges"),
    "dura": _("Dura, skull, spine bone"),
    "lung": _("Lung"),
    "liver": _("Liver"),
    "node": _("Lymph node"),
    "adrenal": _("Adrenal"),
    "bone": _("Bone"),
    "elsewhere": _("Elsewhere"),
}
ROLES: dict[str, Any] = {"TARGET": _("Target"), "NON_TARGET": _("Non-target"), "NEW": _("New")}
CLINICAL: dict[str, Any] = {
    "": _("Not known"),
    "STABLE": _("Stable"),
    "IMPROVED": _("Improved"),
    "WORSE": _("Worse: tumour"),
    "WORSE_COMORBIDITY": _("Worse: other illness"),
    "WORSE_STEROIDS": _("Worse: steroid change"),
    "WORSE_UNKNOWN": _("Worse: cause unknown"),
}
STEROIDS: dict[str, Any] = {
    "": _("Not known"),
    "NONE": _("None"),
    "DECREASED": _("Less"),
    "STABLE": _("Same"),
    "INCREASED": _("More"),
}
NEW: dict[str, Any] = {
    "": _("None seen"),
    "EQUIVOCAL": _("Equivocal"),
    "UNEQUIVOCAL": _("Unequivocal"),
    "ABSENT": _("Gone again"),
}
ANSWERS: dict[str, Any] = {"": _("Not known"), "yes": _("Yes"), "no": _("No")}

FAULTS: dict[StrEnum, Any] = {
    SheetFault.START_MISSING: _("Give the first day of treatment, such as 2026-01-12."),
    SheetFault.DATE_MISSING: _("This visit has entries, so it needs a date, such as 2026-03-09."),
    SheetFault.DATE_UNREADABLE: _("Write a date as year, month, day: 2026-03-09."),
    SheetFault.LABEL_TWICE: _("Two visits have this name. Give each its own."),
    SheetFault.NAME_MISSING: _("Give this lesion a name."),
    SheetFault.NAME_TWICE: _("Two lesions have this name. Give each its own; NEW is taken by the row below."),
    SheetFault.NAME_UNUSABLE: _("A name can’t hold a comma or a semicolon."),
    SheetFault.NOT_IN_LIST: _("Choose one of the list."),
    SheetFault.NEVER_SEEN: _("This lesion is gone, but no visit shows it as new. Correct one of them."),
    SheetFault.NO_VISIT: _("Enter at least one visit with its date."),
    SheetFault.NO_LESION: _("Enter what was seen of at least one lesion."),
    CellFault.UNREADABLE_SIZE: _(
        "Write a size in mm, such as 14.5 or 14.5 x 9, or one of TOO SMALL, ABSENT, NE, NOT DONE."
    ),
    CellFault.UNREADABLE_STATE: _("Write one of PRESENT, ABSENT, PD, NE, or a size in mm."),
    CellFault.UNREADABLE_NEW: _("Write EQUIVOCAL or UNEQUIVOCAL, a size after it if you like, or ABSENT."),
    CellFault.SECOND_LONGER: _("The longest diameter comes first; the second can’t be longer."),
    CellFault.TOO_LARGE: _("This is more than 300 mm. Write millimetres, not tenths or centimetres."),
}
CAUTIONS: dict[str, Any] = {
    PERPENDICULAR_MISSING: _("No second diameter at baseline; this criterion asks for one."),
    "LEPTOMENINGEAL": _("Leptomeningeal disease is never a target. Make it a non-target."),
    "DURAL_OR_BONY": _("A lesion of dura or bone is no target. Make it a non-target."),
    "NOT_MEASURED": _("No size at baseline."),
    "NODE_BELOW_MINIMUM": _("The short axis of this node is below 15 mm at baseline."),
    "DIAMETER_BELOW_MINIMUM": _("The longest diameter is below the limit at baseline."),
    "PERPENDICULAR_BELOW_MINIMUM": _("The second diameter is below 5 mm at baseline."),
    "TOO_MANY_TARGETS": _("There are more targets than the criterion allows. All of them are in the sum."),
    "TOO_MANY_IN_ORGAN": _(
        "There are more targets in one organ than the criterion allows. All are in the sum."
    ),
    "NO_BASELINE": _("No visit lies on or before the first day of treatment, so there is no baseline."),
    "BASELINE_TOO_OLD": _("The baseline scan is more than 28 days older than the first day of treatment."),
    "IMMUNOTHERAPY_UNKNOWN": _(
        "There is a new lesion, and you did not say if the patient had immunotherapy."
    ),
    "IMMUNOTHERAPY_START_MISSING": _(
        "No start of immunotherapy is given. The first day of treatment is taken."
    ),
    "IRANO_UNCONFIRMED": _("This progression waits for a later scan to confirm it."),
}
"""By the library's code; one that is not here is told in the library's words."""
FLAGS: dict[str, Any] = {
    "BACKDATED": _("Dated back to the scan that showed the lesion first"),
    "NEW_EQUIVOCAL": _("A possible new lesion is being watched"),
    "NEW_LESION_UNDER_REVIEW": _("New lesion under immunotherapy: under review, not PD by itself"),
    "IMAGING_ONLY": _("Imaging only: clinical state and steroids left aside"),
    "CLINICAL_DURATION_UNKNOWN": _("How long the decline has lasted is not known"),
    "WORSE_OTHER_CAUSE": _("Clinically worse from another cause"),
    "PD_REFUTED": _("A progression was withdrawn after a later scan"),
    "CONFIRM_LATE": _("Confirmed later than eight weeks"),
}
LEFT_OUT: dict[LeftOut, Any] = {
    LeftOut.OTHER_EVALUATORS: _("readings by other evaluators"),
    LeftOut.ADJUDICATIONS: _("later decisions (adjudications)"),
    LeftOut.LM_FORMS: _("RANO-LM forms"),
    LeftOut.SCALES: _("KPS, ECOG, steroid doses and how long a decline lasted"),
    LeftOut.LESION_DETAILS: _("volumes, slices, changes, merged or split lesions"),
    LeftOut.VISIT_DETAILS: _("which visit is baseline, T2/FLAIR change, the next therapy"),
    LeftOut.TOO_MANY: _("visits, lesions or names that don’t fit"),
}


def fault_words(fault: StrEnum) -> str:
    """What is wrong with a field, and what would be right."""
    return str(FAULTS[fault])


def caution_words(caution: Caution) -> str:
    """One thing to look at again, with the lesion or visit it is about."""
    said = str(CAUTIONS.get(caution.code) or caution.text or caution.code)
    about = caution.lesion_id or caution.visit_id
    return f"{about}: {said}" if about else said


def flag_words(flag: str) -> str:
    """A flag of a result row; one without words of its own stays a code."""
    code, _sep, rule = flag.partition(":")
    if code == "UNVERIFIED_RULE":
        return gettext("Rule %(rule)s is not yet checked against the printed source") % {"rule": rule}
    return str(FLAGS.get(code, flag))
