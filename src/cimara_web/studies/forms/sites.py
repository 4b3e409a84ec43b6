"""The forms of a site: it is invited, changed, attested."""

from __future__ import annotations

from typing import Any

from django import forms

from cimara_web.studies.attesting import Rows
from cimara_web.studies.forms.fields import CHOOSE, Count, Line, OneWord, Place, offered
from cimara_web.studies.models import StudySite
from cimara_web.studies.proposal import MODES

SITE_MODES = MODES[:2]


class InviteForm(forms.Form):
    """A new site."""

    use_required_attribute = False
    code = Line(
        label="Code", most=20, help_text="The site's name in the data, such as DA01. It can't be changed."
    )
    expected_patients = Count(label="Patients expected")
    mode = OneWord(SITE_MODES, label="How its rows are analysed", required=False)
    field_order = ("institution", "code", "expected_patients", "mode")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["institution"] = Place(label="Institution")
        self.order_fields(self.field_order)

    def clean_code(self) -> str:
        """In capitals, as it is kept."""
        return str(self.cleaned_data["code"]).strip().upper()


class SiteForm(forms.Form):
    """What a site expects, and what it can't give."""

    use_required_attribute = False
    expected_patients = Count(label="Patients expected")

    def __init__(self, *args: Any, site: StudySite, **options: Any) -> None:
        super().__init__(*args, **options)
        if site.study.needed_fields:
            self.fields["impossible_fields"] = forms.MultipleChoiceField(
                choices=[(one, one) for one in site.study.needed_fields],
                label="Variables that this site can't give at all",
                required=False,
                help_text="They are hatched in the completeness table, and count as nobody's fault.",
                widget=forms.CheckboxSelectMultiple,
                error_messages={"invalid_choice": CHOOSE},
            )


class AttestForm(forms.Form):
    """A federated site says that its rows are ready."""

    use_required_attribute = False
    dictionary = Line(
        label="Hash of the study file that you checked with, and signed",
        most=64,
        help_text="`cimara study check` and `cimara study sign` print it.",
    )
    rows = OneWord(offered(Rows), label="Patients that you hold")
    software = Line(label="Software", most=60, help_text="Name and version, such as cimara 1.0.2.")
    has_kit = forms.BooleanField(
        label="Our IT department has received the kit of the federation", required=False
    )
    has_policy = forms.BooleanField(
        label="Our data steward has written the policy (cimara_site.toml) that allows this study",
        required=False,
    )
