"""What the addresses of the directory may ask. A value that isn't of the list is no filter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cimara_web.members.directory import Wanted
from cimara_web.members.labels import (
    CAPABILITIES,
    SPECIALTIES,
    choices,
    country_words,
    interest_choices,
)
from cimara_web.members.models import Institution

ANY = _("Any")
MOST_TEXT = 100


class Filter(forms.Form):
    """A form whose odd values filter nothing, so that a mistyped address still shows a page."""

    use_required_attribute = False

    def __init__(self, data: QueryDict | None = None, *, countries: Iterable[str] = ()) -> None:
        super().__init__(data)
        self.fields["country"].choices = [("", ANY), *by_name(countries)]

    def given(self) -> dict[str, Any]:
        """The filters in force."""
        if not self.is_bound:
            return {}
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def query(self) -> dict[str, Any]:
        """The same as the query of an address."""
        return self.given()


class InstitutionFilter(Filter):
    """Which institutions."""

    country = forms.ChoiceField(label=_("Country"), required=False)
    capability = forms.ChoiceField(
        label=_("Can do"), required=False, choices=lambda: choices(CAPABILITIES, nothing=ANY)
    )

    def narrowed(self, rows: QuerySet[Institution]) -> QuerySet[Institution]:
        """The institutions that are asked for."""
        given = self.given()
        if "country" in given:
            rows = rows.filter(country=given["country"])
        if "capability" in given:
            rows = rows.filter(
                pk__in=rows.filter(capabilities__kind=given["capability"], capabilities__present=True).values(
                    "pk"
                )
            )
        return rows


class PeopleFilter(Filter):
    """Which people."""

    q = forms.CharField(label="Name, institution or department", required=False, max_length=MOST_TEXT)
    specialty = forms.ChoiceField(
        label="Specialty", required=False, choices=lambda: choices(SPECIALTIES, nothing="Any")
    )
    country = forms.ChoiceField(label="Country", required=False)
    interest = forms.ChoiceField(
        label="Interest", required=False, choices=lambda: [("", "Any"), *interest_choices()]
    )

    def wanted(self) -> Wanted:
        """What is asked of the directory."""
        return Wanted(**self.given())


def by_name(countries: Iterable[str]) -> list[tuple[str, str]]:
    """Countries as choices."""
    return sorted(((one, country_words(one)) for one in set(countries)), key=lambda pair: pair[1].casefold())
