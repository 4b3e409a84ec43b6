"""What an idea for a study needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cimara_web.members.forms.fields import OneOf, SomeOf
from cimara_web.members.forms.filters import by_name
from cimara_web.members.ideas import Wishes
from cimara_web.members.labels import CAPABILITIES, SPECIALTIES, VOLUMES, choices, tumour_choices
from cimara_web.members.words import Intervention


class IdeaForm(forms.Form):
    """Wishes, each of which may be left out; one at least."""

    use_required_attribute = False
    tumours = SomeOf(tumour_choices, label="Tumours")
    interventions = SomeOf(
        lambda: [(str(one), one[:1].upper() + one[1:]) for one in Intervention],
        label="What would be done to a patient",
    )
    capabilities = SomeOf(lambda: choices(CAPABILITIES), label="What a site must be able to do")
    volume = OneOf(
        lambda: choices(VOLUMES, nothing="Any number"),
        label="At least this many patients a year",
        required=False,
    )
    countries = SomeOf(list, label="Countries")
    specialties = SomeOf(lambda: choices(SPECIALTIES), label="Specialties wanted")

    def __init__(self, *args: Any, countries: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["countries"].choices = by_name(countries)

    def clean(self) -> dict[str, Any]:
        """At least one wish."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not any(given.values()):
            raise forms.ValidationError("Choose at least one thing that your idea needs.")
        return given

    def wishes(self) -> Wishes:
        """The wishes; the form must be valid."""
        return Wishes.of(self.cleaned_data)
