"""Forms of what a site sends and of what is decided on it."""

from __future__ import annotations

from django import forms

from cimara_web.studies.submissions.coming import ComingFile
from cimara_web.studies.submissions.limits import (
    ACCEPT,
    LISTED,
    MB,
    MOST,
    MOST_MAPPING,
    FileRefusedError,
    check_content,
)

TOO_BIG = f"The file is larger than {MOST // MB} MB. Send a zip of it, or ask the study lead."
MAPPING_TOO_BIG = f"A mapping is a table of at most {MOST_MAPPING // MB} MB."
CUT_OFF = "The upload stopped before its end. Nothing was kept: send the file again."


class UploadForm(forms.Form):
    """A file of a site, with the mapping of its own form if it has one."""

    file = forms.FileField(
        label="File",
        help_text=f"A REDCap export or the tables of the data model: {LISTED}, at most {MOST // MB} MB.",
        error_messages={
            "required": "Choose the file that you exported.",
            "empty": "The file is empty. Export it again and look at it before you send it.",
        },
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
    )
    mapping = forms.FileField(
        label="Mapping (only for files in your own form)",
        help_text="The CSV that says which of your columns is which field of the study.",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv"}),
    )

    def clean_file(self) -> ComingFile:
        """Its content must be what its name says."""
        return _checked(self.cleaned_data["file"])

    def clean_mapping(self) -> ComingFile | None:
        """A mapping is a CSV."""
        file = self.cleaned_data["mapping"]
        if file and not file.name.lower().endswith(".csv"):
            raise forms.ValidationError("A mapping is a .csv file.")
        return _checked(file) if file else None


class ReasonForm(forms.Form):
    """Why somebody decides so."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 500, "autocomplete": "off"}),
    )


def _checked(file: ComingFile) -> ComingFile:
    try:
        with file.read_from_disk() as content:
            check_content(file.name, content)
    except FileRefusedError as error:
        raise forms.ValidationError(str(error)) from error
    return file
