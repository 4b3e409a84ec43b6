"""The record's own words around a quote: verbatim, with the deciding words apart, cut only in plain sight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cimara.trials.verdict import Quote

LONGEST = 340
"""Characters shown of one passage."""
CUT = "[…]"
_ITEM_HEAD = re.compile(r"\s*(?:[*•·–-]\s+|\(?\d{1,2}[.)]\s+|[a-z][.)]\s+)?")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a passage; `deciding` marks those that a criterion was read from."""

    text: str
    deciding: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """The pieces in text order; `goes_on` when the record's item is longer than what is shown after them."""

    pieces: tuple[Piece, ...]
    goes_on: bool = False


def item_span(criteria: str, quote: Quote) -> Span:
    """Where the list item or line that holds the quote begins and ends, without its bullet or number."""
    head = criteria.rfind("\n", 0, quote.start) + 1
    tail = criteria.find("\n", quote.end)
    item = _ITEM_HEAD.match(criteria, head)
    return min(item.end() if item else head, quote.start), tail if tail >= 0 else len(criteria)


def passage(criteria: str, quotes: Sequence[Quote], longest: int = LONGEST) -> Passage:
    """The item of the criteria text that holds the first quote, with all quotes inside it marked.

    Only Markdown's backslashes, the item's bullet or number and line breaks are left out; no word is
    changed. What doesn't fit into `longest` characters is replaced by a visible cut around the first quote.
    """
    first = quotes[0]
    if criteria[first.start : first.end] != first.text:
        return _around("", _shown(first.text), "", longest)
    begin, end = item_span(criteria, first)
    spans = _merged([(one.start, one.end) for one in quotes if begin <= one.start and one.end <= end])
    pieces = tuple(_pieces(criteria, begin, end, spans))
    if sum(len(piece.text) for piece in pieces) <= longest:
        return Passage(pieces)
    before, after = criteria[begin : first.start], criteria[first.end : end]
    return _around(_shown(before), _shown(first.text), _shown(after).rstrip(), longest)


def _merged(spans: list[Span]) -> list[Span]:
    """Spans in text order, overlapping ones as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _pieces(criteria: str, begin: int, end: int, spans: list[Span]) -> Iterator[Piece]:
    here = begin
    for start, stop in spans:
        if start > here:
            yield Piece(_shown(criteria[here:start]))
        yield Piece(_shown(criteria[start:stop]), deciding=True)
        here = stop
    rest = _shown(criteria[here:end]).rstrip()
    if rest:
        yield Piece(rest)


def _shown(text: str) -> str:
    return re.sub(r"\s+", " ", _ESCAPE.sub(r"\1", text))


def _around(before: str, deciding: str, after: str, longest: int) -> Passage:
    """Cut the ends to the space left, what follows first served: it may hold the exception."""
    if len(deciding) > longest:
        return Passage((Piece(_head(deciding, longest), deciding=True),), goes_on=True)
    room = longest - len(deciding)
    kept_after = _head(after, max(room - len(before), room * 2 // 3))
    kept_before = _tail(before, room - len(kept_after))
    pieces = (Piece(kept_before), Piece(deciding, deciding=True), Piece(kept_after))
    return Passage(tuple(piece for piece in pieces if piece.text), goes_on=kept_after != after)


def _head(text: str, room: int) -> str:
    """The beginning of a text, up to the last whole word that leaves place for the cut."""
    if len(text) <= room:
        return text
    kept = text[: max(0, room - len(CUT) - 1)]
    return f"{kept[: kept.rfind(' ') + 1].rstrip()} {CUT}"


def _tail(text: str, room: int) -> str:
    if len(text) <= room:
        return text
    kept = text[len(text) - max(0, room - len(CUT) - 1) :]
    return f"{CUT} {kept[kept.find(' ') + 1 :] if ' ' in kept else ''}"
