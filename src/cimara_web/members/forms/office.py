"""The office's forms: invitations, institutions, what they can do, which of two stays."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from cimara.trials.places import city_coordinates
from cimara_web import clock
from cimara_web.members.actions.invitations import INVITABLE
from cimara_web.members.forms.fields import Address, Line, OneOf, RorField, SomeOf
from cimara_web.members.labels import CAPABILITIES, KINDS, VOLUMES, choices, country_choices, tumour_choices
from cimara_web.members.models import Institution
from cimara_web.permissions.roles import ROLES, Role

LANGUAGES = (("en", "English"), ("es", "Spanish"))


class InviteForm(forms.Form):
    """Whom to invite, to where, with which roles."""

    use_required_attribute = False
    email = Address(label="E-mail address")
    institution = OneOf(list, label="Institution")
    roles = SomeOf(
        lambda: [(one.value, ROLES[one].name) for one in INVITABLE if one is not Role.MEMBER],
        label="Roles besides being a member",
        help_text="Most guests need none. Each of these asks for a second factor.",
    )
    language = OneOf(LANGUAGES, label="Language of the mail", initial="en")

    def __init__(self, *args: Any, places: Iterable[Institution], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = {str(one.pk): one for one in places}
        self.fields["institution"].choices = place_choices(self.places.values())

    def place(self) -> Institution:
        """The institution; the form must be valid."""
        return self.places[self.cleaned_data["institution"]]

    def roles_wanted(self) -> list[Role]:
        """The roles; the form must be valid."""
        return [Role(one) for one in self.cleaned_data["roles"]]


def place_choices(places: Iterable[Institution]) -> list[tuple[str, str]]:
    """Institutions to choose from."""
    named = [(str(one.pk), f"{one.name} ({one.city})" if one.city else one.name) for one in places]
    return [("", "Choose one"), *named]


class InstitutionForm(forms.Form):
    """The public facts of a place."""

    use_required_attribute = False
    name = Line(label="Name", most=200)
    kind = OneOf(lambda: choices(KINDS, nothing="Choose one"), label="Kind")
    country = OneOf(lambda: [("", "Choose one"), *country_choices()], label="Country")
    city = Line(label="Town", most=100, required=False)
    ror = RorField()
    latitude = forms.FloatField(
        label="Latitude",
        required=False,
        min_value=-90,
        max_value=90,
        help_text="Degrees to the north, such as 36.0. Leave both empty: then we look the town up.",
        error_messages={"invalid": "Write degrees as a number, such as 36.0."},
    )
    longitude = forms.FloatField(
        label="Longitude",
        required=False,
        min_value=-180,
        max_value=180,
        help_text="Degrees to the east, such as -78.9; west is negative.",
        error_messages={"invalid": "Write degrees as a number, such as -78.9."},
    )
    active = forms.BooleanField(label="Belongs to the network now", required=False, initial=True)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("latitude", "longitude"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal", "size": "12"})

    @classmethod
    def initial_of(cls, place: Institution) -> dict[str, Any]:
        """What the form shows of a place at first."""
        names = ("name", "kind", "country", "city", "ror", "latitude", "longitude", "active")
        return {name: getattr(place, name) for name in names}

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none; of none, those of the town, where it is known."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if {"latitude", "longitude"} & self.errors.keys():
            return given
        if (given.get("latitude") is None) != (given.get("longitude") is None):
            empty = "latitude" if given.get("latitude") is None else "longitude"
            self.add_error(empty, "Fill in both latitude and longitude, or leave both empty.")
        elif given.get("latitude") is None and given.get("city") and given.get("country"):
            found = city_coordinates(given["city"], None, given["country"])
            if found:
                given["latitude"], given["longitude"] = found
        return given

    def facts(self) -> dict[str, Any]:
        """The facts; the form must be valid."""
        return dict(self.cleaned_data)


class CapabilityForm(forms.Form):
    """What a place states of one thing."""

    use_required_attribute = False
    kind = OneOf(lambda: choices(CAPABILITIES, nothing="Choose one"), label="Capability")
    present = OneOf(
        (("yes", "Yes, this can be done there"), ("no", "No, this can't be done there")),
        radio=True,
        label="Can it be done there?",
        initial="yes",
    )
    tumour_types = SomeOf(tumour_choices, label="For which tumours", help_text="Choose none if nobody said.")
    patients_a_year = OneOf(
        lambda: choices(VOLUMES, nothing="Not stated"), label="Patients a year", required=False
    )
    as_of = forms.DateField(
        label="As of",
        input_formats=["%Y-%m-%d"],
        help_text="The day of which this is true, such as 2025-01-31.",
        error_messages={"required": "Give the day.", "invalid": "Write a day as 2025-01-31."},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": "12"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, auto_id="capability_%s", **options)

    def clean_as_of(self) -> Any:
        """Not in the future, and not long before there was anything to state."""
        day = self.cleaned_data["as_of"]
        if day > clock.today():
            raise forms.ValidationError("This day is still to come. Give today or an earlier day.")
        if day.year < 1990:
            raise forms.ValidationError("Check the year.")
        return day

    def facts(self) -> dict[str, Any]:
        """The statement; the form must be valid."""
        given = self.cleaned_data
        volume = given["patients_a_year"] or None
        return {**given, "present": given["present"] == "yes", "patients_a_year": volume}


class MergeForm(forms.Form):
    """Which institution stays."""

    use_required_attribute = False
    into = OneOf(list, label="The institution that stays")

    def __init__(self, *args: Any, places: Iterable[Institution], **options: Any) -> None:
        super().__init__(*args, **options)
        self.places = {str(one.pk): one for one in places}
        self.fields["into"].choices = place_choices(self.places.values())

    def stays(self) -> Institution:
        """The one that stays; the form must be valid."""
        return self.places[self.cleaned_data["into"]]
