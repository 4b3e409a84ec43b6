"""Which verb governs a disease: permit, exclude, require, not required; and negations."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from cimara.trials.eligibility.clauses import Segment
from cimara.trials.eligibility.lexicon import Token, words
from cimara.trials.eligibility.mentions import Mention

_PEOPLE = words("people")
_MUST_NOT = words("must_not")
_MUST_NOT_FILLERS = words("must_not_fillers")
_VERB_NEGATIONS = words("verb_negations")
_CLAUSE_OPENERS = words("clause_openers")
_UNITS = words("measure_units")
_NEGATION_ENDS = {"PERMIT", "EXCLUDE", "UNLESS", "IF", "SEMI", "BUT", "COLON", "MUST", "REQUIRE"}
_THERAPEUTIC = {"THERAPY", "URGENT", "STEROID", "IMAGING"}
_NEGATION_REACH = 12


class Verb(msgspec.Struct, frozen=True, gc=False):
    """What a verb does (permit, exclude, require, require-not, not-required), and its place if it has one."""

    does: str | None
    at: int | None

    def behind(self, mention: Mention) -> bool:
        """True when it stands behind the disease."""
        return self.at is not None and self.at >= mention.last


NO_VERB = Verb(None, None)


def verbs(tokens: list[Token], first: int, last: int) -> list[tuple[int, str]]:
    """Place and meaning of each verb of `tokens[first:last]`."""
    found: list[tuple[int, str]] = []
    for at in range(first, last):
        reads = _READS.get(tokens[at].kind)
        if reads is not None and (does := reads(tokens, at, first, last)) is not None:
            found.append((at, does))
    return found


def governing(tokens: list[Token], segment: Segment, mention: Mention, later: Sequence[Segment]) -> Verb:
    """The verb that governs a mention: the first behind it, else the last before it, else a later one."""
    if _disregarded(tokens, mention, segment.first):
        return Verb("permit", None)
    found = [
        (at, does)
        for at, does in verbs(tokens, segment.first, segment.last)
        if does != "not-required" or _is_close(tokens, mention, at)
    ]
    own = _first_behind(found, mention) or _last_before(found, mention)
    if own is not None:
        return own
    if segment.opener == "IF":
        earlier = verbs(tokens, 0, segment.first)
        if earlier and earlier[-1][1] in ("permit", "exclude"):
            return Verb(earlier[-1][1], None)
    return _of_later(tokens, later)


def is_negated(tokens: list[Token], mention: Mention, floor: int) -> bool:
    """True for "no known brain metastases": a negation inside the noun phrase's left part."""
    at = mention.first - 1
    seen = 0
    people = False
    while at >= floor and seen < _NEGATION_REACH:
        token = tokens[at]
        people = people or token.word in _PEOPLE
        if token.kind == "RP":
            at = opening(tokens, at, floor - 1) - 1
            continue
        if token.kind == "NEG":
            return not _negates_verb(tokens, at)
        if _ends_negation(tokens, at, floor, people=people):
            return False
        at -= 1
        seen += 1
    return False


def opening(tokens: list[Token], at: int, floor: int) -> int:
    """Where the bracket that closes at `at` opens; `floor` when it doesn't."""
    while at > floor and tokens[at].kind != "LP":
        at -= 1
    return at


def negated_verb(tokens: list[Token], at: int, floor: int) -> bool:
    """True for a verb with "not" before it."""
    for back in range(at - 1, max(floor - 1, at - 5), -1):
        token = tokens[back]
        if token.kind == "NEG" and token.word in _VERB_NEGATIONS:
            return True
        if token.kind not in ("NEUTRAL", "WORD", "NEG") or token.word in _CLAUSE_OPENERS:
            return False
    return False


def _permit(tokens: list[Token], at: int, first: int, last: int) -> str | None:
    if at + 1 < last and tokens[at].word == "eligible" and tokens[at + 1].word in _PEOPLE:
        return None
    return "exclude" if negated_verb(tokens, at, first) else "permit"


def _exclude(tokens: list[Token], at: int, first: int, last: int) -> str | None:
    word = tokens[at].word
    if word in ("exclusion", "exclusions") and at + 1 < last and tokens[at + 1].word == "criteria":
        return None
    if word in _MUST_NOT and _condition_follows(tokens, at, last):
        return "require-not"
    return "permit" if negated_verb(tokens, at, first) else "exclude"


