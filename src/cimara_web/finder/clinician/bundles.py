"""What a bundle told, as a page shows it: fields and values in words, and nothing that names a person."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cimara.trials.fhir import BundleFault, BundleReading
from cimara_web.finder.clinician.criteria import days_words
from cimara_web.finder.clinician.profile import FIELDS
from cimara_web.finder.clinician.words import STEROIDS

FAULTS: dict[BundleFault, Any] = {
    BundleFault.NOT_JSON: gettext_lazy(
        "This is not JSON. Paste the whole bundle, from the first { to the last }. XML is not read."
    ),
    BundleFault.NOT_A_BUNDLE: gettext_lazy(
        "This JSON is not a FHIR Bundle. Its “resourceType” should be “Bundle”."
    ),
    BundleFault.WRONG_VERSION: gettext_lazy(
        "This Bundle is of another FHIR version. FHIR R4 (4.0 or 4.3) is read."
    ),
    BundleFault.TOO_LARGE: gettext_lazy("This Bundle is over 2 MB. Send only what is about the cancer."),
    BundleFault.TOO_MANY_ENTRIES: gettext_lazy(
        "This Bundle has over 5,000 entries. Send only what is about the cancer."
    ),
    BundleFault.TOO_DEEP: gettext_lazy("This JSON is nested over 32 levels deep. A FHIR Bundle is not."),
    BundleFault.SEVERAL_PATIENTS: gettext_lazy("This Bundle is about more than one patient. Send one."),
}
REASONS: dict[str, Any] = {
    "no fact of a profile comes from this type of resource": gettext_lazy("no fact comes from this type"),
    "the birth date has no day, so the age isn't certain": gettext_lazy("the birth date has no day"),
    "a metastasis outside the CNS": gettext_lazy("a metastasis outside the CNS"),
    "brain metastases that aren't confirmed": gettext_lazy("brain metastases that are not confirmed"),
    "not a cancer that we know by code or name": gettext_lazy("not a cancer known by code or name"),
    "a cancer that isn't confirmed": gettext_lazy("a cancer that is not confirmed"),
    "neither radiotherapy nor surgery": gettext_lazy("neither radiotherapy nor surgery"),
    "local therapy outside the brain": gettext_lazy("local therapy outside the brain"),
    "local therapy of the brain without a date": gettext_lazy("local therapy of the brain without a date"),
    "no ECOG from 0 to 4 in it": gettext_lazy("no ECOG from 0 to 4 in it"),
    "no KPS from 10 to 100 in it": gettext_lazy("no Karnofsky from 10 to 100 in it"),
    "the size of a tumour that isn't known to lie in the brain": gettext_lazy(
        "the size of a tumour that is not known to lie in the brain"
    ),
    "a length without a unit of length": gettext_lazy("a length without a unit of length"),
    "an observation that no rule uses": gettext_lazy("an observation that no rule uses"),
    "a medication that no rule uses": gettext_lazy("a medication that no rule uses"),
    "dated after the day of matching": gettext_lazy("dated after today"),
}
"""Why a resource was left aside, by the library's words."""
BY_STATUS = (
    ("its status is ", gettext_lazy("its status rules it out")),
    ("a medication whose status is ", gettext_lazy("a medication that is not active")),
)
NOTES: dict[str, Any] = {
    "only its month or year is known": gettext_lazy("only its month or year is known"),
    "spread to the meninges isn't certain": gettext_lazy("spread to the meninges is not certain"),
    "how it was found isn't told by the code": gettext_lazy("how it was found is not told by the code"),
    "whether SRS or WBRT isn't told": gettext_lazy("whether SRS or WBRT is not told"),
    "no daily dose can be told": gettext_lazy("no daily dose can be told"),
}
"""What is to be known about a used value, by the library's words."""
SHOWN_ONLY: dict[str, Any] = {
    "stage": gettext_lazy("Stage"),
    "disease_status": gettext_lazy("Disease status"),
}
"""Found, but no rule compares it; its free text isn't repeated, since it may name a person."""
_TYPE = re.compile(r"[A-Z][A-Za-z]{2,39}(?:\[[\d.]+\])?")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact that was used: where it stands in the bundle, the form's field, its value, what to know."""

    resource: str
    field: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoValues:
    """Two values of one fact: the latest dated was used."""

    field: str
    used: str
    used_from: str
    left: str
    left_from: str


