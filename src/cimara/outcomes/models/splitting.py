"""Counting-process rows: time cut where a covariate changes, and the checks that this is honest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray, Labels, RowError
from cimara.outcomes.rows import Survival


def split_at(
    rows: Survival, times: Sequence[float] | FloatArray, *, only_forward: Sequence[str] = ()
) -> Survival:
    """Rows cut at the times inside them; the event stays with the last piece.

    Rows without an `id` get one each, so that the pieces of a row are known to belong together.

    Parameters
    ----------
    times
        Cuts, the same for all rows, in the unit of the rows.
    only_forward
        Indicators that may go from 0 to 1 in a patient but not back; checked.

    Raises
    ------
    RowError
        An indicator of `only_forward` that goes back, by row.
    """
    cuts = np.unique(np.asarray(times, dtype=np.float64))
    made, _ = _cut(rows, np.broadcast_to(cuts, (rows.n, len(cuts))))
    check_only_forward(made, only_forward)
    return made


def switch_on(rows: Survival, name: str, at: FloatArray) -> Survival:
    """Rows with a covariate `name` more, 0 up to the time `at` of each row and 1 after it.

    Parameters
    ----------
    at
        When a treatment began, say, on the rows' time scale (n); infinity where it never did. Rows are
        cut there, so that the time before counts as untreated.
    """
    at = np.asarray(at, dtype=np.float64)
    if at.shape != (rows.n,) or np.isnan(at).any():
        raise RowError(
            [f"{name}: times of change that are missing or of another length"],
            hint="One time a row; infinity where it never changes.",
        )
    cut, source = _cut(rows, at[:, None])
    on = (_starts(cut) >= at[source]).astype(np.float64)
    return replace(
        cut,
        covariates=np.asfortranarray(np.column_stack((cut.covariates, on))),
        names=(*cut.names, name),
        terms=(*cut.terms, name),
    )


def check_only_forward(rows: Survival, names: Sequence[str]) -> None:
    """Refuse indicators that go back from 1 to 0 in later rows of one id.

    Raises
    ------
    RowError
        Each row in which one does, or a name that is no covariate.
    """
    unknown = [name for name in names if name not in rows.names]
    if unknown:
        raise RowError([f"{name}: no such covariate" for name in unknown])
    ids = rows.id if rows.id is not None else rows.cluster_codes()
    order = np.lexsort((_starts(rows), ids))
    same = ids[order][1:] == ids[order][:-1]
    problems = []
    for name in names:
        values = rows.covariates[order, rows.names.index(name)]
        back = order[1:][same & (values[1:] < values[:-1])]
        problems += [f"row {row}, {name}: goes back" for row in np.sort(rows.source_rows[back])]
    if problems:
        raise RowError(problems, hint="Once it has begun, a treatment counts as given; code a stop apart.")


def check_known_at_start(rows: Survival, name: str, known_at: FloatArray) -> None:
    """Refuse a fixed covariate that is only known after the start: its bearers cannot have failed before.

    Immortal time (Suissa 2008). Rows whose value is the covariate's lowest (not exposed) are not asked.

    Parameters
    ----------
    known_at
        When the value of each row was known, on the rows' time scale (n).

    Raises
    ------
    RowError
        Each row whose value was known after its start.
    """
    if name not in rows.names:
        raise RowError([f"{name}: no such covariate"], hint=f"The covariates are {', '.join(rows.names)}.")
    values = rows.covariates[:, rows.names.index(name)]
    starts = np.zeros(rows.n) if rows.start is None else rows.start
    late = (np.asarray(known_at, dtype=np.float64) > starts) & (values > values.min())
    if late.any():
        raise RowError(
            [f"row {row}, {name}: known only after the start" for row in rows.source_rows[late]],
            hint="Give it as time-varying (switch_on), or start everyone at a landmark.",
        )


def _cut(rows: Survival, cuts: FloatArray) -> tuple[Survival, IntArray]:
    """Each row cut at its own times (n x cuts, ascending) that lie inside it, and which row a piece is of."""
    starts = _starts(rows)
    inside = (cuts > starts[:, None]) & (cuts < rows.time[:, None])
    source, place = np.nonzero(np.column_stack((np.ones(rows.n, dtype=bool), inside)))
    begins = starts[source]
    later = place > 0
    begins[later] = cuts[source[later], place[later] - 1]
    last = np.append(source[1:] != source[:-1], True)
    ends = np.where(last, rows.time[source], np.append(begins[1:], 0.0))
    return replace(_repeated(rows, source), start=begins, time=ends, event=rows.event[source] & last), source


def _repeated(rows: Survival, source: IntArray) -> Survival:
    made: dict[str, Any] = {} if rows.id is not None else {"id": source}
    for name, value in vars(rows).items():
        if isinstance(value, Labels):
            made[name] = Labels(value.codes[source], value.levels)
        elif isinstance(value, np.ndarray):
            made[name] = np.asfortranarray(value[source]) if value.ndim == 2 else value[source]
    return replace(rows, **made)


def _starts(rows: Survival) -> FloatArray:
    """Entries; of rows that are at risk from the beginning 0, or -1 where one of them leaves at 0.

    A row is at risk on (start, time], so that who enters at 0 is not at risk at an event at 0.
    """
    if rows.start is not None:
        return rows.start.copy()
    return np.full(rows.n, 0.0 if (rows.time > 0).all() else -1.0)
