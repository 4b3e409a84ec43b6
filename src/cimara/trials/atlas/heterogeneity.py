"""Shows where trials that name the same endpoint define it differently, or don't define it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from cimara.terms.endpoint import Assessor, Compartment, CriteriaId, EndpointId
from cimara.trials.atlas.collect import UNSORTED, Atlas, AtlasRow
from cimara.trials.atlas.model import ClockStart, EndpointUse, Flag, Stated

NOT_STATED = "not stated"
SIZE_NOT_STATED = "modified RECIST, size?"
"""Modified RECIST beside CNS words: probably that of 5 mm, but the record doesn't say so."""

UNSETTLED = frozenset({CriteriaId.RECIST_UNSTATED.label, CriteriaId.RANO_LM.label, SIZE_NOT_STATED})
"""Criteria named without the version or size that would settle them: named, but not stated."""

RATES = frozenset(
    {
        EndpointId.ORR,
        EndpointId.DCR,
        EndpointId.ICORR,
        EndpointId.ICDCR,
        EndpointId.ICCBR,
        EndpointId.LMRESP,
        EndpointId.DISCORD,
    }
)
"""Response rates: no clock, and death is no event."""

UNJUDGED = frozenset(
    {
        EndpointId.QOL,
        EndpointId.SAFETY,
        EndpointId.NCOGDET,
        EndpointId.NEUROFN,
        EndpointId.PKCSF,
        EndpointId.OEDEMA,
        EndpointId.CSFCLR,
        EndpointId.OTHER,
    }
)
"""Measures to which neither response criteria nor a clock belong."""

DEATHS = frozenset({EndpointId.OS, EndpointId.NEURDTH, EndpointId.SYSDTH})
"""Endpoints whose event is a death: only the start of the clock is asked."""


OF_ANY_TRIAL = frozenset(
    {
        EndpointId.OS,
        EndpointId.PFS,
        EndpointId.DFS,
        EndpointId.TTP,
        EndpointId.TTR,
        EndpointId.ORR,
        EndpointId.DOR,
        EndpointId.DCR,
    }
)
"""Endpoints that have nothing to do with the CNS."""


class Item(StrEnum):
    """What a definition should state."""

    CRITERIA = "criteria"
    COMPARTMENT = "compartment"
    ASSESSOR = "assessor"
    DEATH = "death"
    START = "start"


class Detail(StrEnum):
    """Further things that are compared, but that a definition may leave out."""

    NAME = "name"
    LMD = "lmd"
    LANDMARK = "landmark_days"
    TIME_FRAME = "time_frame_days"
    POPULATION = "population"


def items_of(endpoint: EndpointId) -> tuple[Item, ...]:
    """The items that a definition of the endpoint should state (project decision)."""
    if endpoint in UNJUDGED:
        return ()
    if endpoint in DEATHS:
        return (Item.START,)
    if endpoint in RATES:
        return (Item.CRITERIA, Item.COMPARTMENT, Item.ASSESSOR)
    if endpoint is EndpointId.DFS:
        return (Item.ASSESSOR, Item.DEATH, Item.START)
    if endpoint is EndpointId.TTR:
        return (Item.CRITERIA, Item.COMPARTMENT, Item.ASSESSOR, Item.START)
    return tuple(Item)


def value_of(use: EndpointUse, what: Item | Detail) -> str:
    """What a use says of an item, in a word; `not stated` when the record is silent."""
    return _READERS[what](use)


def _or_not_stated(value: str, silent: str) -> str:
    return NOT_STATED if value == silent else value.replace("_", " ")


def criterion_of(one: CriteriaId, use: EndpointUse) -> str:
    """The criteria that a use names, in a word; without the size that would settle them, that is said."""
    unsure = one is CriteriaId.MRECIST_CNS5 and Flag.MRECIST_CNS5_SIZE_NOT_STATED in use.flags
    return SIZE_NOT_STATED if unsure else one.label


def _days(value: float | None) -> str:
    return NOT_STATED if value is None else f"{value:g}"


_READERS: dict[Item | Detail, Callable[[EndpointUse], str]] = {
    Item.CRITERIA: lambda use: " + ".join(criterion_of(one, use) for one in use.criteria) or NOT_STATED,
    Item.COMPARTMENT: lambda use: _or_not_stated(use.compartment, Compartment.UNSTATED),
    Item.ASSESSOR: lambda use: _or_not_stated(use.assessor, Assessor.UNKNOWN),
    Item.DEATH: lambda use: _or_not_stated(use.death_counts, Stated.UNSTATED),
    Item.START: lambda use: _or_not_stated(use.clock_start, ClockStart.UNSTATED),
    Detail.NAME: lambda use: use.name,
    Detail.LMD: lambda use: _or_not_stated(use.lmd_counts, Stated.UNSTATED),
    Detail.LANDMARK: lambda use: _days(use.landmark_days),
    Detail.TIME_FRAME: lambda use: _days(use.time_frame_days),
    Detail.POPULATION: lambda use: use.population or NOT_STATED,
}


