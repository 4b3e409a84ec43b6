"""How many studies a search would find for each choice of a filter."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from cimara.terms.cns import BrmPolicy, LmdPolicy
from cimara.terms.registry import OverallStatus, Phase
from cimara.trials.facets import phases_of
from cimara.trials.search.asked import Asked, read_query
from cimara.trials.search.filters import Condition
from cimara.trials.search.listing import measured_hits
from cimara.trials.search.plan import Plan
from cimara.trials.search.query import Query
from cimara.trials.snapshot import Snapshot

_COLUMNS = ("status", "brm", "lmd", "phases")
_FIELDS = ("status", "brm", "lmd", "phase")
_Cells = list[tuple[int, ...]]
Word = TypeVar("Word")
_AMONG = "f.id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCounts:
    """Studies for each word of four filters; words without any are left out.

    A filter's own choice doesn't narrow its counts, so that they tell what another choice would find. A
    study of two phases counts in both.
    """

    status: Mapping[OverallStatus, int]
    brm: Mapping[BrmPolicy, int]
    lmd: Mapping[LmdPolicy, int]
    phase: Mapping[Phase, int]


def facet_counts(snapshot: Snapshot, query: Query) -> FacetCounts:
    """Counts beside the search of the same query; long texts that hold the words aren't counted.

    With a place, only the first thousand matches are measured and counted.
    """
    asked = read_query(query, snapshot)
    whole = _cells(snapshot, asked, None)
    status, brm, lmd, phase = (
        _cells(snapshot, asked, field) if getattr(asked.query, field) else whole for field in _FIELDS
    )
    return FacetCounts(
        status=_by_code(status, 0, tuple(OverallStatus)),
        brm=_by_code(brm, 1, tuple(BrmPolicy)),
        lmd=_by_code(lmd, 2, tuple(LmdPolicy)),
        phase=_by_phase(phase),
    )


def _cells(snapshot: Snapshot, asked: Asked, without: str | None) -> _Cells:
    chosen = asked.query.without(without) if without else asked.query
    plan = asked.plan(snapshot, chosen)
    if asked.circle is None:
        return plan.cells(snapshot.connection, _COLUMNS)
    hits = json.dumps(measured_hits(snapshot, asked, plan))
    return Plan(conditions=(Condition(_AMONG, (hits,)),)).cells(snapshot.connection, _COLUMNS)


def _by_code(cells: _Cells, column: int, words: tuple[Word, ...]) -> dict[Word, int]:
    found: Counter[int] = Counter()
    for cell in cells:
        found[cell[column]] += cell[-1]
    return {words[code]: count for code, count in sorted(found.items())}


def _by_phase(cells: _Cells) -> dict[Phase, int]:
    found: Counter[Phase] = Counter()
    for cell in cells:
        found.update(dict.fromkeys(phases_of(cell[3]), cell[-1]))
    return dict(found)
