"""The clinician's form as one page: its groups, and what it says when facts can't stand together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cimara.trials.matching import ProfileError, ProfileFault
from cimara_web.finder.answers import Given
from cimara_web.finder.clinician.fields import Pick
from cimara_web.finder.clinician.profile import places_of, profile_of_given
from cimara_web.finder.clinician.profile_fields import ProfileFields
from cimara_web.finder.home import place_value


class ProfileForm(ProfileFields):
    """The profile's fields, checked together by the library; days are counted back from `as_of`."""

    def __init__(self, *args: Any, as_of: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.as_of = as_of
        given = self.data if self.is_bound else self.initial
        found = places_of(given)
        if len(found) > 1:
            listed = [(place_value(place), str(place)) for place in found]
            self.fields["which"] = Pick(listed, label=_("Which place do you mean?"))

    def clean(self) -> dict[str, Any]:
        """The library must take the facts together; what it refuses is said at the field it names."""
        data = super().clean() or {}
        if "which" in self.fields and not data.get("which") and "which" not in self.errors:
            self.add_error("which", _("More than one place has this name. Choose the one you mean."))
        if not self.errors:
            try:
                profile_of_given(self.given())
            except ProfileError as error:
                names = (error.field.replace(".", "_"), error.field.partition(".")[0])
                named = next((name for name in names if name in self.fields), None)
                self.add_error(named, _what_is_wrong(error))
        return data

    def given(self) -> Given:
        """What was typed, as texts, empty ones left out, with the day from which days are counted."""
        filled = {name: value for name, value in self.cleaned_data.items() if value not in (None, "", [])}
        return {**filled, "as_of": self.as_of.isoformat()}

    def groups(self) -> list[Group]:
        """The fields in their groups."""
        return [
            Group(slug, str(legend), [self[name] for name in names if name in self.fields])
            for slug, legend, names in _GROUPS
        ]


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that stand together."""

    slug: str
    legend: str
    fields: list[BoundField]


_GROUPS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("person", _("Patient"), ("age", "sex", "ecog", "kps")),
    (
        "tumour",
        _("Tumour"),
        ("tumour", "subtype", "stage", "extracranial_measurable", "biomarkers", "prior_therapies"),
    ),
    (
        "brain",
        _("Brain metastases and leptomeningeal disease"),
        (
            "cns_state",
            "cns_brm_present",
            "cns_lesion_count",
            "cns_largest_mm",
            "cns_largest_untreated_mm",
            "cns_symptoms",
            "cns_seizures",
            "cns_haemorrhage",
            "cns_lmd",
            "cns_lmd_state",
            "cns_places",
        ),
    ),
    (
        "treatment",
        _("Local treatment and imaging of the brain"),
        (
            "cns_last_srs",
            "cns_last_wbrt",
            "cns_last_surgery",
            "cns_last_brain_rt",
            "cns_had_wbrt",
            "cns_stable_since",
            "cns_last_brain_scan",
            "cns_scan_modality",
        ),
    ),
    (
        "medicines",
        _("Steroids and antiseizure drugs"),
        ("steroids_drug", "steroids_mg_per_day", "steroids_trend", "steroids_last_dose", "antiseizure_drugs"),
    ),
    ("reach", _("Place and phase"), ("place", "which", "country", "max_distance_km", "phases")),
)
_CLASHES: dict[str, Any] = {
    "steroids.mg_per_day": _("A named steroid has a dose above 0; “None” has no dose."),
    "steroids.last_dose": _("“Never” can’t stand beside a steroid taken now. Leave one of them empty."),
    "cns.largest_untreated_mm": _("The largest untreated lesion can’t be larger than the largest lesion."),
    "cns.lesion_count": _("With 0 lesions none has a size. Correct the number or the size."),
    "cns.had_wbrt": _("This says another thing than “Last WBRT”. Correct one of them."),
    "cns.last_brain_rt": _("“Never” can’t stand beside SRS or WBRT. Leave it empty."),
    "cns.lmd_state": _("Without leptomeningeal disease it has no state. Leave one of them empty."),
    "cns.brm_present": _("“No” can’t stand beside the lesions, symptoms or treatments given here."),
    "cns.state": _("This state can’t stand beside the lesions, symptoms or treatments given here."),
}
_DATED = ("cns.last_", "cns.stable_since", "steroids.last_dose")


def _what_is_wrong(error: ProfileError) -> str:
    """The library's objection in words; it names the field and never the value."""
    if error.kind is ProfileFault.CONTRADICTION and error.field in _CLASHES:
        return str(_CLASHES[error.field])
    if error.kind is ProfileFault.OUT_OF_RANGE and error.field.startswith(_DATED):
        return gettext("This day is still to come. Check the date.")
    return gettext("This can’t be read. Write it in other words, or leave it empty.")
