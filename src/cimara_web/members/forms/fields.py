"""Fields that the forms of members share: a line, an e-mail address, an ORCID iD, a ROR id, choices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara.terms.ids import Orcid, RorId

REQUIRED = gettext_lazy("Fill this in.")
CHOOSE = gettext_lazy("Choose one of the list.")
CONTROL = {chr(code) for code in (*range(32), 127, 0x2028, 0x2029)}


class Line(forms.CharField):
    """One line of text without signs that nobody can see."""

    def __init__(
        self, *, label: Any, most: int, required: bool = True, help_text: Any = "", size: int = 40
    ) -> None:
        messages = {"required": REQUIRED, "max_length": gettext_lazy("This is too long.")}
        super().__init__(
            label=label, max_length=most, required=required, help_text=help_text, error_messages=messages
        )
        self.widget.attrs["size"] = str(size)

    def clean(self, value: Any) -> str:
        """The text without spaces around it."""
        text = str(super().clean(value))
        if CONTROL & set(text):
            raise forms.ValidationError(_("Write it in one line, without tabs or other hidden characters."))
        return text


class Address(Line):
    """An e-mail address."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(label=label, most=254)
        self.widget.attrs |= {"inputmode": "email", "spellcheck": "false"}

    def clean(self, value: Any) -> str:
        """The address; one message for all that can be wrong with it."""
        text = super().clean(value)
        try:
            EmailValidator()(text)
        except forms.ValidationError:
            raise forms.ValidationError(
                _("Write an e-mail address with an @, such as name@example.org.")
            ) from None
        return text


class OrcidField(Line):
    """An ORCID iD, or nothing."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("ORCID iD"),
            most=100,
            required=False,
            help_text=gettext_lazy("For example 0000-0002-1825-0097. An address of orcid.org is fine, too."),
            size=24,
        )

    def clean(self, value: Any) -> Any:
        """The iD, or None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return Orcid(text)
        except ValueError as error:
            raise forms.ValidationError(_orcid_words(str(error))) from None


def _orcid_words(problem: str) -> str:
    if "does not fit" in problem:
        return _(
            "The last character does not fit the 15 before it, so one of the 16 is mistyped. "
            "Copy the iD from your ORCID page."
        )
    return _("An ORCID iD has 16 characters, such as 0000-0002-1825-0097.")


class RorField(Line):
    """A ROR id, or nothing."""

    def __init__(self) -> None:
        super().__init__(
            label="ROR id",
            most=100,
            required=False,
            help_text="For example 00py81415. An address of ror.org is fine, too.",
            size=24,
        )

    def clean(self, value: Any) -> Any:
        """The id, or None."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return RorId(text)
        except ValueError as error:
            problem = str(error)
            raise forms.ValidationError(f"{problem[:1].upper()}{problem[1:]}.") from None


class OneOf(forms.ChoiceField):
    """One of a list; `choices` may be a function, since words depend on the language."""

    def __init__(self, choices: Any, *, radio: bool = False, **options: Any) -> None:
        messages = {"required": CHOOSE, "invalid_choice": CHOOSE}
        widget = forms.RadioSelect if radio else forms.Select
        super().__init__(choices=choices, widget=widget, error_messages=messages, **options)


class SomeOf(forms.MultipleChoiceField):
    """Some of a list, none as well."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices: Callable[[], Any], **options: Any) -> None:
        messages = {"invalid_choice": CHOOSE, "invalid_list": CHOOSE}
        super().__init__(choices=choices, required=False, error_messages=messages, **options)
