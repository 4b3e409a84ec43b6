"""One person's facts, as far as they are known: no name, birth date or record number has a place here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from cimara.terms.registry import Phase
from cimara.terms.tumour import tumours
from cimara.trials.matching.facts import Biomarker, CnsFacts, Steroids
from cimara.trials.matching.profile_error import ProfileError, ProfileFault
from cimara.trials.matching.reading import (
    Kind,
    Never,
    check_fields,
    checked,
    covered,
    day,
    flag,
    from_mapping,
    member,
    number,
    part,
    several,
    text,
    whole,
    word,
)


class PatientSex(StrEnum):
    """Sex as health records have it (FHIR administrative gender without `unknown`)."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


_AS_OF = day()
PROFILE_KINDS: dict[str, Kind] = {
    "tumour": member(tumours, "an id of the tumour vocabulary, such as nsclc"),
    "subtype": text(80),
    "biomarkers": several(part(Biomarker), 100),
    "stage": text(40),
    "age": whole(0, 120),
    "sex": word(PatientSex),
    "ecog": whole(0, 4),
    "kps": whole(10, 100, step=10),
    "country": text(2, r"[A-Za-z]{2}", "two letters of ISO 3166-1, such as US"),
    "place": text(100),
    "lat": number(-90, 90),
    "lon": number(-180, 180),
    "max_distance_km": number(0, 20_040),
    "phases": several(word(Phase), len(Phase)),
    "cns": part(CnsFacts),
    "steroids": part(Steroids),
    "antiseizure_drugs": several(text(60), 20),
    "extracranial_measurable": flag(),
    "prior_therapies": several(text(80), 50),
}
"""Field -> what it may hold; the mapping is also the form that asks for them."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Profile:
    """One person on the day `as_of`. Every other field is optional, and None means unknown.

    `tumour` is an id of `cimara.terms.tumour`; `age` in whole years; `country` ISO 3166-1 alpha-2; `lat`,
    `lon` in degrees win over `place`; an empty tuple means "none", such as no antiseizure drug.

    Raises
    ------
    ProfileError
        Naming the field, what it may hold and the kind of fault, never the value.
    """

    as_of: date
    tumour: str | None = None
    subtype: str | None = None
    biomarkers: tuple[Biomarker, ...] | None = None
    stage: str | None = None
    age: int | None = None
    sex: PatientSex | None = None
    ecog: int | None = None
    kps: int | None = None
    country: str | None = None
    place: str | None = None
    lat: float | None = None
    lon: float | None = None
    max_distance_km: float | None = None
    phases: tuple[Phase, ...] | None = None
    cns: CnsFacts = field(default_factory=CnsFacts)
    steroids: Steroids | None = None
    antiseizure_drugs: tuple[str, ...] | None = None
    extracranial_measurable: bool | None = None
    prior_therapies: tuple[str, ...] | None = None

    __repr__ = covered

    def __post_init__(self) -> None:
        if self.as_of is None:
            raise ProfileError("as_of", _AS_OF.allowed, ProfileFault.MISSING)
        object.__setattr__(self, "as_of", checked("as_of", _AS_OF, self.as_of))
        object.__setattr__(self, "cns", CnsFacts() if self.cns is None else self.cns)
        check_fields(self, PROFILE_KINDS)
        if self.country is not None:
            object.__setattr__(self, "country", self.country.upper())
        if (self.lat is None) != (self.lon is None):
            missing = "lat" if self.lat is None else "lon"
            raise ProfileError(missing, "both lat and lon, or neither", ProfileFault.MISSING)
        for name in _days_after(self):
            raise ProfileError(name, "a date not after as_of", ProfileFault.OUT_OF_RANGE)

    def to_json(self) -> str:
        """The profile as JSON text; unknown fields are left out."""
        return json.dumps(_plain(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, source: str | bytes | Mapping[str, Any], *, as_of: date | None = None) -> Profile:
        """The profile of JSON text or of its decoded mapping; `as_of` stands in when the text has none.

        Raises
        ------
        ProfileError
            When it isn't a JSON object, has a field that a profile doesn't have, or a value is wrong.
        """
        given = dict(decoded(source))
        if as_of is not None:
            given.setdefault("as_of", as_of)
        made = from_mapping(cls, given)
        assert isinstance(made, cls)
        return made


def decoded(source: str | bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    """The JSON object of a profile's text, not yet checked field by field.

    Raises
    ------
    ProfileError
        When it isn't a JSON object.
    """
    if isinstance(source, Mapping):
        return source
    try:
        found = json.loads(source)
    except (ValueError, RecursionError):
        raise ProfileError("", "a JSON object of profile fields", ProfileFault.NOT_JSON) from None
    if not isinstance(found, dict):
        raise ProfileError("", "a JSON object of profile fields", ProfileFault.NOT_JSON)
    return found


def _plain(value: Any) -> Any:
    """JSON values of a profile or a part of it."""
    if is_dataclass(value):
        pairs = ((one.name, getattr(value, one.name)) for one in fields(value))
        plain = {name: _plain(held) for name, held in pairs if held is not None}
        return {name: held for name, held in plain.items() if held != {}}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _days_after(profile: Profile) -> Iterator[str]:
    """Names of the dates that lie after `as_of`."""
    for name, held in _dated(profile):
        if isinstance(held, date) and held > profile.as_of:
            yield name


def _dated(profile: Profile) -> Iterator[tuple[str, date | Never | None]]:
    cns = profile.cns
    for name in (
        "last_srs",
        "last_wbrt",
        "last_surgery",
        "last_brain_rt",
        "stable_since",
        "last_brain_scan",
    ):
        yield f"cns.{name}", getattr(cns, name)
    if profile.steroids is not None:
        yield "steroids.last_dose", profile.steroids.last_dose
