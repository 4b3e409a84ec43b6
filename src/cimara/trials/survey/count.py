"""Counts the policies of a population of trials, by group, with intervals and the trials of each cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING

from cimara.terms.errors import CimaraError
from cimara.terms.registry import OverallStatus, Phase
from cimara.terms.tumour import tumours
from cimara.trials.atlas.selection import (
    EVERY_STUDY,
    Provenance,
    Selection,
    Source,
    describe,
    provenance_of,
    select,
)
from cimara.trials.study import Study
from cimara.trials.survey.intervals import Interval, OddsRatio, Trend, cochran_armitage, odds_ratio, wilson
from cimara.trials.survey.schema import Column, Question, Schema, policy_of, schema_named

if TYPE_CHECKING:
    from cimara.trials.search.query import Query

NOT_STATED = "not stated"
INDUSTRY = "INDUSTRY"


class SurveyError(CimaraError):
    """A survey that can't be made."""


class Dimension(StrEnum):
    """What trials may be grouped by."""

    TUMOUR = "tumour"
    PHASE = "phase"
    SPONSOR_CLASS = "sponsor_class"
    YEAR = "year"
    STATUS = "status"


class YearOf(StrEnum):
    """Which date gives a trial its year."""

    START = "start"
    FIRST_POSTED = "first_posted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The trials of one group that fall into one column; `interval` is Wilson's, as fractions."""

    column: Column
    trials: tuple[str, ...]
    total: int

    @property
    def count(self) -> int:
        """How many trials."""
        return len(self.trials)

    @property
    def share(self) -> float | None:
        """Fraction of the group; None in an empty group."""
        return self.count / self.total if self.total else None

    @property
    def interval(self) -> Interval | None:
        """Wilson's 95 % interval of the share."""
        return wilson(self.count, self.total)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The trials that share a value in every dimension; `key` is empty for the whole population."""

    key: tuple[str, ...]
    trials: tuple[str, ...]
    cells: dict[str, tuple[Cell, ...]]

    def cell(self, question: str, column: str) -> Cell:
        """The cell of a question's column."""
        return next(one for one in self.cells[question] if one.column.id == column)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnTrend:
    """The trend of one column over the years; `key` names the group of the other dimensions."""

    key: tuple[str, ...]
    question: str
    column: Column
    trend: Trend | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnOdds:
    """The odds of one column in trials of industry over those of all other stated sponsor classes."""

    key: tuple[str, ...]
    question: str
    column: Column
    odds: OddsRatio | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a population of trials says of CNS disease.

    `groups` overlap where a trial has several values (two tumours); `total` counts every trial once.
    `answers` holds, for each question, the policy that was read for each trial.
    """

    schema: Schema
    by: tuple[Dimension, ...]
    year_of: YearOf
    groups: tuple[Group, ...]
    total: Group
    population: str
    provenance: Provenance
    answers: dict[str, dict[str, str | None]]
    trends: tuple[ColumnTrend, ...] = ()
    odds: tuple[ColumnOdds, ...] = ()


def survey(
    source: Source,
    population: Selection | Query = EVERY_STUDY,
    *,
    by: Sequence[str] = (),
    year_of: str = YearOf.START,
    schema: str = "cimara",
    merge_required: bool = False,
) -> Survey:
    """Count the policies of every trial of a population.

    `by` crosses dimensions: (`phase`, `year`) gives a group for each phase in each year. Trials without a
    value form a group of their own.

    Raises
    ------
    SurveyError
        When a dimension is unknown or named twice.
    SchemaError
        When there is no such schema.
    """
    dimensions = _dimensions(by)
    chosen = schema_named(schema)
    chosen = chosen.with_required_merged() if merge_required else chosen
    studies = sorted(select(source, population), key=lambda study: study.nct_id)
    year = YearOf(year_of)
    groups = _groups(studies, dimensions, year, chosen) if dimensions else ()
    return Survey(
        schema=chosen,
        by=dimensions,
        year_of=year,
        groups=groups,
        total=_group((), studies, chosen),
        population=describe(population),
        provenance=provenance_of(source, studies),
        answers={
            question.id: {study.nct_id: policy_of(study, question.field) for study in studies}
            for question in chosen.questions
        },
        trends=_trends(groups, dimensions, chosen),
        odds=_odds(groups, dimensions, chosen),
    )


def _dimensions(by: Sequence[str]) -> tuple[Dimension, ...]:
    allowed = ", ".join(Dimension)
    try:
        found = tuple(Dimension(name) for name in by)
    except ValueError:
        raise SurveyError("no such dimension", where="by", expected=f"some of {allowed}") from None
    if len(set(found)) < len(found):
        raise SurveyError("a dimension is named twice", where="by", expected="each dimension once")
    return found


def values_of(study: Study, dimension: Dimension, year_of: YearOf = YearOf.START) -> tuple[str, ...]:
    """The values of a study in one dimension, several tumours or one value; `not stated` without any."""
    if dimension is Dimension.TUMOUR:
        names = tuple(tumours()[one].name if one in tumours() else one for one in study.tumours)
        return names or (NOT_STATED,)
    if dimension is Dimension.PHASE:
        return ("/".join(phase for phase in Phase if phase in study.phases) or NOT_STATED,)
    if dimension is Dimension.SPONSOR_CLASS:
        return (study.sponsor_class or NOT_STATED,)
    if dimension is Dimension.STATUS:
        return (str(study.overall_status),)
    date = study.start if year_of is YearOf.START else study.first_posted
    return ((date or "")[:4] or NOT_STATED,)


def _groups(
    studies: Sequence[Study], dimensions: tuple[Dimension, ...], year_of: YearOf, schema: Schema
) -> tuple[Group, ...]:
    members: dict[tuple[str, ...], list[Study]] = {}
    for study in studies:
        for key in product(*(values_of(study, dimension, year_of) for dimension in dimensions)):
            members.setdefault(key, []).append(study)
    ordered = sorted(members, key=lambda key: tuple(map(_place, dimensions, key)))
    return tuple(_group(key, members[key], schema) for key in ordered)


def _place(dimension: Dimension, value: str) -> tuple[bool, int, str]:
    """Where a value stands in its dimension: in the registry's order, and what isn't stated last."""
    order: tuple[str, ...] = ()
    if dimension is Dimension.PHASE:
        order = tuple(Phase)
    elif dimension is Dimension.STATUS:
        order = tuple(OverallStatus)
    first = value.split("/")[0]
    return value == NOT_STATED, order.index(first) if first in order else 0, value


def _group(key: tuple[str, ...], studies: Sequence[Study], schema: Schema) -> Group:
    return Group(
        key=key,
        trials=tuple(study.nct_id for study in studies),
        cells={question.id: _cells(question, studies) for question in schema.questions},
    )


def _cells(question: Question, studies: Sequence[Study]) -> tuple[Cell, ...]:
    trials: dict[str, list[str]] = {column.id: [] for column in question.columns}
    for study in studies:
        trials[question.column_of(study).id].append(study.nct_id)
    return tuple(
        Cell(column=column, trials=tuple(trials[column.id]), total=len(studies))
        for column in question.columns
    )


def _by_other_dimensions(
    groups: tuple[Group, ...], dimensions: tuple[Dimension, ...], dimension: Dimension
) -> dict[tuple[str, ...], dict[str, Group]]:
    """For each key of the other dimensions, the groups by their value in one dimension."""
    place = dimensions.index(dimension)
    found: dict[tuple[str, ...], dict[str, Group]] = {}
    for group in groups:
        others = group.key[:place] + group.key[place + 1 :]
        found.setdefault(others, {})[group.key[place]] = group
    return found


def _trends(
    groups: tuple[Group, ...], dimensions: tuple[Dimension, ...], schema: Schema
) -> tuple[ColumnTrend, ...]:
    if Dimension.YEAR not in dimensions:
        return ()
    found = []
    for key, years in _by_other_dimensions(groups, dimensions, Dimension.YEAR).items():
        dated = [(int(year), group) for year, group in years.items() if year.isdigit()]
        for question in schema.questions:
            for column in question.columns:
                cells = [group.cell(question.id, column.id) for _, group in dated]
                trend = cochran_armitage(
                    [cell.count for cell in cells],
                    [cell.total for cell in cells],
                    [year for year, _ in dated],
                )
                found.append(ColumnTrend(key=key, question=question.id, column=column, trend=trend))
    return tuple(found)


def _odds(
    groups: tuple[Group, ...], dimensions: tuple[Dimension, ...], schema: Schema
) -> tuple[ColumnOdds, ...]:
    if Dimension.SPONSOR_CLASS not in dimensions:
        return ()
    found = []
    for key, classes in _by_other_dimensions(groups, dimensions, Dimension.SPONSOR_CLASS).items():
        stated = {name: group for name, group in classes.items() if name != NOT_STATED}
        for question in schema.questions:
            for column in question.columns:
                counts = {INDUSTRY: [0, 0], "": [0, 0]}
                for name, group in stated.items():
                    cell = group.cell(question.id, column.id)
                    side = counts[INDUSTRY if name == INDUSTRY else ""]
                    side[0] += cell.count
                    side[1] += cell.total - cell.count
                odds = odds_ratio(*counts[INDUSTRY], *counts[""])
                found.append(ColumnOdds(key=key, question=question.id, column=column, odds=odds))
    return tuple(found)
