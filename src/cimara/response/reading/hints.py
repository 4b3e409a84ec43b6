"""What a person can do about each thing that reading finds wrong, by its code."""

from __future__ import annotations

from collections.abc import Mapping

_ROW_TWICE = "Keep one of the two rows."
_DATE = "Write the whole date, such as 2024-03-17."
_FILL = "Look the date up; a study should not rest on a filled-in one."
HINTS: Mapping[str, str] = {
    "ACCEPTED_READERS_DIFFER": "Say in a table of adjudications which reader counts at which visit.",
    "AMBIGUOUS_VISIT": "Give the row the date of one of these visits, or each visit an id of its own.",
    "CELL_TOO_LONG": "Is a quotation mark missing? Only short texts stand in this table.",
    "CELL_UNREADABLE": "Write the cell as expected, or leave it empty if it is not known.",
    "DATE_CONFLICT": "Compare the date with the start of treatment.",
    "DATE_FROM_OTHER_EVALUATOR": _FILL,
    "DATE_IMPUTED_DAY": _FILL,
    "DATE_IMPUTED_MONTH": _FILL,
    "DATE_IMPUTED_YEAR": _FILL,
    "DATE_UNDATED": _DATE,
    "DUPLICATE_CLINICAL": _ROW_TWICE,
    "DUPLICATE_EVENT": "Give each decision an id of its own; a later one supersedes an earlier one.",
    "DUPLICATE_ITEM": _ROW_TWICE,
    "DUPLICATE_LESION": "Keep one row for each lesion and evaluator.",
    "DUPLICATE_PATIENT": _ROW_TWICE,
    "DUPLICATE_RESPONSE": "Keep one response for each subject, evaluator, visit and test.",
    "DUPLICATE_VISIT": "Keep one row for each visit and date; if it was another visit, give it its own id.",
    "EXTRA_COLUMNS": "Is a name misspelt? Otherwise nothing need be done.",
    "EXTRA_QUALIFIERS": "Is a name misspelt? Otherwise nothing need be done.",
    "FORM_CONFLICT": "Let every row of a form say the same of the form as a whole.",
    "NEW_LESION_WITHOUT_STATE": "Add TUMSTATE of the lesion: EQUIVOCAL or UNEQUIVOCAL.",
    "NOT_STARTED": "Nothing need be done if they were neither randomised nor treated.",
    "PLACE_MISSING": "Fill in TULOC, or COMPART in SUPPTU.",
    "PLACE_UNKNOWN": "Use a word of CDISC's list of anatomical locations, or state COMPART in SUPPTU.",
    "ROW_LENGTH": "Is a comma missing, or does a text with a comma stand without quotation marks?",
    "SIZE_IMPLAUSIBLE": "Were centimetres and millimetres mixed up?",
    "SIZE_MISSING": "Give the size, or the status TOO_SMALL, ABSENT, NOT_EVALUABLE or NOT_DONE.",
    "SIZE_ROUNDED": "Nothing need be done: tenths of a millimetre are what is compared.",
    "SIZE_WITHOUT_SCAN": "If the lesion was measured, its status is MEASURED; otherwise remove the size.",
    "START_DATE_PARTIAL": _DATE,
    "START_FROM_BASELINE": "Name ADSL, which has the start dates.",
    "STATUS_MISSING": "Fill in MEASURED, TOO_SMALL, ABSENT, NOT_EVALUABLE, NOT_DONE or MERGED.",
    "STEROID_DOSE_UNKNOWN": "Give drug, dose, unit mg and frequency in the words of CDISC.",
    "STEROID_EQUIVALENT_UNVERIFIED": "Check the factor, or record dexamethasone-equivalent mg a day.",
    "SUM_MISMATCH": "Compare the sizes of the visit with the source; our own sum is used.",
    "THERAPY_UNDATED": "Fill in the day on which the therapy began.",
    "TWO_UNITS": "Use one unit in the whole column.",
    "UNKNOWN_LESION": "List the lesion among the lesions or the new lesions, or correct its id.",
    "UNKNOWN_PATIENT": "Add the patient with a start date, or correct the id.",
    "UNKNOWN_TEST": "The row is not read; nothing need be done if that is meant.",
    "UNKNOWN_VISIT": "Add the visit with its date, or correct its id.",
    "VALUE_MISSING": "Fill in the cell: the row can't be used without it.",
    "VALUE_UNFIT": "Give the value that this kind of decision asks for.",
    "VISIT_BEFORE_BASELINE": "Check the date and which visit is the baseline; the visit is not assessed.",
    "VISIT_SPLIT": "If it was one visit, give it one date and its scans theirs; otherwise two ids.",
}
"""The hint for each code, where a finding has none of its own."""


def hint_for(code: str, own: str = "") -> str:
    """The finding's own hint, else that of its code."""
    return own or HINTS.get(code, "")
