"""The form by which a guest joins: who they are, who sees it, how they sign in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara_web.members.forms.fields import REQUIRED, OneOf
from cimara_web.members.forms.profile import AboutForm, add_visibility, visibility_of
from cimara_web.members.words import Field, Visibility

PASSWORD, ORCID = "password", "orcid"
WAYS = (
    (PASSWORD, gettext_lazy("With a password")),
    (ORCID, gettext_lazy("With ORCID: the next page leads there")),
)
MOST_CHARACTERS = 128


class Password(forms.CharField):
    """A password that is to be; never shown again."""

    widget = forms.PasswordInput

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, required=False, max_length=MOST_CHARACTERS, **options)
        self.widget.attrs |= {"autocomplete": "new-password"}


class JoinForm(AboutForm):
    """Of somebody who has an account already."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        add_visibility(self)

    def visibility(self) -> dict[Field, Visibility]:
        """Who sees what; the form must be valid."""
        return visibility_of(self)


class NewAccountForm(JoinForm):
    """Of somebody who has none: the account is made with the address that was invited."""

    def __init__(self, *args: Any, email: str, by_orcid: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email, self.by_orcid = email, by_orcid
        if by_orcid:
            label = gettext_lazy("How do you want to sign in?")
            self.fields["way"] = OneOf(WAYS, radio=True, label=label, initial=PASSWORD)
        self.fields["password"] = Password(
            label=gettext_lazy("Password"),
            help_text=gettext_lazy("12 characters or more. A few words that only you would put together."),
        )

    @property
    def chooses_orcid(self) -> bool:
        """Whether no password is wanted."""
        return self.by_orcid and self.cleaned_data.get("way") == ORCID

    def chosen_password(self) -> str | None:
        """The password, None with ORCID; the form must be valid."""
        return None if self.chooses_orcid else self.cleaned_data["password"]

    def clean(self) -> dict[str, Any]:
        """A password is asked for unless ORCID is chosen, and held against the rules."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if self.chooses_orcid or "password" in self.errors:
            return given
        password = given.get("password")
        if not password:
            self.add_error("password", REQUIRED)
            return given
        try:
            validate_password(password, get_user_model()(email=self.email))
        except ValidationError as error:
            self.add_error("password", error)
        return given


def too_late() -> str:
    """For an address that got an account while the form was open."""
    return _("There is an account with this address by now. Sign in, then open the link of your mail again.")
