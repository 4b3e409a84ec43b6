"""How a study runs over sites whose rows stay there: its grid of times, masks, and who may order a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cimara.cohort.study.keys import KeyTextError, PublicKey
from cimara.cohort.study.time_grid import MONTH, UNTIL, YEARS, GridKind, grid_days, increasing
from cimara.cohort.study.toml_reader import TomlReader
from cimara.terms.toml_lines import KeyPath

TABLE = "federation"
KEYS = ("grid", "until", "days", "masked", "coordinators", "supersedes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Federation:
    """The table `[federation]` of a study file; a study without one can't leave rows at its sites.

    `until` is the day that a regular grid ends on, `days` those of a custom one. `coordinators` are the
    public keys that orders may be signed with, by the name of the person or centre; `supersedes` the ids of
    jobs whose cohorts this study replaces, so that its own may differ from theirs by a few patients.
    """

    grid: GridKind
    until: float = UNTIL
    days: tuple[float, ...] = ()
    masked: bool = True
    coordinators: Mapping[str, PublicKey] = field(default_factory=dict)
    supersedes: frozenset[str] = frozenset()

    @property
    def cuts(self) -> tuple[float, ...]:
        """The days that times are moved to, before any sum: exits up, entries down; none if exact."""
        return grid_days(self.grid, self.until, self.days)


def read_federation(reader: TomlReader, value: object) -> Federation | None:
    """The table, None where the file has none; faults go to the reader."""
    if value is None:
        return None
    path: KeyPath = (TABLE,)
    table = reader.table(path, value)
    reader.keys(path, table, KEYS)
    if "grid" not in table:
        reader.fault((*path, "grid"), f"missing; expected one of {', '.join(GridKind)}")
    kind = reader.word((*path, "grid"), table.get("grid"), GridKind, GridKind.WEEKLY)
    return Federation(
        grid=kind,
        until=_until(reader, (*path, "until"), kind, table),
        days=_days(reader, (*path, "days"), kind, table),
        masked=reader.flag((*path, "masked"), table.get("masked", True)),
        coordinators=_coordinators(reader, (*path, "coordinators"), table.get("coordinators")),
        supersedes=frozenset(reader.texts((*path, "supersedes"), table.get("supersedes"))),
    )


def _until(reader: TomlReader, path: KeyPath, kind: GridKind, table: Mapping[str, Any]) -> float:
    until = reader.number(path, table.get("until"), UNTIL)
    if "until" in table and kind in (GridKind.EXACT, GridKind.CUSTOM):
        reader.fault(path, f"has no meaning for the {kind} grid")
    if not 0 < until <= YEARS * 12 * MONTH:
        reader.fault(path, f"expected days above 0, at most {YEARS} years: the day that the grid ends on")
        return UNTIL
    return until


def _days(reader: TomlReader, path: KeyPath, kind: GridKind, table: Mapping[str, Any]) -> tuple[float, ...]:
    given = table.get("days")
    if kind is not GridKind.CUSTOM:
        if given is not None:
            reader.fault(path, 'only for grid = "custom"')
        return ()
    numbers = isinstance(given, list) and all(
        isinstance(one, int | float) and not isinstance(one, bool) for one in given
    )
    days = tuple(float(one) for one in given) if numbers and given else ()
    if not increasing(days):
        reader.fault(path, "expected a list of days above 0, each later than the one before")
        return (UNTIL,)
    return days


def _coordinators(reader: TomlReader, path: KeyPath, value: object) -> dict[str, PublicKey]:
    found = {}
    for name, text in reader.table(path, value).items():
        try:
            found[name] = PublicKey.of_text(reader.text((*path, name), text, needed=True))
        except KeyTextError as error:
            reader.fault((*path, name), error.problem)
    return found
