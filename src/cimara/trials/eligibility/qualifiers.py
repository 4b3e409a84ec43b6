"""The qualifiers of CNS disease in a stretch of words, with their joiners and negations."""

from __future__ import annotations

import msgspec

from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.senses import (
    class_of,
    lacks_therapy,
    need_of,
    negated_behind,
    negates_only_verb,
    opposite,
    therapy_follows,
)

_SCOPE_END = {"AND", "SEMI", "COLON", "BUT", "IF", "UNLESS", "PERMIT", "EXCLUDE", "MUST", "REQUIRE"}
_LIST_END = {"IF", "AND", "SEMI", "BUT", "UNLESS", "MUST", "PERMIT", "EXCLUDE"}
_NOUN_FOLLOWS = {"WORD", "OTHERCNS", "ORGAN", "SEIZURE", "POPULATION"}
_LISTED = {"THERAPY", "STEROID", "SEIZURE", "IMAGING"}
_OTHER_NOUN = {"SITE", "ORGAN", "OTHERCNS", "SEIZURE", "POPULATION"}
_DESCRIBES = words("describes")
_ANOTHER = words("another")
_AFTER = words("after_therapy")
_PEOPLE = words("people")
_SAME_ITEM = words("same_item")
_LIST_REACH = 26


class Mark(msgspec.Struct, frozen=True, gc=False):
    """A qualifier ("Q" with its class) or a joiner ("AND", "OR", "COMMA")."""

    kind: str
    value: str
    word: str


def marks_of(
    tokens: list[Token], first: int, last: int, *, after_noun: bool = False, negated: bool = False
) -> list[Mark]:
    """The qualifiers and joiners of `tokens[first:last]`, negations folded in.

    With `after_noun` the scan stops where a list goes on to another disease ("..., active infection").
    """
    return _Scan(tokens, first, last, negated=negated).run(after_noun=after_noun)


def qualifying(marks: list[Mark]) -> bool:
    """True when there is a qualifier, not joiners alone."""
    return any(mark.kind == "Q" for mark in marks)


class _Scan:
    """One way through a stretch of words, with the negation that is in force."""

    def __init__(self, tokens: list[Token], first: int, last: int, *, negated: bool) -> None:
        self.tokens = tokens
        self.first = first
        self.last = last
        self.negated = negated
        self.negated_at = first
        self.marks: list[Mark] = []

    def run(self, *, after_noun: bool) -> list[Mark]:
        at = self.first
        while at < self.last:
            kind = self.tokens[at].kind
            if kind == "QUAL":
                if after_noun and self._starts_other_item(at):
                    break
                self._qualifier(at)
            elif kind in ("NEED", "URGENT"):
                at += self._need(at)
            elif kind == "NEG":
                self.negated = not negates_only_verb(self.tokens, at, self.last)
                self.negated_at = at
            elif after_noun and self._leaves_the_disease(at):
                break
            elif kind in _SCOPE_END or kind in ("OR", "SLASH", "COMMA"):
                self._joiner(at, kind)
            else:
                self._therapy(at, kind)
            at += 1
        return self.marks

    def _joiner(self, at: int, kind: str) -> None:
        word = self.tokens[at].word
        if kind in _SCOPE_END:
            self.negated = False
            if kind in ("AND", "BUT"):
                self.marks.append(Mark("AND", "", word))
            return
        if kind == "OR" and self._names_other_people(at):
            self.negated = False
        # "no growth or new lesions" denies both: under a negation "or" joins like "and".
        denied = self.negated and kind != "COMMA"
        if not denied and not self._joins_other_words(at):
            self.marks.append(Mark("COMMA" if kind == "COMMA" else "OR", "", word))
        if kind == "COMMA":
            self.negated = self.negated and self._list_goes_on(at)

    def _qualifier(self, at: int) -> None:
        value = class_of(self.tokens, at, self.last)
        if value:
            if self.negated or (at > self.first and self.tokens[at - 1].word == "non"):
                value = opposite(self.tokens, at, self.last, value)
            self.marks.append(Mark("Q", value, self.tokens[at].word))

    def _need(self, at: int) -> int:
        """Take "requiring immediate local therapy"; the number of tokens it takes besides the first."""
        step, value = need_of(self.tokens, at, self.last)
        if not value:
            return 0
        calm = value == "calm" or self.negated != negated_behind(self.tokens, at + step, self.last)
        self.marks.append(Mark("Q", "calm" if calm else value, self.tokens[at].word))
        return step

    def _therapy(self, at: int, kind: str) -> None:
        """Take "following local therapy" as treated, "without prior radiotherapy" as untreated."""
        word = self.tokens[at].word
        if word in _AFTER and not self.negated and therapy_follows(self.tokens, at, self.last):
            self.marks.append(Mark("Q", "stable", word))
        elif (
            kind == "THERAPY" and self.negated and lacks_therapy(self.tokens, self.negated_at, at, self.last)
        ):
            self.marks.append(Mark("Q", "untreated", word))

    def _leaves_the_disease(self, at: int) -> bool:
        """True where the words go on to another thing: ", CNS haemorrhage", "or other ...", "manifest as"."""
        token = self.tokens[at]
        if token.word in _DESCRIBES:
            return True
        following = self.tokens[at + 1] if at + 1 < self.last else None
        if following is None or token.kind not in ("COMMA", "OR"):
            return False
        other = following.word in _ANOTHER and not (
            at + 2 < self.last and self.tokens[at + 2].kind == "NEUTRAL"
        )
        return other or (token.kind == "COMMA" and following.kind in _OTHER_NOUN)

    def _names_other_people(self, at: int) -> bool:
        """True for "without symptoms or the patients with ...": the negation ends with its patients."""
        return any(token.word in _PEOPLE for token in self.tokens[at + 1 : min(self.last, at + 3)])

    def _joins_other_words(self, at: int) -> bool:
        """The joiner stands in a list of other things: "surgery or radiotherapy", "MRI or CT"."""
        return (
            at + 1 < self.last
            and self.tokens[at + 1].kind in _LISTED
            and any(token.kind in _LISTED for token in self.tokens[max(0, at - 3) : at])
        )

    def _list_goes_on(self, at: int) -> bool:
        """True when "no new, enlarging or symptomatic ..." goes on behind the comma."""
        for token in self.tokens[at + 1 : min(self.last, at + _LIST_REACH)]:
            if token.kind == "OR":
                return True
            if token.kind in _LIST_END:
                return False
        return False

    def _starts_other_item(self, at: int) -> bool:
        """True when the qualifier at `at` opens another list item: ", active infection"."""
        joined = ("COMMA", "OR", "AND", "SLASH", "RP", "SEMI")
        if at == self.first or self.tokens[at - 1].kind not in joined:
            return False
        for token in self.tokens[at + 1 : min(self.last, at + 4)]:
            if token.kind in ("NEUTRAL", "QUAL", "OR", "AND") and token.word not in _SAME_ITEM:
                continue
            return token.kind in _NOUN_FOLLOWS
        return False
