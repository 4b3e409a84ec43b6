"""What a qualifier means where it stands: of disease, of a dose, of a therapy, of a need."""

from __future__ import annotations

from collections.abc import Sequence

from cimara.trials.eligibility.lexicon import Token, rule_table, words

_OPPOSITE: dict[str, str] = rule_table("states")["negated"]
_NEVER_TREATED = words("never_treated")
_ABOUT_THERAPY = words("about_therapy")
_TREATING = words("treating")
_MANNER = words("manner_of_therapy")
_ABOUT_LESIONS = words("about_lesions")
_DOSE_NOUNS = words("dose_nouns")
_TIMES = words("time_words")
_USE_OF_A_DRUG = words("use_of_a_drug")
_LIMITED_NEGATION = words("limited_negation")
_DISEASE_OR_JOINER = {"MET", "DIS", "SITE", "QUAL", "OR", "AND", "SLASH"}
_NEED_ENDS = {"IMAGING", "UNLESS", "IF", "SEMI", "PERMIT", "EXCLUDE", "QUAL"}
_REACH = 12


def class_of(tokens: list[Token], at: int, last: int) -> str | None:
    """The class of the qualifier at `at`, or None when it speaks of something else (a dose, a therapy)."""
    token = tokens[at]
    ahead = tokens[at + 1 : min(last, at + 6)]
    if _is_of_a_drug(token, ahead) or _is_of_seizures(tokens, at):
        return None
    if token.word == "active" and ahead and ahead[0].word in _TREATING:
        return None
    if token.word in _ABOUT_THERAPY and not _has_therapy(tokens, at, ahead):
        return None
    if token.word in _ABOUT_LESIONS and not _has_lesions(ahead, ends=at + 1 >= last):
        return None
    return "untreated" if token.word in _NEVER_TREATED else token.value


def opposite(tokens: list[Token], at: int, last: int, value: str) -> str:
    """The class of a negated qualifier; "no therapy within 2 weeks" says nothing of the disease."""
    if value == "stable" and tokens[at].word in _ABOUT_THERAPY and _has_time(tokens, at, last):
        return "calm"
    return _OPPOSITE.get(value, value)


def need_of(tokens: list[Token], at: int, last: int) -> tuple[int, str | None]:
    """How many tokens "requiring immediate local therapy" or "immediate treatment" takes, and its class."""
    steroid_only = tokens[at].word in _USE_OF_A_DRUG
    denied = False
    for step in range(0 if tokens[at].kind == "URGENT" else 1, 9):
        if at + step >= last:
            return 0, None
        kind = tokens[at + step].kind
        denied = denied or kind == "NEG"
        if kind in ("STEROID", "SEIZURE"):
            return step, "calm" if denied else "steroid"
        if kind == "THERAPY" and not steroid_only:
            return step, "calm" if denied else "urgent"
        if kind in _NEED_ENDS:
            return 0, None
    return 0, None


def negated_behind(tokens: list[Token], at: int, last: int) -> bool:
    """True for "immediate treatment is not required", "... unlikely to be required"."""
    for index in range(at + 1, min(last, at + _REACH)):
        token = tokens[index]
        if token.word == "unlikely":
            return True
        if token.kind == "NEG" and any(item.kind == "NEED" for item in tokens[index + 1 : index + 4]):
            return True
        if token.kind in ("SEMI", "IF", "UNLESS", "QUAL"):
            return False
    return False


def lacks_therapy(tokens: list[Token], negation: int, at: int, last: int) -> bool:
    """True for "without prior radiotherapy": the negation is near, and of nothing else."""
    between = tokens[negation + 1 : at]
    others = ("QUAL", "STEROID", "SEIZURE", "MET", "WORD")
    if len(between) > 5 or any(item.kind in others for item in between):
        return False
    return not _has_time(tokens, at, last) and not any(
        item.kind == "STEROID" for item in tokens[at + 1 : at + 2]
    )


def negates_only_verb(tokens: list[Token], at: int, last: int) -> bool:
    """True for "not eligible", "not only": the negation belongs to a verb."""
    for token in tokens[at + 1 : min(last, at + 4)]:
        if token.kind in ("PERMIT", "EXCLUDE") or token.word in _LIMITED_NEGATION:
            return True
        if token.kind != "NEUTRAL":
            return False
    return False


def therapy_follows(tokens: list[Token], at: int, last: int) -> bool:
    """True for "following local therapy": the disease has been treated."""
    for token in tokens[at + 1 : min(last, at + 4)]:
        if token.kind == "THERAPY":
            directed = token.word.startswith(("local", "cns", "brain", "directed"))
            return directed or token.value in ("srs", "wbrt", "surgery", "rt")
        if token.kind not in ("NEUTRAL", "SITE"):
            return False
    return False


def _is_of_a_drug(token: Token, ahead: Sequence[Token]) -> bool:
    """True for "stable dose of steroids", but not for "stable and off steroids"."""
    if token.value not in ("stable", "unstable", "clinically_stable"):
        return False
    drug = any(item.kind in ("STEROID", "SEIZURE") or item.word in _DOSE_NOUNS for item in ahead[:4])
    return drug and not any(item.kind in ("AND", "COMMA", "NEG", "MET", "DIS") for item in ahead[:2])


def _is_of_seizures(tokens: list[Token], at: int) -> bool:
    """True beside seizures; control may stand far before them."""
    reach = _REACH if "control" in tokens[at].word else 0
    near = (*tokens[max(0, at - 3) : at], *tokens[at : at + reach])
    return any(item.kind == "SEIZURE" for item in near)


def _has_therapy(tokens: list[Token], at: int, ahead: Sequence[Token]) -> bool:
    """True when "received", "completed" and the like are said of a therapy."""
    if tokens[at].word in _MANNER:
        return True
    about = next((item.kind for item in ahead if item.kind in ("THERAPY", "STEROID", "SEIZURE")), None)
    if about is not None:
        return about == "THERAPY"
    return any(item.kind == "THERAPY" for item in tokens[max(0, at - 8) : at])


def _has_lesions(ahead: Sequence[Token], *, ends: bool) -> bool:
    """True when "new", "increased" and the like are said of lesions, not of a scan or another thing."""
    near = ahead[:3]
    if any(item.kind == "IMAGING" for item in near):
        return False
    return ends or any(item.kind in _DISEASE_OR_JOINER or item.word == "size" for item in near)


def _has_time(tokens: list[Token], at: int, last: int) -> bool:
    return any(token.word in _TIMES for token in tokens[at + 1 : min(last, at + _REACH)])
