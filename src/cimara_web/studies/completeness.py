"""How full each variable is at each site, by the accepted data: counts for own eyes, else percents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db.models import F

from cimara_web.studies.models import SiteCompleteness, Study, StudySite

FEWEST = 10
"""Of a site that isn't one's own a percentage is told where the variable applies to so many rows or more."""
BANDS = ((90, "high"), (70, "middle"), (0, "low"))
"""From so many percent on; the number stands in each cell besides."""


class Kind(StrEnum):
    """What a cell tells."""

    SHARE = "share"
    IMPOSSIBLE = "impossible"
    NOT_APPLICABLE = "applies to no row"
    TOO_FEW = "fewer than 10"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Cell:
    """One site and variable. Counts are there where they may be seen."""

    kind: Kind
    percent: int | None = None
    present: int | None = None
    applicable: int | None = None
    unknown: int | None = None
    not_done: int | None = None
    missing: int | None = None

    @property
    def words(self) -> str:
        """What stands in the cell."""
        return f"{self.percent} %" if self.percent is not None else self.kind.value

    @property
    def band(self) -> str:
        """The shade: high from 90 percent, middle from 70, low below; or what else the cell tells."""
        if self.percent is None:
            return "impossible" if self.kind is Kind.IMPOSSIBLE else "none"
        return next(name for least, name in BANDS if self.percent >= least)


@dataclass(frozen=True, slots=True)
class Row:
    """A variable over all sites. `is_needed`: an analysis of the study needs it."""

    variable: str
    is_needed: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Heat:
    """The table of variables by sites."""

    sites: tuple[StudySite, ...]
    rows: tuple[Row, ...]


NO_DATA = Cell(Kind.NO_DATA)


def heat(study: Study, *, counted: Collection[UUID] | None) -> Heat:
    """The table of a study: two queries, however many sites and variables there are.

    Parameters
    ----------
    counted
        Sites whose counts may be seen; None for all of them.
    """
    sites = tuple(study.sites.filter(withdrawn_at=None).select_related("institution").order_by("code"))
    kept = SiteCompleteness.objects.filter(
        submission__study_site__study=study, submission__state="accepted"
    ).annotate(site=F("submission__study_site"))
    found: dict[str, dict[UUID, SiteCompleteness]] = {}
    for one in kept:
        found.setdefault(one.variable, {})[one.site] = one
    needed = set(study.needed_fields)
    names = sorted(found.keys() | needed, key=lambda name: (name not in needed, name))
    rows = tuple(
        Row(name, name in needed, tuple(_cells(name, sites, found.get(name, {}), counted))) for name in names
    )
    return Heat(sites, rows)


def own_row(submission_counts: Iterable[SiteCompleteness]) -> list[tuple[SiteCompleteness, int | None]]:
    """The variables of one site with all counts and percents, the emptiest first."""
    told = [(one, percent_of(one)) for one in submission_counts]
    return sorted(told, key=lambda pair: (101 if pair[1] is None else pair[1], pair[0].variable))


def percent_of(one: SiteCompleteness) -> int | None:
    """Present of applicable rows in whole percent, rounded down so that 100 means all; None for none."""
    return 100 * one.present // one.applicable if one.applicable else None


def _cells(
    variable: str,
    sites: tuple[StudySite, ...],
    found: dict[UUID, SiteCompleteness],
    counted: Collection[UUID] | None,
) -> Iterator[Cell]:
    for site in sites:
        one = found.get(site.public_id)
        is_counted = counted is None or site.public_id in counted
        if variable in site.impossible_fields:
            yield Cell(Kind.IMPOSSIBLE)
        elif one is None:
            yield NO_DATA
        else:
            yield _counted(one) if is_counted else _percent_only(one)


def _counted(one: SiteCompleteness) -> Cell:
    if not one.applicable:
        return Cell(Kind.NOT_APPLICABLE)
    return Cell(
        Kind.SHARE,
        percent_of(one),
        one.present,
        one.applicable,
        one.unknown,
        one.not_done,
        one.missing,
    )


def _percent_only(one: SiteCompleteness) -> Cell:
    if one.applicable < FEWEST:
        return Cell(Kind.TOO_FEW)
    return Cell(Kind.SHARE, percent_of(one))
