"""Disease words joined to a place: "brain parenchymal metastases", "metastases to the brain"."""

from __future__ import annotations

from cimara.trials.eligibility.lexicon import Token, words

_REACH = 10
_JOINERS = {"AND", "OR", "COMMA", "SLASH", "LP", "RP"}
_BRIDGE_KINDS = _JOINERS | {"SITE", "ORGAN", "LMD", "URGENT"}
_BRIDGE_BACK_KINDS = _JOINERS | {"SITE", "ORGAN", "PREP"}
_BRIDGE = words("bridge")
_BRIDGE_BACK = words("bridge_back")
_TOWARDS = words("towards")


def disease_to_the_right(tokens: list[Token], index: int) -> int | None:
    """The disease word that the place at `index` stands before."""
    organ = False
    for at in range(index + 1, min(len(tokens), index + 1 + _REACH)):
        token = tokens[at]
        if token.kind == "MET":
            if _is_of_another_place(tokens, at):
                return None
            noun = _metastasis(tokens, at)
            if noun is None:
                continue
            return noun
        if token.kind == "LMD" and "metasta" in token.word and tokens[at - 1].kind in ("OR", "AND", "SLASH"):
            return at
        if token.kind == "DIS":
            if token.value == "tumour" and _only_one_of_two(tokens, at):
                continue
            return None if organ else at
        organ = organ or token.kind == "ORGAN"
        if not _bridges(tokens, index, at):
            return None
    return None


def _is_of_another_place(tokens: list[Token], at: int) -> bool:
    """True for "..., or metastases to the meninges": they have a place of their own."""
    joined = at and tokens[at - 1].kind in ("OR", "COMMA", "AND")
    behind = tokens[at + 1 : at + 4]
    return (
        bool(joined and behind)
        and behind[0].word in ("to", "in")
        and any(token.kind in ("LMD", "ORGAN") for token in behind)
    )


def disease_to_the_left(tokens: list[Token], index: int) -> int | None:
    """Where the disease begins that the place at `index` belongs to."""
    joined = False
    for at in range(index - 1, max(-1, index - 1 - _REACH), -1):
        token = tokens[at]
        if token.kind in ("PREP", "LP") or token.word in _TOWARDS:
            joined = True
        elif token.kind == "MET":
            return at if joined or at == index - 1 else None
        elif token.kind == "DIS":
            return _joined_disease(tokens, at) if joined else None
        elif token.kind not in _BRIDGE_BACK_KINDS and not _is_word_of(token, _BRIDGE_BACK):
            return None
    return None


def is_metastatic(tokens: list[Token], index: int, right: int) -> bool:
    """True when "metastatic" or "secondary" stands before or between the place and its disease word."""
    before = tokens[max(0, index - 3) : index]
    if any(token.word == "secondary" for token in before):
        return True
    return any(
        token.kind == "MET" and token.value == "adjective" for token in (*before, *tokens[index:right])
    )


def phrase_start(tokens: list[Token], index: int) -> int:
    """Where the phrase begins: at the adjective "metastatic" before the place, or at the place."""
    at = index
    while at and tokens[at - 1].kind == "MET" and tokens[at - 1].value == "adjective":
        at -= 1
    return at


def phrase_end(tokens: list[Token], index: int) -> int:
    """Where the phrase ends behind a place, its abbreviation in brackets included."""
    at = index + 1
    bracket = at + 2 < len(tokens) and tokens[at].kind == "LP" and tokens[at + 1].kind == "SITE"
    return at + 3 if bracket else at


def _metastasis(tokens: list[Token], at: int) -> int | None:
    """The disease word that "metastases" or "metastatic disease" ends in; None when the phrase goes on."""
    if tokens[at].value == "noun" or at + 1 >= len(tokens):
        return at
    following = tokens[at + 1].kind
    if following == "DIS":
        return at + 1
    return None if following in _BRIDGE_KINDS or following == "NEUTRAL" else at


def _only_one_of_two(tokens: list[Token], at: int) -> bool:
    """True for "CNS malignancy or metastasis", "CNS tumour metastases": the second word is the disease."""
    ahead = tokens[at + 1 : at + 4]
    if not ahead:
        return False
    if ahead[0].kind in ("MET", "DIS"):
        return True
    return ahead[0].kind in ("OR", "AND", "SLASH") and any(token.kind == "MET" for token in ahead)


def _bridges(tokens: list[Token], index: int, at: int) -> bool:
    """True for a word that may stand between a place and its disease word."""
    token = tokens[at]
    if token.kind == "QUAL" and at > index + 1 and tokens[at - 1].kind in ("OR", "AND", "COMMA", "SLASH"):
        return True
    return token.kind in _BRIDGE_KINDS or token.value == "primary" or _is_word_of(token, _BRIDGE)


def _is_word_of(token: Token, listed: frozenset[str]) -> bool:
    return token.kind in ("NEUTRAL", "WORD") and token.word in listed


def _joined_disease(tokens: list[Token], at: int) -> int | None:
    """Where "metastatic disease" in front of a place begins; a tumour must be a metastatic one."""
    if at and tokens[at - 1].kind == "MET":
        return at - 1
    return at if tokens[at].value in ("disease", "lesion") else None
