"""Fields that the forms of studies share: a day, a place, a word of a closed list, a paper."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django import forms

from cimara_web.members.queries import institutions
from cimara_web.studies.paper_files import MOST_BYTES, OFFERED, PaperError, media_type_of

CHOOSE = "Choose one of the list."
WHOLE = "Write a whole number, such as 120."
DAY = "Write a day as 2026-06-30."


def offered(of: type[StrEnum]) -> list[tuple[str, str]]:
    """The words of a closed list, as they are kept and as they are shown."""
    return [(one.value, one.value[0].upper() + one.value[1:]) for one in of]


class DayInput(forms.DateInput):
    """The browser's own field for a day."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class Day(forms.DateField):
    """A day; years far off are a slip of the finger."""

    widget = DayInput

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            input_formats=["%Y-%m-%d"],
            error_messages={"required": "Give the date.", "invalid": DAY},
        )
        self.widget = DayInput()

    def clean(self, value: Any) -> Any:
        """A day between 1990 and 2100."""
        day = super().clean(value)
        if day is not None and not 1990 <= day.year <= 2100:
            raise forms.ValidationError("Check the year.")
        return day


class Line(forms.CharField):
    """A line of text."""

    def __init__(self, *, label: str, most: int, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            label=label,
            max_length=most,
            required=required,
            help_text=help_text,
            error_messages={
                "required": "Fill this in.",
                "max_length": f"At most {most} characters fit here.",
            },
        )
        self.widget.attrs["size"] = "40" if most > 60 else "20"


class Words(Line):
    """Some sentences."""

    def __init__(self, *, label: str, most: int, required: bool = True, help_text: str = "") -> None:
        super().__init__(label=label, most=most, required=required, help_text=help_text)
        self.widget = forms.Textarea(attrs={"rows": "4"})


class Count(forms.IntegerField):
    """A number of patients or sites."""

    def __init__(self, *, label: str, required: bool = False, help_text: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            min_value=1,
            max_value=1_000_000,
            error_messages={
                "required": WHOLE,
                "invalid": WHOLE,
                "min_value": "Write 1 or more.",
                "max_value": WHOLE,
            },
        )


class OneWord(forms.ChoiceField):
    """One word of a closed list."""

    def __init__(
        self, offered: Iterable[tuple[str, str]], *, label: str, required: bool = True, help_text: str = ""
    ) -> None:
        super().__init__(
            label=label,
            choices=[("", "Choose"), *offered],
            required=required,
            help_text=help_text,
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        )


class Place(forms.ModelChoiceField):
    """An institution of the network."""

    def __init__(self, *, label: str, required: bool = True, help_text: str = "") -> None:
        super().__init__(
            queryset=institutions(),
            label=label,
            required=required,
            help_text=help_text,
            empty_label="Choose",
            error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
        )

    def label_from_instance(self, obj: Any) -> str:
        """Name and country."""
        return f"{obj.name} ({obj.country})"


class Paper(forms.FileField):
    """A document, whose bytes must be what its name says; `media_type` is set on the file."""

    def __init__(self, *, label: str = "File", required: bool = True, help_text: str = "") -> None:
        super().__init__(
            label=label,
            required=required,
            help_text=help_text or f"{OFFERED}; at most {MOST_BYTES // 2**20} MB.",
            error_messages={"required": "Choose a file.", "empty": "The file is empty."},
        )

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, once its bytes are looked at."""
        file = super().clean(data, initial)
        if not file:
            return None
        if file.size > MOST_BYTES:
            raise forms.ValidationError(f"At most {MOST_BYTES // 2**20} MB.")
        try:
            file.media_type = media_type_of(file.file, file.name)
        except PaperError as error:
            raise forms.ValidationError(str(error)) from error
        return file
