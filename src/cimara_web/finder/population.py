"""Which studies the atlas and the survey count, as an address asks: the form, its errors, its query."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cimara.terms.registry import Phase
from cimara.trials.atlas import Selection
from cimara_web.finder.browse import options
from cimara_web.finder.fields import Pick

FIRST_YEAR, LAST_YEAR = 1950, 2100
"""Years that a study may start in; a number beyond them is a slip."""


class Year(forms.IntegerField):
    """A year of four digits."""

    widget = forms.TextInput

    def __init__(self, *, wrong: Any, **given: Any) -> None:
        super().__init__(
            required=False,
            min_value=FIRST_YEAR,
            max_value=LAST_YEAR,
            error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), wrong),
            **given,
        )
        self.widget.attrs = {"inputmode": "numeric", "maxlength": "4", "size": "4", "autocomplete": "off"}


def _any_or(key: str) -> Any:
    return lambda: [("", _("Any")), *((one.value, one.label) for one in options(key))]


class PopulationForm(forms.Form):
    """Studies of a kind of cancer and of a phase."""

    tumour = Pick(
        label=_("Kind of cancer"),
        choices=_any_or("tumour"),
        required=False,
        error_messages={
            "invalid_choice": _("This kind of cancer is not in our list. Choose one from the list.")
        },
    )
    phase = Pick(
        label=_("Phase"),
        choices=_any_or("phase"),
        required=False,
        error_messages={"invalid_choice": _("There is no such phase. Choose one from the list.")},
    )

    def selection(self) -> Selection:
        """The population; the form must be valid."""
        asked = self.cleaned_data
        return Selection(
            tumours=frozenset(filter(None, [asked["tumour"]])),
            phases=frozenset(Phase(one) for one in [asked["phase"]] if one),
            first_year=asked.get("from"),
            last_year=asked.get("to"),
        )

    def query(self) -> dict[str, str]:
        """What was asked, for an address; the form must be valid."""
        return {key: str(value) for key, value in self.cleaned_data.items() if value not in ("", None)}


class StartedForm(PopulationForm):
    """Studies of a kind of cancer and of a phase that started in some years."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.fields["from"] = Year(
            label=_("Started from"),
            wrong=_("“Started from” must be a year of four digits, such as 2019."),
        )
        self.fields["to"] = Year(
            label=_("Started up to"),
            wrong=_("“Started up to” must be a year of four digits, such as 2024."),
        )

    def clean(self) -> dict[str, Any]:
        """The years in order."""
        asked = super().clean() or self.cleaned_data
        first, last = asked.get("from"), asked.get("to")
        if first and last and first > last:
            self.add_error("to", _("“Started up to” is before “Started from”. Swap the two years."))
        return asked
