"""Which further counts must be hidden so that the small ones stay hidden (secondary suppression)."""

from __future__ import annotations

from collections.abc import Sequence

from cimara.federation.disclosure.counts import Rounding, behind, rounded_count
from cimara.federation.disclosure.interval_audit import Bounds, Sum, audit, determined


def suppressed(counts: Sequence[float], sums: Sequence[Sum]) -> tuple[int | None, ...]:
    """Counts as they may be shown beside known sums: rounded, small ones hidden, and others to cover them.

    Complements are added until no hidden count lies in the row space of the sums, then until the interval
    audit finds none: each time the smallest shown count of a sum that the exposed one is in. What is still
    exposed when all about it is hidden, `still_exposed` tells: then a sum must go, too.

    Parameters
    ----------
    sums
        Totals that are shown, here or in a linked table, over places of the counts.
    """
    shown = [rounded_count(one, Rounding.REDACT) for one in counts]
    while True:
        exposed = determined([one is None for one in shown], sums)
        if not exposed:
            exposed = tuple(one.cell for one in audit([_bounds(one) for one in shown], sums))
        complement = _complement(exposed, counts, shown, sums)
        if complement is None:
            return tuple(shown)
        shown[complement] = None


def still_exposed(shown: Sequence[int | None], sums: Sequence[Sum]) -> tuple[int, ...]:
    """Places of hidden counts that follow from what is shown although all around them is hidden."""
    return tuple(one.cell for one in audit([_bounds(one) for one in shown], sums))


def _complement(
    exposed: Sequence[int], counts: Sequence[float], shown: Sequence[int | None], sums: Sequence[Sum]
) -> int | None:
    """The smallest shown count of those sums about exposed ones that hide the fewest."""
    near = [
        (sum(shown[other] is None for other in one.cells), counts[other], other)
        for one in sums
        if not set(exposed).isdisjoint(one.cells)
        for other in one.cells
        if shown[other] is not None
    ]
    return min(near)[-1] if near else None


def _bounds(shown: int | None) -> Bounds | None:
    return None if shown is None else behind(shown)
