"""Kinds of field of the clinician's form: each knows what may be typed, the fact it gives, and the way back.

What was typed is what is kept, as text; an empty text means "not known". `fact` brings it to the value that
`Profile.from_json` takes, `typed` brings a value of a profile's JSON back to what one would have typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cimara.trials.matching.reading import EARLIEST

NEVER = "never"
NONE = "none"
SEPARATOR = "; "
NOT_KNOWN = _("Not known")
MOST_DAYS = 36_500
_NEVER_WORDS = frozenset({"never", "none", "no", "nunca", "ninguno", "ninguna"})
_NONE_WORDS = frozenset({"none", "no", "ninguno", "ninguna"})
_DECIMAL = re.compile(r"\d{1,6}(?:[.,]\d{1,2})?")
_DAYS = re.compile(r"\d{1,5}")

Choices = Iterable[tuple[str, Any]]


class Pick(forms.ChoiceField):
    """One of some words, as a list whose first line is "not known"; `choices` may be a function."""

    widget = forms.Select

    def __init__(self, choices: Choices | Callable[[], Choices], **options: Any) -> None:
        listed = choices if callable(choices) else lambda: choices
        message = _("Choose one of the list.")
        super().__init__(
            choices=lambda: [("", NOT_KNOWN), *listed()],
            required=False,
            error_messages={"invalid_choice": message},
            **options,
        )

    def fact(self, text: str, as_of: date) -> Any:
        """The word itself."""
        return text

    def typed(self, value: Any) -> str | list[str]:
        """The word itself."""
        return str(value)


class PickNumber(Pick):
    """One of some whole numbers."""

    def fact(self, text: str, as_of: date) -> int:
        """The number."""
        return int(text)


class YesNo(Pick):
    """Yes, no or not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__([("yes", _("Yes")), ("no", _("No"))], **options)

    def fact(self, text: str, as_of: date) -> bool:
        """True for yes."""
        return text == "yes"

    def typed(self, value: Any) -> str:
        """Yes or no."""
        return "yes" if value else "no"


class Several(forms.MultipleChoiceField):
    """Check boxes; none checked means "not known". With `none`, one more box says that there is none."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, kind: type[StrEnum], words: Any, *, none: Any = None, **options: Any) -> None:
        listed = [(one.value, words[one]) for one in kind]
        self.none = none
        choices = [*listed, (NONE, none)] if none else listed
        super().__init__(choices=choices, required=False, **options)

    def clean(self, value: Any) -> list[str]:
        """The boxes; "none of these" stands alone."""
        chosen: list[str] = super().clean(value)
        if NONE in chosen and len(chosen) > 1:
            raise forms.ValidationError(
                _("“%(choice)s” can’t go with another answer. Take one of them away."),
                params={"choice": self.none},
            )
        return chosen

    def fact(self, chosen: list[str], as_of: date) -> list[str]:
        """The list; empty for "none"."""
        return [one for one in chosen if one != NONE]

    def typed(self, value: Any) -> list[str]:
        """The boxes that say so."""
        return list(value) or ([NONE] if self.none else [])


class Line(forms.CharField):
    """A line of text."""

    def __init__(
        self, *, width: int = 20, numeric: bool = False, empty: Any = NOT_KNOWN, **options: Any
    ) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false", "size": width, "placeholder": empty}
        if numeric:
            attrs["inputmode"] = "decimal"
        options.setdefault("max_length", 80)
        options["error_messages"] = {"max_length": _("Write at most %(limit_value)d characters.")}
        super().__init__(required=False, widget=forms.TextInput(attrs=attrs), **options)

    def fact(self, text: str, as_of: date) -> Any:
        """The text."""
        return text

    def typed(self, value: Any) -> str:
        """The text."""
        return str(value)


class Amount(Line):
    """A number within bounds, with a decimal point or comma; a separator of thousands is refused."""

    def __init__(self, low: int, high: int, *, whole: bool = False, **options: Any) -> None:
        self.low, self.high, self.whole = low, high, whole
        super().__init__(width=6, numeric=True, max_length=12, **options)

    def clean(self, value: Any) -> str:
        """The number as text with a point."""
        text = super().clean(value).strip()
        if not text:
            return ""
        pattern = re.compile(r"\d{1,6}") if self.whole else _DECIMAL
        number = text.replace(",", ".")
        if not pattern.fullmatch(text) or not self.low <= float(number) <= self.high:
            kind = _("Write a whole number from %(low)s to %(high)s, or leave this empty.")
            if not self.whole:
                kind = _("Write a number from %(low)s to %(high)s, such as 8 or 7.5, or leave this empty.")
            raise forms.ValidationError(kind, params={"low": self.low, "high": self.high})
        return number

    def fact(self, text: str, as_of: date) -> int | float:
        """The number."""
        return int(text) if self.whole else float(text)

    def typed(self, value: Any) -> str:
        """The number without needless zeros."""
        return f"{value:g}"


class When(Line):
    """A day: how many days ago, or a date; `never`, where it can be, says that it did not take place."""

    def __init__(self, *, never: bool = True, **options: Any) -> None:
        self.never = never
        super().__init__(width=12, max_length=20, **options)

    def clean(self, value: Any) -> str:
        """Days, an ISO date or `never`."""
        text = super().clean(value).strip().casefold()
        if self.never and text in _NEVER_WORDS:
            return NEVER
        if text and not self._is_day(text):
            asked = _("Write the days since, such as 120, or a date such as 2026-03-08.")
            if self.never:
                asked = _("Write the days since, such as 120, a date such as 2026-03-08, or “never”.")
            raise forms.ValidationError(asked)
        return text

    @staticmethod
    def _is_day(text: str) -> bool:
        if _DAYS.fullmatch(text):
            return int(text) <= MOST_DAYS
        try:
            return date.fromisoformat(text) >= EARLIEST
        except ValueError:
            return False

    def fact(self, text: str, as_of: date) -> str:
        """The ISO date, or the library's word for never."""
        if text == NEVER:
            return NONE
        return (as_of - timedelta(days=int(text))).isoformat() if _DAYS.fullmatch(text) else text

    def typed(self, value: Any) -> str:
        """The date, or never."""
        return NEVER if value == NONE else str(value)

    def prepare_value(self, value: Any) -> Any:
        """What the field shows: never in the language in use."""
        return gettext("never") if value == NEVER else value


