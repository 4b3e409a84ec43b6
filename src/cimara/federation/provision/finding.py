"""One thing that a check of a kit has found, in words for the person who must act."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


class Who(StrEnum):
    """Who must act."""

    NOBODY = ""
    IT = "the IT department of this house"
    SITE = "the data steward of this house"
    CENTRE = "the coordinating centre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was looked at, what is with it, who must act and what they do."""

    level: Level
    what: str
    words: str
    who: Who = Who.NOBODY
    advice: str = ""

    def __str__(self) -> str:
        told = f"{self.level}: {self.what}: {self.words}"
        return f"{told}. {self.who}: {self.advice}" if self.who else told


def good(what: str, words: str) -> Finding:
    """Something that is as it should be."""
    return Finding(level=Level.GOOD, what=what, words=words)


def warning(what: str, words: str, who: Who, advice: str) -> Finding:
    """Something that will be in the way."""
    return Finding(level=Level.WARNING, what=what, words=words, who=who, advice=advice)


def bad(what: str, words: str, who: Who, advice: str) -> Finding:
    """Something that is in the way."""
    return Finding(level=Level.BAD, what=what, words=words, who=who, advice=advice)
