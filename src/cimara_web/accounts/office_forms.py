"""The office's forms on roles."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from cimara_web.accounts.actions.site_roles import GIVEN_HERE
from cimara_web.accounts.queries import account_of
from cimara_web.permissions.roles import ROLES, Role

NO_ACCOUNT = "Nobody has signed up with this address. Ask for the address that they sign in with."
DAY = "Write a day such as 2027-06-30."


class UntilForm(forms.Form):
    """The day on which a role ends."""

    use_required_attribute = False
    until = forms.DateField(
        label="Last day",
        help_text="From tomorrow to one year from now.",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": DAY, "invalid": DAY},
    )


class GiveForm(UntilForm):
    """Whom to give which role, until when."""

    email = forms.EmailField(
        label="E-mail address that they sign in with",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "size": "32"}),
        error_messages={
            "required": "Type an address.",
            "invalid": "Write an address such as name@example.org.",
        },
    )
    role = forms.ChoiceField(
        label="Role",
        choices=[(role.value, f"{ROLES[role].name}. {ROLES[role].description}") for role in GIVEN_HERE],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a role."},
    )
    field_order = ("email", "role", "until")

    def clean_email(self) -> str:
        """The address of an account that there is."""
        found = account_of(self.cleaned_data["email"])
        if found is None:
            raise forms.ValidationError(NO_ACCOUNT)
        self.account: UUID = found
        return str(self.cleaned_data["email"])

    def given(self) -> dict[str, Any]:
        """What the action takes; the form must be valid."""
        data = self.cleaned_data
        return {"account": self.account, "role": Role(data["role"]), "until": data["until"]}
