"""Decides which compartment a mention is about, from its prefix, its definition and its criteria."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cimara.terms.endpoint import Compartment
from cimara.trials.atlas.context import Expansion, Population, read_expansion
from cimara.trials.atlas.criteria import CNS_CRITERIA, LM_CRITERIA
from cimara.trials.atlas.measure import Measure
from cimara.trials.atlas.mentions import Mention, find_compartments, hide_people

CNS = frozenset({Compartment.CNS, Compartment.BRAIN})
_WITHIN = CNS | {Compartment.LM}

_CERTAIN = {
    "cns": Compartment.CNS,
    "ic": Compartment.CNS,
    "br": Compartment.BRAIN,
    "lm": Compartment.LM,
    "ec": Compartment.SYSTEMIC,
}
_UNSURE = frozenset({"i", "b"})
_OF_EXPANSION = {Expansion.INTRACRANIAL: (Compartment.CNS,)}


@dataclass(frozen=True, slots=True)
class Placed:
    """The compartments of one mention; `ambiguous` when a prefix could not be told."""

    compartments: tuple[Compartment, ...]
    ambiguous: bool = False


def place(mention: Mention, measure: Measure) -> Placed:
    """The compartments of a mention: by its own words, else its prefix, its definition, its criteria."""
    if mention.kind.id == "discordance" and len(mention.compartments) > 1:
        return Placed((Compartment.WHOLE_BODY,))
    if mention.compartments:
        return Placed(_told_apart(mention.compartments))
    if mention.prefix in _CERTAIN:
        return Placed((_CERTAIN[mention.prefix],))
    ambiguous = False
    if mention.prefix in _UNSURE and mention.kind.id != "disease_free":
        expansion = _expansion(mention, measure)
        if expansion is not None:
            return Placed(_OF_EXPANSION.get(expansion, ()))
        ambiguous = True
    defined = _by_definition(mention, measure) if mention.kind.judged and measure.speaks_of_cns else ()
    return Placed(defined or _by_criteria(mention, measure), ambiguous and not defined)


def _told_apart(found: tuple[Compartment, ...]) -> tuple[Compartment, ...]:
    """One word for the CNS; meninges beside the CNS, and spine beside anything, add nothing."""
    of_cns = next((one for one in found if one in CNS), None)
    kept = [one for one in found if one not in CNS and one is not Compartment.SPINE]
    if of_cns is None:
        return tuple(kept) or found
    return (of_cns, *(one for one in kept if one is not Compartment.LM))


def _expansion(mention: Mention, measure: Measure) -> Expansion | None:
    own = hide_people(measure.name.low)
    texts = (own, hide_people(measure.head.low))
    return read_expansion(mention.prefix, texts) or measure.context.expansion_elsewhere(mention.prefix)


_EVENT = re.compile(
    r"progress\w*(?![- ]free)|(?<![a-z])pd(?![a-z])|recurr\w+|relapse\w*|new (?:\w+ ){0,4}lesions?"
)
_RESPONSE = re.compile(
    r"respon(?:se|ses|ders?)(?! (?:criteria|evaluation|assessment))|remission|relief"
    r"|(?<![a-z])[cp]r(?![a-z])|disease control|stable disease"
)
_LEFT = re.compile(r"[,;.(]|(?<![a-z])(?:or|and|to|until)(?![a-z])")
_RIGHT = re.compile(r"[,;.(]|(?<![a-z])(?:or|and|including)(?![a-z])")
_LOOK_BEFORE = 32
_LOOK_AFTER = 34
_OF_RESPONSE = frozenset(
    [
        "objective_response",
        "response_definition",
        "disease_control",
        "control_definition",
        "clinical_benefit",
        "duration_of_response",
        "time_to_response",
        "one_grade",
    ]
)


def _by_definition(mention: Mention, measure: Measure) -> tuple[Compartment, ...]:
    for one in measure.definitions:
        if one.kind is mention.kind and one.compartments:
            return _told_apart(one.compartments)
        if one.kind is mention.kind and one.prefix in _CERTAIN:
            return (_CERTAIN[one.prefix],)
    low = hide_people(measure.head.low)
    events = list((_RESPONSE if mention.kind.id in _OF_RESPONSE else _EVENT).finditer(low))[:4]
    around = [_around(low, one) for one in events]
    if not around or not all(
        _WITHIN & set(found) and Compartment.SYSTEMIC not in found for found in around[:2]
    ):
        return ()
    return _told_apart(around[0])


def _is_within(found: tuple[Compartment, ...]) -> bool:
    return bool(_WITHIN & set(found)) and Compartment.SYSTEMIC not in found


def _around(low: str, event: re.Match[str]) -> tuple[Compartment, ...]:
    before = re.split(
        r"[,;.(]|(?<![a-z])(?:or|and|to|until)(?![a-z])",
        low[max(0, event.start() - _LOOK_BEFORE) : event.start()],
    )[-1]
    after = re.split(
        r"[,;.(]|(?<![a-z])(?:or|and|including)(?![a-z])", low[event.end() : event.end() + _LOOK_AFTER]
    )[0]
    return find_compartments(before + event.group() + after)


def _by_criteria(mention: Mention, measure: Measure) -> tuple[Compartment, ...]:
    """A criterion made for CNS metastases places the mention; beside a body criterion it adds the CNS."""
    if not mention.kind.judged or Population.PRIMARY_CNS in measure.context.populations:
        return ()
    if not CNS_CRITERIA.intersection(measure.criteria.criteria):
        return ()
    of_name = set(measure.criteria_of_name.criteria)
    named = of_name or set(measure.criteria.criteria)
    of_cns = named & CNS_CRITERIA
    if not of_cns:
        return ()
    part = Compartment.LM if of_cns <= LM_CRITERIA else Compartment.BRAIN
    if of_cns == named:
        return (part,)
    if any(_WITHIN & set(one.compartments) for one in measure.mentions):
        return ()
    return (Compartment.UNSTATED, part) if of_cns & of_name else ()
