"""One form a question: what may be answered, and what to say when an answer can't be right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from cimara_web.finder.answers import Given
from cimara_web.finder.fields import NOT_SURE, UNSURE, OneOf, Pick, SomeOf
from cimara_web.finder.home import place_value, places_named
from cimara_web.finder.words import cancers_in_list, marker_choices

MAX_STEROID_MG = 2000
"""Above any dose in use (methylprednisolone pulses are 1,000 mg): a slip of the pen, not an answer."""
EARLIEST_TREATMENT = 1980


class StepForm(forms.Form):
    """The form of one step; `fields` are shown in order."""

    use_required_attribute = False

    def given(self) -> Given:
        """What was answered, as texts, empty ones left out."""
        texts: dict[str, str | list[str]] = {}
        for name, value in self.cleaned_data.items():
            if isinstance(value, list):
                if value:
                    texts[name] = value
            elif value not in (None, ""):
                texts[name] = str(value)
        return texts


class WhoForm(StepForm):
    """Who the search is for: chooses our words, never a trial."""

    who = OneOf(
        [("self", _("Me")), ("other", _("Someone I care for")), (UNSURE, _("I’d rather not say"))],
        apart=[UNSURE],
    )


class CancerForm(StepForm):
    """Where the cancer started."""

    cancer = OneOf(
        [
            ("nsclc", _("Lung: non-small cell")),
            ("sclc", _("Lung: small cell")),
            ("lung", _("Lung: I don’t know which kind")),
            ("breast", _("Breast")),
            ("melanoma", _("Skin: melanoma")),
            ("renal", _("Kidney")),
            ("colorectal", _("Colon or rectum (bowel)")),
            ("other", _("Another place")),
            (UNSURE, NOT_SURE),
        ],
        apart=[UNSURE],
    )
    other = Pick(label=_("If another place: which one?"), choices=cancers_in_list, required=False)

    def clean(self) -> dict[str, Any]:
        """Another place needs its name."""
        data = super().clean() or {}
        if data.get("cancer") == "other" and not data.get("other"):
            self.add_error(
                "other", _("Pick the cancer from the list. If it isn’t there, choose “I’m not sure”.")
            )
        if data.get("cancer") != "other":
            data["other"] = ""
        return data


class SpreadForm(StepForm):
    """Where it is now."""

    spread = OneOf(
        [
            ("brain", _("In the brain")),
            ("lining", _("In the fluid or lining around the brain and spine")),
            ("both", _("In both")),
            ("neither", _("In neither, as far as I know")),
            (UNSURE, NOT_SURE),
        ],
        hints={
            "brain": _("Doctors call these brain metastases."),
            "lining": _("Doctors call this leptomeningeal disease."),
        },
        apart=[UNSURE],
    )


class TreatmentForm(StepForm):
    """How the brain has been treated, and when last."""

    kinds = SomeOf(
        [
            ("srs", _("Focused radiation")),
            ("wbrt", _("Radiation to the whole brain")),
            ("surgery", _("Surgery")),
            ("none", _("None of these")),
            (UNSURE, NOT_SURE),
        ],
        hints={"srs": _("Also called radiosurgery, SRS, Gamma Knife or CyberKnife.")},
        alone=["none", UNSURE],
    )
    month = Pick(label=_("Month"), choices=lambda: [("", ""), *MONTHS.items()], required=False)
    year = forms.IntegerField(
        label=_("Year"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
        error_messages={"invalid": _("Write the year in four figures, such as 2025.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)

    def clean_year(self) -> int | None:
        """A year that can be."""
        year: int | None = self.cleaned_data.get("year")
        if year is not None and not EARLIEST_TREATMENT <= year <= self.today.year:
            raise forms.ValidationError(
                _("The year should be from %(first)s to %(last)s."),
                params={"first": EARLIEST_TREATMENT, "last": self.today.year},
            )
        return year

    def clean(self) -> dict[str, Any]:
        """Month and year go together, and not into the future."""
        data = super().clean() or {}
        if not set(data.get("kinds", [])) & {"srs", "wbrt", "surgery"}:
            data["month"], data["year"] = "", None
            return data
        month, year = data.get("month"), data.get("year")
        if month and year is None and "year" not in self.errors:
            self.add_error(
                "year",
                _("Add the year, such as %(year)s, or leave month and year empty.")
                % {"year": self.today.year},
            )
        if year is not None and not month:
            self.add_error(
                "month", _("Pick the month too. If you don’t know it, leave month and year empty.")
            )
        if month and year == self.today.year and int(month) > self.today.month:
            self.add_error("month", _("This month is still to come. Check the month and the year."))
        return data


class GrowthForm(StepForm):
    """What the last scan showed."""

    growth = OneOf(
        [
            ("stable", _("It had stayed the same, shrunk or gone")),
            ("grown", _("It had grown, or there was a new spot")),
            ("no_scan", _("There has been no scan since")),
            (UNSURE, NOT_SURE),
        ],
        apart=[UNSURE],
    )


class SymptomsForm(StepForm):
    """Whether the disease in the head is felt now."""

    symptoms = OneOf(
        [
            ("none", _("No")),
            ("stable", _("Some are left, but they are not getting worse")),
            ("new_or_worse", _("Yes, new ones or getting worse")),
            (UNSURE, NOT_SURE),
        ],
        apart=[UNSURE],
    )


class SteroidsForm(StepForm):
    """Steroids now, which, how much."""

    taking = OneOf([("no", _("No")), ("yes", _("Yes")), (UNSURE, NOT_SURE)], apart=[UNSURE])
    drug = Pick(
        label=_("If yes: which one?"),
        required=False,
        choices=[
            ("", ""),
            ("dexamethasone", _("Dexamethasone (Decadron)")),
            ("prednisone", _("Prednisone")),
            ("prednisolone", _("Prednisolone")),
            ("methylprednisolone", _("Methylprednisolone (Medrol)")),
            ("hydrocortisone", _("Hydrocortisone")),
        ],
    )
    mg = forms.DecimalField(
        label=_("How many milligrams (mg) in one day, all together?"),
        required=False,
        localize=True,
        max_digits=6,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "size": 6}),
        error_messages={"invalid": _("Write a number, such as 4 or 1.5, or leave this empty.")},
    )

    def clean_mg(self) -> Decimal | None:
        """A dose that can be."""
        dose: Decimal | None = self.cleaned_data.get("mg")
        if dose is not None and not 0 < dose <= MAX_STEROID_MG:
            raise forms.ValidationError(
                _("The dose should be above 0 and at most %(most)s mg a day."),
                params={"most": MAX_STEROID_MG},
            )
        return dose

    def clean(self) -> dict[str, Any]:
        """A drug and a dose belong to "yes" only; a dose needs its drug, since doses are never converted."""
        data = super().clean() or {}
        if data.get("taking") != "yes":
            data["drug"], data["mg"] = "", None
        elif data.get("mg") is not None and not data.get("drug"):
            self.add_error("drug", _("Pick the steroid that this dose is of, or leave the dose empty."))
        return data


class AboutForm(StepForm):
    """Age, sex, and what a day looks like (ECOG performance status in plain words)."""

    age = OneOf(
        [
            ("0-11", _("Under 12")),
            ("12-17", _("12 to 17")),
            ("18-64", _("18 to 64")),
            ("65-69", _("65 to 69")),
            ("70-74", _("70 to 74")),
            ("75-79", _("75 to 79")),
            ("80-120", _("80 or older")),
            (UNSURE, _("I’d rather not say")),
        ],
        apart=[UNSURE],
        label=_("Age"),
        required=False,
    )
    sex = OneOf(
        [("female", _("Female")), ("male", _("Male")), (UNSURE, _("I’d rather not say"))],
        apart=[UNSURE],
        label=_("Sex"),
        help_text=_("Some studies take only women or only men."),
        required=False,
    )
    ability = OneOf(
        [
            ("0", _("As active as before the illness")),
            ("1", _("Up and about, but hard physical work is too much")),
            ("2", _("Up more than half of the day, but not able to work")),
            ("3", _("In bed or a chair more than half of the day")),
            ("4", _("In bed or a chair all day")),
            (UNSURE, NOT_SURE),
        ],
        apart=[UNSURE],
        label=_("A usual day now"),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """Something must be answered; nothing at all is what Skip is for."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("age", _("Answer at least one part, or press “Skip this question”."))
        return data


