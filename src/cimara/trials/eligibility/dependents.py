"""Clauses and sentences that speak of a disease named before: exceptions, conditions, "these patients"."""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.extent import classes, exclusion_of_part
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.model import Force, Target
from cimara.trials.eligibility.qualifiers import Mark, marks_of, qualifying
from cimara.trials.eligibility.reading import Ledger, Reading, narrow
from cimara.trials.eligibility.states import (
    ALL,
    NOTHING,
    TS,
    UA,
    States,
    excluded_states,
    permitted_states,
)
from cimara.trials.eligibility.verbs import verbs

_POINTING = words("pointing")
_POINTING_ADJECTIVES = words("pointing_adjectives")
_POINTED_AT = words("pointed_at")
_FOREIGN = words("foreign_subjects")
_LIMITED_SPREAD = words("limited_spread")
_UNITS = words("measure_units")
_ANAPHOR = "R4-anaphor"


def read_dependent(tokens: list[Token], segment: Segment, inside: list[Mention], ledger: Ledger) -> None:
    """An exception ("unless ...") or a condition ("if ...") of the heads before it (R4)."""
    cut = inside[0].last if inside and segment.opener == "UNLESS" else segment.last
    marks = [marks_of(tokens, segment.first, cut), marks_of(tokens, cut, segment.last)]
    targets = tuple(dict.fromkeys(mention.target for mention in inside)) or ledger.targets()
    for target in targets:
        head = ledger.head_of(target)
        if head is None:
            continue
        if segment.opener == "UNLESS":
            ledger.said.append(_exception(tokens, head, target, marks, segment, named=bool(inside)))
        elif head in ledger.said:
            _condition(tokens, head, marks, segment, ledger)


def read_anaphor(tokens: list[Token], parts: list[Segment], ledger: Ledger) -> None:
    """A sentence that speaks of the disease named before without naming it again."""
    first = parts[0].first
    last = next((part.first for part in parts[1:] if part.opener == "UNLESS"), parts[-1].last)
    if not ledger.heads or any(token.word in _FOREIGN for token in tokens[first:last]):
        return
    marks = [marks_of(tokens, first, last)]
    found = [pair for part in parts for pair in verbs(tokens, part.first, part.last)]
    if not qualifying(marks[0]) or not (found or parts[0].opener == "UNLESS"):
        return
    verb = found[0][1] if found else None
    force = Force.EXCLUDE if verb == "exclude" else Force.PERMIT
    states = excluded_states(marks) if force is Force.EXCLUDE else permitted_states(marks)
    if not states or (force is Force.EXCLUDE and TS in states):
        return
    demanded = verb == "require"
    if demanded and (not states <= {TS, UA} or qualifying(marks_of(tokens, first, found[0][0]))):
        return
    for target in _pointed_at(tokens[first:last], ledger):
        said = _again(target, force, states, first, last)
        if demanded:
            _demand(said, ledger)
        else:
            ledger.said.append(said)


def extend_to_all(tokens: list[Token], earlier: tuple[Reading, ...], ledger: Ledger) -> None:
    """Let "treated for these conditions" hold for all that was named before."""
    if not earlier or not _names_all_before(tokens):
        return
    permits = [item for item in ledger.said if item.force is Force.PERMIT]
    named = {item.target for item in ledger.said}
    if permits and Target.LMD not in named and any(head.target is Target.LMD for head in earlier):
        ledger.said.append(replace(permits[0], target=Target.LMD, exception=True, rule=_ANAPHOR))


def _exception(
    tokens: list[Token],
    head: Reading,
    target: Target,
    marks: list[list[Mark]],
    segment: Segment,
    *,
    named: bool,
) -> Reading:
    """What an "unless" restores of an exclusion, or takes from a permission.

    Without a qualifier or a disease of its own ("except for cohort 5") it takes nothing from a permission.
    """
    if head.force is Force.EXCLUDE:
        force = Force.PERMIT
        states = permitted_states(marks)
        if states is None:
            states = _restored(segment.words(tokens), target)
    else:
        force = Force.EXCLUDE
        excluded = excluded_states(marks)
        states = (ALL if named else NOTHING) if excluded is None else excluded
    return Reading(
        target=target,
        force=force,
        states=states,
        first=segment.first,
        last=segment.last,
        qualifiers=tuple(classes(marks)),
        exception=True,
        named=True,
        rule="R4",
    )


