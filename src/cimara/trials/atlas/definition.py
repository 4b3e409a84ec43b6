"""Reads how a measure is defined: whether death and LMD count, where the clock starts, and in whom."""

from __future__ import annotations

import re

from cimara.trials.atlas.fold import has_any
from cimara.trials.atlas.model import ClockStart, Stated

_DEATH_CUES = (r"death", r"dead", r"died", r"dying", r"dies", r"die ", r"mortality", r"decease", r"all-cause")
_NOT_COUNTED = re.compile(
    r"(?:deaths?|died|dying)[^.;]{0,60}?(?:censor|competing|not (?:be )?(?:count|consider|includ"
    r"|an event|a progression))"
    r"|(?:censor|competing)[^.;]{0,60}?(?:death|died|dying)"
    r"|(?:exclud\w+|without|not includ\w+|other than|regardless of|irrespective of"
    r"|not counting) (?:\w+ ){0,3}(?:deaths?|death from)"
)
_ONLY_OF_CANCER = re.compile(
    r"(?:death|died|dying) (?:due to|from|of|because of) (?:the )?(?:cancer|tumou?r|disease|progress)"
)
_COUNTED = re.compile(
    r"(?:or|and|and/or|/|,|until|to|till|versus|both|from|date of|of)\s*(?:the )?(?:date of "
    r"|time of |occurrence of |first |patient'?s? |participant'?s? |any |documented |all[ -]cause "
    r"|event of )*(?:death|dying|died|dies|dead|mortality|die\b)"
    r"|death (?:from|due to|of|by|for|in|caused)|deaths? or|death/|all[ -]cause|whichever"
    r"|alive (?:and|without|, ?without)|(?:died|dead) or"
)
_DEFINED = re.compile(
    r"defined as|time (?:interval |span |length |period |elapsed |duration )?(?:from|between|to"
    r"|until|since|when|in|of)|interval (?:from|between)|duration (?:from|between)|period (?:from"
    r"|between)|length of time|measured from|calculated from|from (?:the )?(?:date|time|day|start"
    r"|first|random|enrol|initiat)|number of (?:days|weeks|months)|\d{4}|until"
)
_LM_CUES = ("mening", "lmd")
_LM = re.compile(r"lepto-?mening|\blmd\b|mening(?:es|eal)")
_LM_EXCLUDED = re.compile(
    r"(?:exclud\w+|without|not includ\w+|other than|except\w*)[^.;,]{0,30}(?:lepto-?mening|\blmd\b)"
)


def death_counts(low: str) -> Stated:
    """Whether death is an event, by the folded words of a definition."""
    if not has_any(_DEATH_CUES, low) or _ONLY_OF_CANCER.search(low):
        return Stated.UNSTATED
    if _NOT_COUNTED.search(low) and not re.search(
        r"progress\w*[^.;]{0,40}\bor (?:the )?(?:\w+ ){0,4}death|death (?:from|due to) any cause,? which", low
    ):
        return Stated.NO
    return Stated.YES if _COUNTED.search(low) else Stated.UNSTATED


def is_defined(low: str) -> bool:
    """Whether folded words define a time, so that what they leave out does not count."""
    return bool(_DEFINED.search(low))


def lmd_counts(low: str) -> Stated:
    """Whether leptomeningeal disease is an event, by folded words."""
    if not has_any(_LM_CUES, low) or not _LM.search(low):
        return Stated.UNSTATED
    return Stated.NO if _LM_EXCLUDED.search(low) else Stated.YES


