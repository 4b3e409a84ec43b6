"""Finds what a text measures and in which compartment: kinds of endpoint with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from cimara.terms.endpoint import Compartment
from cimara.trials.atlas.fold import Folded, has_any
from cimara.trials.atlas.wording import Kind, cue_places, kinds


@dataclass(slots=True)
class Mention:
    """One kind of endpoint at one place of a text.

    `prefix` is what stands before an abbreviation (`i` of iPFS), `mark` the number after it (12 of DCR12);
    `words` tells a phrase from an abbreviation; `redefined` says that the definition made another kind of it.
    """

    kind: Kind
    start: int
    end: int
    words: bool
    prefix: str = ""
    mark: int | None = None
    compartments: tuple[Compartment, ...] = ()
    inherited: bool = field(default=False)
    redefined: bool = field(default=False)


CNS_CUES = (
    "brain",
    "cns",
    "central nerv",
    "cranial",
    "cerebr",
    "mening",
    "lm",
    "bm",
    "brm",
    "spin",
    "systemic",
    "csf",
    "whole",
    "body",
    "neur",
    "necro",
    "edema",
    "cytolog",
    "wbrt",
    "any site",
    "all sites",
)

_COMPARTMENT = re.compile(
    r"(?<![a-z])(?:"
    r"(?P<systemic>extra-? ?(?:cranial|cns|cerebral|neural)|non[ -](?:cns|brain|intra-?cranial"
    r"|central nervous system)|systemic(?! (?:therap|treat|chemo|anti|immun|infl|cort|ster))"
    r"|outside (?:of )?the (?:cns|brain))"
    r"|(?P<lm>lepto-? ?mening\w*|mening(?:es|eal)|lmd?(?![a-z])|carcinomatous meningitis"
    r"|neoplastic meningitis)"
    r"|(?P<cns>cns|central nervous(?: system)?|intra-? ?cranial\w*)"
    r"|(?P<brain>brain(?!stem)|cerebral|intra-?cerebral|brms?(?![a-z]))"
    r"|(?P<spine>spin(?:e|al)(?! fluid))"
    r"|(?P<whole>whole[ -]body|any (?:site|compartment)|all sites)"
    r")"
)
_OF_GROUP = {
    "systemic": Compartment.SYSTEMIC,
    "lm": Compartment.LM,
    "cns": Compartment.CNS,
    "brain": Compartment.BRAIN,
    "spine": Compartment.SPINE,
    "whole": Compartment.WHOLE_BODY,
}
_PEOPLE = re.compile(
    r"(?:in|for|among|of)\s+(?:[\w+./-]+\s+){0,6}?(?:patients|participants|subjects|pts|population"
    r"|individuals|people|women|men|children|adults)(?:\s+(?:with|without|who|having"
    r"|whose)[^,;.:()]*)?"
    r"|(?:in|for|among)\s+(?:[\w+./-]+\s+){0,6}?(?:cohorts?|groups?|subgroups?|arms?|set)(?![a-z])"
    r"|(?:patients|participants|subjects)\s+(?:with|without|who have"
    r"|having)\s+(?:[\w-]+\s+){0,4}?(?:metasta\w+|mets|lesions?(?:\(s\))?|disease"
    r"|tumou?rs?)(?:\s+at\s+\w+)?"
    r"|^[^:]*(?:cohort|arm|group|part|phase|patients|participants|population)[^:]*:"
)
_PEOPLE_CUES = (
    "patient",
    "participant",
    "subject",
    ":",
    "cohort",
    "group",
    "population",
    "arm",
    "adults",
    "pts",
)
_PEOPLE_IS_MEASURED = re.compile(
    r"of\s+(?:[\w+./-]+\s+){0,2}?(?:patients|participants|subjects|pts)\s+(?:with|who|having)\s+(?!no )"
)


def find_compartments(low: str) -> tuple[Compartment, ...]:
    """The compartments that folded words name, each once, in order."""
    named = (_OF_GROUP[place.lastgroup or ""] for place in _COMPARTMENT.finditer(low))
    return tuple(dict.fromkeys(named))


@lru_cache(maxsize=4096)
def find_mentions(text: Folded) -> list[Mention]:
    """Every kind of endpoint that a text names, in text order, with its compartments; not to be changed.

    A kind's words are closed to the kinds after it, so "duration of response" is no response rate. Many
    trials use the same words, so the last answers are kept.
    """
    low = text.low
    claimed: list[Mention] = []
    in_cns = has_any(CNS_CUES, low)
    opened = {place for cue, places in cue_places(cns=in_cns) if cue in low for place in places}
    for place in sorted(opened):
        _claim(kinds()[place], low, claimed)
    _claim_abbreviations(text, claimed)
    claimed = [one for one in claimed if not one.kind.silent]
    if not claimed:
        return claimed
    claimed.sort(key=lambda one: (one.start, one.end))
    mentions = _joined(claimed, low)
    if in_cns:
        place_compartments(mentions, low)
    return mentions


def _claim(kind: Kind, low: str, claimed: list[Mention]) -> None:
    for place in kind.words.finditer(low):
        start, end = place.span()
        if end > start and not any(one.start < end and start < one.end for one in claimed):
            claimed.append(Mention(kind, start, end, words=True))


@cache
def _abbreviations() -> tuple[re.Pattern[str], dict[str, Kind]]:
    of = {text: kind for kind in reversed(kinds()) for text in kind.abbreviations}
    cores = "|".join(re.escape(text) for text in sorted(of, key=len, reverse=True))
    pattern = re.compile(
        rf"(?<![A-Za-z0-9])(?P<prefix>(?:CNS|cns|ic|IC|br|Br|BR|LM|ir|IR|im|IM|EC|ec|i|I|b|B|m|r|c"
        rf"|w)-?)??(?P<core>{cores})"
        r"(?:[ -]?(?P<mark>\d{1,2})(?![\d.]))?(?:[rR]s?|s|[wm])?(?![A-Za-z])"
    )
    return pattern, of


_CAPITALS = re.compile(r"[A-Z]{2}|Do[RT]|Bo[RT]|TTiP|Td[RT]|LC|V[sz]")


def _claim_abbreviations(text: Folded, claimed: list[Mention]) -> None:
    if not _CAPITALS.search(text.plain):
        return
    pattern, of = _abbreviations()
    for place in pattern.finditer(text.plain):
        start, end = place.span()
        if any(one.start < end and start < one.end for one in claimed):
            continue
        prefix = (place["prefix"] or "").rstrip("-").lower()
        if not of[place["core"]].judged and prefix not in ("", "i", "m", "r"):
            continue
        mark = int(place["mark"]) if place["mark"] else None
        claimed.append(Mention(of[place["core"]], start, end, words=False, prefix=prefix, mark=mark))


_BRIDGE = re.compile(r"[\s,;:=(\[\"'-]*(?:rates?|status|time|ratio|probability)?[\s,;:=(\[\"'-]*\)?")


def _joined(claimed: list[Mention], low: str) -> list[Mention]:
    """Phrase and abbreviation of one kind, side by side, are one mention."""
    joined: list[Mention] = []
    for one in claimed:
        last = joined[-1] if joined else None
        if (
            last is not None
            and last.kind is one.kind
            and last.words != one.words
            and _BRIDGE.fullmatch(low, last.end, one.start)
            and not (_AND.search(low, last.end, one.start))
        ):
            last.end, last.prefix = one.end, one.prefix or last.prefix
            last.mark = one.mark if one.mark is not None else last.mark
        elif (
            last is not None and last.words and not one.words and _OPENED.fullmatch(low, last.end, one.start)
        ):
            continue  # the abbreviation that a phrase introduces in brackets is that phrase's own
        else:
            joined.append(one)
    for one in joined:
        _close_bracket(one, low)
    return joined


def _introduces(phrase: Mention, other: Mention, low: str) -> bool:
    """Whether a phrase is followed in brackets by an abbreviation, which then is the phrase's own."""
    return phrase.words and not other.words and bool(_OPENED.fullmatch(low, phrase.end, other.start))


