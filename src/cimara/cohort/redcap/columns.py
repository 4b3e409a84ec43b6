"""What REDCap calls things: columns of a dictionary and of an export, and names made from names."""

from __future__ import annotations

import re

DICTIONARY = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
"""The columns of a data dictionary, in REDCap's order (cohort.md section 7)."""

EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY = "redcap_survey_identifier"
SYSTEM_LABELS = {
    EVENT: "Event Name",
    INSTRUMENT: "Repeat Instrument",
    INSTANCE: "Repeat Instance",
    GROUP: "Data Access Group",
    SURVEY: "Survey Identifier",
}
"""REDCap's own columns of an export, and their headers where labels stand in the header."""
STATUS_LABEL = "Complete?"
TIMESTAMP_LABEL = "Survey Timestamp"
STATUSES = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
CHECKED = {"0": "Unchecked", "1": "Checked"}
GROUP_NAME_LENGTH = 18


def status_column(form: str) -> str:
    """The column of an export that says how far a form is: 0 incomplete, 1 unverified, 2 complete."""
    return f"{form}_complete"


def timestamp_column(form: str) -> str:
    """The column of an export that says when a form was sent as a survey."""
    return f"{form}_timestamp"


def checkbox_column(field: str, code: str) -> str:
    """The column of one choice of a checkbox.

    Codes are in lower case, and any sign that is no letter or digit is `_` (`race____99` for code -99);
    REDCapTidieR issue 31, redcapAPI issue 90.
    """
    return f"{field}___{re.sub('[^a-z0-9]', '_', code.lower())}"


def unique_group_name(name: str) -> str:
    """The name that an export shows for a data access group.

    Letters, digits and `_` of the first 18 signs, blanks as `_`, in lower case, no `_` at the end.
    """
    kept = re.sub(r"[^0-9A-Za-z_ ]", "", name.strip())
    return kept.replace(" ", "_")[:GROUP_NAME_LENGTH].lower().rstrip("_")


def form_label(form: str) -> str:
    """The title that REDCap gives to a form whose data dictionary was uploaded."""
    return form.replace("_", " ").title()


def name_of_title(title: str) -> str:
    """The name that belongs to the title of a form; names stay as they are."""
    return re.sub("[^a-z0-9]+", "_", title.lower()).strip("_")


def plain_text(label: str) -> str:
    """A label without HTML, on one line."""
    import html

    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", label)).split())
