"""The hash of every patient's records at once: the lines of `fingerprint`, written by column.

Fields with few distinct values are joined into one column first: most of a line is then picked, not written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from cimara.response.columnar.cells import Cells
from cimara.response.columnar.records import NOTHING, Array, Records
from cimara.response.fingerprint import FIELD_END, FIRST, KIND, LINE_END, LINE_FIELDS, RECORDS, digest
from cimara.response.model import Patient

PATIENTS_AT_ONCE = 10_000
MOST_TEXTS = 60_000
"""Distinct texts of one column of text; fields are joined as long as there are no more."""
_END = LINE_END.encode()
_OWN = tuple(item.name for item in fields(Patient) if item.name not in RECORDS)


@dataclass(slots=True)
class Part:
    """One or several fields of a line: a number for each row, the text of each number (None: at default)."""

    codes: Array
    texts: list[str | None]

    def joined(self, other: Part) -> Part:
        """Both as one."""
        codes = self.codes * len(other.texts) + other.codes
        seen = np.zeros(len(self.texts) * len(other.texts), bool)
        seen[codes] = True
        texts: list[str | None] = [None] * len(seen)
        for place in np.flatnonzero(seen).tolist():
            first, second = divmod(place, len(other.texts))
            held = [text for text in (self.texts[first], other.texts[second]) if text is not None]
            texts[place] = FIELD_END.join(held) if held else None
        return Part(codes, texts)


def input_hashes(records: Records, cells: Mapping[str, Cells]) -> pl.Series:
    """SHA-256 of each patient's records, in the order of patients."""
    n_patients = len(records.patient_ids)
    owners = {name: getattr(records, name)["patient"] for name in cells if name != "patients"}
    tables = [_Lines(np.arange(n_patients), cells["patients"], _OWN, "")]
    for name in sorted(owners, key=lambda name: KIND[cells[name].kind]):
        names = tuple(item.name for item in LINE_FIELDS[cells[name].kind])
        tables.append(_Lines(owners[name], cells[name], names, KIND[cells[name].kind]))
    found: list[str] = []
    for begin in range(0, n_patients, PATIENTS_AT_ONCE):
        end = min(begin + PATIENTS_AT_ONCE, n_patients)
        pieces = [table.pieces(begin, end) for table in tables if len(table.owner)]
        found += [digest(_END.join(filter(None, of_patient))) for of_patient in zip(*pieces, strict=True)]
    return pl.Series(found, dtype=pl.String())


class _Lines:
    """The lines of one table, by patient."""

    def __init__(self, owner: Array, cells: Cells, names: tuple[str, ...], letter: str) -> None:
        self.order: Array | None = None
        if (owner[1:] < owner[:-1]).any():
            self.order = np.argsort(owner, kind="stable")
            owner = owner[self.order]
        self.owner = owner
        start = [Part(np.zeros(len(owner), np.int32), [letter])] if letter else []
        parts = [part for name in names if (part := _part(cells, name)) is not None]
        self.columns = _few([*start, *parts]) if len(owner) else []

    def pieces(self, begin: int, end: int) -> list[bytes]:
        """The lines of each of some patients in order, as one piece; empty where a patient has none."""
        low, high = np.searchsorted(self.owner, [begin, end])
        rows: slice | Array = slice(int(low), int(high))
        owner = self.owner[rows]
        text = self._text(rows if self.order is None else self.order[rows])
        if ((owner[1:] == owner[:-1]) & (text[1:] < text[:-1]).to_numpy()).any():
            text = pl.DataFrame({"owner": owner, "text": text}).sort("owner", "text")["text"]
        content = (LINE_END + (text.str.join(LINE_END)[0] or "")).encode()
        lengths = text.str.len_bytes().to_numpy().astype(np.int64) + 1
        ends = np.bincount(owner - begin, weights=lengths, minlength=end - begin).cumsum().astype(np.int64)
        begins = [0, *ends[:-1].tolist()]
        return [content[first + 1 : last] for first, last in zip(begins, ends.tolist(), strict=True)]

    def _text(self, rows: slice | Array) -> pl.Series:
        chosen = [
            part[rows] if isinstance(part, pl.Series) else known.gather(pl.Series(part[rows]))
            for part, known in self.columns
        ]
        frame = pl.DataFrame([column.alias(str(place)) for place, column in enumerate(chosen)])
        line = pl.concat_str(frame.columns, separator=FIELD_END, ignore_nulls=True)
        return frame.select(line.alias("line"))["line"]


def _few(parts: list[Part | pl.Series]) -> list[tuple[Array | pl.Series, pl.Series]]:
    """The parts in as few columns as MOST_TEXTS allows."""
    columns: list[Part | pl.Series] = []
    for part in parts:
        last = columns.pop() if columns else None
        if last is None:
            columns.append(part)
        elif isinstance(last, pl.Series) or isinstance(part, pl.Series):
            columns += [last, part]
        elif len(last.texts) * len(part.texts) <= MOST_TEXTS:
            columns.append(last.joined(part))
        else:
            columns += [last, part]
    return [
        (part, part)
        if isinstance(part, pl.Series)
        else (part.codes.astype(np.uint32), pl.Series(part.texts, dtype=pl.String()))
        for part in columns
    ]


def _part(cells: Cells, name: str) -> Part | pl.Series | None:
    """One field as `name=value`; None where it is at its default in every row."""
    coded = cells.found[name]
    if coded.shown is not None:
        if not any(coded.shown):
            return None
        shown = coded.shown
        if name in FIRST.get(cells.kind, ()):
            shown = [text if text is None else text.partition("=")[2] for text in shown]
        places = coded.codes - coded.first if coded.first else coded.codes
        return Part(np.where(coded.codes < coded.first, len(shown) - 1, places).astype(np.int32), shown)
    if coded.codes.dtype.kind == "f":
        known = np.unique(coded.codes)
        shown = [None if np.isnan(value) else f"{name}={float(value)!r}" for value in known]
        return Part(np.searchsorted(known, coded.codes).astype(np.int32), shown)
    return _whole_numbers(name, coded.codes)


def _whole_numbers(name: str, codes: Array) -> Part | pl.Series | None:
    held = codes[codes != NOTHING]
    if not len(held):
        return None
    last = int(held.max())
    if last < MOST_TEXTS:
        shown = [*(f"{name}={value}" for value in range(last + 1)), None]
        return Part(np.where(codes == NOTHING, last + 1, codes), shown)
    text = f"{name}=" + pl.Series(codes).cast(pl.String())
    return text.set(pl.Series(codes == NOTHING), None)
