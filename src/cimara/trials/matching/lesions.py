"""Size, number and place of the lesions that a trial takes, against those that a person has."""

from __future__ import annotations

from cimara.terms.cns import BrmPolicy, CnsState
from cimara.trials.matching.case import Case, decide, over_states
from cimara.trials.matching.facts import BrainPlace, CnsFacts
from cimara.trials.matching.treatment import had_local_therapy
from cimara.trials.verdict import Criterion

SIZE_FIELDS = ("max_lesion_mm", "min_lesion_mm", "cns_measurable_mm", "max_total_volume_ml")
BOUNDARY_SHARE = 0.10
"""A diameter within 10 % of a limit, on either side, is left to a check: two readers differ by more."""
_WORST_FIRST = (
    "too_large",
    "too_small",
    "unknown",
    "volume_unknown",
    "treated_only",
    "measurable",
    "boundary",
)


_PLACES = {
    "brainstem": BrainPlace.BRAINSTEM,
    "optic pathway": BrainPlace.OPTIC_PATHWAY,
    "eloquent cortex": BrainPlace.ELOQUENT,
    "eloquent": BrainPlace.ELOQUENT,
    "dura": BrainPlace.DURAL,
    "dural": BrainPlace.DURAL,
    "posterior fossa": BrainPlace.POSTERIOR_FOSSA,
}
"""The reader's names of places; a name that isn't here leaves the answer open."""


def lesion_size(case: Case) -> Criterion | None:
    """The largest lesion against the trial's limits; the worst of several answers."""
    fields = case.fields
    limits = (
        fields.max_lesion_mm,
        fields.min_lesion_mm,
        fields.cns_measurable_mm,
        fields.max_total_volume_ml,
    )
    if all(one is None for one in limits):
        return None
    return over_states(case, _size_cell, "MATCH/lesion_size/unknown")


def _size_cell(case: Case, state: CnsState) -> Criterion | None:
    if state is CnsState.NONE_KNOWN:
        return None
    found = {_too_large(case, state), _too_small(case), _measurable(case), _volume(case)}
    row = next((one for one in _WORST_FIRST if one in found), "within")
    if row == "too_large":
        row = _after_therapy(case, row)
    return decide(
        f"MATCH/lesion_size/{row}",
        requirement=_size_requirement(case),
        fact=_size_fact(case.facts),
        evidence=case.evidence(SIZE_FIELDS),
        days=case.fields.stable_days,
    )


def _too_large(case: Case, state: CnsState) -> str | None:
    """Against the maximum, which many trials mean for untreated lesions only."""
    limit, facts = case.fields.max_lesion_mm, case.facts
    if limit is None:
        return None
    largest, untreated = facts.largest_mm, untreated_mm(facts)
    if largest is not None and largest < limit * (1 - BOUNDARY_SHARE):
        return "within"
    if untreated is not None and untreated > limit * (1 + BOUNDARY_SHARE):
        return "too_large"
    if largest is None:
        return "unknown"
    if largest <= limit * (1 + BOUNDARY_SHARE):
        return "boundary"
    if untreated is None and state is not CnsState.TREATED_STABLE:
        return "unknown"
    return "treated_only"


def _too_small(case: Case) -> str | None:
    return _below(case, case.fields.min_lesion_mm, "too_small")


def _measurable(case: Case) -> str | None:
    return _below(case, case.fields.cns_measurable_mm, "measurable")


def _below(case: Case, limit: float | None, row: str) -> str | None:
    if limit is None:
        return None
    largest = case.facts.largest_mm
    if largest is None:
        enough = (case.facts.largest_untreated_mm or 0) > limit * (1 + BOUNDARY_SHARE)
        return "within" if enough else "unknown"
    if largest < limit * (1 - BOUNDARY_SHARE):
        return row
    return "boundary" if largest <= limit * (1 + BOUNDARY_SHARE) else "within"


def _volume(case: Case) -> str | None:
    """A profile has no volume, so a limit on it stays a question for the team."""
    return None if case.fields.max_total_volume_ml is None else "volume_unknown"


def untreated_mm(facts: CnsFacts) -> float | None:
    """The largest untreated lesion; where nothing was ever treated, that is the largest of all."""
    if facts.largest_untreated_mm is not None:
        return facts.largest_untreated_mm
    return facts.largest_mm if had_local_therapy(facts) is False else None


def lesion_count(case: Case) -> Criterion | None:
    """The number of lesions against the trial's limit."""
    if case.fields.max_lesion_count is None:
        return None
    return over_states(case, _count_cell, "MATCH/lesion_count/unknown")


def _count_cell(case: Case, state: CnsState) -> Criterion | None:
    limit, count = case.fields.max_lesion_count, case.facts.lesion_count
    if state is CnsState.NONE_KNOWN or limit is None:
        return None
    if count is None:
        row = "unknown"
    elif count <= limit:
        row = "within"
    else:
        treated = state is CnsState.TREATED_STABLE
        row = "treated_only" if treated else _after_therapy(case, "too_many")
    return decide(
        f"MATCH/lesion_count/{row}",
        requirement=limit,
        fact=count,
        evidence=case.evidence(("max_lesion_count",)),
        days=case.fields.stable_days,
    )


def lesion_place(case: Case) -> Criterion | None:
    """Places that the trial excludes against where the lesions lie."""
    if not case.fields.excluded_places:
        return None
    return over_states(case, _place_cell, "MATCH/lesion_place/unknown")


def _place_cell(case: Case, state: CnsState) -> Criterion | None:
    if state is CnsState.NONE_KNOWN:
        return None
    excluded, places = case.fields.excluded_places, case.facts.places
    named = {_PLACES.get(one.replace("_", " ")) for one in excluded}
    if places is None or (None in named and places and not named & set(places)):
        row = "unknown"
    elif not named & set(places):
        row = "elsewhere"
    else:
        row = "treated_only" if state is CnsState.TREATED_STABLE else "excluded"
    return decide(
        f"MATCH/lesion_place/{row}",
        requirement=",".join(excluded),
        fact=None if places is None else ",".join(places) or "none",
        evidence=case.evidence(("excluded_places",)),
    )


def _after_therapy(case: Case, row: str) -> str:
    """A trial that asks for BrM may not take lesions once they are treated: then only a new scan tells."""
    asks_for_brm = case.eligibility.brm_policy is BrmPolicy.REQUIRED
    return f"{row}/none_taken_after_therapy" if asks_for_brm else row


def _size_requirement(case: Case) -> str | None:
    fields = case.fields
    least = fields.min_lesion_mm if fields.min_lesion_mm is not None else fields.cns_measurable_mm
    most = fields.max_lesion_mm
    parts = [] if least is None else [f">={least:g} mm"]
    parts += [] if most is None else [f"{'<' if fields.max_lesion_strict else '<='}{most:g} mm"]
    parts += [] if fields.max_total_volume_ml is None else [f"<={fields.max_total_volume_ml:g} ml"]
    return ", ".join(parts)


def _size_fact(facts: CnsFacts) -> str | None:
    largest = facts.largest_mm if facts.largest_mm is not None else facts.largest_untreated_mm
    return None if largest is None else f"{largest:g} mm"
