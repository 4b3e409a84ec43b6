"""A sentence into segments: connectors, brackets, reasons, colons."""

from __future__ import annotations

import msgspec

from cimara.trials.eligibility.lexicon import Token, words

_SPLIT = {"UNLESS", "IF", "BUT", "SEMI", "BECAUSE"}
_DISEASE = {"MET", "DIS", "LMD"}
_LONGEST_BRACKET = 120
"""Tokens behind an opening bracket among which the closing one is sought."""
_PEOPLE = words("people")
_NOT_A_REASON = words("not_a_reason")


class Segment(msgspec.Struct, frozen=True, gc=False):
    """`tokens[first:last]` between two connectors; `opener` is the connector before it."""

    opener: str
    first: int
    last: int

    def words(self, tokens: list[Token]) -> list[Token]:
        """Its tokens."""
        return tokens[self.first : self.last]


def segments(tokens: list[Token]) -> list[Segment]:
    """The segments of a sentence in order; empty ones are left out."""
    cuts = _Cutter(tokens).run()
    ends = [first for first, _ in cuts[1:]] + [len(tokens)]
    return [
        Segment(opener, first, last) for (first, opener), last in zip(cuts, ends, strict=True) if last > first
    ]


class _Cutter:
    """Goes through a sentence once and notes where a segment opens, and with what."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.cuts = [(0, tokens[0].kind if tokens and tokens[0].kind in _SPLIT else "")]
        self.closing = -1
        self.conditions = 0

    def run(self) -> list[tuple[int, str]]:
        for index, token in enumerate(self.tokens):
            if token.word == "as" and _gives_reason(self.tokens, index):
                self.cuts.append((index, "BECAUSE"))
                continue
            if index == self.closing:
                self.cuts.append((index + 1, "RESUME"))
            if token.kind == "LP":
                self._bracket(index)
            elif token.kind == "COLON":
                self._colon(index)
            elif token.kind in _SPLIT and index:
                self._connector(index, token.kind)
        return self.cuts

    def _bracket(self, index: int) -> None:
        if self.closing < index and (end := _clause_in_brackets(self.tokens, index)) is not None:
            self.cuts.append((index, "BUT"))
            self.closing = end

    def _colon(self, index: int) -> None:
        if index and _sentence_behind(self.tokens, index):
            self.cuts.append((index, "SEMI"))

    def _connector(self, index: int, kind: str) -> None:
        before = self.tokens[index - 1].kind
        if kind == "BUT" and _only_qualifies(self.tokens, index):
            return
        if (kind == "IF" and before == "UNLESS") or _is_aside(self.tokens, index):
            return
        listed = kind == "SEMI" and self.cuts[-1][1] == "IF"
        listed = listed and any(item.kind == "COLON" for item in self.tokens[self.conditions : index])
        self.conditions = index if kind == "IF" else self.conditions
        self.cuts.append((index, "IF" if listed else kind))
        if before == "LP":
            places = range(index, min(len(self.tokens), index + _LONGEST_BRACKET))
            self.closing = next((at for at in places if self.tokens[at].kind == "RP"), -1)


def _gives_reason(tokens: list[Token], index: int) -> bool:
    """True for ", as progressive dysfunction may develop", but not for ", as defined by"."""
    if not index or tokens[index - 1].kind != "COMMA" or index + 1 >= len(tokens):
        return False
    following = tokens[index + 1].word
    return bool(following) and not following.endswith("ed") and following not in _NOT_A_REASON


def _sentence_behind(tokens: list[Token], index: int) -> bool:
    """A heading and its sentence: "Untreated brain metastases: patients with ... are eligible"."""
    behind = range(index + 1, len(tokens))
    verb_at = next((at for at in behind if tokens[at].kind in ("PERMIT", "EXCLUDE")), None)
    if verb_at is None:
        return False
    subject = any(
        token.word in _PEOPLE or token.kind in ("MET", "SITE", "DIS") for token in tokens[index + 1 : verb_at]
    )
    verb = any(token.kind in ("PERMIT", "EXCLUDE", "MUST", "IF") for token in tokens[:index])
    return subject and not verb and any(token.kind in _DISEASE for token in tokens[:index])


def _only_qualifies(tokens: list[Token], index: int) -> bool:
    """No new clause, one more qualifier: "treated but symptomatic"."""
    for token in tokens[index + 1 : index + 5]:
        if token.kind == "QUAL" and tokens[index - 1].kind == "QUAL":
            return True
        if token.kind == "QUAL":
            return not any(item.kind in ("PERMIT", "EXCLUDE", "MUST") for item in tokens[index:])
        if token.kind not in ("NEUTRAL", "NEG"):
            return False
    return False


def _clause_in_brackets(tokens: list[Token], index: int) -> int | None:
    """Where a bracket ends that holds a clause of its own: "(treated patients may be enrolled)"."""
    verb = False
    for at in range(index + 1, min(len(tokens), index + _LONGEST_BRACKET)):
        token = tokens[at]
        if token.kind == "RP":
            return at if verb and at - index > 4 else None
        verb = verb or token.kind in ("PERMIT", "EXCLUDE")
    return None


def _is_aside(tokens: list[Token], index: int) -> bool:
    """A connector in brackets that speaks of other things: "(excluding NSCLC patients)"."""
    if tokens[index - 1].kind != "LP":
        return False
    for token in tokens[index + 1 : index + _LONGEST_BRACKET]:
        if token.kind == "RP":
            return True
        if token.kind in ("QUAL", "MET", "SITE"):
            return False
    return False
