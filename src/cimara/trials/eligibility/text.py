"""Normalised working text, and the way back to the text as stored."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

_ONE_TO_ONE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_ONE_TO_ONE |= {
    ord(given): ord(plain)
    for plain, signs in {
        " ": "\u00a0\u2002\u2003\u2009\u202f\u3000\t\v\f",
        ",": "\u3001",
        ".": "\u3002",
        "≥": "\u2267\u2a7e",
        "≤": "\u2266\u2a7d",
        "'": "\u2018\u2019\u02bc\u00b4`",
        '"': "\u201c\u201d\u201e\u00ab\u00bb",
        "-": "\u2010\u2011\u2012\u2013\u2014\u2212",
    }.items()
    for given in signs
}
_ONE_TO_ONE_SIGNS = {
    chr(code): chr(plain) if isinstance(plain, int) else plain for code, plain in _ONE_TO_ONE.items()
}
_ANY_SIGN = re.compile("[" + re.escape("".join(_ONE_TO_ONE_SIGNS)) + "]")
_LENGTH_CHANGING = re.compile(
    r"[\\<>≤≥=&\u00ad\u200b\u200c\u200d\ufeff\r](?:"
    r"(?<=\\)(?:[<>≤≥]\s?\\?=|=\s?\\?[<>]|(?=[^\w\s]))"
    r"|(?<=[<>≤≥])\s?\\?=|(?<==)\s?\\?[<>]"
    r"|(?<=&)(?:lt|gt|le|ge|amp|nbsp|quot|apos|\#\d{2,5}|\#x[0-9a-fA-F]{2,5});"
    r"|(?<=[\u00ad\u200b\u200c\u200d\ufeff])"
    r"|(?<=\r)\n?)"
)
"""Signs whose plain form has another length; the set in front lets the search skip all other text."""


@dataclass(frozen=True, slots=True)
class WorkingText:
    """`text` with signs made plain; `lower` has the same length; offsets map back to the stored text."""

    text: str
    lower: str
    edits: tuple[tuple[int, int, int, int], ...]
    """Rows (work start, work end, stored start, stored end), ascending: where lengths differ."""
    starts: tuple[int, ...]

    def stored_start(self, offset: int) -> int:
        """Offset in the stored text of the code point at `offset` of the working text."""
        row = bisect_right(self.starts, offset) - 1
        if row < 0:
            return offset
        _, work_end, stored_start, stored_end = self.edits[row]
        return stored_start if offset < work_end else stored_end + offset - work_end

    def stored_end(self, offset: int) -> int:
        """Offset in the stored text just behind the code point that ends at `offset`."""
        if offset == 0:
            return 0
        row = bisect_right(self.starts, offset - 1) - 1
        if row < 0:
            return offset
        _, work_end, _, stored_end = self.edits[row]
        return stored_end if offset <= work_end else stored_end + offset - work_end


def normalise(stored: str) -> WorkingText:
    """The working text of a criteria text: escapes, entities, full-width signs and quotes made plain."""
    plain = stored
    if not stored.isascii():
        plain = _ANY_SIGN.sub(lambda found: _ONE_TO_ONE_SIGNS[found.group()], stored)
    pieces: list[str] = []
    edits: list[tuple[int, int, int, int]] = []
    copied = 0
    length = 0
    for found in _LENGTH_CHANGING.finditer(plain):
        start, end = found.span()
        replacement = _replacement(found.group())
        pieces.append(plain[copied:start])
        pieces.append(replacement)
        length += start - copied
        edits.append((length, length + len(replacement), start, end))
        length += len(replacement)
        copied = end
    if edits:
        pieces.append(plain[copied:])
        plain = "".join(pieces)
    return WorkingText(plain, _lower(plain), tuple(edits), tuple(row[0] for row in edits))


def offsets(lower: str, stems: Iterable[str]) -> list[int]:
    """Where any of `stems` begins in a text, ascending; several times quicker than one pattern of all."""
    found: list[int] = []
    for stem in stems:
        at = lower.find(stem)
        while at >= 0:
            found.append(at)
            at = lower.find(stem, at + 1)
    found.sort()
    return found


def _replacement(given: str) -> str:
    first = given.lstrip("\\")[:1]
    if given[0] == "\r":
        return "\n"
    if first == "&":
        return html.unescape(given).replace("\u00a0", " ")[:1]
    if first in ("", "\u00ad", "\u200b", "\u200c", "\u200d", "\ufeff"):
        return ""
    return "≥" if ">" in given or "≥" in given else "≤"


def _lower(text: str) -> str:
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(sign if len(sign.lower()) != 1 else sign.lower() for sign in text)
