"""The grid as it stands on the page: all of it text, unchecked; it goes to flat fields and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

Item = TypeVar("Item")

MOST_VISITS = 24
MOST_LESIONS = 30
LONGEST_TEXT = 200
"""Characters of one field that are kept; no cell, label or date has more."""

_VISIT = re.compile(r"visits\.(\d{1,2})\.(\w+)", re.ASCII)
_LESION = re.compile(r"lesions\.(\d{1,2})\.(?:cells\.(\d{1,2})|(\w+))", re.ASCII)
OF_VISIT = ("label", "date", "clinical", "steroids", "new")
OF_LESION = ("name", "place", "role")
OF_PATIENT = ("patient", "start", "immunotherapy", "immunotherapy_start", "new_place")


class SheetRole(StrEnum):
    """What a line of the grid is; the same words as `LesionRole`."""

    TARGET = "TARGET"
    NON_TARGET = "NON_TARGET"
    NEW = "NEW"


@dataclass(frozen=True, slots=True)
class SheetVisit:
    """One column: when, what it is called, and the state of the patient."""

    label: str = ""
    date: str = ""
    clinical: str = ""
    steroids: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class SheetLesion:
    """One line: a lesion and what was seen of it at each visit."""

    name: str = ""
    place: str = "brain"
    role: str = SheetRole.TARGET.value
    cells: tuple[str, ...] = ()

    def cell(self, position: int) -> str:
        """What was typed for one visit."""
        return self.cells[position] if position < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """All that was typed of one patient. `new_place` is where the new lesion of the visit columns lies."""

    patient: str = ""
    start: str = ""
    immunotherapy: str = ""
    immunotherapy_start: str = ""
    new_place: str = "brain"
    visits: tuple[SheetVisit, ...] = ()
    lesions: tuple[SheetLesion, ...] = ()

    @classmethod
    def blank(cls) -> Worksheet:
        """A grid to begin with: a baseline, one later visit, three lesions."""
        lesions = tuple(SheetLesion(name=f"L{number}") for number in (1, 2, 3))
        return cls(visits=(SheetVisit(label="Baseline"), SheetVisit(label="Visit 2")), lesions=lesions)

    @classmethod
    def from_fields(cls, fields: Mapping[str, str]) -> Worksheet:
        """The grid of fields such as `visits.0.date` or `lesions.2.cells.1`; unknown names are left."""
        visits: dict[int, dict[str, str]] = {}
        lesions: dict[int, dict[str, str]] = {}
        cells: dict[int, dict[int, str]] = {}
        for name, value in fields.items():
            text = plain_text(value)
            if found := _VISIT.fullmatch(name):
                visits.setdefault(int(found[1]), {})[found[2]] = text
            elif found := _LESION.fullmatch(name):
                if found[2] is None:
                    lesions.setdefault(int(found[1]), {})[found[3]] = text
                else:
                    cells.setdefault(int(found[1]), {})[int(found[2])] = text
        columns = _up_to(visits, MOST_VISITS)
        lines = _up_to({**lesions, **cells}, MOST_LESIONS)
        return cls(
            **{name: plain_text(fields[name]) for name in OF_PATIENT if name in fields},
            visits=tuple(SheetVisit(**_only(visits.get(at, {}), OF_VISIT)) for at in columns),
            lesions=tuple(
                SheetLesion(
                    **_only(lesions.get(at, {}), OF_LESION),
                    cells=tuple(cells.get(at, {}).get(column, "") for column in columns),
                )
                for at in lines
            ),
        )

    def fields(self) -> dict[str, str]:
        """The grid as flat fields; `from_fields` gives an equal grid."""
        found = {name: str(getattr(self, name)) for name in OF_PATIENT}
        for at, visit in enumerate(self.visits):
            found |= {f"visits.{at}.{name}": getattr(visit, name) for name in OF_VISIT}
        for at, lesion in enumerate(self.lesions):
            found |= {f"lesions.{at}.{name}": getattr(lesion, name) for name in OF_LESION}
            found |= {f"lesions.{at}.cells.{to}": lesion.cell(to) for to in range(len(self.visits))}
        return found

    def with_visit(self) -> Worksheet:
        """One more column at the end, unless there are as many as the grid has."""
        label = f"Visit {len(self.visits) + 1}" if self.visits else "Baseline"
        return replace(self, visits=(*self.visits, SheetVisit(label=label))[:MOST_VISITS])

    def with_lesion(self) -> Worksheet:
        """One more line at the end, unless there are as many as the grid has."""
        taken = {lesion.name for lesion in self.lesions}
        name = next(name for number in range(1, 100) if (name := f"L{number}") not in taken)
        return replace(self, lesions=(*self.lesions, SheetLesion(name=name))[:MOST_LESIONS])

    def without_visit(self, position: int) -> Worksheet:
        """The grid without one column and its cells."""
        lesions = tuple(replace(lesion, cells=_without(lesion.cells, position)) for lesion in self.lesions)
        return replace(self, visits=_without(self.visits, position), lesions=lesions)

    def without_lesion(self, position: int) -> Worksheet:
        """The grid without one line."""
        return replace(self, lesions=_without(self.lesions, position))


def plain_text(value: str, most: int = LONGEST_TEXT) -> str:
    """What was typed as one line without control characters, cut to `most` characters."""
    printable = "".join(one if one.isprintable() else " " for one in value)
    return " ".join(printable.split())[:most].strip()


def _up_to(found: Iterable[int], most: int) -> range:
    return range(min(max(found, default=-1) + 1, most))


def _only(fields: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    return {name: fields[name] for name in names if name in fields}


def _without(items: tuple[Item, ...], position: int) -> tuple[Item, ...]:
    return (*items[:position], *items[position + 1 :])