def is_stated(value: str) -> bool:
    """Whether a value settles its item: neither silent nor criteria without a version or size."""
    return value != NOT_STATED and value not in UNSETTLED


def states_all(use: EndpointUse) -> bool:
    """Whether a use states every item that belongs to its endpoint."""
    return all(is_stated(value_of(use, item)) for item in items_of(use.canonical))


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointReport:
    """One endpoint over all trials: its uses, how often each item has each value, how many state all."""

    endpoint: EndpointId
    rows: tuple[AtlasRow, ...]
    counts: dict[Item, Counter[str]]
    n_trials: int
    n_complete: int

    @classmethod
    def empty(cls, endpoint: EndpointId) -> EndpointReport:
        """The report of an endpoint that no trial names."""
        return _report(endpoint, ())

    @property
    def share_complete(self) -> float | None:
        """Share of uses that state every item; None where nothing is asked."""
        return self.n_complete / len(self.rows) if items_of(self.endpoint) and self.rows else None

    def stated(self, item: Item) -> int:
        """How many uses state the item."""
        return sum(n for value, n in self.counts[item].items() if is_stated(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One item on which two trials are compared, for one endpoint; None where a trial lacks the endpoint."""

    endpoint: EndpointId
    item: Item | Detail
    first: str | None
    second: str | None

    @property
    def differs(self) -> bool:
        """Whether the two trials say different things, or one is silent where the other speaks."""
        return self.first != self.second


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two trials, by registry number, item by item."""

    first: str
    second: str
    items: tuple[Difference, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heterogeneity:
    """How the trials of an atlas define their endpoints; `census` counts trials by criteria named."""

    atlas: Atlas
    endpoints: tuple[EndpointReport, ...]
    census: dict[CriteriaId, int]

    def report(self, endpoint: EndpointId) -> EndpointReport | None:
        """The report of one endpoint, or None when no trial names it."""
        return next((one for one in self.endpoints if one.endpoint is endpoint), None)

    def only(self, endpoint: EndpointId) -> Heterogeneity:
        """The same with the report of one endpoint alone."""
        return replace(self, endpoints=tuple(one for one in self.endpoints if one.endpoint is endpoint))


CENSUS_ALWAYS = (
    CriteriaId.RECIST11,
    CriteriaId.RECIST_UNSTATED,
    CriteriaId.IRECIST,
    CriteriaId.RANO_BM,
    CriteriaId.RANO_LM,
    CriteriaId.MRECIST_CNS5,
    CriteriaId.CNS_RECIST,
)
"""Criteria that the census lists even when no trial names them, so that a gap shows."""


def heterogeneity(atlas: Atlas, endpoints: Sequence[EndpointId] = ()) -> Heterogeneity:
    """Compare the definitions of an atlas; all its endpoints but `UNSORTED` ones unless some are named."""
    wanted = tuple(endpoints) or tuple(one for one in atlas.endpoints() if one not in UNSORTED)
    census = {one: len(atlas.naming(one)) for one in CriteriaId}
    return Heterogeneity(
        atlas=atlas,
        endpoints=tuple(_report(one, atlas.of(one)) for one in wanted),
        census={one: n for one, n in census.items() if n or one in CENSUS_ALWAYS},
    )


def _report(endpoint: EndpointId, rows: tuple[AtlasRow, ...]) -> EndpointReport:
    return EndpointReport(
        endpoint=endpoint,
        rows=rows,
        counts={item: Counter(value_of(row.use, item) for row in rows) for item in items_of(endpoint)},
        n_trials=len({row.nct_id for row in rows}),
        n_complete=sum(states_all(row.use) for row in rows),
    )


def differences(atlas: Atlas, first: str, second: str) -> Comparison:
    """Two trials side by side: every item and detail of each endpoint that both name.

    Of an endpoint that only one names, the name alone is given. Where a trial measures an endpoint several
    times, its distinct values are joined by " / ".
    """
    found = {
        number: [row for row in atlas.trial(number) if row.use.canonical not in UNSORTED]
        for number in (first, second)
    }
    named = {number: {row.use.canonical for row in rows} for number, rows in found.items()}
    both = named[first] & named[second]
    return Comparison(
        first=first,
        second=second,
        items=tuple(
            Difference(
                endpoint=endpoint,
                item=item,
                first=_joined(found[first], endpoint, item),
                second=_joined(found[second], endpoint, item),
            )
            for endpoint in EndpointId
            if endpoint in named[first] | named[second]
            for item in (shown_of(endpoint) if endpoint in both else (Detail.NAME,))
        ),
    )


def shown_of(endpoint: EndpointId) -> tuple[Item | Detail, ...]:
    """The items and details that tables show of an endpoint, in order."""
    return (Detail.NAME, *items_of(endpoint), Detail.LMD, Detail.LANDMARK, Detail.TIME_FRAME)


def _joined(rows: Sequence[AtlasRow], endpoint: EndpointId, item: Item | Detail) -> str | None:
    uses = [row.use for row in rows if row.use.canonical is endpoint]
    return " / ".join(dict.fromkeys(value_of(use, item) for use in uses)) if uses else None