class MarkersForm(StepForm):
    """Markers found in the tumour."""

    def __init__(self, *args: Any, tumour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [*marker_choices(tumour), ("none", _("None of these was found")), (UNSURE, NOT_SURE)]
        self.fields["found"] = SomeOf(choices, alone=["none", UNSURE])


class PlaceForm(StepForm):
    """Where from, and how far. Asks which place is meant where several have the name."""

    place = forms.CharField(
        label=_("Town or city"),
        help_text=_(
            "Add the state or country if you like: “Durham, NC” or “Athens, Greece”. A US ZIP code works too."
        ),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 30}),
        error_messages={"max_length": _("Write at most 80 letters.")},
    )
    reach = OneOf(
        [
            ("50", _("Up to 50 km (30 miles)")),
            ("100", _("Up to 100 km (60 miles)")),
            ("300", _("Up to 300 km (190 miles)")),
            ("any", _("Any distance")),
            (UNSURE, NOT_SURE),
        ],
        label=_("How far could you travel?"),
        required=False,
        apart=[UNSURE],
    )
    field_order = ("place", "which", "reach")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        typed = self.data.get("place", "") if self.is_bound else self.initial.get("place", "")
        found = places_named(typed)
        if len(found) > 1:
            choose = _("More than one place has this name. Choose the one you mean.")
            self.fields["which"] = OneOf(
                [*((place_value(place), str(place)) for place in found), ("none", _("None of these"))],
                label=_("Which one do you mean?"),
                apart=["none"],
                error_messages={"required": choose, "invalid_choice": choose},
            )
            self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        """Something must be answered; nothing at all is what Skip is for."""
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("place", _("Write a town, or press “Skip this question”."))
        return data
