"""Point tables of prognostic indices as data: what each level of each item gives, and the bands."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache, cached_property
from importlib.resources import files

from cimara.cohort.errors import CohortError
from cimara.cohort.model import closest

UNKNOWN = "unknown"
"""Level of an item for which the index itself says what an unknown value scores."""

YES = "yes"

HALVES = 2
"""Points are counted in halves."""


class IndexNotTranscribed(CohortError):  # noqa: N818 - the name is cohort.md's
    """An index whose point table is not in the library, since its source was not at hand to copy it from."""


class Item(StrEnum):
    """What an index asks of a patient."""

    AGE = "age"
    KPS = "kps"
    EXTRACRANIAL = "extracranial"
    BRAIN_METASTASES = "brain_metastases"
    HAEMOGLOBIN = "haemoglobin"
    SUBTYPE = "subtype"
    EGFR_ALK = "egfr_alk"
    BRAF = "braf"


CODED = (Item.EXTRACRANIAL, Item.SUBTYPE, Item.EGFR_ALK, Item.BRAF)
"""Items that are words; the rest are whole numbers."""

SCALE: Mapping[Item, int] = {Item.HAEMOGLOBIN: 10}
"""Items that are counted in parts of their unit: haemoglobin in tenths of g/dL."""


class Status(StrEnum):
    """How the numbers are known: read at the source, from an abstract or summary of it, or neither."""

    VERIFIED = "verified"
    ABSTRACT = "abstract"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Level:
    """One row of a point table. Limits are inclusive, in the item's own whole numbers; points in halves."""

    item: Item
    lowest: int | None
    highest: int | None
    code: str
    halves: int

    def holds(self, value: int | str | None) -> bool:
        """Whether a value is of this level; None is of the level `unknown` alone."""
        if value is None:
            return self.code == UNKNOWN
        if isinstance(value, str) or self.code:
            return value == self.code
        return (self.lowest is None or value >= self.lowest) and (
            self.highest is None or value <= self.highest
        )


@dataclass(frozen=True, slots=True)
class Band:
    """A group of values with its median survival; bands are tried in order up to their upper limit."""

    name: str
    up_to: Fraction | None
    inclusive: bool
    median_months: float
    status: Status
    source: str

    def reaches(self, value: Fraction) -> bool:
        """Whether a value that no band before this one holds is in it."""
        return self.up_to is None or value < self.up_to or (self.inclusive and value == self.up_to)


@dataclass(frozen=True)
class PointTable:
    """An index: its levels, its bands, the primaries that it is for, and the paper that made it."""

    name: str
    version: str
    title: str
    groups: tuple[str, ...]
    status: Status
    paper: str
    levels: tuple[Level, ...]
    bands: tuple[Band, ...]

    @cached_property
    def items(self) -> tuple[Item, ...]:
        """Items in the order of the table."""
        return tuple(dict.fromkeys(level.item for level in self.levels))

    def levels_of(self, item: Item) -> tuple[Level, ...]:
        """Levels of an item."""
        return tuple(level for level in self.levels if level.item is item)

    def extremes(self, item: Item) -> tuple[int, int]:
        """The fewest and the most halves of a point that an item can give."""
        given = [level.halves for level in self.levels_of(item)]
        return min(given), max(given)

    def band(self, value: Fraction) -> Band | None:
        """The band of a value; None above the highest."""
        return next((band for band in self.bands if band.reaches(value)), None)


@cache
def table_names() -> tuple[str, ...]:
    """Every index, those without a point table included."""
    return tuple(row["table"] for row in rows_of("indices"))


@cache
def point_table(name: str) -> PointTable:
    """The index of that name.

    Raises
    ------
    IndexNotTranscribed
        The library has a place for the index and no point table; the error names the paper.
    CohortError
        There is no such index.
    """
    found = next((row for row in rows_of("indices") if row["table"] == name), None)
    if found is None:
        near = closest(name, table_names())
        raise CohortError(f"unknown index {name!r}", expected=near or ", ".join(table_names()))
    if found["transcribed"] != YES:
        raise IndexNotTranscribed(
            f"the point table of {name} is not in this library",
            expected=f"the table as printed in {found['paper']}",
            hint="Send it with its source, and it becomes rows of indices/tables/points.csv.",
        )
    return PointTable(
        name=name,
        version=found["version"],
        title=found["title"],
        groups=_parts(found["groups"]),
        status=Status(found["status"]),
        paper=found["paper"],
        levels=tuple(_level(row) for row in rows_of("points") if row["table"] == name),
        bands=tuple(_band(row, found["paper"]) for row in rows_of("bands") if row["table"] == name),
    )


@cache
def gpa_of_group() -> Mapping[str, str]:
    """The GPA of each primary that has one, its point table transcribed or not."""
    return {group: row["table"] for row in rows_of("indices") for group in _parts(row["groups"])}


@cache
def rows_of(name: str) -> tuple[Mapping[str, str], ...]:
    """Rows of one file of `tables/`."""
    text = (files("cimara.cohort.indices") / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def is_transcribed(name: str) -> bool:
    """Whether the library holds the point table of an index."""
    return any(row["table"] == name and row["transcribed"] == YES for row in rows_of("indices"))


def _level(row: Mapping[str, str]) -> Level:
    item = Item(row["item"])
    return Level(
        item, _limit(row["lowest"], item), _limit(row["highest"], item), row["code"], _halves(row["points"])
    )


def _limit(text: str, item: Item) -> int | None:
    return int(Fraction(text) * SCALE.get(item, 1)) if text else None


def _halves(text: str) -> int:
    return int(Fraction(text) * HALVES)


def _band(row: Mapping[str, str], paper: str) -> Band:
    return Band(
        name=row["band"],
        up_to=Fraction(row["up_to"]) if row["up_to"] else None,
        inclusive=row["inclusive"] == YES,
        median_months=float(row["median_months"]),
        status=Status(row["status"]),
        source=row["source"] or paper,
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)
