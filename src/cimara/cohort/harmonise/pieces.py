"""Parts the text of a mapping's `expression` at its signs, but not inside quotation marks or parentheses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

_QUOTES = "\"'`"
_OPENING, _CLOSING = "({[", ")}]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text without the blanks around it, and the place of its first character, from 0."""

    text: str
    start: int

    @property
    def in_place(self) -> str:
        """The part at the place it has in the whole, so that a reader of it counts characters from there."""
        return " " * self.start + self.text


def divided(piece: Piece, sign: str) -> list[Piece]:
    """The parts between the signs; empty ones are left out."""
    ends = [*_places(piece.text, sign), len(piece.text)]
    starts = [0, *(end + len(sign) for end in ends[:-1])]
    found = [
        _stripped(piece.text[start:end], piece.start + start) for start, end in zip(starts, ends, strict=True)
    ]
    return [one for one in found if one.text]


def halved(piece: Piece, sign: str) -> tuple[Piece, Piece] | None:
    """What stands before and behind the first sign; None if there is none."""
    place = next(_places(piece.text, sign), None)
    if place is None:
        return None
    behind = place + len(sign)
    return _stripped(piece.text[:place], piece.start), _stripped(piece.text[behind:], piece.start + behind)


def unquoted(text: str) -> str:
    """A text without the quotation marks around it."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in _QUOTES:
        return text[1:-1].replace(text[0] * 2, text[0])
    return text


def _stripped(text: str, start: int) -> Piece:
    return Piece(text.strip(), start + len(text) - len(text.lstrip()))


def _places(text: str, sign: str) -> Iterator[int]:
    quote, depth = "", 0
    for place, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in _QUOTES and not text[:place][-1:].isalnum():  # not the apostrophe of a name
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif depth == 0 and text.startswith(sign, place):
            yield place
