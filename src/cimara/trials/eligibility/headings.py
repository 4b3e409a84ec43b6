"""What a line announces: the section that it opens, the items that it leads in, the cohort that it names."""

from __future__ import annotations

import re

from cimara.trials.eligibility.model import Section
from cimara.trials.eligibility.text import offsets

_HEADING_LENGTH = 160
_TAIL = 60
_LEAD_ENDINGS = (":", ":-", ": -", " if", " and", " or")
_TITLE_WORDS = 14
_TITLE_WORDS_WITHOUT_COLON = 10
_STEMS = re.compile(r"clu|elig|excl|incl|not|disqualif|barred|prohibit")
_TITLE_STEMS = ("clusion", "criteri", "eligibility")
_HEADING_WORD = re.compile(
    r"\b(?:non[- ]?inclusion|inclusions?|exclusions?|eligibility|eligible|ineligib\w*|exclude[sd]?"
    r"|include[sd]?|excl|incl|disqualif\w*|barred|prohibit\w*|must not|may not|not have|not enter"
    r"|cannot|can ?not|will not)\b"
)
_NEGATIVE = re.compile(
    r"\b(?:non[- ]?inclusion|exclusions?|ineligib\w*|exclude\w*|excluding|excl|disqualif\w*|barred"
    r"|prohibit\w*|must not|may not|not (?:be )?\w+|cannot|can not)\b"
)
_TITLED = re.compile(r"\b(?:criteria|criterion|inclusions?|exclusions?|eligibility)\b")
_SENTENCE = re.compile(
    r"\b(?:are|is|was|were|be|will|must|may|can|has|have|had|should|who|meets?|listed|above)\b"
)
_CRITERION = re.compile(
    r"brain|\bcns\b|central nervous|mening|metasta|\bunless\b|\bif\b(?! (?:they|any)\b|$)"
)
_TITLE = re.compile(
    r"(?:key |main |major |additional |specific |other |general )*(?:inclusion|exclusion|eligibility)\b"
)
_LIST_LEAD = re.compile(
    r"\bfollowing\b|\bmust not have$|\bwho (?:have|are)$|\bif (?:they|any)\b|^ineligible if$|\bif$"
)
_SUBJECT = re.compile(
    r"brain|cns|central nervous|mening|metasta|lesion|disease|radio|therap|cancer|infection"
)
_DISEASE = re.compile(r"metasta|lesion|disease|mening|involvement")
_EXCLUDING_LEAD = re.compile(
    r"\b(?:exclu\w+|disqualif\w*|barred|ineligible"
    r"|not (?:be )?(?:eligible|allowed|permitted|enrol\w*|included)|must not|may not|cannot)\b"
)
_COHORT = re.compile(
    r"\b(?:(?:dose[- ])?(?:escalation|expansion)(?: (?:phase|part|cohorts?))?"
    r"|(?:sub-?)?(?:cohorts?|parts?|phases?|arms?|groups?|modules?|strat(?:um|a)|sub-?stud(?:y|ies))"
    r"(?= ?[(#]?(?:[0-9]+[a-z]?\d?|[a-z]\d?|[ivx]+|one|two|three)\b))"
    r"(?: ?[(#]?(?:(?:[0-9]+[a-z]?\d*|[a-z]\d?|[ivx]{1,4}|one|two|three)\b\)?"
    r"(?:(?:, ?and|,? ?and|,? ?or| ?&| ?/|,| ?-| to)(?= ?(?:[0-9]+[a-z]?\d*|[a-z]\d?|[ivx]{1,4})\b) ?)?)+)?"
)
_COHORT_STEM = re.compile(
    r"cohort|phase|parts? ?[(a-z0-9]{1,3}\b|arms? |group|module|strat|study|studies|escalation|expansion"
)
_COHORT_INITIALS = frozenset("acdegmps")
_OPENING_LABEL = 40


def heading(
    lower: str, start: int, end: int, current: Section, *, marked: bool = False
) -> tuple[Section, int] | None:
    """The section that `lower[start:end]` opens and where its words end, or None for a criterion.

    `current` is the section that the line stands in: a heading that says neither stays in it. A line
    with a bullet or number (`marked`) opens a section only by a title.
    """
    colon = lower.find(":", start, min(end, start + _HEADING_LENGTH))
    stop = end if colon < 0 else colon
    if stop - start > _HEADING_LENGTH or not _may_open(lower, start, stop, end):
        return None
    words = lower[start:stop]
    if not _names_section(words) or (_CRITERION.search(words) and not _TITLE.match(words)):
        return None
    rest = stop
    while rest < end and lower[rest] in ": -":
        rest += 1
    leads = not marked and colon >= 0 and rest >= end and _leads_list(words)
    if _is_title(words, has_colon=colon >= 0) or leads:
        return _section(words, current), rest
    return None


def title_words(lower: str) -> list[int]:
    """Where a text has words of a title: a line with none opens a section only by a closing colon."""
    return offsets(lower, _TITLE_STEMS)


def lead_in_section(lower: str, inherited: Section) -> Section:
    """The section of the items under a lead-in such as "Patients must not have:"."""
    if _DISEASE.search(lower):
        return inherited
    return Section.EXCLUSION if _EXCLUDING_LEAD.search(lower) else inherited


def leads_in(lower: str, start: int, end: int) -> bool:
    """True when the last words of `lower[start:end]` announce items below."""
    tail = max(start, end - _TAIL)
    return lower.endswith(_LEAD_ENDINGS, tail, end) or lower.find("following", tail, end) >= 0


def cohort_label(lower: str) -> str | None:
    """The cohort, part, phase or arm that a piece of text names, or None."""
    if not _COHORT_STEM.search(lower):
        return None
    found = _COHORT.search(lower)
    return found.group().strip(" (#") if found else None


def names_cohorts(lower: str) -> bool:
    """True when a text may name a cohort at all."""
    return _COHORT_STEM.search(lower) is not None


def opening_cohort(lower: str, start: int) -> str | None:
    """The cohort label that the text from `start` begins with, or None."""
    if lower[start] not in _COHORT_INITIALS:
        return None
    found = _COHORT.match(lower, start, start + _OPENING_LABEL)
    return found.group().strip(" (#") if found else None


def _may_open(lower: str, start: int, stop: int, end: int) -> bool:
    """A quick look that spares most criteria the rest: no title word, and no list behind a closing colon."""
    for stem in _TITLE_STEMS:
        if lower.find(stem, start, stop) >= 0:
            return True
    return stop < end and not lower[stop:end].strip(": -") and _STEMS.search(lower, start, stop) is not None


def _names_section(words: str) -> bool:
    """True when the words name one section, and are no sentence such as "other criteria may apply"."""
    if not _HEADING_WORD.search(words):
        return False
    if "may apply" in words or words.split()[-1] == "apply":
        return False
    return not ("inclusion" in words and "exclusion" in words and "non" not in words)


def _is_title(words: str, *, has_colon: bool) -> bool:
    """True for "Key inclusion criteria"."""
    longest = _TITLE_WORDS if has_colon else _TITLE_WORDS_WITHOUT_COLON
    if not _TITLED.search(words) or len(words.split()) > longest or words.endswith("."):
        return False
    return has_colon or not _SENTENCE.search(words)


def _leads_list(words: str) -> bool:
    """True for "Patients will be excluded if they:", of no disease in particular."""
    return not _SUBJECT.search(words) and bool(_LIST_LEAD.search(words))


def _section(words: str, current: Section) -> Section:
    if _NEGATIVE.search(words):
        return Section.EXCLUSION
    if "inclu" not in words and current is not Section.NONE:
        return current
    return Section.INCLUSION
