"""Looks for the mistake that turns a derived response into the reported one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from cimara.response.audit.codes import CR_ALL_MISSING, DataState, Mistake
from cimara.response.audit.comparing import Compared, is_consistent
from cimara.response.audit.joining import Series
from cimara.response.audit.replay import THRESHOLDS, Mistakes, Replay, Words, possible
from cimara.response.criteria.clinical import clinical_seen

EXCLUSIVE = (
    frozenset(THRESHOLDS),
    frozenset({Mistake.NO_ABSOLUTE_5MM, Mistake.ABSOLUTE_IN_SUM, Mistake.ABSOLUTE_PER_LESION}),
)
"""Mistakes of which one can make only one at a time."""
MOST_AT_ONCE = 3
"""Mistakes that are replayed together; four would explain almost anything, and so nothing."""


@dataclass
class Search:
    """The mistakes that may explain one time point: those that give all that was reported, else by part.

    A mistake is tried as a habit (made at every visit) and as a slip (made at this visit alone); three
    together only as habits, which a program may well have.
    """

    series: Series
    compared: Compared
    whole: tuple[Mistakes, ...] = ()
    by_part: dict[str, tuple[Mistakes, ...]] = field(default_factory=dict)


def search(series: Series, compared: Compared, replay: Replay) -> Search:
    """The single mistakes that explain a time point; pairs where no single one does, then three at once."""
    found = Search(series, compared)
    timepoint = compared.joined.timepoint
    if timepoint is None or not compared.unexplained:
        return found
    wanted = compared.comparable
    for tried in _tries(possible(replay)):
        words = {key: _words(replay, key, timepoint.place) for key in tried}
        found.whole = tuple(key for key in tried if any(_gives(made, wanted, wanted) for made in words[key]))
        if found.whole:
            break
        for part in compared.unexplained:
            giving = tuple(key for key in tried if any(_gives(made, wanted, (part,)) for made in words[key]))
            found.by_part[part] = found.by_part.get(part) or giving
    return found


def _tries(mistakes: Sequence[Mistake]) -> Iterable[tuple[Mistakes, ...]]:
    """Single mistakes, then pairs and threes of them that one can make together."""
    for number in range(1, MOST_AT_ONCE + 1):
        tried = map(frozenset, combinations(mistakes, number))
        yield tuple(key for key in tried if not any(len(key & group) > 1 for group in EXCLUSIVE))


def _words(replay: Replay, mistakes: Mistakes, place: int) -> tuple[Words, ...]:
    """The words of one time point with `mistakes` as a habit, and as a slip; three are no slip."""
    habit = replay.words(mistakes)[place]
    return (habit,) if len(mistakes) == MOST_AT_ONCE else (habit, replay.words(mistakes, place)[place])


def _gives(made: Words, wanted: Words, parts: Iterable[str]) -> bool:
    return all(made[part] == wanted[part] for part in parts)


def settle(searches: Sequence[Search]) -> list[Compared]:
    """The reason of every time point. Where several mistakes explain one, that which explains most of all
    time points is taken, and the others are alternatives."""
    weights = Counter(key for found in searches for key in set(_candidates(found)) if len(key) == 1)
    return [_settled(found, weights) for found in searches]


def _candidates(found: Search) -> Iterable[Mistakes]:
    yield from found.whole
    for keys in found.by_part.values() if not found.whole else ():
        yield from keys


def _settled(found: Search, weights: Counter[Mistakes]) -> Compared:
    compared = found.compared
    alternatives: list[str] = []
    for part in compared.unexplained:
        if not found.whole and part == "overall" and _is_inconsistent(found):
            compared = compared.because(part, DataState.COMPONENTS_INCONSISTENT.value)
            continue
        ranked = sorted(found.whole or found.by_part.get(part, ()), key=lambda key: _rank(key, weights))
        if not ranked:
            compared = compared.because(part, _without_explanation(found))
            continue
        compared = compared.because(part, *_codes(ranked[0], compared))
        alternatives += ["+".join(_codes(key, compared)) for key in ranked[1:]]
    taken = set(compared.codes)
    others = dict.fromkeys(code for code in alternatives if code not in taken)
    return replace(compared, alternatives=tuple(others))


def _rank(key: Mistakes, weights: Counter[Mistakes]) -> tuple[int, int, list[int]]:
    """The rarest mistake of a pair counts; ties go by the order of the codes."""
    order = list(Mistake)
    alone = [weights[frozenset({mistake})] for mistake in key]
    return (-min(alone), -sum(alone), sorted(order.index(mistake) for mistake in key))


def _codes(key: Mistakes, compared: Compared) -> tuple[str, ...]:
    codes = [mistake.code for mistake in Mistake if mistake in key]
    row = compared.joined.timepoint.row if compared.joined.timepoint is not None else None
    if row is not None and row.n_targets and not row.n_assessed and compared.reported["target"] == "CR":
        codes = [CR_ALL_MISSING if code == Mistake.MISSING_AS_ZERO else code for code in codes]
    return tuple(dict.fromkeys(codes))


def _is_inconsistent(found: Search) -> bool:
    return consistency(found.series, found.compared) is False


def consistency(series: Series, compared: Compared) -> bool | None:
    """Whether the reported overall response of a time point follows from its reported components."""
    timepoint = compared.joined.timepoint
    if timepoint is None:
        return None
    position = series.followup.positions()[timepoint.place]
    clinical = clinical_seen(series.followup, position, series.decisions)
    return is_consistent(compared, clinical, series.followup.policy)


def _without_explanation(found: Search) -> str:
    """A baseline that is missing or incomplete leaves nothing to compare with."""
    timepoint = found.compared.joined.timepoint
    reasons = set() if timepoint is None else {code.split(":")[0] for code in timepoint.row.reasons}
    if reasons & {"NO_BASELINE", "BASELINE_INCOMPLETE", "NOTHING_SCANNED"}:
        return DataState.NOT_DERIVABLE.value
    return DataState.UNEXPLAINED.value
