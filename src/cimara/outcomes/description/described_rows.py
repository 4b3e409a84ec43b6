"""Rows of a description: numbers and labels as they are, each column with its own missing cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.named_columns import Named
from cimara.outcomes.rows import Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Described(Rows):
    """`numbers` (n x c, NaN where missing) and `labels` (n x m codes, -1 where missing), with their columns.

    Sums of numbers are made about `centres` in units of `scales` (c each), so that no digits are lost.
    """

    numbers: FloatArray
    number_columns: tuple[str, ...]
    labels: IntArray
    label_columns: tuple[tuple[str, tuple[str, ...]], ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        numbers: Sequence[str] = (),
        labels: Mapping[str, Sequence[str]] | None = None,
        centres: Sequence[float] = (),
        scales: Sequence[float] = (),
        **named: Any,
    ) -> Described:
        """Rows of a polars, pandas or pyarrow frame.

        Parameters
        ----------
        numbers
            Columns of numbers; empty cells are counted.
        labels
            Columns of labels with all their levels.
        **named
            As `Named` has them: group, site, missing, source; rows without a group are left out.
        """
        asked = Named(**named)
        columns, dropped = asked.complete(frame)
        held = dict(labels or {})
        values = np.full((len(columns), len(numbers)), np.nan, order="F")
        for place, name in enumerate(numbers):
            values[:, place] = np.where(columns.missing(name), np.nan, columns.numbers(name))
            columns.fault(np.isinf(values[:, place]), name, "an infinite number")
        codes = np.full((len(columns), len(held)), -1, dtype=np.int64)
        for place, (name, levels) in enumerate(held.items()):
            there = ~columns.missing(name)
            kept = columns.kept(there)
            codes[there, place] = kept.labels(name, levels).codes
            columns.problems += kept.problems
        columns.raise_faults()
        return cls(
            numbers=values,
            number_columns=tuple(numbers),
            labels=codes,
            label_columns=tuple((name, tuple(levels)) for name, levels in held.items()),
            centres=tuple(centres) or (0.0,) * len(numbers),
            scales=tuple(scales) or (1.0,) * len(numbers),
            **asked.shared(columns, dropped),
        )

    @property
    def groups(self) -> tuple[str, ...]:
        """Labels of the groups; one empty label when there are none."""
        return ("",) if self.group is None else self.group.levels

    def group_codes(self) -> IntArray:
        """The place of each row's group among `groups`."""
        return np.zeros(self.n, dtype=np.int64) if self.group is None else self.group.codes
