"""A spider plot's numbers: how far each target, and each sum, is from baseline at each visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from cimara.response.model import Patient
from cimara.response.rows import PatientResult
from cimara.response.sizes import percent_change
from cimara.terms.response import LesionRole


@dataclass(frozen=True, slots=True)
class SpiderVisit:
    """A visit and how many days it lies after the start; before it, the number is negative."""

    visit_id: str
    date: dt.date
    day: int


@dataclass(frozen=True, slots=True)
class SpiderLine:
    """One line: percent from baseline at each visit, None where it can't be told.

    `name` is the lesion's; of a sum it is that of its criterion.
    """

    name: str
    is_sum: bool
    percents: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Spider:
    """The plot of one patient: its visits from baseline on, and its lines."""

    visits: tuple[SpiderVisit, ...]
    lines: tuple[SpiderLine, ...]


def spider(patient: Patient, results: Sequence[tuple[str, PatientResult]]) -> Spider:
    """The lines of every target of any of the results, then the sum of each; by visit, for display only.

    `results` are names of criteria with what they made of the patient.
    """
    seen = {row.visit_id for _, result in results for row in result.rows}
    seen |= {row.visit_id for _, result in results for row in result.lesions}
    days = {visit.visit_id: visit.date for visit in patient.visits if visit.visit_id in seen}
    visits = tuple(
        SpiderVisit(visit_id, date, (date - patient.start_date).days)
        for visit_id, date in sorted(days.items(), key=lambda item: item[1])
    )
    lines: dict[str, SpiderLine] = {}
    for _, result in results:
        for line in _lesions(result, visits):
            lines.setdefault(line.name, line)
    sums = [_sum(name, result, visits) for name, result in results]
    return Spider(visits, (*lines.values(), *sums))


def _lesions(result: PatientResult, visits: Sequence[SpiderVisit]) -> list[SpiderLine]:
    rows = [row for row in result.lesions if row.role == LesionRole.TARGET]
    sizes = {(row.lesion_id, row.visit_id): row.size for row in rows}
    baseline = rows[0].visit_id if rows else ""
    return [
        SpiderLine(
            name,
            False,
            tuple(_percent(sizes.get((name, one.visit_id)), sizes.get((name, baseline))) for one in visits),
        )
        for name in dict.fromkeys(row.lesion_id for row in rows)
    ]


def _sum(name: str, result: PatientResult, visits: Sequence[SpiderVisit]) -> SpiderLine:
    """The sum of a complete visit against baseline; a sum of only some targets has no place on the line."""
    found = {row.visit_id: _percent(row.sum, row.base_sum) for row in result.rows if row.is_complete}
    rows = [row for row in result.lesions if row.role == LesionRole.TARGET]
    if rows and any(row.base_sum for row in result.rows):
        found.setdefault(rows[0].visit_id, 0.0)
    return SpiderLine(name, True, tuple(found.get(one.visit_id) for one in visits))


def _percent(now: int | None, reference: int | None) -> float | None:
    return None if now is None else percent_change(now, reference)