def _close_bracket(mention: Mention, low: str) -> None:
    """Widen a mention over the end of the bracket that it opened."""
    if low.startswith(")", mention.end) and "(" in low[mention.start : mention.end]:
        inside = low[mention.start : mention.end]
        mention.end += inside.count("(") > inside.count(")")


_OPENED = re.compile(r"(?:\s+rates?)?\s*\(")
_AND = re.compile(r"(?<![a-z])(?:and|or)(?![a-z])")
_TAIL = re.compile(
    r"\s*(?P<paren>[(\[][^)\]]{0,60}[)\]])?[\s-]*(?:rates?|status|time|assessed|measured|evaluated"
    r"|as)?\s*(?P<paren2>[(\[][^)\]]{0,60}[)\]])?\s*"
    r"(?P<np>(?:in|of|for|at|within|to|by|on)\s+[^,;.]{0,90}|[-:–]\s*(?:intra-?cranial|cns|brain"
    r"|extra-?cranial|lepto\w+)[^,;.]{0,40})?"
)
_JOINED_LEAD = re.compile(r"(?:and|or|/|&|,)\s*$")
_LIST_GAP = re.compile(r"[\s,;/&)(\]\[+-]*(?:(?:and|or|as well as|plus|rates?)[\s,;/&)(\]\[+-]*)*")


