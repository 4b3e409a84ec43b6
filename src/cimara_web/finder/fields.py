"""Form fields that know the words around them: a legend, a hint, and a hint per choice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

UNSURE = "unsure"
NOT_SURE = _("I’m not sure")


class OneOf(forms.ChoiceField):
    """Radio buttons. `hints` gives a line under a choice; `apart` names the choices set off by "or"."""

    widget = forms.RadioSelect

    def __init__(
        self,
        choices: Any,
        *,
        hints: Mapping[str, Any] | None = None,
        apart: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self.hints, self.apart = dict(hints or {}), tuple(apart)
        options.setdefault(
            "error_messages", {"required": _("Choose one answer, or press “Skip this question”.")}
        )
        super().__init__(choices=choices, **options)


class SomeOf(forms.MultipleChoiceField):
    """Check boxes. `alone` names the choices that can't stand with another."""

    widget = forms.CheckboxSelectMultiple

    def __init__(
        self,
        choices: Any,
        *,
        hints: Mapping[str, Any] | None = None,
        alone: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self.hints, self.apart = dict(hints or {}), tuple(alone)
        message = _("Choose one or more answers, or press “Skip this question”.")
        options.setdefault("error_messages", {"required": message})
        super().__init__(choices=choices, **options)

    def clean(self, value: Any) -> list[str]:
        """The choices; "none" or "not sure" with another choice is a clash."""
        chosen: list[str] = super().clean(value)
        if len(chosen) > 1 and set(chosen) & set(self.apart):
            first = next(label for key, label in self.choices if key in chosen and key in self.apart)
            raise forms.ValidationError(
                _("“%(choice)s” can’t go with another answer. Take one of them away."),
                params={"choice": first},
            )
        return chosen


class Pick(forms.ChoiceField):
    """A list to pick one thing from; `choices` may be a function, since some names depend on the language."""

    widget = forms.Select
