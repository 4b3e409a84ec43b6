"""Steroids and antiseizure drugs that brain-metastasis patients may take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cimara.trials.eligibility.amounts import amounts
from cimara.trials.eligibility.facts import Clause, Found, is_denied
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import Antiseizure, SteroidPolicy

_DOSE_UNITS = words("dose_units")
_DOSE = words("dose")
_DOSE_COURSE = words("dose_course")
_RISING = words("rising")
_TAPERING = words("tapering")
_SEIZURE_CONTROL = words("seizure_control")
_INDUCER = words("enzyme_inducer")


def steroids(clause: Clause) -> Iterator[Found]:
    """Maximal doses, or how steroids may be taken; the trial's own drug, never converted."""
    named = [at for at, token in enumerate(clause.tokens) if token.kind == "STEROID"]
    if not named:
        return
    doses = list(_doses(clause))
    yield from doses or _without_dose(clause, named)


def dexamethasone(clause: Clause) -> Iterator[Found]:
    """A limit of dexamethasone anywhere in a trial for brain metastases: the drug is given for them."""
    others = any(
        token.kind == "LMD" or (token.kind == "STEROID" and token.value in ("pred", "other"))
        for token in clause.tokens
    )
    if not others:
        yield from (found for found in _doses(clause) if found.field == "max_dex_mg")


def seizures(clause: Clause) -> Iterator[Found]:
    """Control of seizures, and antiseizure drugs."""
    for at, token in enumerate(clause.tokens):
        if token.kind != "SEIZURE":
            continue
        near = {item.word for item in clause.tokens[max(0, at - 6) : at + 4]}
        if token.value == "word" and near & _SEIZURE_CONTROL:
            yield Found("seizures_controlled", True, clause, at, at + 1, "F-seizures")
        elif token.value == "drug" and (policy := _antiseizure(clause, at, near)) is not None:
            yield Found("antiseizure", policy, clause, at, at + 1, "F-antiseizure")


def _doses(clause: Clause) -> Iterator[Found]:
    for amount in amounts(clause.tokens, _DOSE_UNITS):
        near = [
            *clause.tokens[amount.last : amount.last + 9],
            *reversed(clause.tokens[max(0, amount.first - 9) : amount.first]),
        ]
        named = (token.value for token in near if token.kind == "STEROID" and token.value != "generic")
        drug = next(named, None)
        if drug in ("pred", "dex"):
            yield Found(f"max_{drug}_mg", amount.value, clause, amount.first, amount.last, "F-dose")


def _without_dose(clause: Clause, named: Sequence[int]) -> Iterator[Found]:
    """Steroids without a number: a stable dose, none at all, or physiologic doses."""
    first = named[0]
    tapering = Found(
        "steroid_policy", SteroidPolicy.STABLE_OR_TAPERING, clause, first, first + 1, "F-tapering"
    )
    if any(_is_dose_talk(clause.tokens, at) or _is_low_dose_instead(clause.tokens, at) for at in named):
        yield tapering
        return
    physiologic = next(
        (at for at, token in enumerate(clause.tokens) if token.word.startswith("physiolog")), None
    )
    denied = next((at for at in named if is_denied(clause.tokens, at)), None)
    if denied is not None and not _is_exceeded(clause.tokens, physiologic):
        for name in ("max_pred_mg", "max_dex_mg"):
            yield Found(name, 0.0, clause, denied, denied + 1, "F-steroids-none")
        return
    if any(token.word in _TAPERING for token in clause.tokens):
        yield tapering
    if physiologic is not None:
        yield Found("steroids_physiologic", True, clause, first, first + 1, "F-physiologic")


def _is_exceeded(tokens: Sequence[Token], at: int | None) -> bool:
    """True for "no more than a physiologic dose": what is denied is only what lies above it."""
    return at is not None and any(token.word == "than" for token in tokens[max(0, at - 3) : at])


def _is_dose_talk(tokens: Sequence[Token], at: int) -> bool:
    """True for "on a stable or decreasing dose of steroids", which lets steroids be."""
    if at and tokens[at - 1].word in _RISING:
        return True
    near = {token.word for token in tokens[max(0, at - 8) : at + 6]}
    return bool(near & _DOSE) and bool(near & _DOSE_COURSE)


def _is_low_dose_instead(tokens: Sequence[Token], at: int) -> bool:
    """True for "off or receiving low-dose steroids": some may be taken, the trial doesn't say how much."""
    before = tokens[max(0, at - 5) : at]
    return any(token.word == "low" for token in before) and any(token.kind == "OR" for token in before)


def _antiseizure(clause: Clause, at: int, near: set[str]) -> Antiseizure | None:
    if near & _INDUCER or "enzyme" in clause.tokens[at].word:
        return Antiseizure.ENZYME_INDUCERS_EXCLUDED
    if "stable" in near:
        return Antiseizure.STABLE
    return Antiseizure.NONE if is_denied(clause.tokens, at) else None
