"""Times of the CNS rules: stability, time since local therapy, time without steroids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cimara.trials.eligibility.amounts import DAYS, amounts, around
from cimara.trials.eligibility.facts import Clause, Found
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.model import Section

_SINCE = {
    "srs": "min_days_since_srs",
    "wbrt": "min_days_since_wbrt",
    "surgery": "min_days_since_surgery",
    "rt": "min_days_since_any_rt",
}
_STATES = ("stable", "clinically_stable", "asymptomatic", "unstable")
_DRUGS = {"STEROID": "steroid", "SEIZURE": "seizure"}
_LOOKING_BACK = words("looking_back")
_WEAK_STATES = words("weak_state_words")
_FROM = words("since")
_TRIAL_DRUG = words("trial_drug")
_DOSE_NOUNS = words("dose_nouns")
_GENERAL = words("general_treatment")
_LONGEST_STABILITY = 1100
_NEAR = 9
"""Words before a time among which a comma or a verb doesn't end the search for what it is about."""

About = tuple[str, str]
"""What a time is about (steroid, seizure, imaging, stable, therapy or nothing), and which therapy."""

_STABLE: About = ("stable", "")
_IMAGING: About = ("imaging", "")
_NOTHING: About = ("", "")


def intervals(clause: Clause) -> Iterator[Found]:
    """stable_days, min_days_since_* and steroid_free_days of a clause."""
    found = amounts(clause.tokens, DAYS)
    for amount in found:
        before, behind = around(clause.tokens, amount, found)
        kind, therapy = _about(before, behind)
        if kind == "therapy" and _is_recency(clause, before):
            continue
        days = amount.days
        if kind == "steroid":
            yield Found("steroid_free_days", days, clause, amount.first, amount.last, "F-steroid-free")
        elif kind in ("stable", "therapy") and days <= _LONGEST_STABILITY:
            if therapy in _SINCE:
                yield Found(_SINCE[therapy], days, clause, amount.first, amount.last, "F-since")
            yield Found("stable_days", days, clause, amount.first, amount.last, f"F-{kind}")


def _is_recency(clause: Clause, before: Sequence[Token]) -> bool:
    """True for "treated with SRS within 3 weeks" in an inclusion: recent therapy, not time since."""
    within = any(token.word == "within" for token in before[:4])
    return within and clause.section is Section.INCLUSION and not any(token.kind == "NEG" for token in before)


def _about(before: Sequence[Token], behind: Sequence[Token]) -> About:
    """What a time is about: the nearest telling word before it, else the first one behind it."""
    looks_back = any(token.word in _LOOKING_BACK for token in before[:4])
    for place, token in enumerate(before):
        told = _told_before(before, place, looks_back=looks_back)
        if told is not None:
            return told
        if token.kind in ("PERMIT", "EXCLUDE", "COMMA") and place > _NEAR:
            break
    return _told_behind(behind)


def _told_before(before: Sequence[Token], place: int, *, looks_back: bool) -> About | None:
    """What the word at `place` says that the time is about; None when it doesn't tell."""
    token = before[place]
    if token.kind == "QUAL" and place and before[place - 1].word in _DOSE_NOUNS:
        return _NOTHING
    if token.kind in _DRUGS:
        return _DRUGS[token.kind], ""
    if token.kind == "QUAL" and token.value in _STATES:
        if token.word in _WEAK_STATES and place > 3:
            return None
        therapy = _nearer_therapy(before[:place])
        return ("therapy", therapy) if therapy else _STABLE
    if token.kind == "IMAGING" and looks_back:
        return None if any(item.kind == "THERAPY" for item in before[:place]) else _IMAGING
    if token.kind == "THERAPY" and not _is_trial_drug(before, place):
        ahead = before[place + 1 : place + 3]
        of_drug = any(item.kind in _DRUGS for item in ahead[:1])
        denied = token.value == "local" and any(item.kind == "NEG" for item in ahead)
        return None if of_drug or denied else ("therapy", token.value)
    return None


def _nearer_therapy(between: Sequence[Token]) -> str:
    """The therapy of "treated with SRS at least 4 weeks before", when it stands nearer than "stable"."""
    named = [token.value for token in between if token.kind == "THERAPY" and token.value in _SINCE]
    return named[0] if named else ""


def _told_behind(behind: Sequence[Token]) -> About:
    for place, token in enumerate(behind):
        if token.kind in _DRUGS:
            return _DRUGS[token.kind], ""
        if token.kind == "IMAGING":
            return _IMAGING
        if token.kind == "QUAL" and token.value in _STATES:
            return _STABLE
        if token.kind == "THERAPY":
            since = any(item.word in _FROM for item in behind[:place])
            return ("therapy", token.value) if since and not _is_trial_drug(behind, place) else _NOTHING
    return _NOTHING


def _is_trial_drug(tokens: Sequence[Token], place: int) -> bool:
    """True for "first dose of study treatment"."""
    token = tokens[place]
    if token.value != "local" or token.word not in _GENERAL:
        return False
    return any(item.word in _TRIAL_DRUG for item in tokens[max(0, place - 2) : place + 3])
