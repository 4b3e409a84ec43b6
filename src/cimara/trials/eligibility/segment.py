"""Criteria text into items: lines, bullets, nesting, and items that run together on a line."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import msgspec

from cimara.trials.eligibility.headings import cohort_label, heading, lead_in_section, leads_in, title_words
from cimara.trials.eligibility.model import Section

_LINE = re.compile(r"[^\n]+")
_MARKER = re.compile(
    r"[ ]*(?P<mark>(?:[*•·▪○●◦■□➢✓o+]|-{1,3}|\(?\d{1,2}(?:\.\d{1,2})*[.):,]|\d{1,2}(?:\.\d{1,2})+|#\d{1,2}\.?"
    r"|\(?[a-z][.)]|\(?[ivx]{1,4}[.)])(?=[ ]|$)"
    r"|\(?\d{1,2}[.)](?=[A-Za-z])|\(?[a-z]\)(?=[A-Za-z])|[*•·▪○●◦■□➢✓-](?=\w))[ ]*",
    re.IGNORECASE,
)
_RUN_ON = re.compile(
    r"(?<=[.;:])\s+(?=\(?\d{1,2}[.)]\s*[A-Z])"
    r"|(?<=[;.])\s*(?=\(?[a-z][.)]\s*[A-Z])"
    r"|(?<=[.;])\s+(?=[*•]\s)"
)
_INLINE_HEADING = re.compile(r"\s((?:key |main |major )?(?:inclusion|exclusion) criteria\s*:)")
_NOTE = re.compile(r"\s*(?:note|notes|nb|exceptions?|remark)\b\s*\d?\s*[:.-]", re.IGNORECASE)
_OPEN_ENDINGS = (" and", " or", " of", " to", " the", " with")
_WRAPPED_LINE = 50
_RUN_ON_LINE = 60
_COHORT_LINE = 60


class Item(msgspec.Struct):
    """One criterion: `[start, end)` in the working text, its section, cohort and place in the list."""

    start: int
    end: int
    indent: int
    marker: str
    section: Section
    cohort: str | None
    lower: str
    """The whole working text in small letters."""
    children: list[Item] = []

    @property
    def lead_in(self) -> bool:
        """True when its last words announce the items below it."""
        return leads_in(self.lower, self.start, self.end)

    @property
    def note(self) -> bool:
        """True for a note on the item before it."""
        return _NOTE.match(self.lower, self.start, self.end) is not None


def segment(text: str, lower: str, hits: Sequence[int]) -> list[Item]:
    """The top-level items in text order; nested ones are their children.

    `hits` are the ascending offsets of CNS words: only lines with one are cut where items run together.
    """
    return _Segmenter(text, lower, hits).run()


class _Segmenter:
    """Takes the lines of a text one by one; `path` is the chain of items that the next one may go under."""

    def __init__(self, text: str, lower: str, hits: Sequence[int]) -> None:
        self.hits = hits
        self.titles = title_words(lower)
        self.text = text
        self.lower = lower
        self.items: list[Item] = []
        self.path: list[Item] = []
        self.section = Section.NONE
        self.cohort: str | None = None

    def run(self) -> list[Item]:
        for line in _LINE.finditer(self.text):
            start, end = line.span()
            if line.group().isspace():
                continue
            for first, last in self._pieces(start, end):
                self._take(first, last)
        if self.section is Section.EXCLUSION:
            _put_headless_in_inclusion(self.items)
        return self.items

    def _pieces(self, start: int, end: int) -> Sequence[tuple[int, int]]:
        """A line as one piece, or cut where items run together on it; only lines that matter are cut."""
        if end - start < _RUN_ON_LINE:
            return ((start, end),)
        headed = self.lower.find("criteria", start, end) >= 0
        if not headed and not _within(self.hits, start, end):
            return ((start, end),)
        cuts = {start, end}
        cuts.update(found.end() for found in _RUN_ON.finditer(self.text, start, end))
        if headed:
            cuts.update(found.start(1) for found in _INLINE_HEADING.finditer(self.lower, start, end))
        return list(pairwise(sorted(cuts)))

    def _take(self, start: int, end: int) -> None:
        """Take one piece of a line: more of the item before it, a heading, or an item."""
        marked = _MARKER.match(self.text, start, end)
        body = marked.end() if marked else start
        while body < end and self.text[body] == " ":
            body += 1
        while end > body and self.text[end - 1] == " ":
            end -= 1
        if body >= end:
            return
        nested = marked is not None and marked.start("mark") > start
        opened = None
        if not nested and (self.lower[end - 1] in ":-" or _within(self.titles, body, end)):
            opened = heading(self.lower, body, end, self.section, marked=marked is not None)
        if opened is None and not marked and self.path and self._continues(self.path[-1], body, end):
            self.path[-1].end = end
            return
        indent = (marked.start("mark") if marked else body) - start
        if opened is not None:
            self._open_section(opened, body, end)
            return
        if not marked and self.lower[end - 1] == ":" and end - body < _COHORT_LINE:
            self.cohort = cohort_label(self.lower[body:end]) or self.cohort
        self._append(body, end, indent, _marker_kind(marked.group("mark")) if marked else "")

    def _open_section(self, opened: tuple[Section, int], body: int, end: int) -> None:
        self.section, rest = opened
        self.cohort = cohort_label(self.lower[body:rest])
        self.path = []
        if rest < end:
            self._take(rest, end)

    def _append(self, start: int, end: int, indent: int, kind: str) -> None:
        """Put an item under the last one that holds it."""
        path = self.path
        while path and not _holds(path[-1], indent, kind):
            path.pop()
        if path:
            siblings, section = path[-1].children, self._section_below(path[-1])
        else:
            siblings, section = self.items, self.section
        item = Item(start, end, indent, kind, section, self.cohort, self.lower)
        siblings.append(item)
        path.append(item)

    def _section_below(self, parent: Item) -> Section:
        """The section of the items under another: that of the ones already there."""
        if parent.children:
            return parent.children[0].section
        if parent.lead_in:
            return lead_in_section(self.lower[parent.start : parent.end], parent.section)
        return parent.section

    def _continues(self, previous: Item, body: int, end: int) -> bool:
        """True for a line that goes on where the line before it was wrapped."""
        if self.text.count("\n", previous.end, body) != 1:
            return False
        last = self.text[previous.end - 1]
        if last in ",(/&" or self.lower.endswith(_OPEN_ENDINGS, 0, previous.end):
            return True
        if last in ".;:" or previous.end - self.text.rfind("\n", 0, previous.end) - 1 < _WRAPPED_LINE:
            return False
        return not self.text[body].isupper() or self.text[body : body + 4].isupper()


def _within(offsets: Sequence[int], start: int, end: int) -> bool:
    """True when one of the ascending offsets lies in `[start, end)`."""
    place = bisect_left(offsets, start)
    return place < len(offsets) and offsets[place] < end


def _holds(parent: Item, indent: int, kind: str) -> bool:
    """True when an item goes under `parent`: deeper, or beside a lead-in with another kind of bullet."""
    if indent > parent.indent:
        return True
    return indent == parent.indent and kind not in ("", parent.marker) and parent.lead_in


def _put_headless_in_inclusion(items: Sequence[Item]) -> None:
    """What stands before the first heading, when that heading opens the exclusions, is the inclusion list."""
    for item in items:
        if item.section is Section.NONE:
            item.section = Section.INCLUSION
        if item.children:
            _put_headless_in_inclusion(item.children)


@lru_cache(maxsize=1_000)
def _marker_kind(mark: str) -> str:
    """The kind of a bullet: "1." with its depth, "a" for letters, else the sign itself."""
    bare = mark.strip("(). :,#")
    if not bare:
        return ""
    if bare[0].isdigit():
        return "1." + "x" * bare.count(".")
    return "a" if bare[0].isalpha() and bare != "o" else bare[0]
