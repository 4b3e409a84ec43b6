"""What can be worked out about counts that are not shown, from those that are: by linear programming."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog  # type: ignore[import-untyped]

from cimara.federation.disclosure.release_limits import release_limit
from cimara.outcomes.frame_columns import FloatArray

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Sum:
    """What is known of the sum of some cells, in this table or a linked one: it lies between two numbers."""

    cells: tuple[int, ...]
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Exposed:
    """A hidden cell whose count follows too closely: by place, with all that it can still be."""

    cell: int
    least: float
    most: float


class AuditError(Exception):
    """Cells and sums that no counts fit."""


def audit(shown: Sequence[Bounds | None], sums: Sequence[Sum]) -> tuple[Exposed, ...]:
    """Hidden cells that are not hidden enough (Fischetti & Salazar 2001).

    A hidden cell is safe where what it can be is 10 wide, or holds all of 0 to 7, the counts that are hidden.

    Parameters
    ----------
    shown
        For each cell the least and largest count that is shown so; None for a hidden one.
    sums
        Totals that are shown anywhere, over places of cells.

    Raises
    ------
    AuditError
        No counts fit all cells and sums.
    """
    matrix, upper = _known(len(shown), sums)
    box = [(0.0, None) if one is None else one for one in shown]
    found = []
    for place, one in enumerate(shown):
        if one is not None:
            continue
        least, most = (_extreme(place, sign, matrix, upper, box) for sign in (1, -1))
        if not is_hidden_enough(least, most):
            found.append(Exposed(place, least, most))
    return tuple(found)


def determined(hidden: Sequence[bool], sums: Sequence[Sum]) -> tuple[int, ...]:
    """Hidden cells that follow exactly from sums that are exactly known: those in the sums' row space."""
    places = [place for place, one in enumerate(hidden) if one]
    exact = [one for one in sums if one.least == one.most]
    if not places or not exact:
        return ()
    matrix = np.array([[float(place in one.cells) for place in places] for one in exact])
    _, sizes, rows = np.linalg.svd(matrix)
    rank = int((sizes > 1e-9).sum())
    inside = (rows[:rank] ** 2).sum(axis=0)
    return tuple(place for place, share in zip(places, inside, strict=True) if share > 1 - 1e-9)


def is_hidden_enough(least: float, most: float) -> bool:
    """Whether a hidden count that lies between two numbers is safe: 10 wide, or all of 0 to 7."""
    slack = 1e-6
    wide = most - least >= release_limit("interval") - slack
    return wide or (least <= slack and most >= release_limit("redact") - slack)


def _known(cells: int, sums: Sequence[Sum]) -> tuple[FloatArray, FloatArray]:
    rows, limits = np.zeros((2 * len(sums), cells)), np.zeros(2 * len(sums))
    for place, one in enumerate(sums):
        rows[2 * place, list(one.cells)], limits[2 * place] = 1.0, one.most
        rows[2 * place + 1, list(one.cells)], limits[2 * place + 1] = -1.0, -one.least
    return rows, limits


def _extreme(
    place: int, sign: int, matrix: FloatArray, upper: FloatArray, box: Sequence[tuple[float, float | None]]
) -> float:
    wanted = np.zeros(len(box))
    wanted[place] = sign
    found = linprog(
        wanted,
        A_ub=matrix if len(matrix) else None,
        b_ub=upper if len(matrix) else None,
        bounds=box,
        method="highs",
    )
    if found.status == 3:
        return float("inf")
    if found.status != 0:
        raise AuditError("no counts fit all that is shown; a total is not of these cells")
    return float(sign * found.fun)
