"""Which site can give which variable, how far it is filled, and how many sites each analysis can count on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset, why
from cimara.cohort.errors import CohortError
from cimara.cohort.harmonise.mapping import Mapping as SiteMapping
from cimara.cohort.harmonise.plans import Status
from cimara.cohort.model import Entity, Field, MissingReason, Need, closest, data_model

Pair = tuple[str, str]
"""Entity and field."""
BY_RULE = ("patient_id",)
"""Fields that every row has by the way it is made; they are not shown."""


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a field is filled at a site, in whole per cent of `rows`."""

    rows: int
    values: int
    reasons: tuple[tuple[MissingReason, int], ...] = ()

    @property
    def blank(self) -> int:
        """Per cent of the rows that have neither a value nor a reason, as far as rounding lets it be told."""
        return max(0, 100 - self.values - sum(share for _, share in self.reasons)) if self.rows else 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One variable at one site; `filled` is None without the site's data."""

    status: Status
    filled: Filled | None = None

    @property
    def gives(self) -> bool:
        """Whether the site gives it: a rule makes it and, where there are rows, some of them have a value."""
        empty = self.filled is not None and self.filled.rows > 0 and not self.filled.values
        return self.status is Status.COMPLETE and not empty


@dataclass(frozen=True, slots=True)
class Variable:
    """A row of the matrix: a field, what needs it, and its cell at each site."""

    entity: str
    field: str
    label: str
    need: Need
    needed_by: tuple[str, ...]
    cells: tuple[Cell, ...]

    @property
    def can_give(self) -> int:
        """Sites that give it."""
        return sum(one.gives for one in self.cells)


@dataclass(frozen=True, slots=True)
class Contribution:
    """A planned analysis: for each site what it lacks, nothing where it can contribute."""

    analysis: str
    lacks: tuple[tuple[Pair, ...], ...]

    @property
    def sites(self) -> int:
        """Sites that can contribute."""
        return sum(not one for one in self.lacks)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Variables by sites; those that analyses need come first."""

    sites: tuple[str, ...]
    variables: tuple[Variable, ...]
    analyses: tuple[Contribution, ...]

    def of_site(self, site: str) -> tuple[tuple[Variable, Cell], ...]:
        """The column of one site."""
        place = self.sites.index(site)
        return tuple((one, one.cells[place]) for one in self.variables)


def matrix(
    mappings: Sequence[SiteMapping],
    *,
    dataset: Dataset | None = None,
    analyses: Mapping[str, Collection[Pair]] | None = None,
) -> Matrix:
    """The matrix of the sites of these mappings.

    Parameters
    ----------
    dataset
        The data of the sites, pooled; without it the matrix shows statuses alone.
    analyses
        The (entity, field) pairs that each planned analysis needs, by its id. Derived fields count as given,
        since they are worked out from others.

    Raises
    ------
    CohortError
        Two mappings are of one site, or an analysis names what the model does not have.
    """
    of_site: dict[str, SiteMapping] = {}
    for one in mappings:
        for site in one.sites:
            if site in of_site:
                raise CohortError(
                    f"two mappings are of the site {site}",
                    where=f"{of_site[site].file}, {one.file}",
                    expected="one",
                )
            of_site[site] = one
    sites = tuple(sorted(of_site))
    planned = {name: _known(name, pairs) for name, pairs in (analyses or {}).items()}
    filled = _all_filled(dataset, sites) if dataset is not None else {}
    variables = [
        _variable(entity, field, of_site, sites, planned, filled)
        for entity in data_model().entities
        for field in entity.fields
        if field.need is not Need.DERIVED and field.name not in BY_RULE
    ]
    variables.sort(key=lambda one: not one.needed_by)
    totals = tuple(_contribution(*one, variables, sites) for one in planned.items())
    return Matrix(sites, tuple(variables), totals)


def _known(analysis: str, pairs: Collection[Pair]) -> tuple[Pair, ...]:
    """The pairs of an analysis, checked against the model and in its order."""
    model = data_model()
    for entity, field in pairs:
        if entity not in model.by_name or field not in model.by_name[entity].by_name:
            names = [f"{one.name}.{own.name}" for one in model.entities for own in one.fields]
            near = closest(f"{entity}.{field}", names)
            raise CohortError(
                f"the data model has no {entity}.{field}",
                where=f"analysis {analysis}",
                hint=f"Did you mean {near}?" if near else None,
            )
    wanted = set(pairs)
    return tuple(
        (entity.name, field.name)
        for entity in model.entities
        for field in entity.fields
        if (entity.name, field.name) in wanted and field.need is not Need.DERIVED
    )


def _variable(
    entity: Entity,
    field: Field,
    of_site: dict[str, SiteMapping],
    sites: tuple[str, ...],
    planned: dict[str, tuple[Pair, ...]],
    filled: dict[tuple[str, str, str], Filled],
) -> Variable:
    pair = (entity.name, field.name)
    cells = tuple(Cell(of_site[site].status(*pair), filled.get((site, *pair))) for site in sites)
    needed_by = tuple(name for name, pairs in planned.items() if pair in pairs)
    return Variable(*pair, field.label, field.need, needed_by, cells)


def _contribution(
    analysis: str, pairs: tuple[Pair, ...], variables: list[Variable], sites: tuple[str, ...]
) -> Contribution:
    needed = [one for one in variables if (one.entity, one.field) in pairs]
    lacks = [
        tuple((one.entity, one.field) for one in needed if not one.cells[place].gives)
        for place in range(len(sites))
    ]
    return Contribution(analysis, tuple(lacks))


def _all_filled(dataset: Dataset, sites: tuple[str, ...]) -> dict[tuple[str, str, str], Filled]:
    """How far each field is filled, by site, entity and field."""
    found: dict[tuple[str, str, str], Filled] = {}
    for entity in dataset.model.entities:
        frame = dataset.frame(entity.name)
        site = pl.col("patient_id").str.head(4) if "patient_id" in frame.columns else pl.col("site_id")
        fields = [one for one in entity.fields if one.need is not Need.DERIVED]
        counted = frame.group_by(site.alias("@site")).agg(
            pl.len().alias("@rows"), *(one for field in fields for one in _counts(frame, field))
        )
        by_site = {row["@site"]: row for row in counted.iter_rows(named=True)}
        for name in sites:
            row = by_site.get(name)
            for field in fields:
                found[name, entity.name, field.name] = _filled(row, field)
    return found


def _counts(frame: pl.DataFrame, field: Field) -> list[pl.Expr]:
    given = pl.col(field.name).is_not_null()
    reasons = [
        (~given & (why(frame, field.name) == str(one))).sum().alias(f"{field.name} {one}")
        for one in MissingReason
    ]
    return [given.sum().alias(field.name), *reasons]


def _filled(row: dict[str, int] | None, field: Field) -> Filled:
    if row is None:
        return Filled(0, 0)
    rows = row["@rows"]
    reasons = {one: row[f"{field.name} {one}"] for one in MissingReason}
    return Filled(
        rows,
        _per_cent(row[field.name], rows),
        tuple((one, _per_cent(count, rows)) for one, count in reasons.items() if count),
    )


def _per_cent(count: int, rows: int) -> int:
    """Whole per cent, halves up; some but not all is never shown as none or all."""
    rounded = (200 * count + rows) // (2 * rows)
    return min(max(rounded, 1), 99) if 0 < count < rows else rounded
