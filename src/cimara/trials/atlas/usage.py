"""How the trials of one endpoint speak of it: names, criteria named beside it, what they say of each item."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from cimara.trials.atlas.collect import AtlasRow
from cimara.trials.atlas.heterogeneity import (
    NOT_STATED,
    EndpointReport,
    Item,
    criterion_of,
    is_stated,
    items_of,
    value_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One wording, criterion or value: how many measures have it, and how many trials."""

    value: str
    measures: int
    trials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """What the measures of an endpoint say of one item: values that are stated, the most common first.

    `silent` holds the measures that don't say, in one usage or none. Criteria without version or size come
    last among the stated.
    """

    item: Item
    stated: tuple[Usage, ...]
    silent: tuple[Usage, ...]


def names_used(rows: Iterable[AtlasRow]) -> tuple[Usage, ...]:
    """The words of the measures, the most common first; case and white space don't tell two names apart.

    A name is shown as its first use spells it.
    """
    spelt: dict[str, str] = {}

    def name_of(row: AtlasRow) -> tuple[str, ...]:
        shown = " ".join(row.use.name.split())
        return (spelt.setdefault(shown.casefold(), shown),)

    return _counted(rows, name_of)


def criteria_used(rows: Iterable[AtlasRow]) -> tuple[Usage, ...]:
    """The response criteria that the measures name, the most common first, each on its own."""
    return _counted(rows, lambda row: tuple(criterion_of(one, row.use) for one in row.use.criteria))


def spreads(report: EndpointReport) -> tuple[Spread, ...]:
    """What the trials say of each item that a definition of the endpoint should state."""
    return tuple(_spread(report, item) for item in items_of(report.endpoint))


def _spread(report: EndpointReport, item: Item) -> Spread:
    found = _counted(report.rows, lambda row: (value_of(row.use, item),))
    said = (one for one in found if one.value != NOT_STATED)
    return Spread(
        item=item,
        stated=tuple(sorted(said, key=lambda one: not is_stated(one.value))),
        silent=tuple(one for one in found if one.value == NOT_STATED),
    )


def _counted(rows: Iterable[AtlasRow], values_of: Callable[[AtlasRow], tuple[str, ...]]) -> tuple[Usage, ...]:
    measures: dict[str, int] = {}
    trials: dict[str, set[str]] = {}
    for row in rows:
        for value in values_of(row):
            measures[value] = measures.get(value, 0) + 1
            trials.setdefault(value, set()).add(row.nct_id)
    found = (Usage(value=value, measures=n, trials=len(trials[value])) for value, n in measures.items())
    return tuple(sorted(found, key=lambda one: (-one.measures, one.value)))