class Listed(Line):
    """Several texts with semicolons between them; `none` says that there is none."""

    def __init__(self, *, most: int, longest: int, **options: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(width=40, max_length=most * (longest + 2), **options)

    def clean(self, value: Any) -> str:
        """The texts, tidied."""
        listed = [" ".join(one.split()) for one in re.split(r"[;\n]", super().clean(value))]
        listed = [one for one in listed if one]
        if len(listed) == 1 and listed[0].casefold() in _NONE_WORDS:
            return NONE
        if len(listed) > self.most or any(len(one) > self.longest for one in listed):
            raise forms.ValidationError(
                _("Write at most %(most)s entries of %(longest)s characters, with semicolons between them."),
                params={"most": self.most, "longest": self.longest},
            )
        return SEPARATOR.join(listed)

    def fact(self, text: str, as_of: date) -> list[Any]:
        """The list; empty for none."""
        return [] if text == NONE else text.split(SEPARATOR)

    def typed(self, value: Any) -> str:
        """The texts with semicolons between them."""
        return SEPARATOR.join(one.replace(";", ",") for one in value) or NONE

    def prepare_value(self, value: Any) -> Any:
        """What the field shows: none in the language in use."""
        return gettext("none") if value == NONE else value


class Genes(Listed):
    """Tested genes or proteins, each with its result after a colon."""

    def clean(self, value: Any) -> str:
        """The entries, each beginning with a name."""
        text = super().clean(value)
        if text and text != NONE and not all(_GENE.fullmatch(one) for one in text.split(SEPARATOR)):
            raise forms.ValidationError(
                _("Begin each with its gene or protein, such as “EGFR: exon 19 deletion; HER2: positive”.")
            )
        return text

    def fact(self, text: str, as_of: date) -> list[Any]:
        """Gene and result."""
        parts = [one.partition(":") for one in super().fact(text, as_of)]
        return [{"gene": gene.strip(), "result": result.strip() or None} for gene, _colon, result in parts]

    def typed(self, value: Any) -> str:
        """Gene, colon, result."""
        return super().typed(
            [f"{one['gene']}: {one['result']}" if one.get("result") else one["gene"] for one in value]
        )


_GENE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 /+-]{0,29}(?::.{0,60})?")
