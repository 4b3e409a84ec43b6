"""The sentences of an item: where a full stop ends one, and where it stands in an abbreviation."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.trials.eligibility.lexicon import Token, words

_ABBREVIATIONS = words("abbreviations")
_NOTE = words("note")
_PEOPLE = words("people")
_SAYING = words("saying")
_NOUNS = ("WORD", "MET", "DIS", "SITE")


def sentences(text: str, tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of `text` sentence by sentence, without their full stops."""
    sentence: list[Token] = []
    for index, token in enumerate(tokens):
        if token.kind != "STOP":
            if sentence and _opens(text, tokens, index):
                yield sentence
                sentence = []
            sentence.append(token)
        elif sentence and _ends(text, tokens, index):
            yield sentence
            sentence = []
    if sentence:
        yield sentence


def _opens(text: str, tokens: list[Token], index: int) -> bool:
    """True for a "Patients with ..." or a "Note:" that no full stop parts from the words before it."""
    token, before = tokens[index], tokens[index - 1]
    if not text[token.start].isupper() or index + 1 >= len(tokens):
        return False
    following = tokens[index + 1]
    if token.word in _NOTE:
        return following.kind == "COLON"
    if token.word not in _PEOPLE or following.word not in _SAYING or not text[following.start].islower():
        return False
    return before.kind in ("RP", "COMMA") or (before.kind in _NOUNS and text[before.start].islower())


def _ends(text: str, tokens: list[Token], index: int) -> bool:
    """True when the full stop at `index` ends a sentence."""
    if index + 1 >= len(tokens):
        return True
    token, following = tokens[index], tokens[index + 1]
    if index and tokens[index - 1].word in _ABBREVIATIONS:
        return False
    first = text[following.start]
    if following.start == token.end:
        return first.isupper() and index > 0 and len(tokens[index - 1].word) > 2
    return first.isupper() or first.isdigit() or following.kind == "LP"
