"""Units that sites write and what each is worth in the model's own."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cimara.cohort.model import closest


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: the quantity it measures, and its size in the first unit of that quantity."""

    quantity: str
    size: Fraction
    source: str


_SI = "SI Brochure, 9th edition (BIPM 2019), table 7 (prefixes)"
_LITRE = "SI Brochure, 9th edition, table 8: 1 l = 1 dm3"
_MONTH = "Julian year of 365.25 d and a twelfth of it, 30.4375 d, as the study's conventions have it"
_EXACT = "by definition"

_SIZES: dict[str, tuple[str, dict[str, str]]] = {
    "length": (_SI, {"mm": "1", "cm": "10", "m": "1000", "um": "1/1000"}),
    "absorbed dose": (_SI, {"Gy": "1", "cGy": "1/100", "mGy": "1/1000"}),
    "volume": (_LITRE, {"cm3": "1", "ml": "1", "cc": "1", "mm3": "1/1000", "l": "1000"}),
    "time": (
        _MONTH,
        {
            "d": "1",
            "days": "1",
            "wk": "7",
            "weeks": "7",
            "mo": "487/16",
            "months": "487/16",
            "a": "1461/4",
            "years": "1461/4",
        },
    ),
    "mass": (_SI, {"mg": "1", "g": "1000", "ug": "1/1000", "mcg": "1/1000"}),
    "mass a day": (_SI, {"mg/d": "1", "g/d": "1000", "ug/d": "1/1000", "mcg/d": "1/1000"}),
    "mass by body mass": (_SI, {"mg/kg": "1", "ug/kg": "1/1000", "mcg/kg": "1/1000"}),
    "share": (_EXACT, {"%": "1", "fraction": "100"}),
    "mass by volume": (_SI, {"g/dl": "1", "g/l": "1/10", "mg/dl": "1/1000"}),
}

UNITS: dict[str, Unit] = {
    name: Unit(quantity, Fraction(size), source)
    for quantity, (source, sizes) in _SIZES.items()
    for name, size in sizes.items()
}
"""Units by the name that mappings use; upper and lower case are one where that is not ambiguous."""
_FOLDED = {name.casefold(): name for name in UNITS}


def unit_named(text: str) -> Unit | None:
    """The unit of that name; None if there is none."""
    return UNITS.get(text) or UNITS.get(_FOLDED.get(text.casefold(), ""))


def nearest_unit(text: str) -> str:
    """The unit that a text was probably meant to be; "" where none is near."""
    return closest(text.casefold(), UNITS)


def factor(unit_from: Unit, unit_to: Unit) -> float:
    """What a number in the first unit is multiplied by to be in the second, of the same quantity."""
    return float(unit_from.size / unit_to.size)
