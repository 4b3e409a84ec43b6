"""What somebody says of themselves, and who sees each part of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara_web.members.forms.fields import Line, OneOf, OrcidField, SomeOf
from cimara_web.members.labels import (
    FIELDS,
    SEEN_BY,
    SPECIALTIES,
    choices,
    interest_choices,
    language_choices,
)
from cimara_web.members.models import Member
from cimara_web.members.queries import institutions
from cimara_web.members.words import MOST_INTERESTS, Field, Visibility

NONE = gettext_lazy("None")
PREFIX = "sees_"


class AboutForm(forms.Form):
    """A profile without its institution."""

    use_required_attribute = False
    display_name = Line(label=gettext_lazy("Your name, as others should read it"), most=150)
    degrees = Line(
        label=gettext_lazy("Degrees"),
        most=100,
        required=False,
        help_text=gettext_lazy("For example MD, PhD. You can leave it empty."),
    )
    primary = OneOf(
        lambda: choices(SPECIALTIES, nothing=gettext_lazy("Choose one")),
        label=gettext_lazy("Primary specialty"),
        help_text=gettext_lazy("This one counts in the figures of the network."),
    )
    second = OneOf(
        lambda: choices(SPECIALTIES, nothing=NONE), label=gettext_lazy("Second specialty"), required=False
    )
    third = OneOf(
        lambda: choices(SPECIALTIES, nothing=NONE), label=gettext_lazy("Third specialty"), required=False
    )
    department = Line(label=gettext_lazy("Department"), most=150, required=False)
    orcid = OrcidField()
    interests = SomeOf(
        interest_choices, label=gettext_lazy("Interests"), help_text=gettext_lazy("At most eight.")
    )
    languages = SomeOf(language_choices, label=gettext_lazy("Languages that you work in"))
    contactable = forms.BooleanField(
        label=gettext_lazy("Members may write to me through the portal; they never see my address"),
        required=False,
    )

    def clean_interests(self) -> list[str]:
        """At most eight."""
        chosen: list[str] = self.cleaned_data["interests"]
        if len(chosen) > MOST_INTERESTS:
            raise forms.ValidationError(_("Choose at most eight interests."))
        return chosen

    def facts(self) -> dict[str, Any]:
        """The parts as the actions take them; the form must be valid."""
        given = self.cleaned_data
        specialties = [given[name] for name in ("primary", "second", "third") if given[name]]
        names = ("display_name", "degrees", "department", "orcid", "interests", "languages", "contactable")
        return {"specialties": specialties, **{name: given[name] for name in names}}

    def refuse(self, field: str, message: str) -> None:
        """An error of an action at its field."""
        self.add_error({"specialties": "primary"}.get(field, field), message)


class ProfileForm(AboutForm):
    """One's own profile, or somebody's for the office."""

    institution = OneOf(lambda: _institutions(), label=gettext_lazy("Institution"))
    field_order = (
        "display_name",
        "degrees",
        "primary",
        "second",
        "third",
        "institution",
        "department",
    )

    @classmethod
    def initial_of(cls, member: Member) -> dict[str, Any]:
        """What the form shows of a member at first."""
        at = next((one for one in member.affiliations.all() if one.primary), None)
        first, second, third = (*member.specialties, "", "", "")[:3]
        return {
            "display_name": member.display_name,
            "degrees": member.degrees,
            "primary": first,
            "second": second,
            "third": third,
            "institution": str(at.institution_id) if at else "",
            "department": at.department if at else "",
            "orcid": member.orcid or "",
            "interests": member.interests,
            "languages": member.languages,
            "contactable": member.contactable,
        }

    def facts(self) -> dict[str, Any]:
        """The same with the institution."""
        place = institutions().get(pk=self.cleaned_data["institution"])
        return {**super().facts(), "institution": place}


class VisibilityForm(forms.Form):
    """Who sees each field; nobody but the office until its owner says so."""

    use_required_attribute = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_visibility(self)

    def visibility(self) -> dict[Field, Visibility]:
        """What was chosen; the form must be valid."""
        return visibility_of(self)


def add_visibility(form: forms.Form) -> None:
    """A choice for each field of a profile."""
    for one in Field:
        form.fields[PREFIX + one] = OneOf(
            choices(SEEN_BY), radio=True, label=FIELDS[one], initial=Visibility.OFFICE.value
        )


def visibility_of(form: forms.Form) -> dict[Field, Visibility]:
    """Who sees each field by a form that was sent and is valid."""
    return {one: Visibility(form.cleaned_data[PREFIX + one]) for one in Field}


def visibility_initial(member: Member) -> dict[str, str]:
    """What such a form shows of a member at first."""
    return {PREFIX + one: member.visibility.get(one, Visibility.OFFICE.value) for one in Field}


def _institutions() -> list[tuple[str, Any]]:
    rows = institutions().values_list("public_id", "name", "city")
    named = [(str(key), f"{name} ({city})" if city else name) for key, name, city in rows]
    return [("", gettext_lazy("Choose one")), *named]
