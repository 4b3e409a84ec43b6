"""Where a lesion lies, by the words of SDTM's TULOC (`tuloc.csv`)."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from cimara.terms.response import LesionCompartment


@dataclass(frozen=True, slots=True)
class Place:
    """An organ with its compartment. `site` is the place as written, where it says more than the organ."""

    organ: str
    compartment: LesionCompartment
    is_node: bool = False
    site: str = ""
    known: bool = True


@cache
def _places() -> dict[str, Place]:
    table = files("cimara.response.reading").joinpath("tuloc.csv").read_text(encoding="utf-8")
    return {
        row["place"]: Place(row["organ"], LesionCompartment(row["compartment"]), row["is_node"] == "yes")
        for row in csv.DictReader(table.splitlines())
    }


def place_of(location: str) -> Place:
    """The place that TULOC names. One that the table has not is EXTRACRANIAL and not `known`.

    A place that the table has not, but that ends in "LYMPH NODE", is a node: all nodes are one organ.
    """
    word = location.strip().upper()
    if word.endswith(("LYMPH NODE", "LYMPH NODES")) and word not in _places():
        return Place("LYMPH NODE", LesionCompartment.EXTRACRANIAL, is_node=True, site=location)
    found = _places().get(word)
    if found is None:
        return Place(location, LesionCompartment.EXTRACRANIAL, known=False)
    site = "" if found.organ == location else location
    return Place(found.organ, found.compartment, found.is_node, site)