@dataclass(frozen=True)
class Account:
    """The reading of one bundle, ready to be shown."""

    reading: BundleReading

    @property
    def facts(self) -> list[Fact]:
        """What the profile now holds, with the resource that each fact came from."""
        used = [
            Fact(
                resource=resource_words(one.resource),
                field=field_words(one.field),
                value=value_words(one.field, one.value, self.reading.profile.as_of),
                note="; ".join(str(NOTES.get(note, note)) for note in (one.note or "").split("; ") if note),
            )
            for one in self.reading.used
        ]
        markers = [
            Fact(resource=resource_words(one.resource), field=field_words("biomarkers"), value=one.value)
            for one in self.reading.shown
            if one.field == "biomarker"
        ]
        return used + markers

    @property
    def clashes(self) -> list[TwoValues]:
        """Facts that the bundle tells twice and differently."""
        as_of = self.reading.profile.as_of
        return [
            TwoValues(
                field=field_words(one.field),
                used=value_words(one.field, one.used, as_of),
                used_from=resource_words(one.used_from),
                left=value_words(one.field, one.left, as_of),
                left_from=resource_words(one.left_from),
            )
            for one in self.reading.clashes
        ]

    @property
    def ignored(self) -> list[tuple[str, str, int]]:
        """Resource type, why it was left aside, and how many."""
        counted = Counter(
            (resource_words(_type_of(one.resource)), _reason(one.reason)) for one in self.reading.ignored
        )
        not_compared = Counter(
            (_type_of(one.resource), str(SHOWN_ONLY[one.field]))
            for one in self.reading.shown
            if one.field in SHOWN_ONLY
        )
        left = [(kind, why, count) for (kind, why), count in counted.items()]
        seen = [
            (kind, _("%(fact)s: no rule compares it") % {"fact": fact}, count)
            for (kind, fact), count in not_compared.items()
        ]
        return left + seen

    @property
    def unmapped(self) -> list[tuple[str, str, str]]:
        """Resource, field and code without a meaning here."""
        return [
            (resource_words(one.resource), field_words(one.field), one.code) for one in self.reading.unmapped
        ]

    @property
    def lacks_state(self) -> bool:
        """True when the state of the brain metastases, which decides most, is still open."""
        return self.reading.profile.cns.state is None


def field_words(name: str) -> str:
    """The form's name of a field of the profile."""
    field = FIELDS.get(name.replace(".", "_")) or FIELDS.get(f"{name}_drug")
    return str(field.label) if field else name


def value_words(name: str, value: str, as_of: date) -> str:
    """A value as used: in the form's words where it is one of a list, a date with the days since."""
    if name == "steroids":
        drug, _space, dose = value.partition(" ")
        name_of_drug = str(STEROIDS.get(drug, drug))
        mg = {"drug": name_of_drug, "limit": "", "mg": dose.removesuffix(" mg/day")}
        return _("%(drug)s %(limit)s%(mg)s mg/day") % mg if dose else name_of_drug
    if _DATE.fullmatch(value):
        return _("%(date)s, %(time)s ago") % {
            "date": value,
            "time": days_words((as_of - date.fromisoformat(value)).days),
        }
    field = FIELDS.get(name.replace(".", "_"))
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    as_flag = {"True": "yes", "False": "no"}.get(value, value)
    return ", ".join(choices.get(one, one) for one in as_flag.split(", "))


def resource_words(label: str) -> str:
    """A resource's type and place; what isn't the shape of a type isn't repeated."""
    parts = [part if _TYPE.fullmatch(part) else _("Resource") for part in label.split(", ")]
    return ", ".join(parts)


def _type_of(label: str) -> str:
    return resource_words(label.partition("[")[0])


def _reason(told: str) -> str:
    for start, words in BY_STATUS:
        if told.startswith(start):
            return str(words)
    return str(REASONS.get(told, told))
