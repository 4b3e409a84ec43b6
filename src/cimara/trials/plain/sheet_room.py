"""How a sheet is shown, how much it says and how large: five studies stay on two A4 pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from cimara.trials.matching.profile import Profile
from cimara.trials.plain.language import Language
from cimara.trials.plain.passage import CUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Brevity:
    """Most that is shown of one study and of the questions; what is left out is counted on the sheet."""

    points: int
    items: int
    quote: int
    open_points: int
    sites: int
    questions: int
    name: int
    title: int


LEVELS = (
    Brevity(points=3, items=2, quote=340, open_points=4, sites=3, questions=10, name=90, title=300),
    Brevity(points=2, items=1, quote=220, open_points=2, sites=2, questions=7, name=60, title=160),
    Brevity(points=1, items=1, quote=150, open_points=1, sites=1, questions=5, name=40, title=110),
)
"""From the fullest to the shortest; the first that fits at the smallest print is taken."""
BLOCK_WEIGHT = 45
"""Characters that a block's last line and its spacing cost on average."""
ROOM = {"large": 6100, "medium": 7900, "small": 11_600}
"""Print size -> weight that fits on two A4 pages, by Chromium's count of pages (tests/browser)."""
_TAG = re.compile(r"<[^>]+>")
_BLOCK_END = re.compile(r"</(?:p|li|h[1-3]|figcaption)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a sheet is shown: language, day, where distances start and in which unit, and how briefly."""

    lang: Language
    as_of: date
    profile: Profile | None = None
    miles: bool = False
    brevity: Brevity = LEVELS[0]


def weight(body: str) -> int:
    """Characters shown by some markup, and a share for each block."""
    return len(_TAG.sub("", body)) + BLOCK_WEIGHT * len(_BLOCK_END.findall(body))


def print_size(body: str) -> str | None:
    """The largest print at which the sheet stays on two pages; None when none does."""
    needed = weight(body)
    return next((size for size, room in ROOM.items() if needed <= room), None)


def shortened(text: str, most: int) -> str:
    """A name or title, cut in plain sight when it is longer than `most` characters."""
    return text if len(text) <= most else f"{text[: most - len(CUT) - 1].rstrip()} {CUT}"
