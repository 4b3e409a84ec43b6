"""The noun phrase of a disease: coordinated names, and the qualifiers to their left and right."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.qualifiers import Mark, marks_of, qualifying
from cimara.trials.eligibility.verbs import opening, verbs

_LEFT_KINDS = {
    "QUAL", "NEUTRAL", "AND", "OR", "COMMA", "SLASH", "LP", "NEG", "SITE", "MET", "URGENT", "IMAGING",
    "NUMBER", "CMP", "REQUIRE", "NEED", "BUT", "THERAPY",
}  # fmt: skip
_JOINERS = {"AND", "OR", "COMMA", "SLASH", "LP", "RP", "QUAL", "NEUTRAL", "SITE", "NEG"}
_PEOPLE = words("people")
_RELATIVE = words("relative")
_EXPLAINS = words("explains")
_DEFINITION_REACH = 12


class Phrase(msgspec.Struct, frozen=True):
    """A disease with its qualifiers; `defined` when a definition behind it replaces the left ones."""

    mention: Mention
    left: list[Mark]
    right: list[Mark]
    defined: bool


def phrases(tokens: list[Token], segment: Segment, inside: list[Mention]) -> Iterator[Phrase]:
    """Each mention of a segment with its qualifiers; coordinated mentions share what only one of them has."""
    defined = _definition(tokens, segment, inside[-1].last)
    place = 0
    for group in _groups(tokens, inside):
        end = place + len(group)
        ceiling = inside[end].first if end < len(inside) else segment.last
        behind = group[-1].last
        trailing = marks_of(tokens, behind, _right_end(tokens, behind, ceiling), after_noun=True)
        whole = behind < len(tokens) and (tokens[behind].kind == "COMMA" or _is_urgent(tokens, behind))
        shared: list[Mark] = []
        for mention in group:
            floor = inside[place - 1].last if place else segment.first
            own = left_marks(tokens, mention, floor)
            shared = own if qualifying(own) else shared
            place += 1
            reaches = place == end or whole or not qualifying(shared)
            yield Phrase(mention, shared, defined or (trailing if reaches else []), bool(defined))


def left_marks(tokens: list[Token], mention: Mention, floor: int, *, negated: bool = False) -> list[Mark]:
    """The qualifiers in the left part of a noun phrase; with `negated` the negation itself is left out."""
    floor = _behind_relative_clause(tokens, floor, mention.first)
    before = tokens[_left_end(tokens, mention, floor) : mention.first]
    if negated:
        before = [token for token in before if token.kind != "NEG"]
    marks = marks_of(before, 0, len(before))
    if _is_after_therapy(tokens, mention) and not any(mark.value == "urgent" for mark in marks):
        marks.append(Mark("Q", "stable", "treatment"))
    within = [token for token in tokens[mention.first : mention.last] if token.kind == "QUAL"]
    return [*marks, *(Mark("Q", token.value, token.word) for token in within)]


def bracketed(tokens: list[Token], mention: Mention, marks: list[list[Mark]]) -> list[list[Mark]]:
    """What a bracket behind the disease says: "(i.e. symptomatic)" explains, "(symptomatic ...)" adds."""
    ahead = tokens[mention.last : mention.last + 3]
    if not ahead or ahead[0].kind != "LP" or not qualifying(marks[0]):
        return marks
    explains = any(token.word in _EXPLAINS for token in ahead[1:])
    return [marks[1] if explains and qualifying(marks[1]) else marks[0], []]


def opens_new_noun(tokens: list[Token], at: int, last: int) -> bool:
    """True for "untreated CNS metastasis or metastasis requiring therapy": two kinds of patients."""
    return at + 1 < last and tokens[at].kind == "OR" and tokens[at + 1].kind in ("MET", "DIS")


def _groups(tokens: list[Token], inside: list[Mention]) -> list[list[Mention]]:
    """Mentions joined by "or", "and", commas: one coordinated phrase each."""
    groups = [[inside[0]]]
    for before, mention in pairwise(inside):
        if _only_joiners(tokens[before.last : mention.first]):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return groups


def _is_urgent(tokens: list[Token], at: int) -> bool:
    """True for "requiring immediate therapy", which behind a list is said of all of it."""
    return tokens[at].kind == "NEED" and at + 1 < len(tokens) and tokens[at + 1].kind == "URGENT"


def _only_joiners(between: list[Token]) -> bool:
    return all(
        token.word not in _RELATIVE and (token.kind in _JOINERS or token.word == "to") for token in between
    )


def _definition(tokens: list[Token], segment: Segment, at: int) -> list[Mark]:
    """The qualifiers behind "..., defined as": they say what the words before them mean."""
    for index in range(at, min(segment.last - 1, at + _DEFINITION_REACH)):
        if tokens[index].word == "defined" and tokens[index + 1].word in ("as", "by"):
            return marks_of(tokens, index + 2, segment.last)
    return []


def _right_end(tokens: list[Token], first: int, ceiling: int) -> int:
    """Where the right part ends: at the first verb, at "or patients with", or at the next disease."""
    found = verbs(tokens, first, ceiling)
    end = min(found[0][0], ceiling) if found else ceiling
    return next((at for at in range(first, end) if _names_other_people(tokens, at, end)), end)


def _names_other_people(tokens: list[Token], at: int, end: int) -> bool:
    return tokens[at].kind == "OR" and any(
        token.word in _PEOPLE for token in tokens[at + 1 : min(end, at + 3)]
    )


def _behind_relative_clause(tokens: list[Token], floor: int, end: int) -> int:
    """Where the left part may begin at the earliest: behind a relative clause, at its comma."""
    between = tokens[floor:end]
    if not any(token.word in _RELATIVE for token in between):
        return floor
    return next((at for at in range(floor, end) if tokens[at].kind == "COMMA"), floor)


def _left_end(tokens: list[Token], mention: Mention, floor: int) -> int:
    """Where the left part of the noun phrase begins."""
    at = mention.first
    while at > floor:
        token = tokens[at - 1]
        if token.kind == "RP":
            at = opening(tokens, at - 1, floor)
        elif _is_in_left_part(token) or _is_disease_of_place(tokens, at):
            at -= 1
        else:
            break
    return at


def _is_in_left_part(token: Token) -> bool:
    return (
        token.kind in _LEFT_KINDS
        or token.word.endswith("ly")
        or token.word in _PEOPLE
        or token.word in ("non", "for")
        or token.value == "primary"
    )


def _is_disease_of_place(tokens: list[Token], at: int) -> bool:
    """True behind "brain tumour", "(CNS) disease": a second noun for the same thing."""
    return tokens[at - 1].kind == "DIS" and at > 1 and tokens[at - 2].kind in ("SITE", "RP")


def _is_after_therapy(tokens: list[Token], mention: Mention) -> bool:
    """True for "who received treatment for brain metastases": they are treated ones."""
    before = tokens[max(0, mention.first - 5) : mention.first]
    return any(token.kind == "THERAPY" for token in before) and any(
        token.word in ("for", "of") for token in before
    )
