"""Forms of analyses: planned, started, their results uploaded."""

from __future__ import annotations

from django import forms

from cimara_web.studies.actions.analyses import PLANS
from cimara_web.studies.models import Study, StudyDocument
from cimara_web.studies.models.study import Mode
from cimara_web.studies.results.bundles import MOST
from cimara_web.studies.submissions.coming import ComingFile
from cimara_web.studies.submissions.limits import FileRefusedError, check_content

TOO_BIG = f"The bundle is larger than {MOST >> 20} MB."
MODES = ((Mode.POOLED.value, "Pooled: on the rows in the study store"), (Mode.FEDERATED.value, "Federated"))


class AnalysisForm(forms.Form):
    """An analysis that is planned."""

    title = forms.CharField(
        label="Title",
        max_length=150,
        help_text="What is estimated, in one line: survival from the first dose, by early or late start.",
        error_messages={"required": "Give the analysis a title."},
    )
    plan = forms.TypedChoiceField(
        label="Plan",
        required=False,
        empty_value=None,
        help_text="The protocol, statistical analysis plan or study file that says how, from the documents.",
    )
    code_version = forms.CharField(
        label="Code version",
        max_length=60,
        required=False,
        help_text="Of the program that will run it, such as cimara 0.1.0 or a commit.",
    )
    mode = forms.ChoiceField(label="Where the rows are", choices=MODES, widget=forms.RadioSelect)

    def __init__(self, *args: object, study: Study, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        own = StudyDocument.objects.filter(study=study, study_site=None, kind__in=PLANS).order_by("kind")
        listed = [(str(one.public_id), f"{one.kind} {one.version}: {one.title}") for one in own]
        self.fields["plan"].choices = [("", "None yet"), *listed]
        if study.mode != Mode.BOTH:
            self.fields["mode"].choices = [one for one in MODES if one[0] == study.mode]
        self.fields["mode"].initial = self.fields["mode"].choices[0][0]


class MoveForm(forms.Form):
    """What a step of an analysis may ask for."""

    reason = forms.CharField(
        label="Reason",
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"maxlength": 500, "autocomplete": "off"}),
    )


class BundleForm(forms.Form):
    """The zip of results."""

    bundle = forms.FileField(
        label="Result bundle",
        help_text="The zip that the command cimara study bundle made. It is checked file by file.",
        error_messages={"required": "Choose the zip with the results.", "empty": "The zip is empty."},
        widget=forms.FileInput(attrs={"accept": ".zip"}),
    )

    def clean_bundle(self) -> ComingFile:
        """It must be a zip."""
        file: ComingFile = self.cleaned_data["bundle"]
        if not file.name.lower().endswith(".zip"):
            raise forms.ValidationError(
                "A bundle is a .zip file. Make one with the command cimara study bundle."
            )
        try:
            with file.read_from_disk() as content:
                check_content(file.name, content)
        except FileRefusedError as error:
            raise forms.ValidationError(str(error)) from error
        return file
