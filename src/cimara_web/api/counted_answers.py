"""What the API answers about many studies at once, field by field."""

from __future__ import annotations

from cimara.terms.endpoint import CriteriaId, EndpointId
from cimara.trials.atlas.heterogeneity import Item
from cimara_web.api.answers import Answer


class Source(Answer):
    """Which registry data were counted."""

    data_date: str | None
    content_hash: str | None
    reader_version: str | None
    rules_hash: str | None
    attribution: str | None
    starter_note: str | None


class ItemCount(Answer):
    """One item of a definition: how many measures settle it, and how many have each value."""

    item: Item
    n_stated: int
    values: dict[str, int]


class EndpointCount(Answer):
    """One endpoint; `n_stating_all` is null where a definition needn't state anything."""

    id: EndpointId
    label: str
    n_trials: int
    n_measures: int
    n_stating_all: int | None
    items: list[ItemCount]


class CriteriaCount(Answer):
    """How many trials name some response criteria in any measure."""

    id: CriteriaId
    label: str
    n_trials: int


class NotCompared(Answer):
    """An endpoint whose definitions aren't compared."""

    id: EndpointId
    label: str
    n_trials: int


class Endpoints(Answer):
    """The endpoints of a population of trials, read from the words of their measures."""

    population: str
    source: Source
    n_studies: int
    n_with_outcomes: int
    n_measures: int
    endpoints: list[EndpointCount]
    criteria: list[CriteriaCount]
    not_compared: list[NotCompared]


class Interval(Answer):
    """Wilson's 95 % interval, as fractions."""

    low: float
    high: float


class CellCount(Answer):
    """How many trials give one answer; the share is of the group's trials, null in an empty group."""

    answer: str
    label: str
    count: int
    share: float | None
    interval: Interval | None


class GroupCount(Answer):
    """The trials of one year of start; `year` is null for those without one, and for the total."""

    year: int | None
    n_trials: int
    brm: list[CellCount]
    lmd: list[CellCount]


class Surveyed(Answer):
    """What a population of trials says; `n_without_year` are left out by bounds on years."""

    population: str
    source: Source
    n_without_year: int
    total: GroupCount
    years: list[GroupCount]
