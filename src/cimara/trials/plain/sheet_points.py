"""Which points of a result stand on the sheet: those that decide, with quotes, and those not sure yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cimara.trials.eligibility.model import CnsEligibility
from cimara.trials.plain.passage import item_span
from cimara.trials.plain.questions import OPEN
from cimara.trials.plain.quotes import telling_quotes
from cimara.trials.verdict import Criterion, CriterionId, CriterionValue, MatchResult, Quote

CNS = (CriterionId.BRM, CriterionId.LMD)


@dataclass(slots=True)
class PointGroup:
    """Points that rest on the same items of the record, so that each item is quoted once."""

    criteria: list[Criterion]
    items: dict[tuple[int, int], list[Quote]] = field(default_factory=dict)


def deciding_points(result: MatchResult) -> tuple[Criterion, ...]:
    """What the verdict rests on: what doesn't fit, then brain metastases, then what else the record grants.

    Leptomeningeal disease stands here only where it isn't settled: whoever has none needn't read of it.
    """
    return tuple(dict.fromkeys(_by_weight(result)))


def open_points(result: MatchResult, shown: Sequence[Criterion]) -> tuple[Criterion, ...]:
    """What isn't sure yet and isn't among the points shown before."""
    return tuple(one for one in result.criteria if one.value in OPEN and one not in shown)


def grouped(
    points: Sequence[Criterion], text: str, read: CnsEligibility, items: int
) -> tuple[PointGroup, ...]:
    """The points in order, those that quote the same item of the criteria text together.

    A point on the CNS has up to `items` items of the record quoted, any other point one.
    """
    groups: list[PointGroup] = []
    for point in points:
        quoted: dict[tuple[int, int], list[Quote]] = {}
        for quote in telling_quotes(point, read):
            quoted.setdefault(item_span(text, quote), []).append(quote)
        home = next((group for group in groups if group.items.keys() & set(list(quoted)[:1])), None)
        if home is None:
            kept = items if point.id in CNS else 1
            groups.append(PointGroup([point], dict(list(quoted.items())[:kept])))
            continue
        home.criteria.append(point)
        for item in home.items.keys() & quoted.keys():
            home.items[item] += quoted[item]
    return tuple(groups)


def _by_weight(result: MatchResult) -> Iterator[Criterion]:
    yield from (one for one in result.criteria if one.value is CriterionValue.FAILS)
    brain, lining = result.criterion(CriterionId.BRM), result.criterion(CriterionId.LMD)
    if brain is not None:
        yield brain
    if lining is not None and lining.quotes and lining.value is not CriterionValue.MEETS:
        yield lining
    others = (one for one in result.criteria if one.id is not CriterionId.LMD)
    yield from (one for one in others if one.quotes and one.value is CriterionValue.MEETS)
