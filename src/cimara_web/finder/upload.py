"""The form that takes back a file of answers, and says in plain words what is wrong with it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from cimara_web.finder.answer_file import MOST_BYTES, AnswerFile, AnswerFileError, Fault, of_file

FAULTS: dict[Fault, Any] = {
    Fault.NOT_JSON: _(
        "This is not a file of answers. Choose the one you saved here: its name ends in “.json”."
    ),
    Fault.NOT_OURS: _(
        "This file is not from the study finder. "
        "Choose the one you saved here: its name starts with “cimara-answers”."
    ),
    Fault.TOO_NEW: _(
        "This file is from a newer study finder than this one, so we can’t read all of it. "
        "Use the site that you saved it from."
    ),
    Fault.DAMAGED: _(
        "This file is damaged: a part of it is missing or was changed. "
        "Save it again if you can. If not, start anew."
    ),
}


class AnswerFileForm(forms.Form):
    """One file; cleaned, it is an `AnswerFile`."""

    use_required_attribute = False
    file = forms.FileField(
        label=_("Your file"),
        help_text=_("Its name starts with “cimara-answers” and ends in “.json”. At most 64 kB."),
        error_messages={
            "required": _("Choose the file that you saved."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def clean_file(self) -> AnswerFile:
        """What the file says."""
        given: UploadedFile = self.cleaned_data["file"]
        if given.size is None or given.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is too large: a file of answers has at most 64 kB. Choose another one.")
            )
        try:
            return of_file(given.read())
        except AnswerFileError as error:
            raise forms.ValidationError(FAULTS[error.fault]) from None