def _must(tokens: list[Token], at: int, first: int, last: int) -> str | None:
    if any(token.kind in ("PERMIT", "EXCLUDE") for token in tokens[at + 1 : at + 3]):
        return None
    return _require(tokens, at, first, last)


def _require(tokens: list[Token], at: int, first: int, last: int) -> str | None:
    return None if at + 1 < last and tokens[at + 1].word in _UNITS else "require"


def _need(tokens: list[Token], at: int, first: int, last: int) -> str | None:
    """True needlessness only: "not required" of a disease, not of a therapy or a scan."""
    if tokens[at].word != "required" or not negated_verb(tokens, at, first):
        return None
    return None if any(token.kind in _THERAPEUTIC for token in tokens[first:at]) else "not-required"


_READS: dict[str, Callable[[list[Token], int, int, int], str | None]] = {
    "PERMIT": _permit,
    "EXCLUDE": _exclude,
    "MUST": _must,
    "REQUIRE": _require,
    "NEED": _need,
}


def _condition_follows(tokens: list[Token], at: int, last: int) -> bool:
    """A condition, not a shut door: "must not require immediate therapy", "should not be symptomatic"."""
    for token in tokens[at + 1 : min(last, at + 4)]:
        if token.kind in ("NEED", "QUAL", "URGENT"):
            return True
        if token.word not in _MUST_NOT_FILLERS:
            return False
    return False


def _first_behind(found: Sequence[tuple[int, str]], mention: Mention) -> Verb | None:
    """The first verb behind the disease; a permission outranks a demand before it."""
    behind = [(at, does) for at, does in found if at >= mention.last]
    if not behind:
        return None
    at, does = behind[0]
    if does == "require":
        at, does = next((pair for pair in behind if pair[1] == "permit"), behind[0])
    return Verb(does, at)


def _last_before(found: Sequence[tuple[int, str]], mention: Mention) -> Verb | None:
    before = [(at, does) for at, does in found if at < mention.first]
    return Verb(before[-1][1], before[-1][0]) if before else None


def _of_later(tokens: list[Token], later: Sequence[Segment]) -> Verb:
    """The permission or exclusion of a later segment of the same clause."""
    for segment in later:
        if segment.opener in ("BUT", "SEMI"):
            break
        if segment.opener == "UNLESS":
            continue
        found = verbs(tokens, segment.first, segment.last)
        if found and found[0][1] in ("permit", "exclude"):
            return Verb(found[0][1], None)
    return NO_VERB


def _is_close(tokens: list[Token], mention: Mention, verb_at: int) -> bool:
    """True for "brain metastases are not required", but not for "(lumbar puncture not required)"."""
    return all(token.kind in ("NEUTRAL", "NEG", "QUAL") for token in tokens[mention.last : verb_at])


def _disregarded(tokens: list[Token], mention: Mention, floor: int) -> bool:
    """Permitted by "regardless of brain metastases", which permits what it names, and only that."""
    for at in range(mention.first - 1, max(floor - 1, mention.first - 9), -1):
        if tokens[at].kind == "REGARD":
            return True
        if tokens[at].kind in ("RP", "COMMA", "AND"):
            return False
    return False


def _ends_negation(tokens: list[Token], at: int, floor: int, *, people: bool) -> bool:
    """True where the noun phrase ends to the left, so that no negation further on reaches it."""
    kind = tokens[at].kind
    if kind == "OR" and people:
        return True
    if kind == "LP" or (kind == "AND" and at > floor and tokens[at - 1].kind == "COMMA"):
        return True
    if kind in _NEGATION_ENDS:
        return True
    return kind == "QUAL" and at > 0 and tokens[at - 1].kind == "NEG" and tokens[at].value == "stable"


def _negates_verb(tokens: list[Token], at: int) -> bool:
    """True when the negation at `at` belongs to a verb or a qualifier ("not eligible", "not treated")."""
    for token in tokens[at + 1 : at + 4]:
        if token.kind in ("PERMIT", "EXCLUDE", "NEED", "MUST"):
            return True
        if token.kind == "QUAL":
            return tokens[at].word in ("not", "never")
        if token.kind != "NEUTRAL":
            return False
    return False