def place_compartments(mentions: list[Mention], low: str) -> None:
    """Give each mention the compartments of its own noun phrase; a list shares the adjective before it."""
    hidden = hide_people(low)
    cursor = 0
    for place, one in enumerate(mentions):
        stop = mentions[place + 1].start if place + 1 < len(mentions) else len(low)
        lead = re.split(r"[;.](?:\s|$)", hidden[cursor : one.start])[-1]
        cursor_before = cursor
        tail, cursor = _tail(hidden, one.end, stop, last=place + 1 == len(mentions))
        own = find_compartments(hidden[one.start : one.end])
        if not own or _JOINED_LEAD.search(lead):
            own = tuple(dict.fromkeys((*find_compartments(lead), *own)))
        one.compartments = own or find_compartments(tail)
        _take_adjective(one, low, cursor_before)
        previous = mentions[place - 1] if place else None
        if not one.compartments and previous is not None and _is_list(low, previous, one):
            one.compartments, one.inherited = previous.compartments, True
    for earlier, later in zip(reversed(mentions[:-1]), reversed(mentions[1:]), strict=True):
        shares = not earlier.compartments and later.compartments and not later.inherited
        if (
            shares
            and _is_list(low, earlier, later)
            and not find_compartments(hidden[earlier.end : later.start])
        ):
            own = find_compartments(hidden[later.start : later.end])
            if not own:
                earlier.compartments = later.compartments


_ADJECTIVE = re.compile(
    r"(?<![a-z])(?:intra-? ?cranial|extra-? ?cranial|extra-? ?cns|non[ -]cns|cns"
    r"|central nervous system|brain(?: metasta\w+)?|cerebral|lepto-?mening\w+|systemic|lm)"
    r"[\s(-]{1,2}(?:tumou?r |disease |lesion |local )?$"
)


def _take_adjective(mention: Mention, low: str, floor: int) -> None:
    """Widen a mention over the compartment's word before it."""
    before = _ADJECTIVE.search(low, floor, mention.start)
    if before is not None:
        mention.start = before.start()


def _tail(hidden: str, end: int, stop: int, *, last: bool) -> tuple[str, int]:
    found = _TAIL.match(hidden, end, stop)
    if found is None:
        return "", end
    phrase = found["np"] or ""
    cut = len(phrase)
    if not last:
        joints = [place.start() for place in _AND.finditer(phrase)]
        cut = joints[-1] if joints else cut
    text = f"{found['paren'] or ''} {found['paren2'] or ''} {phrase[:cut]}"
    reached = found.start("np") + cut if found["np"] else found.end()
    return text, reached


def _is_list(low: str, earlier: Mention, later: Mention) -> bool:
    gap = re.sub(r"[(\[][^)\]]*[)\]]", " ", low[earlier.end : later.start])
    return bool(_LIST_GAP.fullmatch(gap))


def hide_people(low: str) -> str:
    """Folded text with phrases that name people, not a compartment, blanked; places stay."""
    if not has_any(_PEOPLE_CUES, low):
        return low
    return _PEOPLE.sub(
        lambda found: found.group() if _PEOPLE_IS_MEASURED.match(found.group()) else " " * len(found.group()),
        low,
    )
