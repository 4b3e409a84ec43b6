"""Sizes, numbers and places of brain lesions, and the local therapy that they have had."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.trials.eligibility.amounts import DAYS, Amount, amounts, number
from cimara.trials.eligibility.facts import Clause, Found, is_denied
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import Allowance, LocalTherapy, Section

_DIAMETER_UNITS = words("diameter_units")
_OTHER_LENGTHS = words("other_lengths")
_AT_LEAST = words("at_least")
_AT_MOST = words("at_most")
_NEGATIONS = words("length_negations")
_LENGTH_WORDS = words("length_words")
_OF_LENGTHS = ("NEUTRAL", "SITE", "DIS", "MET", "CMP", "FILLER", "NUMBER")
_CLOSING = ("SEMI", "STOP", "COMMA")
_NOT_A_COUNT = words("not_a_count")
_COUNT_AT_MOST = words("count_at_most")
_COUNT_ABOVE = words("count_above")
_PLACES = {
    "brainstem": "brainstem", "brain stem": "brainstem", "midbrain": "brainstem", "pons": "brainstem",
    "medulla": "brainstem", "optic": "optic pathway", "chiasm": "optic pathway",
    "eloquent": "eloquent cortex", "dural": "dura", "dura": "dura",
}  # fmt: skip
_SHUT_OUT: dict[str, tuple[str, object, str]] = {
    **{word: ("excluded_places", place, "F-place") for word, place in _PLACES.items()},
    **dict.fromkeys(words("haemorrhage"), ("haemorrhage_excluded", True, "F-haemorrhage")),
    **dict.fromkeys(words("mass_effect"), ("mass_effect_excluded", True, "F-mass-effect")),
    **dict.fromkeys(words("cord_compression"), ("cord_compression_excluded", True, "F-cord")),
}
"""Field, value and rule of each word for a place or a complication."""

_TREATED_OR_NOT = ("deemed unnecessary", "no need for treatment", "treated or", "or treated")


def lesions(clause: Clause) -> Iterator[Found]:
    """Diameters in millimetres and counts, as floors or ceilings of entry."""
    for amount in amounts(clause.tokens, _DIAMETER_UNITS):
        millimetres = amount.value * (10 if amount.unit.startswith("c") else 1)
        ceiling = _end_of_range(clause, amount)
        if ceiling is not None and not clause.shuts_out:
            widest = ceiling * millimetres / amount.value
            yield Found("min_lesion_mm", millimetres, clause, amount.first, amount.last, "F-size")
            yield Found("max_lesion_mm", widest, clause, amount.first, amount.last, "F-size")
            continue
        name = _size_field(clause, amount)
        if name is None:
            continue
        yield Found(name, millimetres, clause, amount.first, amount.last, "F-size")
        if name == "max_lesion_mm" and amount.bound == "<":
            yield Found("max_lesion_strict", True, clause, amount.first, amount.last, "F-size")
    for at, token in enumerate(clause.tokens):
        if token.kind == "NUMBER" and _counts_lesions(clause, at):
            value = int(number(token))
            yield Found("max_lesion_count", value, clause, at, at + 1, "F-count")


def places(clause: Clause) -> Iterator[Found]:
    """Places that are shut out, and haemorrhage, mass effect and cord compression."""
    negative = any(token.kind in ("NEG", "EXCLUDE") for token in clause.tokens)
    if clause.section is not Section.EXCLUSION and not negative:
        return
    for at, token in enumerate(clause.tokens):
        shut_out = _SHUT_OUT.get(token.word)
        if shut_out is not None:
            name, value, rule = shut_out
            yield Found(name, value, clause, at, at + 1, rule)


def local_therapy(clause: Clause) -> Iterator[Found]:
    """Whether WBRT may have been, and whether local therapy must have been."""
    for at, token in enumerate(clause.tokens):
        if token.kind == "THERAPY" and token.value == "wbrt" and not amounts(clause.tokens, DAYS):
            denied = clause.shuts_out or is_denied(clause.tokens, at)
            value = Allowance.EXCLUDED if denied else Allowance.ALLOWED
            yield Found("prior_wbrt", value, clause, at, at + 1, "F-wbrt")
    if clause.permits:
        yield from _prior_therapy(clause)


def _end_of_range(clause: Clause, amount: Amount) -> float | None:
    """The upper end of "5-40 mm"; None when the length stands alone."""
    between = [token for token in clause.tokens[amount.first + 1 : amount.last - 1] if token.kind == "NUMBER"]
    if len(between) != 1 or amount.last - amount.first != 3:
        return None
    ceiling = number(between[0])
    return ceiling if ceiling > amount.value > 0 else None


def _size_field(clause: Clause, amount: Amount) -> str | None:
    """The field of a length: an exclusion turns a floor into a ceiling."""
    tokens = clause.tokens
    near = {token.word for token in tokens[max(0, amount.first - 4) : amount.last + 4]}
    if near & _OTHER_LENGTHS:
        return None
    before = {token.word for token in tokens[max(0, amount.first - 5) : amount.first]}
    larger = bool(before & _AT_LEAST)
    if not larger and not before & _AT_MOST:
        return None
    denied = _is_denied_length(clause, amount)
    if denied and clause.shuts_out:
        return None  # "excluded: no lesion larger than 2 cm" may mean either
    return "min_lesion_mm" if larger != (clause.shuts_out or denied) else "max_lesion_mm"


def _is_denied_length(clause: Clause, amount: Amount) -> bool:
    """True for "no lesion larger than 2 cm", "none is over 1 cm", "lesions over 3 cm are not allowed".

    Only words of the comparison may stand between: "not irradiated and at least 1 cm" denies no length.
    """
    for token in reversed(clause.tokens[: amount.first]):
        if token.kind in ("NEG", "EXCLUDE") or not _NEGATIONS.isdisjoint(token.word.split()):
            return True
        if not _belongs_to_length(token):
            break
    behind = clause.tokens[amount.last :]
    at = next((at for at, token in enumerate(behind) if not _belongs_to_length(token)), len(behind))
    closes = at + 1 >= len(behind) or behind[at + 1].kind in _CLOSING
    return not clause.shuts_out and at < len(behind) and behind[at].kind == "EXCLUDE" and closes


def _belongs_to_length(token: Token) -> bool:
    return token.kind in _OF_LENGTHS or token.word in _AT_LEAST | _AT_MOST | _LENGTH_WORDS


def _counts_lesions(clause: Clause, at: int) -> bool:
    """True for "up to 10 brain metastases", and in an exclusion for "more than 10"."""
    tokens = clause.tokens
    if not any(item.kind in ("MET", "DIS") for item in tokens[at + 1 : at + 7]):
        return False
    behind = [item.word for item in tokens[at + 1 : at + 3]]
    if any(word in DAYS or word in _NOT_A_COUNT for word in behind):
        return False
    near = [*(item.word for item in tokens[max(0, at - 3) : at]), *behind]
    if not _COUNT_AT_MOST.isdisjoint(near) or "or fewer" in " ".join(near):
        return True
    return clause.section is Section.EXCLUSION and not _COUNT_ABOVE.isdisjoint(near)


def _prior_therapy(clause: Clause) -> Iterator[Found]:
    spoken = " ".join(token.word for token in clause.tokens)
    name = "prior_local_therapy"
    if any(phrase in spoken for phrase in _TREATED_OR_NOT):
        yield Found(name, LocalTherapy.OPTIONAL, clause, 0, len(clause.tokens), "F-local-optional")
        return
    treated = (at for at, item in enumerate(clause.tokens) if item.kind == "QUAL" and "treat" in item.word)
    at = next(treated, None)
    if at is not None and clause.tokens[at].value == "stable":
        yield Found(name, LocalTherapy.REQUIRED, clause, at, at + 1, "F-local-required")