def _restored(spoken: list[Token], target: Target) -> States:
    """What an exception without a qualifier restores: focal LMD, metastases with a therapy."""
    if target is Target.LMD:
        return ALL if any(token.word in _LIMITED_SPREAD for token in spoken) else NOTHING
    return frozenset({TS}) if any(token.kind == "THERAPY" for token in spoken) else NOTHING


def _condition(
    tokens: list[Token], head: Reading, marks: list[list[Mark]], segment: Segment, ledger: Ledger
) -> None:
    """Narrow a head by its condition: "eligible if stable", "excluded if symptomatic"."""
    if head.force is Force.EXCLUDE:
        marks = [_unsized_marks(tokens, segment)]
        if excluded_states(marks) is None:
            if not head.named and _limits_a_part(segment.words(tokens)):
                ledger.change(head, exclusion_of_part(head, segment))
            return
    names = (*head.qualifiers, *classes(marks))
    ledger.change(head, replace(narrow(head, marks), last=segment.last, qualifiers=names))


def _limits_a_part(spoken: list[Token]) -> bool:
    """True for "if any lesion is > 2 cm", "if on more than 10 mg prednisone"."""
    return any(token.word in _UNITS or token.kind in ("STEROID", "SEIZURE") for token in spoken)


def _unsized_marks(tokens: list[Token], segment: Segment) -> list[Mark]:
    """The qualifiers of "excluded if ...", without those of lesions above a size."""
    marks: list[Mark] = []
    start = segment.first
    for at in range(segment.first, segment.last + 1):
        if not _ends_alternative(tokens, segment, at):
            continue
        if not any(token.word in _UNITS for token in tokens[start:at]):
            marks.extend(marks_of(tokens, start, at))
            marks.append(Mark("OR", "", ""))
        start = at + 1
    return marks if any(mark.kind != "OR" for mark in marks) else []


def _ends_alternative(tokens: list[Token], segment: Segment, at: int) -> bool:
    """True at the end, at a comma, at "or", and before "1)"."""
    if at == segment.last or tokens[at].kind in ("COMMA", "OR"):
        return True
    return at + 1 < segment.last and tokens[at].kind == "NUMBER" and tokens[at + 1].kind == "RP"


def _pointed_at(spoken: list[Token], ledger: Ledger) -> list[Target]:
    """Whom a later sentence speaks of: all that was named, but one that names a place leaves LMD out."""
    targets = list(ledger.targets())
    placed = any(token.kind == "SITE" for token in spoken)
    if len(targets) > 1 and placed and not any(token.word in _POINTING for token in spoken):
        return [target for target in targets if target is not Target.LMD]
    return targets


def _demand(said: Reading, ledger: Ledger) -> None:
    """A demand of a later sentence ("they must be stable") narrows a permission, or opens an exclusion."""
    head = next(item for item in ledger.heads if item.target is said.target)
    if head.force is not Force.EXCLUDE:
        ledger.said.append(
            Reading(said.target, Force.PERMIT, said.states, said.first, said.last, narrows=True)
        )
    elif said.states == {TS} and said.target is not Target.LMD and head.rule != "R5-no":
        ledger.said.append(said)


def _again(target: Target, force: Force, states: States, first: int, last: int) -> Reading:
    return Reading(target, force, states, first, last, exception=True, named=True, rule=_ANAPHOR)


def _names_all_before(tokens: list[Token]) -> bool:
    return any(
        one.word in _POINTING_ADJECTIVES and other.word in _POINTED_AT for one, other in pairwise(tokens)
    )