_STARTS = (
    (ClockStart.FIRST_RESPONSE,
        r"(?:first |initial |onset of |documented |documentation of |achiev\w+ "
        r"|evidence of )[^.;,]{0,60}?(?:respon\w+|remission|\bcr\b|\bpr\b)|(?:complete|partial"
        r"|objective|best)[^.;,]{0,12} (?:respon\w+|remission)"
    ),
    (ClockStart.RANDOMISATION, r"random\w+|\br(?=\))"),
    (ClockStart.LOCAL_THERAPY,
        r"(?:\bsrs\b|radiosurg\w+|\bsrt\b|\bwbrt\b|radio-?therap\w+|radiation|irradiation|\brt\b"
        r"|local therap\w+|brachytherap\w+)"
    ),
    (ClockStart.SURGERY, r"(?:surger\w+|operati\w+|resection|\w+ectomy|transplant\w*|procedure)"),
    (ClockStart.TREATMENT_START,
        r"(?:treatment|therap\w+|dos(?:e|ing)|administ\w+|infusion|drug|medication|chemotherap\w*"
        r"|c1 ?d1|cycle 1|day 1\b|inject\w+|initiation|intervention|leuk\w+pheresis|baseline"
        r"|\w+(?:tinib|mab|lisib|ciclib))"
    ),
    (ClockStart.ENROLMENT,
        r"(?:enrol\w+|inclusion|registration|registered|consent|study entry|entry|recruit\w+"
        r"|allocat\w+|icf)"
    ),
    (ClockStart.DIAGNOSIS, r"(?:diagnos\w+|biopsy)"),
)  # fmt: skip
_FROM = re.compile(
    r"(?<![a-z])(?:from|since|between|after|starting (?:at|from|on|with)|beginning (?:at|from"
    r"|of))\s+(?P<np>[^.;]{0,110})"
)
_SINCE = re.compile(r"(?<![a-z])(?:from|since)\s+(?P<np>[^.;]{0,110})")
_UNTIL = re.compile(
    r"(?<![a-z])(?:to|until|till|and|up to|through|or)(?![a-z])(?! (?:the )?(?:first|start) (?:dose|of))"
)
_START_PATTERNS = tuple((start, re.compile(words)) for start, words in _STARTS)


def clock_start(name: str, description: str, time_frame: str) -> ClockStart:
    """The day on which the clock begins, by the first of the folded texts that says so.

    A time frame counts only where it says "from": "24 months after enrolment" is a length of follow-up.
    """
    for text, begins in ((name, _FROM), (description, _FROM), (time_frame, _SINCE)):
        for found in begins.finditer(text):
            phrase = _UNTIL.split(found["np"], maxsplit=1)[0]
            placed = [
                (place.start(), rank, start)
                for rank, (start, words) in enumerate(_START_PATTERNS)
                if (place := words.search(phrase))
            ]
            if placed:
                return min(placed)[2]
    return ClockStart.UNSTATED


_PEOPLE_CUES = (
    "patients",
    "participants",
    "subjects",
    "pts",
    "individuals",
    "cohort",
    "population",
    " set",
    " arm",
)
_POPULATION = re.compile(
    r"(?<![a-z])(?:in|among|for|of)\s+(?:the\s+|all\s+|those\s+)?(?:[\w+-]+\s+){0,4}?(?:patients"
    r"|participants|subjects|pts|population|cohort|arm|set|individuals|people|women|men|children)"
    r"(?:\s+(?:with|without|who|having|whose|receiving|treated|on)[^.;,()]{3,90})?"
)
_QUALIFIED = re.compile(
    r"(?<![a-z])(?:in|among|for)\s+(?:the\s+|all\s+|those\s+)?(?:[\w+-]+\s+){0,4}?(?:patients"
    r"|participants|subjects|pts|individuals)\s+(?:with|without|who|having|whose)[^.;,()]{3,90}"
)
_NO_CNS_AT_START = re.compile(
    r"(?:no|without|free (?:of|from))[^.;]{0,30}(?:cns|brain|central nervous system"
    r"|intra-?cranial)[^.;]{0,30}(?:baseline|entry|enrol|start|screening)|(?:no|without) (?:known "
    r"|prior |baseline |history of )*(?:cns|brain|central nervous system) (?:metast|disease"
    r"|involvement)"
)


def population(stored: str, low: str) -> str | None:
    """The words that name the people measured, as stored; None when all are."""
    if not has_any(_PEOPLE_CUES, low):
        return None
    found = _QUALIFIED.search(low) or (
        _POPULATION.search(low)
        if "cohort" in low or "population" in low or " set" in low or " arm" in low
        else None
    )
    return stored[found.start() : found.end()].strip() if found else None


def starts_without_cns_disease(low: str) -> bool:
    """Whether folded words say that those measured have no CNS disease at the start."""
    return bool(_NO_CNS_AT_START.search(low))
