"""The forms of alerts: what to look for and whom to tell, and an address alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import EmailValidator
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from cimara_web.alerts.facets import BRAIN_WORDS, LINING_WORDS, OPENING_WORDS, Brain, Facets, Lining, Opening
from cimara_web.alerts.models import Every
from cimara_web.finder.browse import options
from cimara_web.finder.fields import OneOf, Pick

MOST_CHARACTERS = 254
"""Of an address that a mail server takes (RFC 5321)."""
EVERY_WORDS: dict[Every, Any] = {
    Every.WEEKLY: _("At most one mail a week"),
    Every.DAILY: _("At most one mail a day"),
}
WRONG_ADDRESS = _("Write an e-mail address with an @, such as name@example.org.")
CHOOSE = _("Choose one of these.")
FROM_LIST = _("This is not in our list. Choose one from the list.")


def _choices(words: dict[Any, Any]) -> list[tuple[str, Any]]:
    return [(str(value), label) for value, label in words.items()]


def _any_or(key: str, words: Any) -> Any:
    return lambda: [("", words), *((one.value, one.label) for one in options(key))]


def _languages() -> Iterable[tuple[str, str]]:
    """Each language by its own name."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _name in settings.LANGUAGES]


class Chosen(OneOf):
    """One of a few choices, of which one is chosen from the start."""

    def __init__(self, choices: Any, **options: Any) -> None:
        messages = {"required": CHOOSE, "invalid_choice": CHOOSE}
        super().__init__(choices, error_messages=messages, **options)


class Address(forms.CharField):
    """An e-mail address."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Your e-mail address"), max_length=MOST_CHARACTERS, validators=[EmailValidator()]
        )
        self.widget.attrs = {
            "inputmode": "email",
            "autocomplete": "email",
            "spellcheck": "false",
            "size": "32",
        }

    def clean(self, value: Any) -> str:
        """The address; one message for all that can be wrong with it."""
        try:
            return str(super().clean(value))
        except forms.ValidationError:
            raise forms.ValidationError(WRONG_ADDRESS) from None


class FacetsForm(forms.Form):
    """What an alert looks for, how often it comes, and in which language."""

    use_required_attribute = False
    tumour = Pick(
        label=_("Kind of cancer"),
        choices=_any_or("tumour", _("Any kind")),
        required=False,
        error_messages={"invalid_choice": FROM_LIST},
    )
    brain = Chosen(_choices(BRAIN_WORDS), label=_("Brain metastases"), initial=Brain.ANY)
    lining = Chosen(_choices(LINING_WORDS), label=_("Leptomeningeal disease"), initial=Lining.ANY)
    country = Pick(
        label=_("Country with a site"),
        choices=_any_or("country", _("Any country")),
        required=False,
        error_messages={"invalid_choice": FROM_LIST},
    )
    opening = Chosen(_choices(OPENING_WORDS), label=_("Which studies"), initial=Opening.OPEN)
    every = Chosen(_choices(EVERY_WORDS), label=_("How often"), initial=Every.WEEKLY)
    language = Chosen(_languages, label=_("Language of the mails"))

    def facets(self) -> Facets:
        """What to look for; the form must be valid."""
        return Facets.of_row(self.cleaned_data)

    def how_often(self) -> Every:
        """How often; the form must be valid."""
        return Every(self.cleaned_data["every"])


class AlertForm(FacetsForm):
    """A new alert."""

    address = Address()


class AddressForm(forms.Form):
    """An address alone, to be sent links."""

    use_required_attribute = False
    address = Address()
