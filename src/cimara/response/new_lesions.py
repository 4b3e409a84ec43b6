"""New lesions through time: from which visit each counts, how surely, and until when.

With hindsight an equivocal lesion is dated back to its first scan once it proved unequivocal, as long as it
was not recorded absent in between.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cimara.response.adjudicate import Decisions
from cimara.response.model import Lesion, Measurement, NewLesion
from cimara.response.policy import Policy
from cimara.response.records import COMPARTMENTS, Records
from cimara.terms.response import AdjudicationKind, Certainty, LesionChange, LesionState, SizeStatus


@dataclass(slots=True)
class NewSeen:
    """A new lesion as it counts at one visit. `is_backdated` when its certainty came later."""

    record: NewLesion
    is_certain: bool
    is_backdated: bool
    has_one_plane: bool
    measured: int | None
    change: LesionChange | None


def new_lesions(
    records: Records,
    *,
    policy: Policy,
    known: frozenset[str],
    positions: range,
    decisions: Decisions,
    hindsight: bool,
) -> dict[str, dict[int, NewSeen]]:
    """For each new lesion, the visits at which it counts, and how."""
    inside = COMPARTMENTS[policy.compartment]
    confirmed: set[str] = set()
    refuted: set[str] = set()
    for event in decisions.about(
        AdjudicationKind.NEW_LESION_CONFIRMED,
        AdjudicationKind.NEW_LESION_REFUTED,
        evaluator=records.evaluator,
    ):
        chosen = confirmed if event.kind is AdjudicationKind.NEW_LESION_CONFIRMED else refuted
        chosen.add(event.lesion_id)
    found = {}
    for key, at in sorted(records.new_lesions.items()):
        is_inside = any(item.compartment in inside for item in at.values())
        if is_inside and key not in known and key not in refuted:
            found[key] = _course_of(
                records, policy, positions, key, at, is_confirmed=key in confirmed, hindsight=hindsight
            )
    return found


def _course_of(
    records: Records,
    policy: Policy,
    positions: range,
    key: str,
    at: Mapping[int, NewLesion],
    *,
    is_confirmed: bool,
    hindsight: bool,
) -> dict[int, NewSeen]:
    """One new lesion through time: it counts until recorded absent; certainty may reach back."""
    course: dict[int, NewSeen] = {}
    run: list[NewSeen] = []
    last: NewLesion | None = None
    certain = False
    for place in positions:
        item = records.seen(place, key)
        gone = item is not None and (item.status is SizeStatus.ABSENT or item.state is LesionState.ABSENT)
        stays = certain and policy.new_lesion_counts == "always"
        if gone and place not in at and not stays:
            run, last, certain = [], None, False
            continue
        last = at.get(place, last)
        if last is None:
            continue
        one_plane = last.projections is not None and last.projections < policy.min_projections
        now = place in at and last.certainty is Certainty.UNEQUIVOCAL and not one_plane
        if now and not certain and hindsight:
            for earlier in run:
                earlier.is_backdated = earlier.is_backdated or not earlier.is_certain
                earlier.is_certain = True
        certain = certain or now
        new = NewSeen(last, certain or is_confirmed, is_confirmed and not certain, one_plane, None, None)
        if item is not None:
            new.measured = _new_measure(item, records.lesions.get(key), policy)
            new.change = item.change
        course[place] = new
        run.append(new)
    return course


def _new_measure(item: Measurement, lesion: Lesion | None, policy: Policy) -> int | None:
    is_node = lesion is not None and lesion.is_node
    size = item.short_axis if is_node else item.ld
    if item.status is SizeStatus.TOO_SMALL:
        return policy.too_small_value
    return size if item.status is SizeStatus.MEASURED else None
