"""Pieces of FHIR resources: codes, quantities, references, days."""

from __future__ import annotations

from typing import Any

from cimara.cohort.export.calendar import written_date
from cimara.cohort.export.fhir.profiles import OWN, OWN_CODES, UCUM, Extension, Profile

Resource = dict[str, Any]
Row = dict[str, Any]


def resource(kind: str, identity: str, profile: Profile, *more: Profile, **content: Any) -> Resource:
    """A resource with its id and profiles; content that is None is left out."""
    held = {name: value for name, value in content.items() if value not in (None, [], {})}
    return {"resourceType": kind, "id": identity, "meta": {"profile": [profile, *more]}, **held}


def coded(system: str, code: str, text: str = "") -> Resource:
    """A concept with one code."""
    return {"coding": [{"system": system, "code": code}], **({"text": text} if text else {})}


def own(enum: str, code: str | None, text: str = "") -> Resource | None:
    """A concept of our own model: `Enum.code`; None where there is no value."""
    return None if code is None else coded(OWN_CODES, f"{enum}.{code}", text or code.replace("_", " "))


def quantity(value: float | None, unit: str) -> Resource | None:
    """A quantity in a UCUM unit; None where there is no value."""
    return None if value is None else {"value": value, "unit": unit, "system": UCUM, "code": unit}


def reference(kind: str, identity: str) -> Resource:
    """A reference to a resource of the same bundle."""
    return {"reference": f"{kind}/{identity}"}


def full_url(made: Resource) -> str:
    """The address of a resource in the bundle, against which references are read."""
    return f"{OWN}{made['resourceType']}/{made['id']}"


def extension(url: Extension | str, **value: Any) -> Resource:
    """An extension with a value."""
    return {"url": str(url), **value}


def relative_day(day: int | None) -> list[Resource]:
    """The day from the anchor, which is what is known; the date stands for it."""
    return [] if day is None else [extension(Extension.RELATIVE_DAY, valueInteger=day)]


def date(day: int | None) -> str | None:
    """The date that stands for a day."""
    return None if day is None else written_date(day)


def period(first: int | None, last: int | None) -> Resource | None:
    """From the first to the last day, as far as they are known."""
    held = {"start": date(first), "end": date(last)}
    kept = {name: value for name, value in held.items() if value is not None}
    return kept or None
