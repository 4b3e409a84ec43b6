"""How much of a disease a statement takes: the states that it removes or names, or only a part of them."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec.structs import replace

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.forces import Claim, Ruling
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.model import Force
from cimara.trials.eligibility.parts import is_cause, is_ever, is_partial, is_sized, is_washout
from cimara.trials.eligibility.phrases import Phrase, bracketed, left_marks, opens_new_noun
from cimara.trials.eligibility.qualifiers import Mark
from cimara.trials.eligibility.reading import Reading
from cimara.trials.eligibility.states import ALL, NOTHING, SY, States, excluded_states, permitted_states

_VAGUE = words("vague")


@dataclass(frozen=True, slots=True)
class _Extent:
    """The states that qualifiers name (None without any), and whether only a part of them is meant."""

    states: States | None
    partial: bool = False

    @property
    def chosen(self) -> States:
        """The states that the statement takes."""
        if self.partial:
            return NOTHING
        return ALL if self.states is None else self.states


def reading_of(claim: Claim, ruled: Ruling, phrase: Phrase) -> Reading:
    """The statement of a claim; one without a section excludes, and is unclear."""
    force = ruled.force or Force.EXCLUDE
    marks = _marks(claim, phrase, force)
    if force is Force.EXCLUDE:
        extent = _excluded(claim, ruled, marks)
    else:
        extent = _Extent(permitted_states([*marks, claim.after], heads=2))
    sectionless = ruled.force is None
    plain = extent.states is None and not extent.partial
    return Reading(
        target=claim.mention.target,
        force=force,
        states=extent.chosen,
        first=claim.mention.first,
        last=claim.segment.last,
        qualifiers=tuple(dict.fromkeys(classes([*marks, claim.after]))),
        named=extent.states is not None,
        partial=extent.partial,
        rule=_rule(extent, ruled.rule) if force is Force.EXCLUDE else ruled.rule,
        unclear=sectionless or (plain and force is Force.EXCLUDE and _is_vague(claim.tokens, claim.mention)),
    )


def classes(groups: list[list[Mark]]) -> list[str]:
    """The classes of all qualifiers in order."""
    return [mark.value for group in groups for mark in group if mark.kind == "Q"]


def exclusion_of_part(head: Reading, segment: Segment) -> Reading:
    """A statement of which only a part is shut out: "not eligible if any lesion is > 2 cm" (R2)."""
    return replace(head, states=NOTHING, partial=True, rule="R2", last=segment.last)


def _marks(claim: Claim, phrase: Phrase, force: Force) -> list[list[Mark]]:
    """The qualifiers left and right of the disease."""
    left = phrase.left
    if claim.negated:
        left = left_marks(claim.tokens, claim.mention, claim.segment.first, negated=True)
    marks = [[] if phrase.defined else left, phrase.right]
    return bracketed(claim.tokens, claim.mention, marks) if force is Force.EXCLUDE else marks


def _excluded(claim: Claim, ruled: Ruling, marks: list[list[Mark]]) -> _Extent:
    """What an exclusion takes: a cause only the symptomatic, a size or a washout only a part."""
    tokens, mention = claim.tokens, claim.mention
    states = frozenset({SY}) if is_cause(tokens, mention) else excluded_states(marks)
    if states is not None and is_ever(tokens, mention, claim.segment):
        return _Extent(ALL)
    if states is not None and opens_new_noun(tokens, mention.last, claim.segment.last):
        parts = [part for group in marks if (part := excluded_states([group])) is not None]
        states = NOTHING.union(*parts)
    if states is None:
        return _Extent(None, ruled.rule != "R5-no" and is_partial(tokens, mention, claim.segment))
    return _Extent(states, is_sized(tokens, mention) or is_washout(tokens, mention, marks))


def _rule(extent: _Extent, given: str) -> str:
    """Exclusions of a part or of the symptomatic are R2, of other states R3; of all, the rule stays."""
    if extent.partial or extent.chosen == {SY}:
        return "R2"
    return "R3" if extent.chosen != ALL else given


def _is_vague(tokens: list[Token], mention: Mention) -> bool:
    """True for "significant CNS metastatic disease" (R10): nobody can say which."""
    before = tokens[max(0, mention.first - 2) : mention.first]
    return any(token.word in _VAGUE for token in before)
