"""The fields of all clauses folded into one set of secondary facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cimara.trials.eligibility.facts import Clause, Found
from cimara.trials.eligibility.intervals import intervals
from cimara.trials.eligibility.lesions import lesions, local_therapy, places
from cimara.trials.eligibility.model import BrainImaging, CnsFields, SteroidPolicy
from cimara.trials.eligibility.scans import scans
from cimara.trials.eligibility.steroids import dexamethasone, seizures, steroids

_LISTS = ("excluded_places",)
_IMAGING_ORDER = (
    BrainImaging.REQUIRED_ALL,
    BrainImaging.REQUIRED_IF_HISTORY,
    BrainImaging.REQUIRED_IF_SYMPTOMS,
)


def read_fields(clauses: Sequence[Clause], *, required: bool) -> tuple[CnsFields, tuple[Found, ...]]:
    """The fields of all clauses; where clauses differ, the most permissive value stands."""
    found = [item for clause in clauses for item in _found_in(clause, required=required)]
    values: dict[str, Any] = {}
    for name in dict.fromkeys(item.field for item in found):
        choices = [item.value for item in _telling(name, found)]
        values[name] = _CHOOSE.get(name, _first)(choices)
    if "max_pred_mg" in values or "max_dex_mg" in values:
        values.setdefault("steroid_policy", _steroid_policy(values))
    deciding = tuple(item for item in found if values.get(item.field) == item.value or item.field in _LISTS)
    for name in _LISTS:
        if name in values:
            values[name] = tuple(dict.fromkeys(item.value for item in found if item.field == name))
    return CnsFields(**values), deciding


def _found_in(clause: Clause, *, required: bool) -> Iterator[Found]:
    yield from scans(clause, required=required)
    if required and not clause.about_brm:
        yield from dexamethasone(clause)
    if not clause.about_brm and any(token.value == "wbrt" for token in clause.tokens):
        # Whole-brain radiotherapy names the place by itself.
        yield from (found for found in intervals(clause) if found.field != "stable_days")
    if clause.about_brm:
        yield from intervals(clause)
        yield from steroids(clause)
        yield from lesions(clause)
        yield from places(clause)
        yield from local_therapy(clause)
        yield from seizures(clause)


def _telling(name: str, found: Sequence[Found]) -> list[Found]:
    """The values to choose from: times of stability tell more than times since therapy."""
    named = [item for item in found if item.field == name]
    return [item for item in named if item.rule == "F-stable"] or named


def _first(choices: Sequence[Any]) -> Any:
    return choices[0]


def _imaging(choices: Sequence[Any]) -> BrainImaging:
    return next((kind for kind in _IMAGING_ORDER if kind in choices), BrainImaging.NONE)


_CHOOSE: dict[str, Callable[[Sequence[Any]], Any]] = {
    "stable_days": min,
    "min_days_since_srs": min,
    "min_days_since_wbrt": min,
    "min_days_since_surgery": min,
    "min_days_since_any_rt": min,
    "steroid_free_days": min,
    "max_pred_mg": max,
    "max_dex_mg": max,
    "max_lesion_mm": max,
    "min_lesion_mm": min,
    "max_lesion_count": max,
    "brain_imaging": _imaging,
    "imaging_window_days": min,
}


def _steroid_policy(values: dict[str, Any]) -> SteroidPolicy:
    allowed = values.get("max_pred_mg") or values.get("max_dex_mg")
    return SteroidPolicy.MAX_DOSE if allowed else SteroidPolicy.NONE
