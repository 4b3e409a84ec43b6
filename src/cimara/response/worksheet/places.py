"""Where a lesion of the grid may lie: one choice that tells compartment, organ, and whether it is a node."""

from __future__ import annotations

from dataclasses import dataclass

from cimara.response.model import Lesion
from cimara.terms.response import LesionCompartment

_OUTSIDE = LesionCompartment.EXTRACRANIAL


@dataclass(frozen=True, slots=True)
class Place:
    """A place as the library knows it."""

    compartment: LesionCompartment
    organ: str = ""
    is_node: bool = False


PLACES = {
    "brain": Place(LesionCompartment.BRAIN),
    "leptomeninges": Place(LesionCompartment.LEPTOMENINGEAL),
    "dura": Place(LesionCompartment.DURAL_BONY),
    "lung": Place(_OUTSIDE, "lung"),
    "liver": Place(_OUTSIDE, "liver"),
    "node": Place(_OUTSIDE, "node", is_node=True),
    "adrenal": Place(_OUTSIDE, "adrenal"),
    "bone": Place(_OUTSIDE, "bone"),
    "elsewhere": Place(_OUTSIDE),
}
"""By the word of the grid, in the order of its list."""


def place_of(lesion: Lesion) -> str:
    """The word of the grid for a lesion; an organ that has none of its own is `elsewhere`."""
    if lesion.is_node:
        return "node"
    organ = lesion.organ.strip().lower()
    inside = {place.compartment: word for word, place in PLACES.items() if not place.organ}
    if lesion.compartment is not _OUTSIDE:
        return inside[lesion.compartment]
    return organ if organ in PLACES and PLACES[organ].organ else "elsewhere"
