"""Reads how long a time frame lasts and at which moment a rate is measured, in days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from cimara.terms.units import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR
from cimara.trials.atlas.fold import fold, has_any

TIME_FRAME_READ = 2_000
"""Code points that are read; the registry itself allows 254."""

HOURS_PER_DAY = 24
MINUTES_PER_DAY = 1440

_UNITS = (
    ("year", DAYS_PER_YEAR),
    ("yr", DAYS_PER_YEAR),
    ("mo", DAYS_PER_MONTH),
    ("week", DAYS_PER_WEEK),
    ("wk", DAYS_PER_WEEK),
    ("day", 1.0),
    ("h", 1 / HOURS_PER_DAY),
    ("min", 1 / MINUTES_PER_DAY),
)
_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "eighteen": 18, "twenty": 20, "twenty four": 24, "twenty-four": 24,
    "thirty": 30, "thirty six": 36, "thirty-six": 36,
}  # fmt: skip
_NUMBER = r"(?:\d+(?:[.,]\d+)?|" + "|".join(sorted(_WORDS, key=len, reverse=True)) + r")(?![a-z]*\d)"
_UNIT = (
    r"(?:years?|yrs?|y(?![a-z])|months?|mons?|mos?(?![a-z])|weeks?|wks?|days?|hours?|hrs?|h(?![a-z])"
    r"|minutes?|mins?)"
)
_ORDINAL = r"(?:st|nd|rd|th)?"
_AFTER = re.compile(
    rf"(?<![\w.])({_NUMBER}){_ORDINAL}(?:\s*(?:,|/|-|and|or|to|&|\+)\s*(?:and\s+)?{_NUMBER})*"
    rf"[\s-]*(?:\([^)]{{0,12}}\)\s*|post-?operative\s+)?({_UNIT})"
)
_COUNTS_SOMETHING_ELSE = re.compile(r"(?:cycles?|visits?|phases?|parts?|weeks?|months?|years?|grade)\s*$")
_LAST_OF_LIST = re.compile(rf"({_NUMBER}){_ORDINAL}[\s-]*(?:\([^)]{{0,12}}\)\s*|post-?operative\s+)?{_UNIT}$")
_BEFORE = re.compile(
    r"(?<![a-z])(years?|months?|weeks?|wks?|days?|hours?)\s*-?(\d+(?:\.\d+)?)"
    r"((?:\s*(?:,|-|and|or|to|through|&)\s*(?:and\s+)?\d+(?:\.\d+)?)*)(?!\s*(?:of|years|months"
    r"|weeks|days)(?![a-z]))"
)
_CYCLES = re.compile(
    r"\((?:[^()]*?)(?:each|every|one|1|a)?\s*cycles?\s*(?:is|=|are|lasts?|length)[^()]*\)|(?:each"
    r"|1|one) cycles?\s*(?:is|=|are|of)?[^,;.)]{0,30}"
)
_REPEATS = re.compile(
    rf"(?:every|each|q)\s*(?:{_NUMBER}\s*(?:-|to|±|\+/-)?\s*)*{_UNIT}|(?:±|\+/-)\s*{_NUMBER}\s*{_UNIT}"
)
_REPEAT_CUES = ("every", "each", "q", "±", "+/-")
_IN_CYCLE = re.compile(r"cycles?\s*\d+[^;.]*$|\bc\d+\s*$")


@dataclass(frozen=True, slots=True)
class TimeFrame:
    """One time frame; `days` is the longest time that it names, None when it names none."""

    text: str
    days: float | None

    @property
    def has_digit(self) -> bool:
        """Whether any digit stands in the text."""
        return any(sign.isdigit() for sign in self.text)


@lru_cache(maxsize=1024)
def read_time_frame(text: str | None) -> TimeFrame:
    """The longest time that a time frame names; repeats ("every 8 weeks") and cycle lengths don't count.

    Day n of a treatment cycle isn't a time since the start, so it counts only when nothing else is said.
    """
    if not text:
        return TimeFrame("", None)
    low = fold(text[:TIME_FRAME_READ]).low
    bare = _CYCLES.sub(_blank, low) if "cycle" in low else low
    if has_any(_REPEAT_CUES, bare):
        bare = _REPEATS.sub(_blank, bare)
    times = list(_times(bare)) or list(_times(low))
    return TimeFrame(text, round(max(times), 4) if times else None)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _times(low: str) -> list[float]:
    times: list[float] = []
    in_cycle: list[float] = []
    for found in _AFTER.finditer(low):
        if _COUNTS_SOMETHING_ELSE.search(low, max(0, found.start() - 10), found.start()):
            continue
        last = _LAST_OF_LIST.search(found.group())
        number = last.group(1) if last else found.group(1)
        times.append(_value(number) * days_per(found.group(2)))
    for found in _BEFORE.finditer(low):
        numbers = re.findall(r"\d+(?:\.\d+)?", found.group(0))
        kept = in_cycle if _IN_CYCLE.search(low[: found.start()]) else times
        kept.append(max(map(float, numbers)) * days_per(found.group(1)))
    return times or in_cycle


def _value(number: str) -> float:
    return float(_WORDS.get(number, 0) or number.replace(",", "."))


def days_per(unit: str) -> float:
    """Days in one of a unit, by the unit's first letters."""
    if unit == "y":
        return DAYS_PER_YEAR
    return next(days for start, days in _UNITS if unit.startswith(start))


_LANDMARK_UNIT = r"(years?|yrs?|months?|mos?|weeks?|wks?|days?)"
_LANDMARKS = (
    re.compile(
        rf"(?<![a-z\d])({_NUMBER})(?:\s*(?:,|/|and|or"
        rf"|&)\s*{_NUMBER})*[\s-]*{_LANDMARK_UNIT}[\s-]*(?:\w+[\s-]+){{0,4}}?(?:pfs|os|dfs|rfs|orr"
        rf"|dcr|surviv|progress|rate|respon|disease|local|recurr|relapse|control|intracranial|brain"
        rf"|cns)"
    ),
    re.compile(
        rf"(?:at|of|after|for|by|>=|≥)\s*(?:the\s+)?({_NUMBER})(?:\s*(?:,|/|and|or"
        rf"|&)\s*(?:and\s+)?{_NUMBER})*[\s-]*{_LANDMARK_UNIT}"
    ),
    re.compile(r"(?:at|,|-)\s*(?:the\s+)?(?P<unit>years?|months?|weeks?|days?)\s*(?P<number>\d+)"),
)


_DIGIT = re.compile(r"\d")


def landmark(low: str) -> float | None:
    """The first moment, in days, at which words such as `6-month PFS rate` or `DCR at week 12` measure."""
    if not _DIGIT.search(low) and "year" not in low and "month" not in low:
        return None
    for pattern in _LANDMARKS:
        found = pattern.search(low)
        if found:
            named = found.groupdict()
            number = named.get("number") or found.group(1)
            unit = named.get("unit") or found.group(2)
            return round(_value(number) * days_per(unit), 4)
    return None
