"""Exclusions of only a part of the disease: by size, number, place, therapy time or cause (rules R2, R9)."""

from __future__ import annotations

from itertools import pairwise

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention
from cimara.trials.eligibility.qualifiers import Mark

_SIZE_UNITS = words("size_units")
_SPELT_SIZE_UNITS = words("spelt_size_units")
_ABOVE = words("above")
_ALONE = words("alone")
_BEYOND_THERAPY = words("beyond_therapy")
_CAUSED_BY = words("caused_by")
_TOO_RECENT = words("too_recent")


def is_sized(tokens: list[Token], mention: Mention) -> bool:
    """True for "untreated brain lesions > 2.0 cm": only those above the size or number are out (R2)."""
    if _is_above_number(tokens, mention):
        return True
    for at in range(mention.last, min(len(tokens), mention.last + 14)):
        if tokens[at].kind in ("OR", "COMMA", "AND", "SEMI", "UNLESS", "PERMIT"):
            return False
        if tokens[at].word in _SIZE_UNITS and tokens[at - 1].kind in ("NUMBER", "CMP"):
            return True
    return False


def _is_above_number(tokens: list[Token], mention: Mention) -> bool:
    """True for "more than 3 untreated brain metastases": fewer may be (R2)."""
    at = mention.first - 1
    while at > 1 and tokens[at].kind in ("QUAL", "NEUTRAL", "SITE", "MET"):
        at -= 1
    if at < 1 or tokens[at].kind != "NUMBER":
        return False
    return tokens[at - 1].kind == "CMP" or tokens[at - 1].word in _ABOVE


def is_cause(tokens: list[Token], mention: Mention) -> bool:
    """True for "cognition impaired by brain metastases": an effect of them, so symptomatic ones."""
    near = tokens[max(0, mention.first - 3) : mention.first]
    return any(token.word in _CAUSED_BY for token in near)


def is_ever(tokens: list[Token], mention: Mention, segment: Segment) -> bool:
    """True for "active or history of brain metastases": all who ever had them."""
    before = tokens[max(segment.first, mention.first - 5) : mention.first]
    ever = (
        at for at, pair in enumerate(pairwise(before)) if pair[0].kind == "OR" and pair[1].word == "history"
    )
    at = next(ever, None)
    return at is not None and not any(token.kind == "QUAL" for token in before[at:])


def is_washout(tokens: list[Token], mention: Mention, marks: list[list[Mark]]) -> bool:
    """True for "metastases treated less than 4 weeks ago": a time, not a kind of patient (R9)."""
    if {mark.value for group in marks for mark in group if mark.kind == "Q"} != {"stable"}:
        return False
    after = tokens[mention.last : mention.last + 12]
    return any(token.word in _TOO_RECENT for token in after) and any(
        token.kind == "NUMBER" for token in after
    )


def is_partial(tokens: list[Token], mention: Mention, segment: Segment) -> bool:
    """An exclusion of some lesions only: above a size or number, in one place, not amenable to SRS (R2)."""
    before = tokens[max(segment.first, mention.first - 6) : mention.first]
    inside = tokens[mention.first : mention.last]
    after = tokens[mention.last : min(segment.last, mention.last + 16)]
    near = tokens[mention.first : min(segment.last, mention.last + 8)]
    return (
        mention.site == "stem"
        or any(token.kind == "SITE" and token.value == "stem" for token in near)
        or _has_size(after)
        or _is_counted(before)
        or any(_is_limit_of_therapy(token) for token in (*before[-3:], *after))
        or any(token.word in _ALONE for token in (*before[-3:], *inside, *after[:6]))
    )


def _has_size(after: list[Token]) -> bool:
    return any(token.word in _SPELT_SIZE_UNITS for token in after) and any(
        token.kind in ("CMP", "NUMBER") for token in after
    )


def _is_counted(before: list[Token]) -> bool:
    return any(token.kind == "NUMBER" for token in before) and any(
        token.kind == "CMP" or token.word in _ABOVE for token in before
    )


def _is_limit_of_therapy(token: Token) -> bool:
    """True for "not amenable to radiosurgery", "unresectable", "on enzyme-inducing drugs"."""
    return token.word in _BEYOND_THERAPY or (token.kind == "SEIZURE" and token.value == "drug")
