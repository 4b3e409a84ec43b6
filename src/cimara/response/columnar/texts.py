"""Numbers become the text of the result tables: every distinct pattern is written once, then picked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl

from cimara.response.columnar.records import NOTHING, Array
from cimara.response.columnar.words import FLAGS, OF_LESION, REASONS, SLOT

AXES = 4096
"""More lesions than any series has: parts the places in a row's list of reasons."""


def picked(words: Sequence[str | None] | pl.Series, index: Array) -> pl.Series:
    """The word of each number; -1 is the last."""
    known = words if isinstance(words, pl.Series) else pl.Series(words, dtype=pl.String())
    places = np.where(index < 0, len(known) + index, index) if len(index) and index.min() < 0 else index
    return known.gather(pl.Series(places.astype(np.uint32)))


def dates(days: Array) -> pl.Series:
    """Days since 1970 as dates; NOTHING is none."""
    return whole(days).cast(pl.Int32()).cast(pl.Date())


def whole(numbers: Array) -> pl.Series:
    """Whole numbers; NOTHING is none."""
    known = pl.Series(numbers)
    is_nothing = numbers == NOTHING
    return known if not is_nothing.any() else known.set(pl.Series(is_nothing), None)


def sizes(numbers: Array, divisor: int) -> pl.Series:
    """Sizes for reading; a negative one is none."""
    shown = pl.Series(numbers / divisor)
    is_nothing = numbers < 0
    return shown if not is_nothing.any() else shown.set(pl.Series(is_nothing), None)


def percent(now: Array, reference: Array, counts: Array) -> pl.Series:
    """Change in percent where both are known and the reference is not 0."""
    known = counts & (now >= 0) & (reference > 0)
    change = 100 * (now - reference) / np.where(known, reference, 1)
    return pl.Series(change).set(pl.Series(~known), None)


def patterns(keys: Array, write: Callable[[int], str]) -> pl.Series:
    """The text of each key, every distinct one written once."""
    known = pl.Series(keys).unique().sort().to_numpy()
    return picked([write(int(key)) for key in known], np.searchsorted(known, keys))


def reason_text(bits: int) -> str:
    """The reasons of some bits."""
    return ";".join(name for place, name in enumerate(REASONS) if bits >> place & 1)


def flag_text(bits: int, more: Iterable[str]) -> str:
    """The flags of some bits, then more, each once."""
    named = [name for place, name in enumerate(FLAGS) if bits >> place & 1]
    return ";".join(dict.fromkeys((*named, *more)))


def reason_column(
    bits: Array, row: Array, kind: Array, axis: Array, lesion: Array, growth: Array, ids: Sequence[str]
) -> pl.Series:
    """The reasons of each row: its bits, and those that name a lesion (row, OF_LESION, place, id, growth).

    The reasons of a row stand in the order of REASONS, those that name lesions in the order of lesions.
    """
    plain = patterns(bits, reason_text)
    if not len(row):
        return plain
    rows = np.flatnonzero(np.bincount(row, minlength=len(bits)))
    slots = np.array([REASONS.index(name) if name else 0 for name in SLOT])
    owners, places = [row], [slots[kind] * AXES + axis]
    pieces = [_named(kind, lesion, growth, ids)]
    for first, mask in _between():
        here = rows[(bits[rows] & mask) != 0]
        owners.append(here)
        places.append(np.full(len(here), first * AXES))
        pieces.append(patterns(bits[here] & mask, reason_text))
    owner = np.concatenate(owners)
    order = np.argsort(owner * (len(REASONS) * AXES) + np.concatenate(places), kind="stable")
    text = pl.concat(pieces).gather(pl.Series(order.astype(np.uint32)))
    return plain.scatter(rows, _joined(text, owner[order]))


def _between() -> list[tuple[int, int]]:
    """The runs of reasons between those that name lesions: where each begins, and its bits."""
    found, begin = [], 0
    for place in [*sorted({REASONS.index(name) for name in SLOT if name}), len(REASONS)]:
        found.append((begin, sum(1 << bit for bit in range(begin, place))))
        begin = place + 1
    return found


def _joined(pieces: pl.Series, owner: Array) -> pl.Series:
    """The pieces of each owner in one text; owners stand together."""
    content = pieces.str.join(";")[0]
    lengths = pieces.str.len_chars().to_numpy().astype(np.int64) + 1
    last = np.flatnonzero(np.append(owner[1:] != owner[:-1], True))
    ends = np.cumsum(lengths)[last].tolist()
    begins = [0, *ends[:-1]]
    return pl.Series([content[begin : end - 1] for begin, end in zip(begins, ends, strict=True)])


def _named(kind: Array, lesion: Array, growth: Array, ids: Sequence[str]) -> pl.Series:
    """REASON:lesion, with the growth where it is about one lesion's; every distinct one is written once."""
    is_growth = kind == OF_LESION.index("LESION_UP")
    shown = np.where(is_growth, growth, 0).astype(np.int64)
    widest = int(shown.max()) + 1
    keys = (kind.astype(np.int64) * len(ids) + lesion) * widest + shown

    def write(key: int) -> str:
        rest, by = divmod(key, widest)
        of, place = divmod(rest, len(ids))
        text = f"{OF_LESION[of]}:{ids[place]}"
        return f"{text},{by}" if OF_LESION[of] == "LESION_UP" else text

    return patterns(keys, write)
