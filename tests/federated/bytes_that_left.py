"""Keeps every byte that sites send, and says whether a patient's id, time or covariate is among them.

Wrap any transport: `left = BytesThatLeft(transport)`, run the job over `left`, then
`assert left.leaks(tables) == []`. For frames kept elsewhere there is `leaks_in`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import polars as pl

SAYS_NOTHING = (0.0, 1.0, -1.0)
"""Values that nobody can be told by, and that occur in every message."""
ENOUGH_DIGITS = 4
"""A number with fewer digits is no patient's alone in a text."""
ENOUGH_LABELS = 10
"""A column with fewer labels has levels that the study file names, and no ids."""
_WORD = re.compile(rb"[\w.-]+")


class BytesThatLeft:
    """A transport that hands on to another and keeps what sites answer, by site."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.frames: list[tuple[str, bytes]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        """Hand on, and keep the answers."""
        answers = self.inner.send(frame, sites)
        self.frames += answers.items()
        return answers

    def of(self, site: str) -> list[bytes]:
        """What a site sent."""
        return [frame for name, frame in self.frames if name == site]

    def leaks(self, tables: Mapping[str, pl.DataFrame]) -> list[str]:
        """What of the sites' tables occurs in what any of them sent: a line each, without the value."""
        return [
            f"{site}: {line}"
            for site, rows in tables.items()
            for line in leaks_in([frame for _, frame in self.frames], rows)
        ]


def leaks_in(frames: Iterable[bytes], rows: pl.DataFrame) -> list[str]:
    """Columns of which a value occurs in a frame: as 8 bytes of a number, or as text."""
    frames = list(frames)
    numbers, texts = _numbers(rows), _texts(rows)
    found: dict[str, None] = {}
    for frame in frames:
        for column in (*_found_numbers(frame, numbers), *_found_texts(frame, texts)):
            found[column] = None
    return list(found)


def _numbers(rows: pl.DataFrame) -> dict[str, np.ndarray]:
    """Bit patterns of every number, as a float and, where it is whole, as an integer."""
    found = {}
    for name, kind in rows.schema.items():
        if not kind.is_numeric():
            continue
        values = np.unique(rows[name].drop_nulls().to_numpy().astype(np.float64))
        values = values[~np.isin(values, SAYS_NOTHING)]
        whole = values[(values == np.rint(values)) & (np.abs(values) > 10**ENOUGH_DIGITS)].astype(np.int64)
        found[name] = np.unique(np.concatenate((values.view(np.uint64), whole.view(np.uint64))))
    return found


def _texts(rows: pl.DataFrame) -> dict[str, set[bytes]]:
    """What a value looks like in a text; labels that all rows share tell nobody apart."""
    found = {}
    for name, kind in rows.schema.items():
        values = rows[name].drop_nulls().unique()
        if kind.is_float():
            told = [repr(one).lstrip("-") for one in values if _digits(one) >= ENOUGH_DIGITS]
        elif kind == pl.String and len(values) > ENOUGH_LABELS:
            told = values.to_list()
        else:
            continue
        found[name] = {one.encode() for one in told}
    return found


def _digits(value: float) -> int:
    return len(repr(value).replace(".", "").lstrip("-0"))


def _found_numbers(frame: bytes, numbers: Mapping[str, np.ndarray]) -> Iterator[str]:
    windows = np.concatenate(
        [
            np.frombuffer(frame[start : start + (len(frame) - start) // 8 * 8], dtype="<u8")
            for start in range(8)
        ]
    )
    for name, patterns in numbers.items():
        if np.isin(windows, patterns).any():
            yield name


def _found_texts(frame: bytes, texts: Mapping[str, set[bytes]]) -> Iterator[str]:
    """Among the words and numbers of all that could be text; the message lies in its frame as it is."""
    words = {one.strip(b".-") for one in _WORD.findall(frame)}
    for name, values in texts.items():
        if not words.isdisjoint(values):
            yield name
