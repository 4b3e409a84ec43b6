"""Counts in result tables that are too small to leave a study: found by file, row and column, or masked.

What is looked at: columns of people and of events by their heads, cells such as `6 (2 %)`, heads such as
`yes (n = 7)`, and the counts that our own figures print (`7 / 14`, and the rows under a curve). Sentences,
curves and pixel pictures are not: whoever releases a report looks at them. A masked count may be worked out
from its row or column where a sum stands beside it; nothing is rounded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.results.counted_columns import Counted, counted_by

_NUMBER = re.compile(r"\d+(?:\.0+)?")
_SHARE = re.compile(r"(\d+)(\s*\(\s*<?\d+(?:\.\d+)?\s*%\))")
_HEAD_N = re.compile(r"(\(n = )(\d+)(\))")
_LEFT_OUT = re.compile(r"\b(\d+)( with [^;]*\bempty)")


_TEXT = re.compile(r'(<text\b[^>]*?\by="(-?[0-9.]+)"[^>]*>)([^<]*)(</text>)')
_PAIR = re.compile(r"(\d+) / (\d+)")


BLOCKS = {
    "Number at risk": Counted.PEOPLE,
    "Cumulative censored": Counted.PEOPLE,
    "Cumulative events": Counted.EVENTS,
}
"""Headings of the rows of counts under a curve; what they count stands below them."""


@dataclass(frozen=True, slots=True)
class SmallCount:
    """Where a small count stands: row 1 is the first below the heads, 0 the heads. Never the number."""

    file: str
    row: int
    column: str
    counted: Counted

    def __str__(self) -> str:
        return f"{self.file} row {self.row}, column {self.column}: a small number of {self.counted}"


Table = Sequence[Sequence[str]]


def small_counts(file: str, table: Table, limits: Disclosure) -> Iterator[SmallCount]:
    """Every small count of a table whose first row are its heads."""
    heads = list(table[0]) if table else []
    for row, cells in enumerate(table):
        for place, text in enumerate(cells):
            head = heads[place] if place < len(heads) else ""
            counted = Counted.PEOPLE if row == 0 else counted_by(head)
            if _masked(text, counted, limits, is_head=row == 0) != text:
                shown = _HEAD_N.sub("", head).strip()
                yield SmallCount(file, row, shown or str(place + 1), counted or Counted.PEOPLE)


def masked(table: Table, limits: Disclosure) -> list[list[str]]:
    """The table with `<10` in the place of each small count."""
    heads = list(table[0]) if table else []
    by_column = [counted_by(one) for one in heads]
    return [
        [
            _masked(text, by_column[place] if place < len(heads) else None, limits, is_head=row == 0)
            for place, text in enumerate(cells)
        ]
        for row, cells in enumerate(table)
    ]


def small_counts_drawn(file: str, svg: str, limits: Disclosure) -> Iterator[SmallCount]:
    """Every small count that a figure of ours prints; rows are its texts in order."""
    headings = _headings(svg)
    for place, found in enumerate(_TEXT.finditer(svg), start=1):
        if _drawn(found, headings, limits) != found[3]:
            yield SmallCount(file, place, "text", _block(float(found[2]), headings) or Counted.PEOPLE)


def masked_figure(svg: str, limits: Disclosure) -> str:
    """The figure with `<10` in the place of each small count that it prints."""
    headings = _headings(svg)
    return _TEXT.sub(lambda found: f"{found[1]}{_drawn(found, headings, limits)}{found[4]}", svg)


def tables_of_html(text: str) -> list[list[list[str]]]:
    """The tables of a page, cell by cell."""
    reader = _Tables()
    reader.feed(text)
    return reader.tables


def _masked(text: str, counted: Counted | None, limits: Disclosure, *, is_head: bool) -> str:
    least = limits.min_events if counted is Counted.EVENTS else limits.min_n
    if is_head:
        return _HEAD_N.sub(lambda found: f"{found[1]}{_shown(found[2], limits.min_n)}{found[3]}", text)
    plain = text.strip()
    if counted is not None and _NUMBER.fullmatch(plain):
        return _shown(plain, least)
    if share := _SHARE.fullmatch(plain):
        shown = _shown(share[1], limits.min_n)
        return plain if shown == share[1] else shown
    return _LEFT_OUT.sub(lambda found: f"{_shown(found[1], limits.min_n)}{found[2]}", text)


def _headings(svg: str) -> list[tuple[float, Counted]]:
    """Where each block of counts begins, from the top of the figure down."""
    return sorted(
        (float(one[2]), counted)
        for one in _TEXT.finditer(svg)
        for words, counted in BLOCKS.items()
        if one[3].strip().startswith(words)
    )


def _block(y: float, headings: Sequence[tuple[float, Counted]]) -> Counted | None:
    return next((counted for top, counted in reversed(headings) if y > top), None)


def _drawn(found: re.Match[str], headings: Sequence[tuple[float, Counted]], limits: Disclosure) -> str:
    """The text of a figure, its small counts masked as SVG writes it."""
    text = found[3]
    if pair := _PAIR.fullmatch(text.strip()):
        events, people = _shown(pair[1], limits.min_events), _shown(pair[2], limits.min_n)
        return f"{events} / {people}".replace("<", "&lt;")
    counted = _block(float(found[2]), headings)
    if counted is None or not _NUMBER.fullmatch(text.strip()):
        return text
    least = limits.min_events if counted is Counted.EVENTS else limits.min_n
    shown = _shown(text.strip(), least)
    return text if shown == text.strip() else shown.replace("<", "&lt;")


def _shown(number: str, least: int) -> str:
    return f"<{least}" if 0 < float(number) < least else number


class _Tables(HTMLParser):
    """Reads the cells of every table of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: Iterable[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in ("td", "th") and self.tables and self.tables[-1]:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.tables[-1][-1][-1] += data
